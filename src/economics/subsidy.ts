/** The block subsidy: what a block creates at a height, and when that halves. */

/** Blocks between halvings (Bitcoin Core, `nSubsidyHalvingInterval` of mainnet). */
export const HALVING_BLOCKS = 210_000;

/** Satoshis in a bitcoin. */
export const SATS_PER_BTC = 100_000_000n;

const FIRST_SUBSIDY_SATS = 50n * SATS_PER_BTC;

/**
 * The subsidy at a height in satoshis: 50 BTC shifted right once per 210,000 blocks, zero from the 64th halving on.
 * Source: Bitcoin Core's `GetBlockSubsidy`.
 *
 * @throws {RangeError} for a height that is no block's.
 * @example
 * ```ts
 * subsidySats(840_000); // 312500000n
 * ```
 */
export function subsidySats(height: number): bigint {
  const halvings = Math.floor(blockHeight(height) / HALVING_BLOCKS);
  return halvings >= 64 ? 0n : FIRST_SUBSIDY_SATS >> BigInt(halvings);
}

/**
 * The subsidy at a height in BTC.
 *
 * @throws {RangeError} for a height that is no block's.
 * @example
 * ```ts
 * subsidyBtc(969_947); // 3.125
 * ```
 */
export function subsidyBtc(height: number): number {
  return Number(subsidySats(height)) / Number(SATS_PER_BTC);
}

/** The next time the subsidy halves. */
export interface Halving {
  /** First block with the smaller subsidy. */
  readonly height: number;
  /** From the given height to that block. */
  readonly blocksLeft: number;
  /** In satoshis, from then on. */
  readonly subsidySats: bigint;
}

/**
 * The next halving after a height.
 *
 * @throws {RangeError} for a height that is no block's.
 * @example
 * ```ts
 * nextHalving(969_947); // { height: 1_050_000, blocksLeft: 80_053, subsidySats: 156250000n }
 * ```
 */
export function nextHalving(height: number): Halving {
  const next = (Math.floor(blockHeight(height) / HALVING_BLOCKS) + 1) * HALVING_BLOCKS;
  return { height: next, blocksLeft: next - height, subsidySats: subsidySats(next) };
}

function blockHeight(height: number): number {
  if (!Number.isSafeInteger(height) || height < 0)
    throw new RangeError(`expected a block height, received ${height}`);
  return height;
}
