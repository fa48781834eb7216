/** The fleet for a block a month. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { fleetOf, hashrateForBlocks, MONTH_SECONDS } from '../../src/economics/fleet.ts';
import { expectedBlocks } from '../../src/economics/odds.ts';
import { hashesFromDifficulty } from '../../src/economics/work.ts';

const JANUARY = hashesFromDifficulty(148.26e12);

it('a block a month takes 1,211 S21 and 4.2 MW, or 226,089 Bitaxes', () => {
  const hashrate = hashrateForBlocks(1, JANUARY);
  expect(hashrate / 1e15).toBeCloseTo(242.1, 1);
  expect(fleetOf(deviceById('s21'), hashrate)).toMatchObject({ devices: 1211, powerW: 1211 * 3500 });
  expect(fleetOf(deviceById('bitaxe-gamma'), hashrate).devices).toBe(226_089);
  expect(fleetOf(deviceById('ztex-115b'), hashrate)).toMatchObject({ powerW: null, kwhPerMonth: null });
});

it('finds what it was asked to find', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (blocks) => {
      const byBlocks = { hashrateHps: hashrateForBlocks(blocks, JANUARY), hashesPerBlock: JANUARY };
      expect(expectedBlocks(byBlocks, MONTH_SECONDS) / blocks).toBeCloseTo(1, 9);
      expect(fleetOf(deviceById('s21'), byBlocks.hashrateHps).hashrateHps).toBeGreaterThanOrEqual(
        byBlocks.hashrateHps,
      );
    }),
  );
});

it.each([-1, Number.NaN])('refuses a number of blocks of %s', (value) => {
  expect(() => hashrateForBlocks(value, JANUARY)).toThrow(RangeError);
});
