/** The best share: the highest difficulty that some hashes reach, a score that moves long before a block is found. */
import { fraction, notNegative, positive } from './checks.ts';
import { HASHES_PER_DIFFICULTY } from './work.ts';

/**
 * The chance that the best of some hashes is of at most this difficulty, exp(-hashes / (difficulty x 2^48 / 0xffff)): a Fréchet
 * distribution, whose mean is infinite. Source: each hash beats the difficulty with chance 1 / (difficulty x 2^48 / 0xffff).
 *
 * @throws {RangeError} for negative hashes or a difficulty that is not positive.
 * @example
 * ```ts
 * chanceBestAtMost(1, 0); // 1
 * ```
 */
export function chanceBestAtMost(difficulty: number, hashes: number): number {
  const each = positive(difficulty, 'difficulty') * HASHES_PER_DIFFICULTY;
  return Math.exp(-notNegative(hashes, 'number of hashes') / each);
}

/**
 * The difficulty that the best of some hashes stays below with this chance, hashes / (2^48 / 0xffff x -ln chance).
 *
 * @throws {RangeError} for negative hashes or a chance outside 0 to 1.
 * @example
 * ```ts
 * bestShareQuantile(2 ** 48 / 0xffff, Math.exp(-1)); // 1
 * ```
 */
export function bestShareQuantile(hashes: number, chance: number): number {
  if (notNegative(hashes, 'number of hashes') === 0) return 0;
  return hashes / (HASHES_PER_DIFFICULTY * -Math.log(fraction(chance, 'chance')));
}

/**
 * The median difficulty of the best of some hashes, hashes / (2^48 / 0xffff x ln 2): half of all such runs do better.
 *
 * @throws {RangeError} for negative hashes.
 * @example
 * ```ts
 * medianBestShare(0); // 0
 * ```
 */
export function medianBestShare(hashes: number): number {
  return bestShareQuantile(hashes, 0.5);
}

/**
 * The hashes after which a share of this difficulty has been found with this chance, -ln(1 - chance) x difficulty x 2^48 / 0xffff.
 *
 * @throws {RangeError} for a difficulty that is not positive or a chance outside 0 to 1.
 * @example
 * ```ts
 * hashesForShare(1, 0); // 0
 * ```
 */
export function hashesForShare(difficulty: number, chance: number): number {
  const draws = -Math.log1p(-fraction(chance, 'chance'));
  return draws * positive(difficulty, 'difficulty') * HASHES_PER_DIFFICULTY + 0; // + 0: no hash is 0, not -0
}
