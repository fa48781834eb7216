/** Odds with growing difficulty: bounded for ever, and the simple formula where nothing grows. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import {
  chanceWithGrowth,
  continuousGrowth,
  expectedBlocksWithGrowth,
  lifetimeChance,
  secondsForChanceWithGrowth,
  YEAR_SECONDS,
} from '../../src/economics/growth.ts';
import { chanceWithin, expectedBlocks, secondsForChance } from '../../src/economics/odds.ts';
import { hashesFromDifficulty } from '../../src/economics/work.ts';

const gamma = {
  hashrateHps: deviceById('bitaxe-gamma').hashrateHps,
  hashesPerBlock: hashesFromDifficulty(148.26e12),
};

it('published: at 30 % a year a Bitaxe Gamma finds a block in 1 of 5,650 lives, not surely in 18,840 years', () => {
  expect(Math.round(1 / lifetimeChance({ ...gamma, growthPerYear: 0.3 }) / 10)).toBe(565);
  expect(1 / chanceWithGrowth({ ...gamma, growthPerYear: 0.3 }, 18_840 * YEAR_SECONDS)).toBeCloseTo(5652, -1);
  expect(chanceWithin(gamma, 18_840 * YEAR_SECONDS)).toBeCloseTo(0.632, 3);
});

it('a growth of 30 % that compounds is 26.2 % continuously', () => {
  expect(continuousGrowth(0.3)).toBeCloseTo(0.2624, 4);
  expect(continuousGrowth(1e-12)).toBeCloseTo(1e-12, 15);
  expect(() => continuousGrowth(-1)).toThrow(RangeError);
});

const growth = () => fc.double({ min: -0.5, max: 3, noNaN: true });
const time = () => fc.double({ min: 0, max: 30 * YEAR_SECONDS, noNaN: true });
const rate = () => fc.double({ min: 1, max: 1e18, noNaN: true });

it('growth 0 is the simple formula', () => {
  fc.assert(
    fc.property(rate(), time(), (hashrateHps, seconds) => {
      const search = { ...gamma, hashrateHps };
      expect(chanceWithGrowth({ ...search, growthPerYear: 0 }, seconds)).toBe(chanceWithin(search, seconds));
    }),
  );
  const still = { ...gamma, growthPerYear: 0 };
  expect(secondsForChanceWithGrowth(0.5, still)).toBeCloseTo(secondsForChance(0.5, gamma), 0);
  expect(lifetimeChance(still)).toBe(1);
});

it('hardly any growth is hardly any difference', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e-9, max: 1e-9, noNaN: true }), time(), (growthPerYear, seconds) => {
      const grown = expectedBlocksWithGrowth({ ...gamma, growthPerYear }, seconds);
      const simple = expectedBlocks(gamma, seconds);
      expect(Math.abs(grown - simple)).toBeLessThanOrEqual(1e-7 * simple);
    }),
  );
});

it('a chance lies in 0 to 1, grows with time and falls with growth', () => {
  fc.assert(
    fc.property(growth(), growth(), time(), time(), rate(), (g1, g2, t1, t2, hashrateHps) => {
      const search = { ...gamma, hashrateHps };
      const [slow, fast] = g1 < g2 ? [g1, g2] : [g2, g1];
      const [early, late] = t1 < t2 ? [t1, t2] : [t2, t1];
      const chance = (growthPerYear: number, t: number) => chanceWithGrowth({ ...search, growthPerYear }, t);
      const slack = 1 + 1e-12;
      expect(chance(slow, early)).toBeGreaterThanOrEqual(0);
      expect(chance(slow, late)).toBeLessThanOrEqual(1);
      expect(chance(fast, early)).toBeLessThanOrEqual(chance(fast, late) * slack);
      expect(chance(fast, late)).toBeLessThanOrEqual(chance(slow, late) * slack);
      if (fast > 0)
        expect(chance(fast, late)).toBeLessThanOrEqual(
          lifetimeChance({ ...search, growthPerYear: fast }) * slack,
        );
    }),
  );
});

it('the seconds for a chance give that chance, or none do', () => {
  fc.assert(
    fc.property(
      growth(),
      fc.double({ min: 1e-9, max: 0.99, noNaN: true }),
      rate(),
      (growthPerYear, chance, hashrateHps) => {
        const search = { ...gamma, hashrateHps, growthPerYear };
        const seconds = secondsForChanceWithGrowth(chance, search);
        if (seconds === Infinity) expect(lifetimeChance(search)).toBeLessThanOrEqual(chance * (1 + 1e-12));
        else expect(chanceWithGrowth(search, seconds) / chance).toBeCloseTo(1, 6);
      },
    ),
  );
  expect(secondsForChanceWithGrowth(1, { ...gamma, growthPerYear: 0.3 })).toBe(Infinity);
  expect(secondsForChanceWithGrowth(0, { ...gamma, growthPerYear: 0.3 })).toBe(0);
});

it('a miner that does not hash finds nothing, and has no time to name', () => {
  expect(chanceWithGrowth({ ...gamma, hashrateHps: 0, growthPerYear: 0.3 }, 1e9)).toBe(0);
  expect(() => secondsForChanceWithGrowth(0.5, { ...gamma, hashrateHps: 0, growthPerYear: 0 })).toThrow(
    RangeError,
  );
  expect(() => lifetimeChance({ ...gamma, hashrateHps: 0, growthPerYear: 0 })).toThrow(RangeError);
});
