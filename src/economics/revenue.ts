/** Revenue of hashing: bitcoin per day, and hashprice, the dollars that a petahash per second earns in one. */
import { fraction, notNegative, positive } from './checks.ts';

/** What a block is worth and what it takes. */
export interface BlockTerms {
  /** Hashes a block takes on average. */
  readonly hashesPerBlock: number;
  /** Subsidy and fees of a block, BTC. */
  readonly rewardBtc: number;
}

const DAY_SECONDS = 86_400;
const PETA = 1e15;

/**
 * Bitcoin a hashrate earns per day on average, reward x hashrate x 86,400 / hashesPerBlock.
 * Source: https://starlighttools.org/calculators/mining-profitability-calculator.html.
 *
 * @param hashrateHps - hashes per second.
 * @param kept - the part that is kept of it; `keptShare` calculates it.
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * btcPerDay({ hashesPerBlock: 86_400e15, rewardBtc: 3.125 }, 1e15); // 3.125
 * ```
 */
export function btcPerDay({ hashesPerBlock, rewardBtc }: BlockTerms, hashrateHps: number, kept = 1): number {
  const blocks = (notNegative(hashrateHps, 'hashrate') * DAY_SECONDS) / positive(hashesPerBlock, 'work');
  return notNegative(rewardBtc, 'reward') * blocks * fraction(kept, 'kept share');
}

/**
 * The part of the earnings that a pool's fee, stale shares and downtime leave: (1 - fee - stale) x uptime.
 *
 * @throws {RangeError} for a share outside 0 to 1.
 * @example
 * ```ts
 * keptShare({ fee: 0.25, uptime: 0.5 }); // 0.375
 * ```
 */
export function keptShare({ fee = 0, stale = 0, uptime = 1 }: KeptTerms): number {
  return (
    fraction(1 - fraction(fee, 'fee') - fraction(stale, 'stale share'), 'rest') * fraction(uptime, 'uptime')
  );
}

/** What takes from the earnings, each 0 to 1. */
export interface KeptTerms {
  /** @default 0 */
  readonly fee?: number;
  /** @default 0 */
  readonly stale?: number;
  /** @default 1 */
  readonly uptime?: number;
}

/**
 * Hashprice, US dollars per petahash per second and day: 1e15 x 86,400 x reward x price / hashesPerBlock.
 * Source: https://docs.luxor.tech/hashrateindex/hashprice, which takes the fees as a mean over 144 blocks.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * hashprice({ hashesPerBlock: 6.3678e23, rewardBtc: 3.1419 }, 91_132).toFixed(2); // '38.85'
 * ```
 */
export function hashprice(terms: BlockTerms, btcUsd: number): number {
  return btcPerDay(terms, PETA) * notNegative(btcUsd, 'price of a bitcoin');
}
