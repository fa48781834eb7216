/** Requests to engines and their answers: how one is made of headers, what is left of it, and an answer that searched nothing. */
import { SHA256_IV, sha256Compress } from '../bitcoin/sha256.ts';
import { targetToWords } from '../bitcoin/target.ts';
import type { ScanRequest, ScanResult } from './ports.ts';

/** A range of nonces. */
export type NonceRange = Pick<ScanRequest, 'nonceStart' | 'nonceCount'>;

/** The answer to a scan that was over before it began. */
export const NOTHING_SCANNED: ScanResult = { noncesScanned: 0, hits: [] };

/**
 * What stays the same for every nonce of some headers: their states after bytes 0..63, and the bytes 64..75 that they share.
 *
 * @param headers - 80 bytes each, at least one; they differ in their first 64 bytes at most, and their nonces do not matter.
 * @returns 8 words for each header, and 3 for all of them; big-endian words, as SHA-256 (FIPS 180-4) reads bytes.
 * @example
 * ```ts
 * scanConstants([new Uint8Array(80)]).midstates.length; // 8
 * ```
 */
export function scanConstants(headers: readonly Uint8Array[]): Pick<ScanRequest, 'midstates' | 'tail'> {
  const midstates = new Uint32Array(8 * headers.length);
  headers.forEach((header, index) => {
    const state = SHA256_IV.slice();
    sha256Compress(state, header);
    midstates.set(state, 8 * index);
  });
  const { buffer, byteOffset } = headers[0]!;
  const words = new DataView(buffer, byteOffset + 64, 12);
  return { midstates, tail: Uint32Array.of(words.getUint32(0), words.getUint32(4), words.getUint32(8)) };
}

/**
 * The request to search a range of nonces for headers that {@link scanConstants} takes.
 *
 * @param target - a hash at or below it, read as a number, is a hit; 0 for no hits at all.
 * @example
 * ```ts
 * scanRequest([new Uint8Array(80)], 0n, { nonceStart: 0, nonceCount: 1 }).tail.length; // 3
 * ```
 */
export function scanRequest(
  headers: readonly Uint8Array[],
  target: bigint,
  { nonceStart, nonceCount }: NonceRange,
): ScanRequest {
  return { ...scanConstants(headers), target: targetToWords(target), nonceStart, nonceCount };
}

/**
 * What is left of a request after its first `noncesScanned`; undefined when nothing is.
 *
 * @example
 * ```ts
 * restOf({ nonceStart: 0, nonceCount: 10 }, 4); // { nonceStart: 4, nonceCount: 6 }
 * ```
 */
export function restOf<T extends NonceRange>(request: T, noncesScanned: number): T | undefined {
  if (noncesScanned >= request.nonceCount) return undefined;
  return {
    ...request,
    nonceStart: request.nonceStart + noncesScanned,
    nonceCount: request.nonceCount - noncesScanned,
  };
}

/** Only what a kernel reads: a work unit carries a whole job, which would be copied into every thread or process. */
export function plainRequest({ midstates, tail, target, nonceStart, nonceCount }: ScanRequest): ScanRequest {
  return { midstates, tail, target, nonceStart, nonceCount };
}
