/** Targets: the compact form in headers (nBits), the 256-bit number, the kernels' words, difficulty and work. */
import { HashgapError } from '../errors.ts';
import { hashToDisplay } from './hex.ts';

/** The target of difficulty 1: nBits 0x1d00ffff, the easiest mainnet allows. */
export const DIFFICULTY_1_TARGET = 0xffffn << 208n;

/**
 * The target that nBits stands for, with Bitcoin Core's meaning of the sign and overflow cases (`arith_uint256::SetCompact`).
 *
 * @throws {HashgapError} `TARGET_INVALID` for a negative, zero or overflowing value: no hash can meet those.
 * @example
 * ```ts
 * targetFromBits(0x1d00ffff) === DIFFICULTY_1_TARGET; // true
 * ```
 */
export function targetFromBits(nBits: number): bigint {
  const exponent = nBits >>> 24;
  const mantissa = BigInt(nBits & 0x007fffff);
  const negative = mantissa !== 0n && (nBits & 0x00800000) !== 0;
  const target =
    exponent <= 3 ? mantissa >> BigInt(8 * (3 - exponent)) : mantissa << BigInt(8 * (exponent - 3));
  if (negative || target === 0n || target >> 256n !== 0n) {
    const what = negative ? 'a negative' : target === 0n ? 'a zero' : 'an overflowing';
    throw new HashgapError(
      'TARGET_INVALID',
      `Expected nBits of a target between 1 and 2^256-1, received ${bitsToHex(nBits)}, ${what} one.`,
      { details: { nBits } },
    );
  }
  return target;
}

/**
 * The compact form of a target, rounded down as Bitcoin Core does (`arith_uint256::GetCompact`).
 *
 * @example
 * ```ts
 * bitsFromTarget(DIFFICULTY_1_TARGET); // 0x1d00ffff
 * ```
 */
export function bitsFromTarget(target: bigint): number {
  let size = Math.ceil(target.toString(2).length / 8);
  let mantissa = size <= 3 ? target << BigInt(8 * (3 - size)) : target >> BigInt(8 * (size - 3));
  if ((mantissa & 0x800000n) !== 0n) {
    mantissa >>= 8n; // bit 23 is the sign, so a mantissa that sets it moves up one byte
    size += 1;
  }
  return ((size << 24) | Number(mantissa)) >>> 0;
}

/**
 * nBits the way RPC writes it: 8 lower-case hex digits.
 *
 * @example
 * ```ts
 * bitsToHex(0x207fffff); // '207fffff'
 * ```
 */
export function bitsToHex(nBits: number): string {
  return (nBits >>> 0).toString(16).padStart(8, '0');
}

/**
 * A hash in internal byte order as the number that is compared with a target.
 *
 * @example
 * ```ts
 * hashToNumber(Uint8Array.of(1, ...new Uint8Array(31))); // 1n
 * ```
 */
export function hashToNumber(hash: Uint8Array): bigint {
  return BigInt(`0x${hashToDisplay(hash)}`);
}

/**
 * A target as 8 words, most significant first: the form kernels compare in.
 *
 * @example
 * ```ts
 * targetToWords(DIFFICULTY_1_TARGET)[1]; // 0xffff0000
 * ```
 */
export function targetToWords(target: bigint): Uint32Array {
  return Uint32Array.from({ length: 8 }, (_, i) => Number((target >> BigInt(224 - 32 * i)) & 0xffffffffn));
}

/**
 * A target as 64 hex digits, most significant first, as getblocktemplate writes it.
 *
 * @example
 * ```ts
 * targetToHex(1n).endsWith('0001'); // true
 * ```
 */
export function targetToHex(target: bigint): string {
  return target.toString(16).padStart(64, '0');
}

/**
 * Difficulty of a target: how many times harder than difficulty 1, as a double with the precision RPC shows.
 *
 * @example
 * ```ts
 * difficultyFromTarget(DIFFICULTY_1_TARGET); // 1
 * ```
 */
export function difficultyFromTarget(target: bigint): number {
  // A fixed-point quotient with 128 bits below the point keeps a double's precision from regtest's 4.7e-10 up.
  return Number((DIFFICULTY_1_TARGET << 128n) / target) / 2 ** 128;
}

/**
 * Expected hashes to meet a target, 2^256 / (target + 1): Bitcoin Core's `GetBlockProof`, summed into chain work.
 *
 * @example
 * ```ts
 * workFromTarget(targetFromBits(0x207fffff)); // 2n
 * ```
 */
export function workFromTarget(target: bigint): bigint {
  return (1n << 256n) / (target + 1n);
}

/**
 * The target of hashes that begin with this many zero bits.
 *
 * @example
 * ```ts
 * targetOfZeroBits(255); // 1n
 * ```
 */
export function targetOfZeroBits(zeroBits: number): bigint {
  return (1n << BigInt(256 - zeroBits)) - 1n;
}
