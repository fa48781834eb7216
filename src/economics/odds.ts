/** Odds of finding a block while difficulty and hashrate stay as they are. */
import { fraction, notNegative, positive } from './checks.ts';

/** A miner and what it is up against. */
export interface Search {
  /** Hashes per second. */
  readonly hashrateHps: number;
  /** Hashes a block takes on average; `work.ts` has it from a target or a difficulty. */
  readonly hashesPerBlock: number;
}

/** When the first block comes. Each hash is a new draw, so the wait is exponential and has no memory. */
export interface WaitingTime {
  readonly meanSeconds: number;
  /** Half of all miners like this one have their block by then: ln 2 x mean. */
  readonly medianSeconds: number;
  /** The luckiest 5 % have theirs by then: 0.0513 x mean. */
  readonly lucky5Seconds: number;
  /** 5 % still wait then: 2.996 x mean. */
  readonly unlucky5Seconds: number;
}

/**
 * The chance of at least one block in a number of hashes, 1 - exp(-hashes / hashesPerBlock), by `expm1`: with `1 - Math.exp(-x)` a day of a
 * NerdMiner, x = 1e-14, is already 0.2 % off, and 0 a little below. Source: Poisson, as in Rosenfeld 2011, https://arxiv.org/abs/1112.4980.
 *
 * @throws {RangeError} for negative hashes or hashesPerBlock that is not positive.
 * @example
 * ```ts
 * chanceOfBlock(1, 2 ** 80) === 2 ** -80; // true
 * ```
 */
export function chanceOfBlock(hashes: number, hashesPerBlock: number): number {
  return -Math.expm1(-notNegative(hashes, 'number of hashes') / positive(hashesPerBlock, 'work'));
}

/**
 * The chance of at least one block within a time.
 *
 * @throws {RangeError} for a negative time, or work or hashrate out of range.
 * @example
 * ```ts
 * chanceWithin({ hashrateHps: 200e12, hashesPerBlock: 6.368e23 }, 86400).toExponential(2); // '2.71e-5'
 * ```
 */
export function chanceWithin(search: Search, seconds: number): number {
  return -Math.expm1(-expectedBlocks(search, seconds));
}

/**
 * How many blocks a time brings on average, hashrate x time / hashesPerBlock.
 *
 * @throws {RangeError} for a negative time, or work or hashrate out of range.
 * @example
 * ```ts
 * expectedBlocks({ hashrateHps: 1e15, hashesPerBlock: 6e23 }, 600); // 1e-6
 * ```
 */
export function expectedBlocks({ hashrateHps, hashesPerBlock }: Search, seconds: number): number {
  const perSecond = notNegative(hashrateHps, 'hashrate') / positive(hashesPerBlock, 'work');
  return perSecond * notNegative(seconds, 'time');
}

/**
 * When the first block comes: mean, median, and the times by which 5 % and 95 % have theirs.
 *
 * @throws {RangeError} when hashrate or work is not positive.
 * @example
 * ```ts
 * timeToBlock({ hashrateHps: 1e12, hashesPerBlock: 6e23 }).meanSeconds; // 6e11
 * ```
 */
export function timeToBlock(search: Search): WaitingTime {
  return {
    meanSeconds: positive(search.hashesPerBlock, 'work') / positive(search.hashrateHps, 'hashrate'),
    medianSeconds: secondsForChance(0.5, search),
    lucky5Seconds: secondsForChance(0.05, search),
    unlucky5Seconds: secondsForChance(0.95, search),
  };
}

/**
 * The hashes after which the chance of a block is `chance`, -ln(1 - chance) x hashesPerBlock; infinitely many for certainty.
 *
 * @throws {RangeError} for a chance outside 0 to 1 or work that is not positive.
 * @example
 * ```ts
 * hashesForChance(0.5, 1e6); // Math.LN2 * 1e6
 * ```
 */
export function hashesForChance(chance: number, hashesPerBlock: number): number {
  return -Math.log1p(-fraction(chance, 'chance')) * positive(hashesPerBlock, 'work');
}

/**
 * The seconds after which the chance of a block is `chance`; infinitely many for certainty.
 *
 * @throws {RangeError} for a chance outside 0 to 1, or work or hashrate that is not positive.
 * @example
 * ```ts
 * secondsForChance(0.5, { hashrateHps: 2, hashesPerBlock: 200 }); // Math.LN2 * 100
 * ```
 */
export function secondsForChance(chance: number, { hashrateHps, hashesPerBlock }: Search): number {
  return hashesForChance(chance, hashesPerBlock) / positive(hashrateHps, 'hashrate');
}
