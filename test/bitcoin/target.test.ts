/** Targets: compact form as in Bitcoin Core's arith_uint256 tests, words, difficulty, work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitsFromTarget,
  bitsToHex,
  DIFFICULTY_1_TARGET,
  difficultyFromTarget,
  targetFromBits,
  targetToWords,
  workFromTarget,
} from '../../src/bitcoin/target.ts';

describe('targetFromBits', () => {
  // Bitcoin Core, src/test/arith_uint256_tests.cpp, bignum_SetCompact.
  it.each([
    [0x01120000, 0x12n],
    [0x02008000, 0x80n],
    [0x02123400, 0x1234n],
    [0x03123456, 0x123456n],
    [0x04123456, 0x12345600n],
    [0x05009234, 0x92340000n],
    [0x20123456, 0x123456n << 232n],
  ])('expands %s', (bits, target) => {
    expect(targetFromBits(bits)).toBe(target);
  });

  it.each([
    [0x00000000, 'zero'],
    [0x00123456, 'zero'],
    [0x01003456, 'zero'],
    [0x03000000, 'zero'],
    [0x01fedcba, 'negative'],
    [0x04923456, 'negative'],
    [0xff123456, 'overflowing'],
    [0x22010000, 'overflowing'],
  ])('refuses %s as %s', (bits, what) => {
    expect(() => targetFromBits(bits)).toThrow(new RegExp(`${bitsToHex(bits)}, an? ${what} one`));
  });

  it('is undone by bitsFromTarget for every compact value in shortest form', () => {
    const mantissa = fc.integer({ min: 0x008000, max: 0x7fffff });
    const exponent = fc.integer({ min: 3, max: 32 });
    fc.assert(
      fc.property(mantissa, exponent, (m, e) => {
        const bits = ((e << 24) | m) >>> 0;
        return bitsFromTarget(targetFromBits(bits)) === bits;
      }),
    );
  });
});

it('bitsFromTarget rounds down, never up to an easier target', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: (1n << 255n) - 1n }), (target) => {
      const rounded = targetFromBits(bitsFromTarget(target));
      return rounded <= target && rounded > target - (target >> 15n) - 1n;
    }),
  );
});

it('splits a target into words, most significant first', () => {
  expect([...targetToWords(DIFFICULTY_1_TARGET)]).toEqual([0, 0xffff0000, 0, 0, 0, 0, 0, 0]);
});

it('gives the difficulty that RPC shows', () => {
  expect(difficultyFromTarget(targetFromBits(0x207fffff))).toBe(4.6565423739069247e-10);
  expect(difficultyFromTarget(targetFromBits(0x1d00ffff))).toBe(1);
  expect(difficultyFromTarget(targetFromBits(0x1b0404cb))).toBeCloseTo(16307.420938523983, 8);
  expect(difficultyFromTarget(targetFromBits(0x1705ae3a))).toBeCloseTo(49549703178592.68, 0);
});

it('gives the work that Bitcoin Core sums into chainwork', () => {
  expect(workFromTarget(targetFromBits(0x207fffff))).toBe(2n);
  expect(workFromTarget(targetFromBits(0x1d00ffff))).toBe(0x100010001n);
});
