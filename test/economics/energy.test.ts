/** Revenue and energy: the published hashprices, break-evens and costs per bitcoin. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import {
  breakEvenBtcUsd,
  breakEvenUsdPerKwh,
  electricityUsdPerBtc,
  kwhPerBtc,
  kwhPerDay,
  marginUsdPerThDay,
  usdPerKwhForCost,
} from '../../src/economics/energy.ts';
import { farmPrice, homePrice, regionById } from '../../src/economics/regions.ts';
import { type BlockTerms, btcPerDay, hashprice, keptShare } from '../../src/economics/revenue.ts';
import { DEFAULT_SNAPSHOT } from '../../src/economics/snapshots.ts';
import { hashesFromDifficulty } from '../../src/economics/work.ts';

const { difficulty, btcUsd, feesBtcPerBlock, subsidyBtc, hashpriceUsdPerPhDay } = DEFAULT_SNAPSHOT;
const january = { hashesPerBlock: hashesFromDifficulty(difficulty), rewardBtc: subsidyBtc + feesBtcPerBlock };
const at = (difficulty: number): BlockTerms => ({
  hashesPerBlock: hashesFromDifficulty(difficulty),
  rewardBtc: 3.145,
});

describe('published: Hashrate Index of 12 January 2026', () => {
  it('hashprice 39.53 within 2 %', () => {
    expect(hashprice(january, btcUsd)).toBeCloseTo(38.85, 2);
    expect(hashprice(january, btcUsd) / hashpriceUsdPerPhDay!).toBeGreaterThan(0.98);
    expect(hashprice(january, btcUsd) / hashpriceUsdPerPhDay!).toBeLessThan(1.02);
  });

  it.each([
    ['under 19 J/TH', 17, 97],
    ['19 to 25 J/TH', 22, 75],
    ['25 to 38 J/TH', 32.3, 51],
  ])('break-even power %s (%d): $%d per MWh', (_, joulesPerTH, usdPerMwh) => {
    expect(Math.round(1000 * breakEvenUsdPerKwh(39.53, joulesPerTH))).toBe(usdPerMwh);
  });
});

it('published: hashprice of October 2026 about $40.9', () => {
  expect(hashprice(at(133.8e12), 86_431)).toBeCloseTo(40.9, 1);
});

it.each([
  ['nerdqaxe-pp', 0.19, 9.9],
  ['avalon-q', 3.5, 8.7],
  ['s21', 7.77, 9.3],
  ['s23hyd', 22.5, 17.0],
])('published: %s earns $%d a day and breaks even at %d c', (id, usdPerDay, cents) => {
  const device = deviceById(id);
  const earned = btcPerDay(january, device.hashrateHps) * btcUsd;
  expect(earned / usdPerDay).toBeCloseTo(1, 2);
  const breakEven = breakEvenUsdPerKwh(hashprice(january, btcUsd), device.joulesPerTH!);
  expect(Math.abs(100 * breakEven - cents)).toBeLessThan(0.051);
});

it('published: a Bitaxe Gamma earns $0.042 a day for 0.456 kWh, a loss above 9.1 c', () => {
  const { hashrateHps, powerW } = deviceById('bitaxe-gamma');
  expect(btcPerDay(january, hashrateHps) * btcUsd).toBeCloseTo(0.042, 3);
  expect(kwhPerDay(powerW!)).toBeCloseTo(0.456, 9);
  expect(Math.round((1000 * btcPerDay(january, hashrateHps) * btcUsd) / kwhPerDay(powerW!))).toBe(91);
});

describe('published: electricity per bitcoin in MWh, and the price of power that makes it $100,000', () => {
  it.each([
    ['January 2026, 148.26T', january, [535, 760, 985, 1689], [10.2, 5.9]],
    ['before mid-June 2026, 138.96T', at(138.96e12), [501, 712, 923, 1581], [10.8, 6.3]],
    ['mid-June 2026, 124.93T', at(124.93e12), [450, 640, 829, 1422], [12.1, 7.0]],
  ])('%s', (_, terms, megawattHours, cents) => {
    const computed = [9.5, 13.5, 17.5, 30].map((joules) => kwhPerBtc(terms, joules) / 1000);
    computed.forEach((mwh, i) => {
      expect(Math.abs(mwh - megawattHours[i]!)).toBeLessThan(1);
    });
    expect(100 * usdPerKwhForCost(terms, 17.5, 100_000)).toBeCloseTo(cents[0]!, 1);
    expect(100 * usdPerKwhForCost(terms, 30, 100_000)).toBeCloseTo(cents[1]!, 1);
  });
});

describe('published: electricity per bitcoin by region at 133.8T, thousands of dollars', () => {
  it.each([
    ['us', 53, 169],
    ['us-tx', 25, 130],
    ['us-ny', 79, 231],
    ['us-ca', 225, 304],
    ['us-wa', 62, 99],
    ['py', 44, 41],
    ['et', 44, 14],
    ['is', 44, 153],
    ['no', 44, 117],
    ['ca-qc', 53, 50],
    ['kz', 62, 43],
    ['ru', 30, 18],
    ['cn', 86, 68],
    ['cn-sc', 36, undefined],
    ['ae', 98, 57],
    ['om', 49, 33],
    ['bt', 27, 28],
    ['sv', 178, 221],
    ['de', 243, 378],
    ['uk', 274, 324],
    ['jp', 178, 207],
    ['in', 107, 72],
    ['br', 116, 145],
    ['ar', 53, 72],
    ['ve', 18, 18],
    ['ir', 4, 2],
    ['ng', 39, undefined],
    ['ke', 155, undefined],
    ['world', 144, 153],
  ])('%s: an S21 %s, a Bitaxe %s', (id, farm, home) => {
    const thousands = (device: string, price: number) =>
      electricityUsdPerBtc(at(133.8e12), deviceById(device).joulesPerTH!, price) / 1000;
    // 0.5 for the rounding of the published cost, the rest for that of Germany's price.
    expect(Math.abs(thousands('s21', farmPrice(regionById(id))!.usdPerKwh) - farm)).toBeLessThan(0.52);
    const household = homePrice(regionById(id));
    if (home === undefined) expect(household).toBeNull();
    else expect(Math.abs(thousands('bitaxe-gamma', household!.usdPerKwh) - home)).toBeLessThan(0.52);
  });
});

const usd = () => fc.double({ min: 0.001, max: 1, noNaN: true });
const joules = () => fc.double({ min: 5, max: 1e6, noNaN: true });

it('break-evens are where the margin is nothing', () => {
  fc.assert(
    fc.property(joules(), usd(), (e, price) => {
      const even = electricityUsdPerBtc(january, e, price);
      expect(breakEvenUsdPerKwh(hashprice(january, even), e) / price).toBeCloseTo(1, 9);
      expect(usdPerKwhForCost(january, e, even) / price).toBeCloseTo(1, 9);
      const gain = marginUsdPerThDay(hashprice(january, even), e, price);
      expect(Math.abs(gain) / (0.024 * e * price)).toBeLessThan(1e-9);
    }),
  );
});

it('the price of a bitcoin that pays for a day is its electricity, and more with fixed costs', () => {
  const { hashrateHps, powerW, joulesPerTH } = deviceById('s21');
  const day = { powerW: powerW!, usdPerKwh: 0.06, btcPerDay: btcPerDay(january, hashrateHps) };
  const cash = electricityUsdPerBtc(january, joulesPerTH!, 0.06);
  expect(breakEvenBtcUsd(day) / cash).toBeCloseTo(1, 12);
  expect(breakEvenBtcUsd({ ...day, fixedUsdPerDay: 2 })).toBeGreaterThan(cash);
});

it('a pool takes its fee from what is not stale', () => {
  expect(keptShare({})).toBe(1);
  expect(keptShare({ fee: 0.02, stale: 0.01, uptime: 0.95 })).toBeCloseTo(0.9215, 12);
  expect(btcPerDay(january, 1e15, 0.5)).toBe(btcPerDay(january, 1e15) / 2);
  expect(() => keptShare({ fee: 0.6, stale: 0.6 })).toThrow(RangeError);
});

it.each([-1, Number.NaN])('refuses a price, power or hashrate of %s', (value) => {
  expect(() => hashprice(january, value)).toThrow(RangeError);
  expect(() => electricityUsdPerBtc(january, 17.5, value)).toThrow(RangeError);
  expect(() => breakEvenUsdPerKwh(value, 17.5)).toThrow(RangeError);
  expect(() => marginUsdPerThDay(40, value, 0.06)).toThrow(RangeError);
  expect(() => btcPerDay(january, value)).toThrow(RangeError);
  expect(() => kwhPerDay(value)).toThrow(RangeError);
});
