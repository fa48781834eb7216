/** Plain JavaScript as a searcher: the readable SHA-256 of `bitcoin/sha256.ts`, one thread, nothing clever but the midstate. */
import { SHA256_IV, sha256Compress } from '../../bitcoin/sha256.ts';
import type { Hit, ScanRequest, ScanResult } from '../../work/ports.ts';
import type { Clock, Searcher } from './searcher.ts';

/** It hashes this long before it lets the worker read its messages. */
const SLICE_MS = 25;
const SLICE_NONCES = 256;

/** A searcher that shares its thread: `pause` gives way to whatever waits for it. */
export function createPlainSearcher(now: Clock, pause: () => Promise<void>): Searcher {
  return {
    parallelism: 1,
    midstates: 1,
    async scan(request, signal) {
      let noncesScanned = 0;
      while (noncesScanned < request.nonceCount && !signal.aborted) {
        const sliceEnd = now() + SLICE_MS;
        do {
          const nonceCount = Math.min(SLICE_NONCES, request.nonceCount - noncesScanned);
          const slice = { ...request, nonceStart: request.nonceStart + noncesScanned, nonceCount };
          noncesScanned += nonceCount;
          const { hits } = scanPlain(slice);
          if (hits.length > 0) return { noncesScanned, hits };
        } while (noncesScanned < request.nonceCount && now() < sliceEnd);
        await pause();
      }
      return { noncesScanned, hits: [] };
    },
  };
}

/**
 * Searches the whole range for the first version: two compressions a nonce, the second half of the header and the hash of the hash.
 *
 * @example
 * ```ts
 * scanPlain({ midstates, tail, target, nonceStart: 2083236893 - 9, nonceCount: 10 }).hits.length; // 1
 * ```
 */
export function scanPlain({ midstates, tail, target, nonceStart, nonceCount }: ScanRequest): ScanResult {
  const hits: Hit[] = [];
  const header = paddedBlock(640);
  const digest = paddedBlock(256);
  const midstate = midstates.subarray(0, 8);
  const state = new Uint32Array(8);
  tail.forEach((word, i) => {
    header.view.setUint32(4 * i, word);
  });
  for (let nonce = nonceStart; nonce < nonceStart + nonceCount; nonce++) {
    header.view.setUint32(12, nonce, true);
    state.set(midstate);
    sha256Compress(state, header.bytes);
    for (let i = 0; i < 8; i++) digest.view.setUint32(4 * i, state[i]!);
    state.set(SHA256_IV);
    sha256Compress(state, digest.bytes);
    if (meets(state, target)) hits.push({ nonce, versionIndex: 0 });
  }
  return { noncesScanned: nonceCount, hits };
}

/** A last block of a message of this many bits, padded as FIPS 180-4 section 5.1.1 says; both fit the 64 bytes. */
function paddedBlock(messageBits: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes[(messageBits / 8) % 64] = 0x80;
  view.setUint32(60, messageBits);
  return { bytes, view };
}

/** Compares the whole hash, most significant word first: the last word of the state with its bytes swapped. */
function meets(state: Uint32Array, target: Uint32Array): boolean {
  for (let i = 0; i < 8; i++) {
    const x = state[7 - i]!;
    const word = ((x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;
    if (word !== target[i]!) return word < target[i]!;
  }
  return true;
}
