/** Merkle roots of real blocks, the coinbase's branch, and the mutation of CVE-2012-2459. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, hashFromDisplay, hashToDisplay } from '../../src/bitcoin/hex.ts';
import { coinbaseBranch, merkleRoot, rootFromBranch } from '../../src/bitcoin/merkle.ts';

const leaves = (count: number) => Array.from({ length: count }, (_, i) => new Uint8Array(32).fill(i + 1));

it('gives the root of mainnet block 100000', () => {
  const ids = [
    '8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87',
    'fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4',
    '6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4',
    'e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d',
  ].map(hashFromDisplay);
  expect(hashToDisplay(merkleRoot(ids).root)).toBe(
    'f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766',
  );
  expect(merkleRoot(ids).mutated).toBe(false);
});

it('leads from the first leaf to the root along its branch, for any number of leaves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
      const [first, ...others] = leaves(count);
      return equalBytes(rootFromBranch(first!, coinbaseBranch(others)), merkleRoot([first!, ...others]).root);
    }),
  );
});

describe('the mutation of CVE-2012-2459', () => {
  it.each([
    [
      [1, 2, 3],
      [1, 2, 3, 3],
    ],
    [
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6, 5, 6],
    ],
  ])('gives %j and %j one root, and tells them apart', (honest, mutated) => {
    const all = leaves(6);
    const pick = (numbers: number[]) => numbers.map((n) => all[n - 1]!);
    expect(equalBytes(merkleRoot(pick(honest)).root, merkleRoot(pick(mutated)).root)).toBe(true);
    expect(merkleRoot(pick(honest)).mutated).toBe(false);
    expect(merkleRoot(pick(mutated)).mutated).toBe(true);
  });
});
