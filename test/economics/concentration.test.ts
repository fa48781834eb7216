/** Concentration of pools: the published rows as far as the published shares go, and the bounds of each measure. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concentration,
  concentrationWithSingles,
  effectiveNumber,
  entropyBits,
  gini,
  hhi,
  nakamotoCoefficient,
  sharesOf,
  topShare,
} from '../../src/economics/concentration.ts';
import { wilsonInterval } from '../../src/economics/intervals.ts';

/** 30 days to 2026-04-22, tenths of a percent: the twelve largest, then the rest, of which only the sum was published. */
const APRIL = [309, 180, 111, 90, 82, 52, 48, 32, 22, 19, 14, 13, 5, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1];
/** The same with AntPool and its presumed proxies as one. */
const MERGED = [313, 309, 111, 90, 82, 48, 19, 14, 5, 2, 2, 2, 1, 1, 1];
const percents = (counts: readonly number[]) =>
  concentration(counts).top.map(({ share }) => Number((100 * share).toFixed(1)));

describe('published: 30 days to 22 April 2026', () => {
  it('as tagged: HHI 1,627, Nakamoto 3, entropy 3.14 bits, top 30.9 / 48.9 / 60.1 / 82.5 %', () => {
    const { hhi, nakamoto, entropyBits } = concentration(APRIL);
    expect(Math.abs(hhi - 1627)).toBeLessThan(10);
    expect(nakamoto).toBe(3);
    expect(entropyBits).toBeCloseTo(3.14, 1);
    const published = [30.9, 48.9, 60.1, 82.5];
    percents(APRIL).forEach((percent, i) => {
      expect(Math.abs(percent - published[i]!)).toBeLessThan(0.25); // the shares are rounded to tenths
    });
  });

  it('proxies merged: HHI 2,235, Nakamoto 2, entropy 2.53 bits, six pools above 95 %', () => {
    const { hhi, nakamoto, entropyBits, top } = concentration(MERGED);
    expect(Math.abs(hhi - 2235)).toBeLessThan(10);
    expect(nakamoto).toBe(2);
    expect(entropyBits).toBeCloseTo(2.53, 1);
    expect(percents(MERGED)).toEqual([31.3, 62.2, 73.3, 95.3]);
    expect(top[3]!.low).toBeGreaterThan(0.93);
  });

  it.each([
    [144, 7.5],
    [1008, 2.9],
    [4312, 1.4],
  ])('a pool of 31 %% on %d blocks: +-%d points', (blocks, points) => {
    const { low, high } = wilsonInterval(0.31 * blocks, blocks);
    expect(Math.abs(50 * (high - low) - points)).toBeLessThan(0.1);
  });
});

const counts = () =>
  fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 })
    .filter((c) => c.some((n) => n > 0));

describe('properties', () => {
  it('each measure within its bounds, which equal pools and a single one reach', () => {
    fc.assert(
      fc.property(counts(), (blocks) => {
        const { pools, hhi, nakamoto, entropyBits, effectiveNumber, gini, top } = concentration(blocks);
        expect(hhi).toBeGreaterThanOrEqual(10_000 / pools - 1e-6);
        expect(hhi).toBeLessThanOrEqual(10_000 + 1e-6);
        expect(effectiveNumber).toBeLessThanOrEqual(pools + 1e-9);
        expect(nakamoto).toBeLessThanOrEqual(Math.floor(pools / 2) + 1);
        expect(entropyBits).toBeLessThanOrEqual(Math.log2(pools) + 1e-9);
        expect(entropyBits).toBeGreaterThanOrEqual(Math.log2(effectiveNumber) - 1e-9);
        expect(gini >= 0 && gini < 1).toBe(true);
        for (const { low, share, high } of top)
          expect(0 <= low && low <= share && share <= high && high <= 1).toBe(true);
      }),
    );
  });

  it('does not care for order, scale or pools without a block', () => {
    fc.assert(
      fc.property(counts(), (blocks) => {
        const other = concentration([0, ...blocks.toReversed().map((n) => n * 3)]);
        const { hhi, nakamoto, entropyBits, gini } = concentration(blocks);
        expect(other.nakamoto).toBe(nakamoto);
        expect(other.hhi).toBeCloseTo(hhi, 6);
        expect(other.entropyBits).toBeCloseTo(entropyBits, 9);
        expect(other.gini).toBeCloseTo(gini, 9);
      }),
    );
  });

  it('a merger never lowers the index nor raises the Nakamoto coefficient', () => {
    fc.assert(
      fc.property(counts(), ([first = 0, second = 0, ...rest]) => {
        fc.pre(first + second > 0);
        const [apart, merged] = [
          [first, second, ...rest],
          [first + second, ...rest],
        ];
        expect(hhi(merged)).toBeGreaterThanOrEqual(hhi(apart) - 1e-9);
        expect(nakamotoCoefficient(merged)).toBeLessThanOrEqual(nakamotoCoefficient(apart));
        expect(entropyBits(merged)).toBeLessThanOrEqual(entropyBits(apart) + 1e-9);
      }),
    );
  });
});

it('small cases by hand', () => {
  expect(sharesOf([1, 3])).toEqual([0.75, 0.25]);
  expect(hhi([7])).toBe(10_000);
  expect(nakamotoCoefficient([7])).toBe(1);
  expect(Object.is(entropyBits([7]), 0)).toBe(true);
  expect(nakamotoCoefficient([50, 25, 25])).toBe(2); // a half is not more than half
  expect(effectiveNumber([1, 1, 2])).toBeCloseTo(8 / 3, 12);
  expect(gini([1, 3])).toBeCloseTo(0.25, 12);
  expect(topShare([5, 5], 9)).toMatchObject({ count: 9, share: 1, high: 1 });
});

it("Wilson's interval of 0 and 10 in 10", () => {
  expect(wilsonInterval(0, 10).high).toBeCloseTo(0.2775, 4);
  expect(wilsonInterval(10, 10).low).toBeCloseTo(0.7225, 4);
  expect(wilsonInterval(10, 10).high).toBe(1);
});

it.each([[[]], [[0, 0]], [[-1, 2]], [[Number.NaN]]])('refuses the counts %j', (blocks) => {
  expect(() => concentration(blocks)).toThrow(RangeError);
});

it.each([
  [11, 10],
  [-1, 10],
  [0, 0],
])('refuses %d of %d', (counted, total) => {
  expect(() => wilsonInterval(counted, total)).toThrow(RangeError);
});

describe('pools beside single blocks', () => {
  it('has the measures of the list that would have an entry for each of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 60 }),
        (counts, singles) => {
          const listed = concentration([...counts, ...new Array<number>(singles).fill(1)]);
          const calculated = concentrationWithSingles(counts, singles);
          expect(calculated).toMatchObject({
            blocks: listed.blocks,
            pools: listed.pools,
            nakamoto: listed.nakamoto,
            top: listed.top,
          });
          expect(calculated.hhi).toBeCloseTo(listed.hhi, 6);
          expect(calculated.entropyBits).toBeCloseTo(listed.entropyBits, 9);
          expect(calculated.effectiveNumber).toBeCloseTo(listed.effectiveNumber, 6);
        },
      ),
    );
  });

  it('takes more of them than would fit into memory, and none at all', () => {
    expect(concentrationWithSingles([], 1e12)).toMatchObject({ nakamoto: 5e11 + 1, pools: 1e12 });
    expect(concentrationWithSingles([2, 1, 1], 0)).toMatchObject({ nakamoto: 2, hhi: 3750 });
    expect(() => concentrationWithSingles([0], 0)).toThrow(RangeError);
  });
});
