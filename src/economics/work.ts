/** Work: the hashes a block takes on average, from its target or its difficulty, and the network hashrate they imply. */
import { positive } from './checks.ts';

/**
 * Expected hashes at difficulty 1: 2^256 / (0xffff x 2^208 + 1), which a double cannot tell from 2^48 / 0xffff = 4,295,032,833. The folk
 * value 2^32 is 15.26 millionths too low. Source: https://bitcoin.stackexchange.com/questions/79774.
 */
export const HASHES_PER_DIFFICULTY = 2 ** 48 / 0xffff;

/** Seconds the difficulty adjustment aims at per block. */
export const BLOCK_SECONDS = 600;

/**
 * Expected hashes to meet a target, 2^256 / (target + 1), to a double's precision.
 *
 * @throws {RangeError} for a target below 0 or wider than 256 bits.
 * @example
 * ```ts
 * hashesFromTarget(targetFromBits(0x1d00ffff)); // 2 ** 48 / 0xffff
 * ```
 */
export function hashesFromTarget(target: bigint): number {
  // 64 bits below the point: the quotient is at least 1, so that is more than a double keeps.
  return Number((1n << 320n) / divisor(target)) / 2 ** 64;
}

/**
 * Expected hashes per block at a difficulty, difficulty x 2^48 / 0xffff.
 *
 * @throws {RangeError} when the difficulty is not positive.
 * @example
 * ```ts
 * hashesFromDifficulty(148.26e12).toPrecision(4); // '6.368e+23'
 * ```
 */
export function hashesFromDifficulty(difficulty: number): number {
  return positive(difficulty, 'difficulty') * HASHES_PER_DIFFICULTY;
}

/**
 * The hashrate (hashes per second) that finds a block every 600 s at a difficulty.
 *
 * @throws {RangeError} when the difficulty is not positive.
 * @example
 * ```ts
 * Math.round(networkHashrate(124.93e12) / 1e18); // 894
 * ```
 */
export function networkHashrate(difficulty: number): number {
  return hashesFromDifficulty(difficulty) / BLOCK_SECONDS;
}

/**
 * The difficulty at which a hashrate (hashes per second) finds a block every 600 s.
 *
 * @throws {RangeError} when the hashrate is not positive.
 * @example
 * ```ts
 * (difficultyFromHashrate(957.97e18) / 1e12).toFixed(1); // '133.8'
 * ```
 */
export function difficultyFromHashrate(hashesPerSecond: number): number {
  return (positive(hashesPerSecond, 'hashrate') * BLOCK_SECONDS) / HASHES_PER_DIFFICULTY;
}

function divisor(target: bigint): bigint {
  if (target < 0n || target >> 256n !== 0n)
    throw new RangeError(`expected a target of 0 to 2^256-1, received ${target}`);
  return target + 1n;
}
