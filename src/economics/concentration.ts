/** How concentrated mining is, from the number of blocks that each pool found. */
import { notNegative } from './checks.ts';
import { type ShareInterval, wilsonInterval } from './intervals.ts';

/** Every measure at once. */
export interface Concentration {
  readonly blocks: number;
  /** Pools that found a block. */
  readonly pools: number;
  readonly hhi: number;
  readonly nakamoto: number;
  readonly entropyBits: number;
  readonly effectiveNumber: number;
  readonly gini: number;
  /** The shares of the 1, 2, 3 and 6 largest pools together. */
  readonly top: readonly TopShare[];
}

/** Of how many pools the shares are given together. */
const TOP_COUNTS = [1, 2, 3, 6] as const;

/** What the largest pools hold together. */
export interface TopShare extends ShareInterval {
  /** How many pools. */
  readonly count: number;
}

/**
 * Shares, largest first, of those that found anything.
 *
 * @param counts - blocks of each pool.
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * sharesOf([1, 0, 3]); // [0.75, 0.25]
 * ```
 */
export function sharesOf(counts: readonly number[]): number[] {
  const found = counts.filter((count) => notNegative(count, 'number of blocks') > 0);
  const total = sum(found);
  if (total === 0) throw new RangeError('expected at least one block, received none');
  return found.map((count) => count / total).sort((a, b) => b - a);
}

/**
 * Herfindahl-Hirschman index: the sum of the squared shares in percent, 10,000 / n for n equal pools, 10,000 for a single one.
 * Source: US merger guidelines, https://www.justice.gov/atr/herfindahl-hirschman-index.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * hhi([1, 1]); // 5000
 * ```
 */
export function hhi(counts: readonly number[]): number {
  return 10_000 * sum(sharesOf(counts).map((share) => share ** 2));
}

/**
 * How many pools of equal size would have this index, 10,000 / HHI. Source: inverse Simpson index, Hill number of order 2.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * effectiveNumber([5, 5, 5, 5]); // 4
 * ```
 */
export function effectiveNumber(counts: readonly number[]): number {
  return 10_000 / hhi(counts);
}

/**
 * Nakamoto coefficient: the fewest pools that found more than half of the blocks.
 * Source: Srinivasan and Lee 2017, https://news.earn.com/quantifying-decentralization-e39db233c28e.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * nakamotoCoefficient([1, 1]); // 2
 * ```
 */
export function nakamotoCoefficient(counts: readonly number[]): number {
  sharesOf(counts);
  const sorted = [...counts].sort((a, b) => b - a);
  // Counted in whole blocks, so that exactly half is not taken for more.
  let rest = sum(sorted);
  const half = rest / 2;
  return (
    sorted.findIndex((count) => {
      rest -= count;
      return rest < half;
    }) + 1
  );
}

/**
 * Shannon entropy of the shares in bits, -Σ s log2 s: 0 for a single pool, log2 n for n equal ones.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * entropyBits([1, 1, 1, 1]); // 2
 * ```
 */
export function entropyBits(counts: readonly number[]): number {
  return sum(sharesOf(counts).map((share) => -share * Math.log2(share))) + 0;
}

/**
 * Gini coefficient of the pools that found a block: 0 for equal ones, near 1 when one has nearly everything. It is fragile: the longer the
 * window, the more tiny pools it counts, with hardly a change in who mines.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * gini([1, 1, 1]); // 0
 * ```
 */
export function gini(counts: readonly number[]): number {
  const shares = sharesOf(counts).reverse();
  const n = shares.length;
  // Twice the area between equality and the Lorenz curve, over shares in rising order.
  return Math.max(0, sum(shares.map((share, i) => (2 * (i + 1) - n - 1) * share)) / n);
}

/**
 * What the largest pools found together, with a 95 % interval for their share of the hashrate. The interval takes the pools as given: that
 * they were picked for being largest, and whether two names are one owner, it does not know.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * topShare([50, 30, 20], 2).share; // 0.8
 * ```
 */
export function topShare(counts: readonly number[], count: number): TopShare {
  sharesOf(counts);
  const sorted = [...counts].sort((a, b) => b - a);
  return { count, ...wilsonInterval(sum(sorted.slice(0, count)), sum(sorted)) };
}

/**
 * Every measure at once.
 *
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * concentration([2, 1, 1]).nakamoto; // 2
 * ```
 */
export function concentration(counts: readonly number[]): Concentration {
  return {
    blocks: sum(counts),
    pools: sharesOf(counts).length,
    hhi: hhi(counts),
    nakamoto: nakamotoCoefficient(counts),
    entropyBits: entropyBits(counts),
    effectiveNumber: effectiveNumber(counts),
    gini: gini(counts),
    top: TOP_COUNTS.map((count) => topShare(counts, count)),
  };
}

/**
 * Every measure but the Gini coefficient, where beside the counted pools so many others found one block each. A list of them would not fit
 * into memory, so what they add is calculated: u shares of 1 / n add 10,000 u / n^2 to HHI and (u / n) log2 n bits.
 *
 * @param counts - blocks of each pool.
 * @param singles - how many others there are, each with one block.
 * @throws {RangeError} for a negative count, or none at all.
 * @example
 * ```ts
 * concentrationWithSingles([2], 2).hhi; // 3750
 * ```
 */
export function concentrationWithSingles(
  counts: readonly number[],
  singles: number,
): Omit<Concentration, 'gini'> {
  const found = counts.filter((count) => notNegative(count, 'number of blocks') > 0).sort((a, b) => b - a);
  const blocks = sum(found) + notNegative(singles, 'number of blocks');
  if (blocks === 0) throw new RangeError('expected at least one block, received none');
  const index = 10_000 * (sum(found.map((count) => (count / blocks) ** 2)) + singles / blocks / blocks);
  const bits = sum(found.map((count) => (count / blocks) * Math.log2(blocks / count)));
  return {
    blocks,
    pools: found.length + singles,
    hhi: index,
    nakamoto: pastHalf(found, singles),
    entropyBits: bits + (singles / blocks) * Math.log2(blocks),
    effectiveNumber: 10_000 / index,
    top: TOP_COUNTS.map((count) => {
      const held = sum(found.slice(0, count)) + Math.min(Math.max(0, count - found.length), singles);
      return { count, ...wilsonInterval(held, blocks) };
    }),
  };
}

/** The fewest that found more than half, of pools in falling order and single blocks after them. */
function pastHalf(found: readonly number[], singles: number): number {
  let rest = sum(found) + singles;
  const half = rest / 2;
  for (const [i, count] of found.entries()) {
    rest -= count;
    if (rest < half) return i + 1;
  }
  return found.length + Math.floor(singles - half) + 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
