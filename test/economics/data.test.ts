/** The shape of data/: types, ranges, unique ids, sources that a reader can check, dates, and figures that agree with one another. */
import { describe, expect, it } from 'vitest';
import { AI_DEVICES, type AiField } from '../../src/economics/ai-devices.ts';
import { AI_MEASUREMENTS, AI_MODELS, kvBytesPerToken } from '../../src/economics/ai-models.ts';
import { DEVICES } from '../../src/economics/devices.ts';
import { POOL_HISTORY } from '../../src/economics/pool-history.ts';
import { CONFIDENCES, isUnconfirmed, type Provenance } from '../../src/economics/provenance.ts';
import { type PriceField, REGIONS } from '../../src/economics/regions.ts';
import { DEFAULT_SNAPSHOT, SNAPSHOTS, snapshotAge, snapshotById } from '../../src/economics/snapshots.ts';
import { difficultyFromHashrate } from '../../src/economics/work.ts';

type Row = Provenance & { readonly id: string };

const TABLES: Record<string, { rows: readonly Row[]; count: number }> = {
  devices: { rows: DEVICES, count: 150 },
  regions: { rows: REGIONS, count: 29 },
  snapshots: { rows: SNAPSHOTS, count: 4 },
  'AI devices': { rows: AI_DEVICES, count: 20 },
  'AI models': { rows: AI_MODELS, count: 5 },
  'AI measurements': { rows: AI_MEASUREMENTS, count: 12 },
  'pool history': { rows: POOL_HISTORY, count: 7 },
};

const DATE = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;

/** What a source must not be: a place that only the writer could see. */
const UNCHECKABLE = /code.?index|code search|own knowledge|computed here|\bids? \d{6,}/i;

function provenanceFaults(row: Row): string[] {
  const faults: string[] = [];
  const check = (right: boolean, fault: string) => right || faults.push(`${row.id}: ${fault}`);
  check(/^[a-z0-9.-]+$/.test(row.id), 'id');
  check(CONFIDENCES.includes(row.confidence), `confidence ${row.confidence}`);
  check(/https?:\/\/|^measured |^unconfirmed: /.test(row.source), `source ${row.source}`);
  check(!UNCHECKABLE.test(`${row.source} ${row.note}`), `uncheckable source ${row.source}`);
  check(row.date === null || row.date.split('/').every((date) => DATE.test(date)), `date ${row.date}`);
  const listed = row.unconfirmed ?? [];
  check(listed.length > 0 === (row.confidence === 'partly-unconfirmed'), 'confidence against unconfirmed');
  for (const field of listed)
    check(typeof (row as unknown as Record<string, unknown>)[field] === 'number', `unconfirmed ${field}`);
  return faults;
}

describe.each(Object.entries(TABLES))('%s', (_, { rows, count }) => {
  it('is complete, and no id is there twice', () => {
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(count);
  });

  it('has a checkable source, a known confidence and a date in each row', () => {
    expect(rows.flatMap(provenanceFaults)).toEqual([]);
  });
});

it('devices: figures in range, efficiency = power / hashrate', () => {
  for (const device of DEVICES) {
    const {
      id,
      kind,
      releaseYear,
      releaseMonth = 1,
      hashrateHps,
      powerW,
      joulesPerTH,
      priceUsd = 1,
    } = device;
    expect(['cpu', 'gpu', 'fpga', 'asic', 'home-asic'], id).toContain(kind);
    expect(Number.isInteger(releaseYear) && releaseYear >= 2004 && releaseYear <= 2026, id).toBe(true);
    expect(Number.isInteger(releaseMonth) && releaseMonth >= 1 && releaseMonth <= 12, id).toBe(true);
    expect(hashrateHps > 100 && hashrateHps < 1e16, id).toBe(true);
    expect(priceUsd, id).toBeGreaterThan(0);
    expect(device.name && device.vendor, id).not.toBe('');
    if (powerW === null) expect(joulesPerTH, id).toBeNull();
    else expect((powerW / (hashrateHps / 1e12) / joulesPerTH!).toFixed(3), id).toBe('1.000');
  }
});

it('devices: each kind has its share of the catalogue', () => {
  const counts: Record<string, number> = {};
  for (const { kind } of DEVICES) counts[kind] = (counts[kind] ?? 0) + 1;
  expect(counts).toEqual({ cpu: 13, gpu: 23, fpga: 9, asic: 86, 'home-asic': 19 });
});

it('devices: each generation of ASICs takes less energy per hash than an S9', () => {
  const recent = DEVICES.filter(({ kind, releaseYear }) => kind === 'asic' && releaseYear >= 2020);
  expect(recent.length).toBeGreaterThan(40);
  for (const { id, joulesPerTH } of recent)
    expect(joulesPerTH! >= 9.4 && joulesPerTH! < 98, `${id} ${joulesPerTH}`).toBe(true);
});

it('regions: prices between 0.1 c and 50 c, at least one in each row', () => {
  const fields: PriceField[] = ['residentialUsdPerKwh', 'industrialUsdPerKwh', 'miningUsdPerKwh'];
  for (const region of REGIONS) {
    const prices = fields.map((field) => region[field]).filter((price) => price !== null);
    expect(prices.length, region.id).toBeGreaterThan(0);
    for (const price of prices) expect(price >= 0.001 && price < 0.5, `${region.id} ${price}`).toBe(true);
  }
});

it('snapshots: oldest first, and the default one has what a calculation needs', () => {
  const dates = SNAPSHOTS.map(({ date }) => Date.parse(date));
  expect(dates).toEqual(dates.toSorted((a, b) => a - b));
  expect(DEFAULT_SNAPSHOT).toMatchObject({ confidence: 'sourced', difficulty: 148.26e12, btcUsd: 91_132 });
  for (const { subsidyBtc } of SNAPSHOTS) expect(subsidyBtc).toBe(3.125);
  const october = snapshotById('2026-10-04');
  expect(difficultyFromHashrate(october.hashrateHps!) / october.difficulty!).toBeCloseTo(1, 3);
});

it('snapshots: stale after two difficulty periods', () => {
  expect(snapshotAge(DEFAULT_SNAPSHOT, Date.UTC(2026, 0, 26))).toEqual({ days: 14, stale: false });
  expect(snapshotAge(DEFAULT_SNAPSHOT, Date.UTC(2026, 10, 20)).stale).toBe(true);
  expect(snapshotAge(snapshotById('2026-06'), Date.UTC(2026, 5, 15)).days).toBe(14);
});

it('AI devices: figures positive or null', () => {
  const fields: AiField[] = ['fp16Tflops', 'int8Tops', 'fp4Tops', 'powerW', 'powerInUseW', 'priceUsd'];
  for (const device of AI_DEVICES) {
    expect(['sbc', 'phone', 'pc', 'mac', 'gpu', 'dc']).toContain(device.class);
    expect(device.bandwidthGBps > 0 && device.memoryGB > 0, device.id).toBe(true);
    for (const field of fields) expect(device[field] ?? 1, `${device.id} ${field}`).toBeGreaterThan(0);
    if (device.powerInUseW !== undefined) expect(device.powerInUseW).toBeLessThan(device.powerW! * 1.05);
  }
});

it('AI models: a file holds 4 to 16 bits per parameter, and what is measured is in the lists', () => {
  for (const { id, parameters, activeParameters, fileBytes } of AI_MODELS) {
    expect(activeParameters, id).toBeLessThanOrEqual(parameters);
    for (const bytes of Object.values(fileBytes))
      expect((8 * bytes) / parameters > 4 && (8 * bytes) / parameters < 16.1, `${id} ${bytes}`).toBe(true);
  }
  for (const { deviceId, modelId } of AI_MEASUREMENTS) {
    if (deviceId !== null) expect(AI_DEVICES.map(({ id }) => id)).toContain(deviceId);
    if (modelId !== null) expect(AI_MODELS.map(({ id }) => id)).toContain(modelId);
  }
  expect(AI_MODELS.map(kvBytesPerToken)).toEqual([32_768, 524_288, 131_072, 98_304, 327_680]);
});

it('pool history: measures that fit one another', () => {
  for (const { id, hhi, nakamoto, entropyBits, topPercent, gini } of POOL_HISTORY) {
    const top = [topPercent[1], topPercent[2], topPercent[3], topPercent[6]];
    expect(top, id).toEqual(top.toSorted((a, b) => a - b));
    expect(top[nakamoto - 1]! > 50 || nakamoto > 3, id).toBe(true);
    expect(nakamoto > 1 && top[nakamoto - 2]! > 50, id).toBe(false);
    expect(hhi > topPercent[1] ** 2 && hhi < 10_000, id).toBe(true);
    // Rényi entropy of order 2, log2(10,000 / HHI), is never above Shannon's.
    expect(entropyBits, id).toBeGreaterThan(Math.log2(10_000 / hhi));
    expect((gini ?? 0) >= 0 && (gini ?? 0) < 1, id).toBe(true);
  }
});

it('marks what is not confirmed, figure by figure', () => {
  const row: Provenance<'a' | 'b'> = { source: 's', date: null, confidence: 'sourced' };
  expect(isUnconfirmed(row, 'a')).toBe(false);
  expect(isUnconfirmed({ ...row, confidence: 'unconfirmed' }, 'a')).toBe(true);
  const partly: Provenance<'a' | 'b'> = { ...row, confidence: 'partly-unconfirmed', unconfirmed: ['b'] };
  expect(isUnconfirmed(partly, 'a')).toBe(false);
  expect(isUnconfirmed(partly, 'b')).toBe(true);
});
