/** Odds while the difficulty grows: the part that calculators leave out, and that turns "some day" into "probably never". */
import { fraction, positive } from './checks.ts';
import { expectedBlocks, type Search } from './odds.ts';

/** Seconds of a Julian year, 365.25 days. */
export const YEAR_SECONDS = 365.25 * 86_400;

/** A search against a difficulty that grows as exp(growthPerYear x years); 0 is no growth, less is a fall. */
export interface GrowingSearch extends Search {
  /** Continuous: 0.3 is a factor of e^0.3 = 1.35 a year. `continuousGrowth` makes it from a yearly percentage. */
  readonly growthPerYear: number;
}

/**
 * The continuous rate of a growth that is stated per year and compounds, ln(1 + growth).
 *
 * @throws {RangeError} for a growth of -1 or less: nothing would be left.
 * @example
 * ```ts
 * continuousGrowth(Math.E - 1); // 1
 * ```
 */
export function continuousGrowth(yearlyGrowth: number): number {
  positive(1 + yearlyGrowth, 'growth factor');
  return Math.log1p(yearlyGrowth);
}

/**
 * How many blocks a time brings on average: rate today x (1 - exp(-g T)) / g, the integral of a rate that decays as the difficulty grows.
 *
 * @throws {RangeError} for a negative time, or work or hashrate out of range.
 * @example
 * ```ts
 * const search = { hashrateHps: 1e15, hashesPerBlock: 6e23, growthPerYear: 0 };
 * expectedBlocksWithGrowth(search, 600); // 1e-6
 * ```
 */
export function expectedBlocksWithGrowth(search: GrowingSearch, seconds: number): number {
  const exponent = (search.growthPerYear * seconds) / YEAR_SECONDS;
  const today = expectedBlocks(search, seconds);
  return exponent === 0 || today === 0 ? today : today * (-Math.expm1(-exponent) / exponent);
}

/**
 * The chance of at least one block within a time.
 *
 * @throws {RangeError} for a negative time, or work or hashrate out of range.
 * @example
 * ```ts
 * chanceWithGrowth({ hashrateHps: 0, hashesPerBlock: 1, growthPerYear: 0.3 }, 1e9); // 0
 * ```
 */
export function chanceWithGrowth(search: GrowingSearch, seconds: number): number {
  return -Math.expm1(-expectedBlocksWithGrowth(search, seconds));
}

/**
 * The chance of ever finding a block: the expected number is bounded by rate / g for ever. It is 1 where the difficulty does not grow.
 *
 * @throws {RangeError} when work or hashrate is not positive.
 * @example
 * ```ts
 * lifetimeChance({ hashrateHps: 1, hashesPerBlock: 1e9, growthPerYear: 0 }); // 1
 * ```
 */
export function lifetimeChance(search: GrowingSearch): number {
  return -Math.expm1(-lifetimeBlocks(search));
}

/**
 * The seconds after which the chance of a block is `chance`, -ln(1 - n g / rate) / g with n = -ln(1 - chance); infinitely many when growth
 * never lets it get there.
 *
 * @throws {RangeError} for a chance outside 0 to 1, or work or hashrate that is not positive.
 * @example
 * ```ts
 * secondsForChanceWithGrowth(0.5, { hashrateHps: 1, hashesPerBlock: 1e12, growthPerYear: 0.3 }); // Infinity
 * ```
 */
export function secondsForChanceWithGrowth(chance: number, search: GrowingSearch): number {
  const blocks = -Math.log1p(-fraction(chance, 'chance'));
  const perSecond = expectedBlocks(search, 1);
  positive(perSecond, 'hashrate');
  const growthPerSecond = search.growthPerYear / YEAR_SECONDS;
  const simple = blocks / perSecond;
  const exponent = growthPerSecond * simple;
  if (exponent === 0 || blocks === Infinity) return simple;
  return exponent >= 1 ? Infinity : simple * (-Math.log1p(-exponent) / exponent);
}

function lifetimeBlocks(search: GrowingSearch): number {
  positive(search.hashrateHps, 'hashrate');
  if (search.growthPerYear <= 0) return Infinity;
  return expectedBlocks(search, YEAR_SECONDS) / search.growthPerYear;
}
