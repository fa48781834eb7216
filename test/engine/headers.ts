/** Headers to search and the oracle to check a search by: `node:crypto`, which shares no code with any kernel. */
import { createHash } from 'node:crypto';
import { SHA256_IV, sha256Compress } from '../../src/bitcoin/sha256.ts';
import type { Hit, ScanRequest } from '../../src/work/ports.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** A header with this nonce, hashed twice, as the number that a target bounds. */
export function headerHash(header: Uint8Array, nonce: number): bigint {
  return BigInt(
    `0x${sha256(sha256(withNonce(header, nonce)))
      .reverse()
      .toString('hex')}`,
  );
}

function withNonce(header: Uint8Array, nonce: number): Uint8Array {
  const copy = header.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return copy;
}

/** 80 bytes without structure for every seed, in as many versions as asked for: they differ in the version field alone. */
export function headersOf(versions: number, seed = 13): Uint8Array[] {
  return Array.from({ length: versions }, (_, version) => {
    const header = Uint8Array.from({ length: 80 }, (_, i) => (i * 167 + seed) & 0xff);
    new DataView(header.buffer).setUint32(0, 0x20000000 + version * 0x2000, true);
    return header;
  });
}

/** A target as 8 words, most significant first. */
export function targetWords(target: bigint): Uint32Array {
  return Uint32Array.from({ length: 8 }, (_, i) => Number((target >> BigInt(32 * (7 - i))) & 0xffffffffn));
}

/** The request to search these headers, whose bytes from 64 to 75 are the same. */
export function requestFor(
  headers: readonly Uint8Array[],
  target: bigint,
  nonceStart: number,
  nonceCount: number,
): ScanRequest {
  const midstates = new Uint32Array(8 * headers.length);
  headers.forEach((header, version) => {
    const state = SHA256_IV.slice();
    sha256Compress(state, header);
    midstates.set(state, 8 * version);
  });
  const tail = new DataView(headers[0]!.buffer, 64);
  return {
    midstates,
    tail: Uint32Array.of(tail.getUint32(0), tail.getUint32(4), tail.getUint32(8)),
    target: targetWords(target),
    nonceStart,
    nonceCount,
  };
}

/** Exactly what a search must find, in order. */
export function expectedHits(
  headers: readonly Uint8Array[],
  target: bigint,
  nonceStart: number,
  nonceCount: number,
): Hit[] {
  const hits: Hit[] = [];
  for (let nonce = nonceStart; nonce < nonceStart + nonceCount; nonce++) {
    headers.forEach((header, versionIndex) => {
      if (headerHash(header, nonce) <= target) hits.push({ nonce, versionIndex });
    });
  }
  return hits;
}
