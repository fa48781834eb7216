/** Section 11 of the Bitcoin paper: its tables, the published pairs, and monotony. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attackerSuccess, confirmationsFor } from '../../src/economics/attack.ts';

it.each([
  [
    0.1,
    [
      1, 0.2045873, 0.0509779, 0.0131722, 0.0034552, 0.0009137, 0.0002428, 0.0000647, 0.0000173, 0.0000046,
      0.0000012,
    ],
  ],
])('the table of the paper for q = %d, z = 0 to 10', (q, chances) => {
  chances.forEach((chance, z) => {
    expect(attackerSuccess(q, z)).toBeCloseTo(chance, 7);
  });
});

it.each([
  [0, 1],
  [5, 0.1773523],
  [10, 0.0416605],
  [20, 0.0024804],
  [30, 0.0001522],
  [50, 0.0000006],
])('the table of the paper for q = 0.3, z = %d: %d', (z, chance) => {
  expect(attackerSuccess(0.3, z)).toBeCloseTo(chance, 7);
});

it.each([
  [0.1, 5],
  [0.15, 8],
  [0.2, 11],
  [0.25, 15],
  [0.3, 24],
  [0.35, 41],
  [0.4, 89],
  [0.45, 340],
])('the paper: below 0.1 %% against q = %d after %d blocks', (q, z) => {
  expect(confirmationsFor(q, 0.001)).toBe(z);
});

it('published: 6 confirmations against 40 % of the hashrate 50.4 %, against 30.8 % about 15.2 %', () => {
  expect(100 * attackerSuccess(0.4, 6)).toBeCloseTo(50.4, 1);
  // 15.1 % at 30.80 %; 15.2 % at 30.83 %, which is published as 30.8 % too.
  expect(100 * attackerSuccess(0.308, 6)).toBeCloseTo(15.1, 1);
  expect(100 * attackerSuccess(0.3083, 6)).toBeCloseTo(15.2, 1);
});

it('half of the hashrate always wins, and against it no number of blocks is enough', () => {
  expect(attackerSuccess(0.5, 100)).toBe(1);
  expect(attackerSuccess(1, 6)).toBe(1);
  expect(confirmationsFor(0.5, 0.5)).toBeNull();
  expect(confirmationsFor(0.1, 0)).toBeNull();
  expect(attackerSuccess(0, 1)).toBe(0);
  expect(attackerSuccess(0, 0)).toBe(1);
});

it('keeps its digits when it is tiny, and does not underflow when the wait is long', () => {
  expect(attackerSuccess(0.01, 60)).toBeGreaterThan(0);
  expect(attackerSuccess(0.01, 60)).toBeLessThan(1e-60);
  expect(attackerSuccess(0.499, 1000)).toBeGreaterThan(0.8);
});

it('grows with the share and falls with the confirmations', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      fc.integer({ min: 0, max: 50 }),
      (a, b, z) => {
        const [weak, strong] = a < b ? [a, b] : [b, a];
        const chance = attackerSuccess(weak, z);
        expect(chance >= 0 && chance <= 1).toBe(true);
        expect(chance).toBeLessThanOrEqual(attackerSuccess(strong, z) + 1e-12);
        expect(attackerSuccess(weak, z + 1)).toBeLessThanOrEqual(chance + 1e-12);
      },
    ),
  );
});

it.each([-1, 1.5, Number.NaN])('refuses a share or a number of confirmations of %s', (value) => {
  expect(() => attackerSuccess(value, 6)).toThrow(RangeError);
  expect(() => attackerSuccess(0.1, value)).toThrow(RangeError);
});
