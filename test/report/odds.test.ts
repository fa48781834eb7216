/** The odds: published figures, their order and marks, several widths, JSON. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import type { Machine } from '../../src/report/compare-machine.ts';
import { type OddsInput, oddsLines, oddsObject, oddsOf } from '../../src/report/odds.ts';
import { DESKTOP, FRESH, tooLong } from './economics-fixtures.ts';

const DAY = 86_400;
const { name, hashrateHps, powerW } = deviceById('bitaxe-gamma');
const BITAXE: Machine = {
  name,
  origin: 'device',
  hashesPerSecond: hashrateHps,
  parts: [],
  power: { watts: powerW!, basis: 'given', how: 'the catalogue' },
};

const input = (change: Partial<OddsInput> = {}): OddsInput => ({
  machine: BITAXE,
  seconds: 7 * DAY,
  growth: 0.3,
  growthAssumed: true,
  network: FRESH,
  ...change,
});

describe('oddsOf', () => {
  it('reproduces the figures of the facts file', () => {
    const { rows, wait } = oddsOf(input({ seconds: DAY }));
    const [day, month, year] = rows;
    expect(1 / day!.chance / 1e6).toBeCloseTo(6.9, 1);
    expect(1 / year!.chance).toBeCloseTo(18_840, -2);
    expect(wait.meanSeconds / (365.25 * DAY)).toBeCloseTo(18_840, -2);
    expect(day!.medianBestShare / 1e6).toBeCloseTo(31, 0);
    expect(month!.medianBestShare / 1e9).toBeCloseTo(0.93, 2);
    expect(year!.medianBestShare / 1e9).toBeCloseTo(11.4, 1);
    expect(day!.timesShort).toBeCloseTo(148.26e12 / day!.medianBestShare, 3);
  });

  it('reproduces the lifetime chance of 1 in 5,650 with a growth that compounds to e^0.3', () => {
    expect(1 / oddsOf(input({ growth: Math.expm1(0.3) })).lifetimeChance).toBeCloseTo(5650, -1);
  });

  it('reproduces 1 in about 36,000 a day for 200 TH/s', () => {
    const machine = { ...BITAXE, hashesPerSecond: 200e12 };
    expect(1 / oddsOf(input({ machine })).rows[0]!.chance).toBeCloseTo(36_850, -2);
  });

  it('puts the asked time in its place, once', () => {
    expect(oddsOf(input()).rows.map(({ seconds, asked }) => [seconds / DAY, asked])).toEqual([
      [1, false],
      [7, true],
      [30, false],
      [365.25, false],
      [3652.5, false],
    ]);
    expect(oddsOf(input({ seconds: DAY })).rows).toHaveLength(4);
  });

  it('gives chances that rise with time and fall with growth', () => {
    const hashrate = fc.double({ min: 1, max: 1e21, noNaN: true });
    const growth = fc.double({ min: -0.9, max: 5, noNaN: true });
    fc.assert(
      fc.property(hashrate, growth, (hashesPerSecond, growth) => {
        const { rows, lifetimeChance } = oddsOf(input({ machine: { ...BITAXE, hashesPerSecond }, growth }));
        for (const [i, { chance, chanceWithGrowth }] of rows.entries()) {
          expect(chance >= 0 && chance <= 1 && chanceWithGrowth >= 0 && chanceWithGrowth <= 1).toBe(true);
          if (growth >= 0) expect(chanceWithGrowth).toBeLessThanOrEqual(chance * (1 + 1e-12));
          expect(chance).toBeGreaterThanOrEqual(rows[i - 1]?.chance ?? 0);
        }
        expect(lifetimeChance).toBeGreaterThanOrEqual(rows.at(-1)!.chanceWithGrowth * (1 - 1e-12));
      }),
    );
  });
});

describe('oddsLines', () => {
  it.each([40, 80, 120])('fits %d columns', (width) => {
    const lines = oddsLines(oddsOf(input()), width);
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('shows shares before blocks, and marks the lottery as unconfirmed', () => {
    const text = oddsLines(oddsOf(input()), 120).join('\n');
    expect(text.indexOf('best share')).toBeLessThan(text.indexOf('chance of a block'));
    expect(text).toContain('[1] unconfirmed: 5 of 69');
    expect(text).toContain('ASSUMED; --growth sets it');
  });

  it('has one column of chances without growth', () => {
    const text = oddsLines(oddsOf(input({ growth: 0, growthAssumed: false })), 120).join('\n');
    expect(text).not.toContain('growing');
    expect(text).toMatch(/^ever +certain$/m);
  });

  it('says when half have a block where growth is slow enough, or the difficulty falls', () => {
    const machine = { ...BITAXE, hashesPerSecond: 1e18 };
    expect(oddsLines(oddsOf(input({ machine })), 300).join('\n')).toMatch(
      /With the difficulty growing, half have one within/,
    );
    expect(oddsLines(oddsOf(input({ growth: -0.2 })), 300).join('\n')).toMatch(/falling 20% a year/);
  });

  it('says what an assumed power is', () => {
    expect(oddsLines(oddsOf(input({ machine: DESKTOP })), 300).join('\n')).toContain('at an assumed power');
  });

  it('stands a microcontroller on an endless time', () => {
    const machine = { ...BITAXE, hashesPerSecond: 150, power: null };
    const lines = oddsLines(oddsOf(input({ machine, seconds: 1 })), 120);
    expect(lines.join('\n')).not.toMatch(/NaN|Infinity|undefined/);
    expect(tooLong(lines, 120)).toEqual([]);
  });
});

it('prints JSON of its schema, null where nothing is certain to come', () => {
  const object = JSON.parse(JSON.stringify(oddsObject(oddsOf(input()))));
  expect(object).toMatchObject({
    schema: 'hashgap.odds/1',
    machine: { name, hashesPerSecond: hashrateHps },
    seconds: 7 * DAY,
    growthPerYear: 0.3,
    growthAssumed: true,
    medianSecondsWithGrowth: null,
    wait: { meanSeconds: expect.any(Number), medianSeconds: expect.any(Number) },
    yardstick: { confidence: 'unconfirmed', chance: 1 / 292_201_338 },
    network: { from: 'snapshot' },
  });
  expect(Object.keys(object.rows[0])).toEqual([
    ...['seconds', 'asked', 'medianBestShare', 'luckyBestShare', 'timesShort', 'chance', 'chanceWithGrowth'],
  ]);
});

it('counts the machines that a block a month takes', () => {
  expect(oddsObject(oddsOf(input())).fleet).toMatchObject({ devices: 226_089, powerW: 226_089 * 19 });
  const text = (machine: Machine) => oddsLines(oddsOf(input({ machine })), 400).join('\n');
  expect(text(BITAXE)).toContain('One block a month on average takes 226,000 such machines, 4.3 MW.');
  expect(text({ ...BITAXE, power: null })).toContain('takes 226,000 such machines.');
  expect(text(DESKTOP)).toMatch(/such machines, [\d.]+ GW at an assumed power\./);
  expect(text({ ...BITAXE, hashesPerSecond: 1e20 })).not.toContain('a month');
});

it('marks what a device whose figures nobody confirms earns', () => {
  const text = oddsLines(oddsOf(input({ machine: { ...BITAXE, note: 'hashrate unconfirmed: x' } })), 400);
  expect(text.join('\n')).toMatch(/A day is worth \$[\d.]+ \[2\] on average/);
  expect(text.at(-1)).toBe('[2] hashrate unconfirmed: x');
});

it('says that a block without a reward earns nothing', () => {
  const network: typeof FRESH = { ...FRESH, network: 'regtest', subsidyBtc: 0, feesBtc: 0 };
  const text = oddsLines(oddsOf(input({ network })), 400).join('\n');
  expect(text).toContain('A block brings no bitcoin here: neither a subsidy nor fees.');
  expect(text).not.toContain('pays below');
});

it('does not promise a wait that has no memory to be longer for having waited', () => {
  const text = oddsLines(oddsOf(input()), 400).join('\n');
  expect(text).toContain('however long one has waited, the wait ahead is as long as at the start');
});

describe('a hashrate beyond the network', () => {
  const text = (hashesPerSecond: number, network = FRESH) =>
    oddsLines(oddsOf(input({ machine: { ...BITAXE, hashesPerSecond }, network })), 400).join('\n');

  it('says that the difficulty would follow, needs no lottery and no multiple of a share', () => {
    const lines = text(1e22);
    expect(lines).toContain(
      'This is 9.42 times the hashrate that this difficulty is for: the difficulty would follow',
    );
    expect(lines).toMatch(/^1 day +.* no more than that$/m);
    expect(lines).not.toContain('Powerball');
  });

  it('is none on a network whose difficulty stays, and none of a home miner', () => {
    expect(text(1e22, { ...FRESH, network: 'regtest' })).not.toContain('would follow');
    expect(text(1e12)).not.toContain('would follow');
    expect(text(1e12)).toContain('Powerball');
  });
});
