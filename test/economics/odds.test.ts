/** Odds of a block: the published figures, and that they behave as probabilities. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestShareQuantile,
  chanceBestAtMost,
  hashesForShare,
  medianBestShare,
} from '../../src/economics/best-share.ts';
import { deviceById } from '../../src/economics/devices.ts';
import { YEAR_SECONDS } from '../../src/economics/growth.ts';
import {
  chanceOfBlock,
  chanceWithin,
  expectedBlocks,
  hashesForChance,
  secondsForChance,
  timeToBlock,
} from '../../src/economics/odds.ts';
import { hashesFromDifficulty } from '../../src/economics/work.ts';

const DAY = 86_400;
const JANUARY = hashesFromDifficulty(148.26e12);
const search = (hashrateHps: number) => ({ hashrateHps, hashesPerBlock: JANUARY });
const gamma = search(deviceById('bitaxe-gamma').hashrateHps);
const oneIn = (chance: number) => 1 / chance;

describe('published figures, at the difficulty of 12 January 2026 (148.26T)', () => {
  it('CKpool: about 1 in 36,000 a day for 200 TH/s', () => {
    expect(oneIn(chanceWithin(search(200e12), DAY))).toBeCloseTo(36_850, -1);
    expect(oneIn(chanceWithin(search(200e12), DAY)) / 36_000).toBeCloseTo(1, 1);
  });

  it('a Bitaxe Gamma: 1 in 6.9 million a day, 1 in 18,840 a year', () => {
    expect(oneIn(chanceWithin(gamma, DAY)) / 1e6).toBeCloseTo(6.9, 1);
    expect(Math.round(oneIn(chanceWithin(gamma, YEAR_SECONDS)) / 10)).toBe(1884);
  });

  it('480 GH/s: 1 in 15.4 million a day, not the 3.5 million of the press', () => {
    expect(oneIn(chanceWithin(search(480e9), DAY)) / 1e6).toBeCloseTo(15.4, 1);
  });

  it.each([
    ['nerdminer-esp32s3', 2.5e11, 9.2e13],
    ['nerdqaxe-pp', 4120, 1.5e6],
    ['avalon-q', 224, 81_900],
    ['s21', 101, 36_850],
    ['s23hyd', 35, 12_700],
  ])('solo with %s: %d years on average, 1 in %d a day', (id, years, odds) => {
    const device = search(deviceById(id).hashrateHps);
    expect(timeToBlock(device).meanSeconds / YEAR_SECONDS / years).toBeCloseTo(1, 1);
    expect(oneIn(chanceWithin(device, DAY)) / odds).toBeCloseTo(1, 1);
  });

  it('solo with 1 PH/s: 20.2 years, 1 in 7,370 a day', () => {
    expect(timeToBlock(search(1e15)).meanSeconds / YEAR_SECONDS).toBeCloseTo(20.2, 1);
    expect(Math.round(oneIn(chanceWithin(search(1e15), DAY)) / 10)).toBe(737);
  });

  it('waiting has no memory: median 0.693, 5 % by 0.0513, 95 % by 2.996 of the mean', () => {
    const { meanSeconds, medianSeconds, lucky5Seconds, unlucky5Seconds } = timeToBlock(gamma);
    expect(medianSeconds / meanSeconds).toBeCloseTo(Math.LN2, 12);
    expect(lucky5Seconds / meanSeconds).toBeCloseTo(0.0513, 4);
    expect(unlucky5Seconds / meanSeconds).toBeCloseTo(2.996, 3);
  });

  it('a NerdMiner day is exact where 1 - exp(-x) is 0.2 % off', () => {
    const nerdminer = search(80e3);
    const x = expectedBlocks(nerdminer, DAY);
    expect(x).toBeCloseTo(1.1e-14, 15);
    expect(chanceWithin(nerdminer, DAY) / x).toBeCloseTo(1, 13);
    expect(Math.abs((1 - Math.exp(-x)) / x - 1)).toBeGreaterThan(0.002);
    expect(chanceWithin(search(100), 1)).toBeGreaterThan(0);
  });

  it.each([
    ['a day', DAY, 31e6],
    ['30 days', 30 * DAY, 0.93e9],
    ['a year', YEAR_SECONDS, 11.4e9],
  ])('best share of a Bitaxe Gamma in %s: median %d', (_, seconds, difficulty) => {
    expect(medianBestShare(gamma.hashrateHps * seconds) / difficulty).toBeCloseTo(1, 2);
  });
});

const hashes = () => fc.double({ min: 0, max: 1e30, noNaN: true });
const work = () => fc.double({ min: 1, max: 1e30, noNaN: true });
const chance = () => fc.double({ min: 1e-12, max: 1 - 1e-9, noNaN: true });

describe('properties', () => {
  it('a chance lies in 0 to 1 and grows with time and hashrate', () => {
    fc.assert(
      fc.property(hashes(), hashes(), work(), (a, b, w) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const [low, high] = [chanceOfBlock(less, w), chanceOfBlock(more, w)];
        return low >= 0 && high <= 1 && low <= high && Object.is(chanceOfBlock(0, w), 0);
      }),
    );
  });

  it('a small chance is the expected number, to the last digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e-16, noNaN: true }), (x) => {
        expect(chanceOfBlock(x, 1) / x).toBeCloseTo(1, 14);
      }),
    );
  });

  it('the hashes and the seconds for a chance give that chance', () => {
    fc.assert(
      fc.property(chance(), work(), (p, w) => {
        expect(chanceOfBlock(hashesForChance(p, w), w) / p).toBeCloseTo(1, 9);
        const seconds = secondsForChance(p, { hashrateHps: 7, hashesPerBlock: w });
        expect(chanceWithin({ hashrateHps: 7, hashesPerBlock: w }, seconds) / p).toBeCloseTo(1, 9);
      }),
    );
  });

  it('two machines wait half as long as one', () => {
    const [one, two] = [timeToBlock(search(1e12)), timeToBlock(search(2e12))];
    expect(one.meanSeconds / two.meanSeconds).toBe(2);
    expect(one.medianSeconds / two.medianSeconds).toBe(2);
  });

  it('certainty takes for ever', () => {
    expect(hashesForChance(1, 1)).toBe(Infinity);
    expect(secondsForChance(1, gamma)).toBe(Infinity);
  });

  it('the best share: a distribution, with its quantiles as inverse', () => {
    fc.assert(
      fc.property(chance(), fc.double({ min: 1, max: 1e25, noNaN: true }), (p, n) => {
        expect(chanceBestAtMost(bestShareQuantile(n, p), n)).toBeCloseTo(p, 9);
        const needed = hashesForShare(1e6, p);
        expect(1 - chanceBestAtMost(1e6, needed)).toBeCloseTo(p, 9);
        expect(chanceBestAtMost(1e6, n)).toBeLessThanOrEqual(chanceBestAtMost(2e6, n));
      }),
    );
  });
});

it.each([0, -1, Number.NaN])('refuses work or a hashrate of %s', (value) => {
  expect(() => chanceOfBlock(1, value)).toThrow(RangeError);
  expect(() => timeToBlock({ hashrateHps: value, hashesPerBlock: 1 })).toThrow(RangeError);
  expect(() => chanceBestAtMost(value, 1)).toThrow(RangeError);
});

it.each([-0.1, 1.1, Number.NaN])('refuses a chance of %s', (value) => {
  expect(() => hashesForChance(value, 1)).toThrow(RangeError);
  expect(() => hashesForShare(1, value)).toThrow(RangeError);
});
