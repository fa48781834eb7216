/** Merkle trees over transaction ids: root, the coinbase's branch, and the known mutation of CVE-2012-2459. */
import { concatBytes, equalBytes } from './hex.ts';
import { sha256d } from './sha256.ts';

/** A merkle root and whether some level holds two equal neighbours, which another transaction list could share. */
export interface MerkleResult {
  readonly root: Uint8Array;
  readonly mutated: boolean;
}

/**
 * Merkle root of `leaves` (32 bytes each, internal byte order). The last of an odd level is paired with itself, so a list
 * with a repeated tail has the root of the shorter list: `mutated` tells (CVE-2012-2459). No leaves give 32 zero bytes.
 *
 * @example
 * ```ts
 * const leaf = new Uint8Array(32).fill(7);
 * equalBytes(merkleRoot([leaf]).root, leaf); // true
 * ```
 */
export function merkleRoot(leaves: readonly Uint8Array[]): MerkleResult {
  let level = leaves;
  let mutated = false;
  while (level.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i]!;
      const right = level[i + 1];
      if (right !== undefined && equalBytes(left, right)) mutated = true;
      next.push(sha256d(concatBytes(left, right ?? left)));
    }
    level = next;
  }
  return { root: level[0] ?? new Uint8Array(32), mutated };
}

/**
 * The sibling hashes on the way from the first leaf (the coinbase) to the root, bottom first, given every other leaf.
 *
 * @example
 * ```ts
 * coinbaseBranch([]).length; // 0
 * ```
 */
export function coinbaseBranch(otherLeaves: readonly Uint8Array[]): Uint8Array[] {
  const branch: Uint8Array[] = [];
  let level: readonly Uint8Array[] = otherLeaves; // everything right of the path of the first leaf
  while (level.length > 0) {
    branch.push(level[0]!);
    const next: Uint8Array[] = [];
    for (let i = 1; i < level.length; i += 2) {
      next.push(sha256d(concatBytes(level[i]!, level[i + 1] ?? level[i]!)));
    }
    level = next;
  }
  return branch;
}

/**
 * The root that a coinbase id and its branch lead to.
 *
 * @example
 * ```ts
 * const id = new Uint8Array(32).fill(7);
 * equalBytes(rootFromBranch(id, []), id); // true
 * ```
 */
export function rootFromBranch(coinbaseId: Uint8Array, branch: readonly Uint8Array[]): Uint8Array {
  return branch.reduce((node, sibling) => sha256d(concatBytes(node, sibling)), coinbaseId);
}
