/** The comparison with ASICs: its sentence, its ladder at several widths, its marks, its JSON. */
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { compareLines, compareMachine, compareObject, type Electricity } from '../../src/report/compare.ts';
import type { Machine } from '../../src/report/compare-machine.ts';
import { DESKTOP, FRESH, GAMING, NODE, tooLong } from './economics-fixtures.ts';

const LADDER = ['s23hyd', 'bitaxe-gamma', 's21'].map(deviceById);
const CHEAP: Electricity = { usdPerKwh: 0.1, from: 'given', unconfirmed: false };

function compare(machine: Machine, { electricity = CHEAP, devices = LADDER, network = FRESH } = {}) {
  return compareMachine({ machine, devices, electricity, network });
}

const bare = (hashesPerSecond: number): Machine => ({
  name: 'the given hashrate',
  origin: 'hashrate',
  hashesPerSecond,
  parts: [],
  power: null,
});

describe('the sentence', () => {
  it('says how far, and that the power is a guess', () => {
    expect(compare(DESKTOP).sentence).toBe(
      'This machine is 10 million times slower than an Antminer S21 (200T), and takes 186,000 times the energy for each hash (its power is assumed).',
    );
  });

  it('says nothing of a guess where the power is measured, nor of energy where it is unknown', () => {
    expect(compare(GAMING).sentence).toMatch(/the energy for each hash\.$/);
    expect(compare(bare(1e12)).sentence).toBe(
      'A machine of this hashrate is 200 times slower than an Antminer S21 (200T).',
    );
  });

  it.each([
    [200e12, 'is as fast as an Antminer S21 (200T).'],
    [1e15, 'is 5 times faster than an Antminer S21 (200T).'],
    [1, 'is 200 trillion times slower than an Antminer S21 (200T).'],
  ])('reads well at %d H/s', (hashesPerSecond, end) => {
    expect(compare(bare(hashesPerSecond)).sentence).toBe(`A machine of this hashrate ${end}`);
  });

  it.each([
    [3500 / 10, 'and takes as much energy for each hash.'],
    [35, 'and takes 10 times less energy for each hash.'],
    [3500, 'and takes 10 times the energy for each hash.'],
  ])('reads well with %d W for a tenth of an S21', (watts, end) => {
    const machine = { ...bare(20e12), power: { watts, basis: 'given', how: '--watts' } } as const;
    expect(compare(machine).sentence).toMatch(new RegExp(`${end}$`));
  });

  it('is about the fastest device where the S21 is not asked for', () => {
    const devices = ['bitaxe-gamma', 'avalon-q'].map(deviceById);
    expect(compare(DESKTOP, { devices }).sentence).toContain('slower than an Avalon Q,');
  });
});

describe('the sentence about other devices', () => {
  it.each([
    ['rtx-4090', 'an NVIDIA'],
    ['hd-5870', 'an '],
    ['rx-590', 'an '],
    ['fpgaminer-lx150', 'a Spartan-6'],
    ['bitaxe-gamma', 'a Bitaxe'],
    ['x6500', 'an X6500'],
    ['seal-a2', 'a SEALMINER'],
  ])('%s has the article of its sound', (id, named) => {
    expect(compare(DESKTOP, { devices: [deviceById(id)] }).sentence).toContain(` than ${named}`);
  });
});

it('has no cost where a block brings no bitcoin', () => {
  const network: typeof FRESH = { ...FRESH, network: 'regtest', subsidyBtc: 0, feesBtc: null };
  const { rungs } = compare(DESKTOP, { network });
  expect(rungs.map(({ usdPerBtc }) => usdPerBtc)).toEqual(rungs.map(() => null));
  expect(compareLines(compare(DESKTOP, { network }), 120).join('\n')).not.toMatch(/NaN|Infinity/);
});

describe('the ladder', () => {
  it('has the numbers of the formulas', () => {
    const s21 = compare(DESKTOP).rungs.find(({ device }) => device?.id === 's21')!;
    expect(s21.timesFaster).toBeCloseTo(1e7, 0);
    expect(s21.timesBetterPerJoule).toBeCloseTo(65 / 20e6 / (3500 / 200e12), 0);
    expect(s21.secondsToBlock / (365.25 * 86_400)).toBeCloseTo(100.9, 1); // facts: 101 years
    expect(s21.usdPerBtc! / 0.1 / 1000).toBeCloseTo(985, 0); // facts: 985 MWh at 148.26T and 17.5 J/TH
  });

  it('begins with the CPU and the GPU where both of them hash, each at its own rate', () => {
    const { parts } = compare(GAMING);
    expect(parts.map(({ name, timesFaster }) => [name, timesFaster])).toEqual([
      ['its CPU (avx512)', 5e8 / 8.5e9],
      ['its NVIDIA GeForce RTX 4090', 8e9 / 8.5e9],
    ]);
    const lines = compareLines(compare(GAMING), 120);
    expect(lines.slice(4, 7).map((line) => line.replace(/ {2,}.*/, ''))).toEqual([
      'its CPU (avx512)',
      'its NVIDIA GeForce RTX 4090',
      'this machine',
    ]);
    expect(compare(DESKTOP).parts).toEqual([]);
  });

  it('goes up from the slowest, wherever the machine stands in it', () => {
    const names = compare(bare(90e12)).rungs.map(({ device }) => device?.id ?? 'machine');
    expect(names).toEqual(['bitaxe-gamma', 'machine', 's21', 's23hyd']);
  });

  it.each([40, 80, 120])('fits %d columns', (width) => {
    const lines = compareLines(compare(DESKTOP), width);
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('shows a GPU beside the CPU, a node, and what is measured', () => {
    expect(compareLines(compare(GAMING, { network: NODE }), 120).join('\n')).toMatchSnapshot();
  });

  it('marks what no source confirms: devices, prices', () => {
    const electricity = { usdPerKwh: 0.13, from: 'households, Norway', unconfirmed: true };
    const lines = compareLines(
      compare(bare(1e9), { electricity, devices: [deviceById('i7-1185g7'), deviceById('rtx-2080')] }),
      120,
    ).join('\n');
    expect(lines).toMatch(/i7-1185G7 \(4 cores, AVX-512\) \[\d\]/);
    expect(lines).toContain('hashrate and power unconfirmed: ');
    expect(lines).toMatch(/\] power unconfirmed: /);
    expect(lines).toMatch(/households, Norway \[\d\]/);
    expect(lines).toMatch(/\] unconfirmed: no public source was found for this price/);
  });

  it('says that a snapshot is stale', () => {
    const network = { ...FRESH, stale: true, ageSeconds: 300 * 86_400 };
    expect(compareLines(compare(DESKTOP, { network }), 120).join('\n')).toContain('300 d old, STALE');
  });
});

describe('the JSON', () => {
  it('has its schema', () => {
    const object = compareObject(compare(DESKTOP));
    expect(object).toMatchObject({
      schema: 'hashgap.compare/1',
      machine: { ...DESKTOP, joulesPerTH: 65 / 20e-6, secondsToBlock: expect.any(Number) },
      electricity: CHEAP,
      network: { from: 'snapshot', date: '2026-01-12', difficulty: 148.26e12, stale: false },
    });
    expect(object.ladder.map(({ id }) => id)).toEqual(['bitaxe-gamma', 's21', 's23hyd']);
    expect(Object.keys(object.ladder[0]!)).toEqual([
      ...['id', 'name', 'timesFaster', 'timesBetterPerJoule', 'powerW', 'hashesPerSecond', 'joulesPerTH'],
      ...['secondsToBlock', 'usdPerBtc', 'source', 'date', 'confidence', 'unconfirmed'],
    ]);
  });
});
