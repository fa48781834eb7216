/** Hits: what a kernel claims, and what the SHA-256 oracle makes of each claim. */
import { byteSwap, HIT_CAPACITY } from '../../shaders/kernel.ts';
import { SHA256_IV, sha256Compress } from '../bitcoin/sha256.ts';
import type { Hit, ScanRequest } from '../work/ports.ts';

/** A hash that a kernel says passes the mask. */
export interface Claim {
  readonly nonce: number;
  /** Which of the kernel's midstates. */
  readonly midstate: number;
}

/** What a dispatch reported. */
export interface Claims {
  /** How many hashes passed; the claims are as many, or all that there was room for. */
  readonly count: number;
  readonly claims: readonly Claim[];
}

/**
 * Reads binding 2 of a kernel.
 *
 * @param words - at least HIT_WORDS of shaders/kernel.ts.
 * @example
 * ```ts
 * readClaims(Uint32Array.of(1, 0, 77, 3)).claims; // [{ nonce: 77, midstate: 3 }]
 * ```
 */
export function readClaims(words: Uint32Array): Claims {
  const count = words[0]!;
  const claims = Array.from({ length: Math.min(count, HIT_CAPACITY) }, (_, i) => ({
    nonce: words[2 + 2 * i]!,
    midstate: words[3 + 2 * i]!,
  }));
  return { count, claims };
}

/** What a dispatch searched. */
export interface Searched {
  readonly request: ScanRequest;
  /** The version that the kernel's first midstate is of, and how many versions it had; more midstates are copies. */
  readonly firstVersion: number;
  readonly versions: number;
  /** Midstates of the kernel. */
  readonly midstates: number;
  readonly first: number;
  readonly count: number;
  readonly mask: number;
}

/** The hits among the claims, or the first claim that shows that the kernel is wrong. */
export type Checked = { readonly hits: readonly Hit[] } | { readonly wrong: Claim };

/**
 * Hashes every claim again. A claim that does not pass the mask, lies outside of what was searched, or comes twice is wrong; one that
 * passes the mask but not the whole target is no hit and no fault.
 */
export function checkClaims(claims: readonly Claim[], searched: Searched): Checked {
  const { request, firstVersion, versions, midstates, first, count, mask } = searched;
  const hits: Hit[] = [];
  const seen = new Set<number>();
  for (const claim of claims) {
    const { nonce, midstate } = claim;
    const place = (nonce - first) * midstates + midstate;
    const outside = nonce < first || nonce - first >= count || midstate >= midstates;
    if (outside || seen.has(place)) return { wrong: claim };
    seen.add(place);
    const versionIndex = firstVersion + Math.min(midstate, versions - 1); // the copies are of the last version
    const hash = hashOf(request, versionIndex, nonce);
    if ((hash[7]! & mask) !== 0) return { wrong: claim };
    if (midstate < versions && atOrBelow(hash, request.target)) hits.push({ nonce, versionIndex });
  }
  return { hits };
}

/** The order in which a scan reports: by nonce, then by version. */
export function byNonce(a: Hit, b: Hit): number {
  return a.nonce - b.nonce || a.versionIndex - b.versionIndex;
}

/** The block hash as the 8 words SHA-256 makes: as a number, the last one is the most significant, its bytes reversed. */
function hashOf({ midstates, tail }: ScanRequest, versionIndex: number, nonce: number): Uint32Array {
  const state = midstates.slice(8 * versionIndex, 8 * versionIndex + 8);
  // The rest of the header and FIPS 180-4 section 5.1.1's padding of 80 bytes; then the padding of a 32-byte digest.
  const block = new DataView(new ArrayBuffer(64));
  tail.forEach((word, i) => {
    block.setUint32(4 * i, word);
  });
  block.setUint32(12, nonce, true);
  block.setUint32(16, 0x80000000);
  block.setUint32(60, 8 * 80);
  sha256Compress(state, new Uint8Array(block.buffer));
  const second = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => {
    second.setUint32(4 * i, word);
  });
  second.setUint32(32, 0x80000000);
  second.setUint32(60, 8 * 32);
  const hash = SHA256_IV.slice();
  sha256Compress(hash, new Uint8Array(second.buffer));
  return hash;
}

/** Whether a hash is a number at or below a target of 8 words, most significant first. */
function atOrBelow(hash: Uint32Array, target: Uint32Array): boolean {
  for (let i = 0; i < 8; i++) {
    const word = byteSwap(hash[7 - i]!);
    if (word !== target[i]!) return word < target[i]!;
  }
  return true;
}
