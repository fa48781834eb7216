/** A header and a target as what an engine searches. */
import { SHA256_IV, sha256Compress } from '../../bitcoin/sha256.ts';
import { targetToWords } from '../../bitcoin/target.ts';
import type { ScanRequest } from '../../work/ports.ts';
import type { NonceWindow } from './genesis.ts';

/**
 * The request that searches a window of nonces for one header.
 *
 * @param header - 80 bytes; the nonce in them does not matter.
 * @param target - a hash at or below it is a hit; 0 for no hits at all.
 * @example
 * ```ts
 * scanRequest(new Uint8Array(80), 0n, { nonceStart: 0, nonceCount: 1 }).tail.length; // 3
 * ```
 */
export function scanRequest(header: Uint8Array, target: bigint, window: NonceWindow): ScanRequest {
  const midstates = SHA256_IV.slice();
  sha256Compress(midstates, header);
  const tail = new DataView(header.buffer, header.byteOffset + 64, 12);
  return {
    midstates,
    tail: Uint32Array.of(tail.getUint32(0), tail.getUint32(4), tail.getUint32(8)),
    target: targetToWords(target),
    ...window,
  };
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
