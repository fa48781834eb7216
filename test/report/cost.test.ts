/** The costs: published figures, which rows pass $100,000, marks, claims, several widths, JSON. */
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { REGIONS, regionById } from '../../src/economics/regions.ts';
import { type CostInput, costTable, type PoweredDevice } from '../../src/report/cost.ts';
import { checkClaims } from '../../src/report/cost-claims.ts';
import { costLines, costObject } from '../../src/report/cost-lines.ts';
import { blockTerms, withOverrides } from '../../src/report/network-state.ts';
import { FRESH, NODE, tooLong } from './economics-fixtures.ts';

const powered = (id: string) => deviceById(id) as PoweredDevice;
const DEVICES = ['s21', 's23hyd', 's19', 'bitaxe-gamma'].map(powered);
/** The difficulty at which the facts file has costs by region, 133.8T, with its fees of 0.02 BTC. */
const OCTOBER = { ...withOverrides(FRESH, { difficulty: 133.8e12 }), feesBtc: 0.02 };

const table = (change: Partial<CostInput> = {}) =>
  costTable({ devices: DEVICES, places: REGIONS, network: FRESH, ...change });

describe('costTable', () => {
  it.each([
    ['us', 53, 169],
    ['us-tx', 25, 130],
    ['us-ca', 225, 304],
    ['py', 44, 41],
    ['et', 44, 14],
    ['de', 243, 378],
    ['uk', 274, 324],
  ])('reproduces the facts file in %s', (id, s21, bitaxe) => {
    const [row] = table({ places: [regionById(id)], network: OCTOBER }).rows;
    const cost = (device: string) => row!.costs.find((one) => one.device === device)!.usdPerBtc / 1000;
    expect(Math.abs(cost('s21') - s21)).toBeLessThanOrEqual(1);
    expect(Math.abs(cost('bitaxe-gamma') - bitaxe)).toBeLessThanOrEqual(2);
  });

  it('reproduces the price of power that gives $100,000', () => {
    const [s21] = table({ network: { ...FRESH, feesBtc: 0.02 } }).columns;
    expect(s21!.usdPerKwhForLimit! * 100).toBeCloseTo(10.2, 1);
  });

  it('puts ASICs on farms and the rest at home, and one device alone in both places', () => {
    expect(table().columns.map(({ payers }) => payers)).toEqual([['farm'], ['farm'], ['farm'], ['home']]);
    expect(table({ devices: [powered('s21')] }).columns[0]!.payers).toEqual(['farm', 'home']);
    expect(table({ places: 0.31 }).columns[0]!.payers).toEqual(['given']);
  });

  it('has every region once, cheapest first', () => {
    const { rows } = table();
    expect(rows).toHaveLength(REGIONS.length);
    const prices = rows.map(({ prices }) => prices[0]!.usdPerKwh);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });

  it('costs nothing where power is free', () => {
    expect(table({ places: 0 }).rows[0]!.costs[0]).toMatchObject({ usdPerBtc: 0, aboveLimit: false });
  });
});

describe('a block that brings nothing', () => {
  const network: typeof FRESH = { ...FRESH, network: 'regtest', subsidyBtc: 0, feesBtc: null };

  it('has no costs, and says so', () => {
    const { rows, columns } = table({ network });
    expect(rows).toHaveLength(REGIONS.length);
    expect(rows.flatMap(({ costs }) => costs)).toEqual([]);
    expect(columns[0]).toMatchObject({ usdPerKwhForLimit: null, breakEvenUsdPerKwh: 0 });
    const text = costLines(table({ network }), 120, true).join('\n');
    expect(text).toMatch(/^Germany +0\.273 +- +- +- +0\.420 +- +2025-03/m);
    expect(text).toContain('a block brings no bitcoin here, so none has a cost');
    expect(costObject(table({ network, places: 0.1 }))).toMatchObject({ claims: [], rows: [{ costs: [] }] });
  });
});

describe('the order', () => {
  it('is that of the first price that is shown, and rows without one are left out', () => {
    const homes = table({ devices: ['bitaxe-gamma', 'bitaxe-gt'].map(powered) }).rows;
    const prices = homes.map(({ prices }) => prices.find(({ payer }) => payer === 'home')?.usdPerKwh);
    expect(prices).not.toContain(undefined);
    expect(prices).toEqual([...prices].sort((a, b) => a! - b!));
    expect(homes[0]!.region!.id).toBe('ir');
    expect(homes.map(({ region }) => region!.id)).not.toContain('ng'); // a price for business alone
  });
});

describe('dates and notes of prices', () => {
  const texas = () => table({ places: [regionById('us-tx')] });

  it('stand in a last column where there is room, else below, each with its note', () => {
    const wide = costLines(texas(), 120, false).join('\n');
    expect(wide).toMatch(/^region .* prices of$/m);
    expect(wide).toMatch(/^Texas .* 2023\/2025-11 \[1\]$/m);
    const narrow = costLines(texas(), 40, false).join('\n');
    expect(narrow).toContain('prices of: Texas 2023/2025-11 [1]');
    for (const text of [wide, narrow])
      expect(text.replace(/\s+/g, ' ')).toContain('[1] Texas: mining = net of credits for curtailment');
  });

  it('come with their sources where few regions are shown, and a hint where many are', () => {
    expect(costLines(texas(), 120, false).join('\n')).toMatch(/^Texas: .*https:/m);
    expect(costLines(table(), 120, false).join('\n')).toContain('sources of the prices: --region NAME');
    expect(costLines(table({ places: 0.3 }), 120, false).join('\n')).not.toMatch(/prices? of|no date/);
  });

  it('are in the JSON', () => {
    expect(costObject(texas()).rows[0]!.region).toMatchObject({
      date: '2023/2025-11',
      unconfirmed: ['industrialUsdPerKwh'],
      note: expect.stringContaining('curtailment'),
    });
    expect(costObject(table({ places: [regionById('us-ny')] })).rows[0]!.region).toMatchObject({
      unconfirmed: [],
      note: null,
    });
  });
});

describe('costLines', () => {
  it.each([40, 80, 120])('fits %d columns', (width) => {
    const lines = costLines(table(), width, true);
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('shows one device at both prices', () => {
    const places = ['de', 'ng', 'cn-sc'].map(regionById);
    expect(
      costLines(table({ devices: [powered('avalon-q')], places }), 80, false).join('\n'),
    ).toMatchSnapshot();
  });

  it('shows a given price, and the node it calculates with', () => {
    expect(costLines(table({ places: 0.31, network: NODE }), 80, false).join('\n')).toMatchSnapshot();
  });

  it('marks prices that no source confirms, with the costs that follow, and what passes $100,000', () => {
    const text = costLines(table({ places: [regionById('us-ca')] }), 120, false).join('\n');
    expect(text).toMatch(
      /California +0\.253\* +\$249k!\* +\$135k!\* +\$487k!\* +0\.338 +\$337k! +2025-07\/2026-04$/m,
    );
    expect(costLines(table({ places: [regionById('ru')] }), 120, false).join('\n')).not.toMatch(/^[!*]/m);
  });

  it('has a word for what costs billions', () => {
    const pc = { ...powered('s21'), joulesPerTH: 2e6 };
    expect(costLines(table({ devices: [pc], places: 0.9 }), 120, false).join('\n')).toContain(' $101B!');
    expect(costLines(table({ devices: [pc], places: 9e5 }), 120, false).join('\n')).not.toMatch(
      /,\d{3}[MB]!/,
    );
  });

  it('names columns without room, and how wide a terminal shows them', () => {
    const inOneLine = (devices: readonly PoweredDevice[], width: number) =>
      costLines(table({ devices }), width, false).join('\n').replace(/\s+/g, ' ');
    const gamma = [powered('bitaxe-gamma')];
    expect(inOneLine(gamma, 60)).toContain(
      '1 more column has no room here (bitaxe-gamma). A terminal 63 columns wide shows them; so does --json.',
    );
    const both = [powered('s21'), powered('bitaxe-gamma')];
    expect(inOneLine(both, 40)).toContain(
      '2 more columns have no room here (home kWh, bitaxe-gamma). A terminal 59',
    );
    expect(inOneLine(both, 58)).toContain('no room');
    expect(inOneLine(both, 59)).not.toContain('no room');
    expect(inOneLine(gamma, 62)).toContain('no room');
    expect(inOneLine(gamma, 63)).not.toContain('no room');
  });

  it('marks devices that no source confirms', () => {
    const text = costLines(table({ devices: [powered('proto-rig')], places: 0.05 }), 120, false).join('\n');
    expect(text).toContain('[1], ');
    expect(text).toContain('[1] hashrate and power unconfirmed: ');
    expect(text).toMatch(/^region .* proto-rig \[1\]$/m);
  });
});

describe('checkClaims', () => {
  const verdicts = (network = FRESH) =>
    Object.fromEntries(checkClaims(blockTerms(network)).map(({ id, holds }) => [id, holds]));

  it('judges by the network of the day', () => {
    expect(verdicts()).toEqual({
      'above-100k': 'yes',
      'us-average': 'depends',
      'production-cost': 'depends',
      hydro: 'depends',
      industry: 'yes',
      'edge-market': 'cannot be checked',
    });
    expect(verdicts(withOverrides(FRESH, { difficulty: 1e12 }))).toMatchObject({
      'above-100k': 'no',
      'us-average': 'no',
    });
    expect(verdicts(withOverrides(FRESH, { difficulty: 1e15 }))).toMatchObject({ 'us-average': 'no' });
    // Of the S23 Hyd no region passes; "some regions" is met where each machine has one.
    expect(verdicts(withOverrides(FRESH, { difficulty: 0.7 * 148.26e12 }))).toMatchObject({
      'above-100k': 'depends',
    });
    expect(verdicts(withOverrides(FRESH, { difficulty: 1e16 }))).toMatchObject({ 'above-100k': 'yes' });
  });

  it('names inputs and a source for each', () => {
    for (const { claim, inputs, source } of checkClaims(blockTerms(FRESH))) {
      expect(claim).not.toBe('');
      expect(inputs.endsWith('.'), inputs).toBe(true);
      expect(source).toMatch(/https?:\/\/|was not found/);
    }
  });

  it('says where $100,000 is passed, and which of those prices are unconfirmed', () => {
    const [above] = checkClaims(blockTerms(FRESH));
    expect(above!.inputs).toContain('s21 (17.5 J/TH), above $0.102/kWh: California*');
    expect(above!.inputs).toContain('New York, California*, Washington State*');
    expect(above!.inputs).toContain('For s21 and s23hyd that rests on unconfirmed prices alone.');
    const [everywhere] = checkClaims(blockTerms(withOverrides(FRESH, { difficulty: 1e16 })));
    expect(everywhere!.inputs).not.toContain('rests on');
  });
});

it('prints JSON of its schema', () => {
  const object = costObject(table({ places: [regionById('us-tx')] }));
  expect(object).toMatchObject({
    schema: 'hashgap.cost/1',
    limitUsd: 100_000,
    rows: [
      {
        region: { id: 'us-tx', name: 'Texas', confidence: 'partly-unconfirmed' },
        prices: [
          { payer: 'farm', usdPerKwh: 0.028, field: 'miningUsdPerKwh', unconfirmed: false },
          { payer: 'home', usdPerKwh: 0.1446, field: 'residentialUsdPerKwh', unconfirmed: false },
        ],
      },
    ],
    network: { difficulty: 148.26e12 },
  });
  expect(object.devices.map(({ id }) => id)).toEqual(['s21', 's23hyd', 's19', 'bitaxe-gamma']);
  expect(object.rows[0]!.costs).toHaveLength(4);
  expect(object.claims).toHaveLength(6);
  expect(costObject(table({ places: 0.1, network: { ...NODE, network: 'regtest' } }))).toMatchObject({
    rows: [{ region: null }],
    claims: [],
  });
});
