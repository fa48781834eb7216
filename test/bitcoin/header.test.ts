/** Headers: real ones, byte for byte, and their hashes. */
import { describe, expect, it } from 'vitest';
import { decodeHeader, encodeHeader, headerHash } from '../../src/bitcoin/header.ts';
import { fromHex, hashToDisplay, toHex } from '../../src/bitcoin/hex.ts';
import { difficultyFromTarget, hashToNumber } from '../../src/bitcoin/target.ts';
import { GOLDEN_HEADERS } from '../support/golden.ts';

describe.each(GOLDEN_HEADERS)('$name', ({ header, hash, difficulty }) => {
  it('hashes to the known block hash', () => {
    expect(hashToDisplay(headerHash(decodeHeader(fromHex(header))))).toBe(hash);
  });

  it('survives decoding and encoding', () => {
    expect(toHex(encodeHeader(decodeHeader(fromHex(header))))).toBe(header);
  });

  it('has the known difficulty', () => {
    const value = hashToNumber(headerHash(decodeHeader(fromHex(header))));
    expect(difficultyFromTarget(value) / difficulty).toBeCloseTo(1, 12);
  });
});
