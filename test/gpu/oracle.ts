/** What a GPU must find, by node:crypto: nothing of src/ has a part in it. */
import { createHash } from 'node:crypto';
import { SHA256_IV, sha256Compress } from '../../src/bitcoin/sha256.ts';
import { targetToWords } from '../../src/bitcoin/target.ts';
import type { Hit, ScanRequest } from '../../src/work/ports.ts';

/** A request with the headers that it is about. */
export interface Case {
  readonly headers: readonly Uint8Array[];
  readonly request: ScanRequest;
  readonly hits: readonly Hit[];
}

/** What a case is made from. */
export interface CaseInput {
  /** 80 bytes each, the same but for the first 64. */
  readonly headers: readonly Uint8Array[];
  readonly nonceStart: number;
  readonly nonceCount: number;
  readonly target: bigint;
}

const sha256d = (bytes: Uint8Array) =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/** The block hash as a number. */
export function hashNumber(header: Uint8Array, nonce: number): bigint {
  const copy = header.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return BigInt(`0x${sha256d(copy).reverse().toString('hex')}`);
}

/** The request, and every hit in it. */
export function caseOf({ headers, nonceStart, nonceCount, target }: CaseInput): Case {
  const midstates = new Uint32Array(8 * headers.length);
  headers.forEach((header, index) => {
    const state = SHA256_IV.slice();
    sha256Compress(state, header);
    midstates.set(state, 8 * index);
  });
  const view = new DataView(headers[0]!.buffer, 64);
  const tail = Uint32Array.of(view.getUint32(0), view.getUint32(4), view.getUint32(8));
  const request = { midstates, tail, target: targetToWords(target), nonceStart, nonceCount };
  const hits: Hit[] = [];
  for (let nonce = nonceStart; nonce < nonceStart + nonceCount; nonce++) {
    headers.forEach((header, versionIndex) => {
      if (hashNumber(header, nonce) <= target) hits.push({ nonce, versionIndex });
    });
  }
  return { headers, request, hits };
}

/** Numbers that are the same in every run: xorshift32. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}

/** Headers that differ in their version only. */
export function randomHeaders(random: (below: number) => number, versions: number): Uint8Array[] {
  const header = Uint8Array.from({ length: 80 }, () => random(256));
  return Array.from({ length: versions }, (_, i) => {
    const copy = header.slice();
    new DataView(copy.buffer).setUint32(0, 0x20000000 + 0x2000 * i, true);
    return copy;
  });
}

/** A case of any kind: 1 to 5 versions, targets from "any hash" to rare ones, a third of the ranges up to the last nonce. */
export function randomCase(random: (below: number) => number): Case {
  const nonceCount = 1 + random(700);
  const last = 2 ** 32 - nonceCount;
  const nonceStart = random(3) === 0 ? last : random(last + 1);
  const zeroBits = random(9);
  const target = (1n << BigInt(256 - zeroBits)) - 1n - (BigInt(random(2 ** 31)) << BigInt(200 - zeroBits));
  return caseOf({ headers: randomHeaders(random, 1 + random(5)), nonceStart, nonceCount, target });
}
