/** Energy: what a bitcoin takes in electricity, and the prices of power and of bitcoin at which mining breaks even. */
import { notNegative, positive } from './checks.ts';
import type { BlockTerms } from './revenue.ts';

const JOULES_PER_KWH = 3.6e6;
const TERA = 1e12;

/**
 * Energy per bitcoin in kWh: hashesPerBlock x J/TH x 1e-12 / 3.6e6 / reward.
 * Source: https://gist.github.com/janbraiins/d855ef4e0d905308ee21d812026c9d54 (Braiins), with the fees it leaves out.
 *
 * @param joulesPerTH - joules per 10^12 hashes.
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * kwhPerBtc({ hashesPerBlock: 3.6e23, rewardBtc: 3.125 }, 10); // 320_000
 * ```
 */
export function kwhPerBtc({ hashesPerBlock, rewardBtc }: BlockTerms, joulesPerTH: number): number {
  const joules = (positive(hashesPerBlock, 'work') / TERA) * positive(joulesPerTH, 'efficiency');
  return joules / JOULES_PER_KWH / positive(rewardBtc, 'reward');
}

/**
 * Electricity per bitcoin in US dollars: kWh per bitcoin x price. It is also the price of a bitcoin at which cash costs break even.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * electricityUsdPerBtc({ hashesPerBlock: 3.6e23, rewardBtc: 3.125 }, 10, 0.125); // 40_000
 * ```
 */
export function electricityUsdPerBtc(terms: BlockTerms, joulesPerTH: number, usdPerKwh: number): number {
  return kwhPerBtc(terms, joulesPerTH) * notNegative(usdPerKwh, 'power price');
}

/**
 * The power price, US dollars per kWh, at which electricity per bitcoin comes to a sum.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * usdPerKwhForCost({ hashesPerBlock: 3.6e23, rewardBtc: 3.125 }, 10, 40_000); // 0.125
 * ```
 */
export function usdPerKwhForCost(terms: BlockTerms, joulesPerTH: number, usdPerBtc: number): number {
  return notNegative(usdPerBtc, 'cost') / kwhPerBtc(terms, joulesPerTH);
}

/**
 * The power price, US dollars per kWh, above which a machine loses money: hashprice / (24 x J/TH). A petahash per second at e J/TH takes
 * e kW. Checked against https://hashrateindex.com/blog/hashrate-index-roundup-january-12-2026.
 *
 * @param hashpriceUsd - US dollars per petahash per second and day.
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * breakEvenUsdPerKwh(39.53, 22).toFixed(4); // '0.0749'
 * ```
 */
export function breakEvenUsdPerKwh(hashpriceUsd: number, joulesPerTH: number): number {
  return notNegative(hashpriceUsd, 'hashprice') / (24 * positive(joulesPerTH, 'efficiency'));
}

/** What a day of mining costs and brings. */
export interface DailyCosts {
  readonly powerW: number;
  readonly usdPerKwh: number;
  /** Hardware over its life, hosting, repairs, US dollars per day. @default 0 */
  readonly fixedUsdPerDay?: number;
  readonly btcPerDay: number;
}

/**
 * The price of a bitcoin, US dollars, at which a day of mining pays for itself: (energy + fixed costs) / bitcoin mined.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * breakEvenBtcUsd({ powerW: 1000, usdPerKwh: 0.125, fixedUsdPerDay: 1, btcPerDay: 0.0001 }); // 40_000
 * ```
 */
export function breakEvenBtcUsd({ powerW, usdPerKwh, fixedUsdPerDay = 0, btcPerDay }: DailyCosts): number {
  const energy = kwhPerDay(powerW) * notNegative(usdPerKwh, 'power price');
  return (energy + notNegative(fixedUsdPerDay, 'fixed cost')) / positive(btcPerDay, 'daily yield');
}

/**
 * Energy of a day in kWh.
 *
 * @throws {RangeError} for a negative power.
 * @example
 * ```ts
 * kwhPerDay(19); // 0.456
 * ```
 */
export function kwhPerDay(powerW: number): number {
  return (notNegative(powerW, 'power') * 24) / 1000;
}

/**
 * What a terahash per second earns in a day after electricity, US dollars: hashprice / 1000 - 0.024 x J/TH x price.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * marginUsdPerThDay(39.53, 17.5, 0.06).toFixed(5); // '0.01433'
 * ```
 */
export function marginUsdPerThDay(hashpriceUsd: number, joulesPerTH: number, usdPerKwh: number): number {
  const energy = kwhPerDay(positive(joulesPerTH, 'efficiency')) * notNegative(usdPerKwh, 'power price');
  return notNegative(hashpriceUsd, 'hashprice') / 1000 - energy;
}
