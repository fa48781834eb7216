/** Expected hashes against Bitcoin Core's numbers, and the folk formula's error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { difficultyFromTarget, targetFromBits, workFromTarget } from '../../src/bitcoin/target.ts';
import {
  difficultyFromHashrate,
  HASHES_PER_DIFFICULTY,
  hashesFromDifficulty,
  hashesFromTarget,
  networkHashrate,
} from '../../src/economics/work.ts';

const target = () => fc.bigInt({ min: 1n, max: (1n << 256n) - 1n });

it('difficulty 1 takes 0x100010001 hashes, as bitcointalk worked out', () => {
  expect(hashesFromTarget(targetFromBits(0x1d00ffff))).toBeCloseTo(0x100010001, 0);
});

it('the folk formula difficulty x 2^32 is 15.26 millionths too low', () => {
  expect((1 - 2 ** 32 / HASHES_PER_DIFFICULTY) * 1e6).toBeCloseTo(15.26, 2);
});

it('regtest takes 2 hashes, and any hash meets the largest target', () => {
  expect(Math.floor(hashesFromTarget(targetFromBits(0x207fffff)))).toBe(2);
  expect(hashesFromTarget((1n << 256n) - 1n)).toBe(1);
  expect(hashesFromTarget(0n)).toBe(2 ** 256);
});

it('is chain work, for every target', () => {
  fc.assert(
    fc.property(target(), (t) => {
      const exact = workFromTarget(t);
      const hashes = hashesFromTarget(t);
      return hashes >= Number(exact) * (1 - 1e-15) && hashes <= Number(exact + 1n) * (1 + 1e-15);
    }),
  );
});

it('agrees with the difficulty of a target', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0x10000001, max: 0x1d00ffff }), (bits) => {
      const t = (BigInt(bits & 0x7fffff) || 1n) << BigInt(8 * ((bits >>> 24) - 3));
      expect(hashesFromDifficulty(difficultyFromTarget(t)) / hashesFromTarget(t)).toBeCloseTo(1, 6);
    }),
  );
});

it.each([
  ['mid-June 2026: 124.93T is about 894 EH/s', 124.93e12, 894],
  ['12 January 2026: 148.26T is 1,061 EH/s at 600 s a block', 148.26e12, 1061],
])('%s', (_, difficulty, exahashes) => {
  expect(Math.round(networkHashrate(difficulty) / 1e18)).toBe(exahashes);
});

it('October 2026: 957.97 EH/s is a difficulty of 133.8T', () => {
  expect(difficultyFromHashrate(957.97e18) / 1e12).toBeCloseTo(133.8, 1);
});

it.each([0, -1, Number.NaN])('refuses a difficulty or hashrate of %s', (value) => {
  expect(() => hashesFromDifficulty(value)).toThrow(RangeError);
  expect(() => difficultyFromHashrate(value)).toThrow(RangeError);
});

it.each([-1n, 1n << 256n])('refuses the target %s', (value) => {
  expect(() => hashesFromTarget(value)).toThrow(RangeError);
});
