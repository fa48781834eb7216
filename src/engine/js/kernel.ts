/** The JavaScript kernel: double SHA-256 of headers in 32-bit integer arithmetic, for machines without the native addon. */
import { SHA256_IV, SHA256_K } from '../../bitcoin/sha256.ts';
import type { Hit, ScanRequest, ScanResult } from '../../work/ports.ts';

const K = Int32Array.from(SHA256_K);
const IV = Int32Array.from(SHA256_IV);

/**
 * Searches the whole range of `request`, or until `maxHits` hits are there. Synchronous: run it in a worker.
 *
 * The message schedule of the header's second block depends on the nonce but not on the version, so it is expanded once for all
 * midstates. A hash whose most significant word passes is compared with the target in full.
 *
 * @example
 * ```ts
 * scanJs({ midstates, tail, target, nonceStart: 2083236893, nonceCount: 1 }).hits.length; // 1
 * ```
 */
export function scanJs(request: ScanRequest, maxHits = 65536): ScanResult {
  const { midstates, tail, target, nonceStart, nonceCount } = request;
  const versions = midstates.length / 8;
  const schedule = new Int32Array(64);
  const second = new Int32Array(64);
  const midstate = Int32Array.from(midstates);
  const digest = new Int32Array(8);
  const hits: Hit[] = [];
  const topTarget = target[0]!;

  schedule.set(Int32Array.from(tail));
  schedule[4] = 0x80000000; // FIPS 180-4 section 5.1.1: the header ends after 80 bytes, 640 bits
  schedule[15] = 640;
  second[8] = 0x80000000; // the first digest ends after 32 bytes, 256 bits
  second[15] = 256;

  let scanned = 0;
  while (scanned < nonceCount && hits.length + versions <= Math.max(maxHits, versions)) {
    const nonce = (nonceStart + scanned) >>> 0;
    schedule[3] = byteSwap(nonce);
    expand(schedule);
    for (let version = 0; version < versions; version++) {
      compress(midstate, 8 * version, schedule, second, 0);
      expand(second);
      compress(IV, 0, second, digest, 0);
      if (byteSwap(digest[7]!) >>> 0 <= topTarget && meets(digest, target))
        hits.push({ nonce, versionIndex: version });
    }
    scanned++;
  }
  return { noncesScanned: scanned, hits };
}

function byteSwap(x: number): number {
  return ((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** FIPS 180-4 section 6.2.2 step 1. */
function expand(w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const w15 = w[t - 15]!;
    const w2 = w[t - 2]!;
    const sigma0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
    const sigma1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
    w[t] = (w[t - 16]! + sigma0 + w[t - 7]! + sigma1) | 0;
  }
}

/** FIPS 180-4 section 6.2.2 steps 2 to 4: `out[at..at+8]` becomes the state after this block. */
function compress(state: Int32Array, from: number, w: Int32Array, out: Int32Array, at: number): void {
  let a = state[from]!;
  let b = state[from + 1]!;
  let c = state[from + 2]!;
  let d = state[from + 3]!;
  let e = state[from + 4]!;
  let f = state[from + 5]!;
  let g = state[from + 6]!;
  let h = state[from + 7]!;
  for (let t = 0; t < 64; t++) {
    const bigSigma1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + bigSigma1 + (g ^ (e & (f ^ g))) + K[t]! + w[t]!) | 0;
    const bigSigma0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (bigSigma0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  out[at] = (state[from]! + a) | 0;
  out[at + 1] = (state[from + 1]! + b) | 0;
  out[at + 2] = (state[from + 2]! + c) | 0;
  out[at + 3] = (state[from + 3]! + d) | 0;
  out[at + 4] = (state[from + 4]! + e) | 0;
  out[at + 5] = (state[from + 5]! + f) | 0;
  out[at + 6] = (state[from + 6]! + g) | 0;
  out[at + 7] = (state[from + 7]! + h) | 0;
}

/** Compares the whole hash, most significant word first: digest word 7 byte-swapped is the top of the number. */
function meets(digest: Int32Array, target: Uint32Array): boolean {
  for (let i = 0; i < 8; i++) {
    const word = byteSwap(digest[7 - i]!) >>> 0;
    if (word !== target[i]!) return word < target[i]!;
  }
  return true;
}
