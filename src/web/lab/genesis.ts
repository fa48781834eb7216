/** The header of Bitcoin's first block: its bytes, what they mean, and the windows of nonces the page searches for its nonce. */
import { fromHex } from '../../bitcoin/hex.ts';

/** The header with its nonce, 80 bytes as hex. */
export const GENESIS_HEADER =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c';

/** The nonce somebody found in January 2009, and this page finds again. */
export const GENESIS_NONCE = 2083236893;

/** The block's hash in display order, as every node knows it. */
export const GENESIS_HASH = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';

/** A part of the header as a class reads it. */
export interface HeaderField {
  readonly name: string;
  /** The bytes as they are hashed. */
  readonly hex: string;
  readonly meaning: string;
}

/** Every field but the nonce, in the order of the bytes. */
export const GENESIS_FIELDS: readonly HeaderField[] = [
  { name: 'version', hex: GENESIS_HEADER.slice(0, 8), meaning: '1' },
  { name: 'previous block', hex: GENESIS_HEADER.slice(8, 72), meaning: 'none: this block is the first' },
  {
    name: 'merkle root',
    hex: GENESIS_HEADER.slice(72, 136),
    meaning: 'the fingerprint of its one transaction',
  },
  { name: 'time', hex: GENESIS_HEADER.slice(136, 144), meaning: '3 January 2009, 18:15:05 UTC' },
  { name: 'target', hex: GENESIS_HEADER.slice(144, 152), meaning: 'how small the hash has to be' },
];

/** Consecutive nonces. */
export interface NonceWindow {
  readonly nonceStart: number;
  readonly nonceCount: number;
}

/**
 * The window of `2 ** exponent` nonces with the right one in it. Windows start at multiples of their size, so the nonce lies where it lies and
 * not in the middle.
 *
 * @example
 * ```ts
 * genesisWindow(20); // { nonceStart: 2082471936, nonceCount: 1048576 }
 * genesisWindow(32).nonceStart; // 0
 * ```
 */
export function genesisWindow(exponent: number): NonceWindow {
  const nonceCount = 2 ** exponent;
  return { nonceStart: Math.floor(GENESIS_NONCE / nonceCount) * nonceCount, nonceCount };
}

/**
 * The header with another nonce, 80 bytes.
 *
 * @example
 * ```ts
 * genesisHeader(GENESIS_NONCE)[79]; // 0x7c
 * ```
 */
export function genesisHeader(nonce: number): Uint8Array {
  const header = fromHex(GENESIS_HEADER);
  new DataView(header.buffer).setUint32(76, nonce, true);
  return header;
}
