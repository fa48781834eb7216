/** Confidence intervals of a share that was counted. */
import { fraction, positive } from './checks.ts';

/** A share, 0 to 1, and the range it is likely to come from. */
export interface ShareInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Standard deviations of a 95 % interval. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval for a share of `counted` in `total`: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z √(p(1-p)/n)
 * it stays within 0 to 1 and holds for few blocks. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
 *
 * @param z - standard deviations. @default 1.96, for 95 %
 * @throws {RangeError} for a count above the total or a total that is not positive.
 * @example
 * ```ts
 * wilsonInterval(0, 10).low; // 0
 * ```
 */
export function wilsonInterval(counted: number, total: number, z = Z_95): ShareInterval {
  const share = fraction(counted / positive(total, 'number of blocks'), 'share');
  const spread = z ** 2 / total;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((share * (1 - share)) / total + spread / (4 * total))) / (1 + spread);
  return {
    share,
    low: share === 0 ? 0 : Math.max(0, centre - half), // exact at the ends, where the two terms only nearly cancel
    high: share === 1 ? 1 : Math.min(1, centre + half),
  };
}
