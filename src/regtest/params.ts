/** The rules of the regtest chain: genesis, limits and subsidy, as bitcoind's `CRegTestParams` has them. */
import { type Block, decodeBlock } from '../bitcoin/block.ts';
import { fromHex } from '../bitcoin/hex.ts';
import { targetFromBits } from '../bitcoin/target.ts';
import { HashgapError } from '../errors.ts';

/** The easiest target regtest allows: one hash in two meets it. */
export const POW_LIMIT = (1n << 255n) - 1n;

/** nBits of {@link POW_LIMIT}: what every block of bitcoind's regtest carries. */
export const POW_LIMIT_BITS = 0x207fffff;

/** The most that can ever exist (`MAX_MONEY`), satoshis. */
export const MAX_MONEY = 21_000_000n * 100_000_000n;

/** Blocks between two halvings: 150 on regtest, 210000 on the main network. */
export const HALVING_INTERVAL = 150;

/** Blocks before a coinbase output may be spent (`COINBASE_MATURITY`). */
export const COINBASE_MATURITY = 100;

/** What one signature operation outside a witness costs, and what one byte outside a witness weighs (BIP 141). */
export const WITNESS_SCALE_FACTOR = 4;

/** The most signature operations a block may cost (BIP 141). */
export const MAX_BLOCK_SIGOPS_COST = 80_000;

/** The longest serialised block (`MAX_BLOCK_SERIALIZED_SIZE`), bytes. */
export const MAX_BLOCK_BYTES = 4_000_000;

/** How far ahead of the clock a block's time may lie (`MAX_FUTURE_BLOCK_TIME`), seconds. */
export const MAX_FUTURE_BLOCK_SECONDS = 7200;

/** Blocks in a difficulty period: regtest never retargets, but BIP 94 timestamps and getnetworkhashps still count them. */
export const DIFFICULTY_INTERVAL = 144;

/** How far a period's first block may lie behind its parent (BIP 94, `MAX_TIMEWARP`), seconds. */
export const MAX_TIMEWARP_SECONDS = 600;

/** Serialised genesis block of regtest: the main network's coinbase under another time, nBits and nonce. */
const GENESIS_HEX =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3' +
  '888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000' +
  '01' +
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445546865205469' +
  '6d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f' +
  '722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649' +
  'f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000';

/** The genesis block of regtest. */
export function genesisBlock(): Block {
  return decodeBlock(fromHex(GENESIS_HEX));
}

/**
 * What the coinbase of a block may create, satoshis (`GetBlockSubsidy`).
 *
 * @example
 * ```ts
 * blockSubsidy(150); // 2_500_000_000n
 * ```
 */
export function blockSubsidy(height: number): bigint {
  return (50n * 100_000_000n) >> BigInt(Math.floor(height / HALVING_INTERVAL));
}

/**
 * Refuses an nBits that no regtest block could carry.
 *
 * @throws {HashgapError} `TARGET_INVALID` for a target that is no target or easier than regtest's limit.
 */
export function requireRegtestBits(bits: number): void {
  if (targetFromBits(bits) <= POW_LIMIT) return;
  throw new HashgapError(
    'TARGET_INVALID',
    `Expected nBits at most 0x${POW_LIMIT_BITS.toString(16)}, regtest's easiest target, received 0x${bits.toString(16)}. ` +
      'Choose a smaller value.',
    { details: { bits } },
  );
}
