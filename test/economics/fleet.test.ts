/** The fleet for a block a month, and what a terahash is worth over time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { fleetOf, hashrateForBlocks, hashrateForChance, MONTH_SECONDS } from '../../src/economics/fleet.ts';
import { fleetValue, monthlyMargins, type Outlook, paybackMonths } from '../../src/economics/fleet-value.ts';
import { chanceWithin, expectedBlocks } from '../../src/economics/odds.ts';
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
    fc.property(
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (blocks, chance) => {
        const byBlocks = { hashrateHps: hashrateForBlocks(blocks, JANUARY), hashesPerBlock: JANUARY };
        expect(expectedBlocks(byBlocks, MONTH_SECONDS) / blocks).toBeCloseTo(1, 9);
        const byChance = { hashrateHps: hashrateForChance(chance, JANUARY), hashesPerBlock: JANUARY };
        expect(chanceWithin(byChance, MONTH_SECONDS) / chance).toBeCloseTo(1, 9);
        expect(fleetOf(deviceById('s21'), byBlocks.hashrateHps).hashrateHps).toBeGreaterThanOrEqual(
          byBlocks.hashrateHps,
        );
      },
    ),
  );
});

const still: Outlook = { hashpriceUsd: 39.53, joulesPerTH: 17.5, usdPerKwh: 0.06, months: 24 };

it('without growth each month is the margin of today', () => {
  const perMonth = ((39.53 / 1000 - 0.024 * 17.5 * 0.06) * 365.25) / 12;
  for (const margin of monthlyMargins(still)) expect(margin).toBeCloseTo(perMonth, 12);
  expect(fleetValue(still).usdPerTH).toBeCloseTo(24 * perMonth, 9);
  expect(fleetValue(still).monthsOn).toBe(24);
  expect(paybackMonths(still, 14)).toBeNull();
  expect(paybackMonths({ ...still, months: 60 }, 14)).toBe(Math.ceil(14 / perMonth));
});

it('growth of the network eats the margin, and the machine is switched off, not run at a loss', () => {
  const grown = fleetValue({ ...still, months: 60, hashrateGrowthPerYear: 0.4 });
  expect(grown.monthsOn).toBeGreaterThan(6);
  expect(grown.monthsOn).toBeLessThan(60);
  expect(monthlyMargins({ ...still, months: 60, hashrateGrowthPerYear: 0.4 }).at(-1)).toBe(0);
});

it('a price that grows as fast as the network changes nothing', () => {
  const both = { ...still, priceGrowthPerYear: 0.4, hashrateGrowthPerYear: 0.4 };
  expect(fleetValue(both).usdPerTH).toBeCloseTo(fleetValue(still).usdPerTH, 9);
});

it('halves the subsidy at height 1,050,000, but not the fees', () => {
  const outlook = { ...still, usdPerKwh: 0, height: 1_050_000 - 4_383, months: 3 };
  const [now, , after] = monthlyMargins(outlook);
  expect(after! / now!).toBeCloseTo(0.5, 9);
  const [, , withFees] = monthlyMargins({ ...outlook, feesBtc: 3.125 });
  expect(withFees! / now!).toBeCloseTo(0.75, 9);
});

it('later dollars are worth less', () => {
  const now = fleetValue(still).usdPerTH;
  expect(fleetValue({ ...still, discountPerYear: 0.1 }).usdPerTH).toBeLessThan(now);
});

it.each([-1, Number.NaN])('refuses a growth, price or number of months of %s', (value) => {
  expect(() => fleetValue({ ...still, hashrateGrowthPerYear: value })).toThrow(RangeError);
  expect(() => fleetValue({ ...still, months: value })).toThrow(RangeError);
  expect(() => paybackMonths(still, value)).toThrow(RangeError);
  expect(() => hashrateForBlocks(value, JANUARY)).toThrow(RangeError);
});
