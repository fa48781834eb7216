/** What a terahash per second is worth over the years to come: its margins month by month, discounted, with growth and halvings. */
import { notNegative, positive } from './checks.ts';
import { marginUsdPerThDay } from './energy.ts';
import { subsidyBtc } from './subsidy.ts';

/** Days of a month, a twelfth of 365.25. */
const MONTH_DAYS = 365.25 / 12;

/** Blocks of a month at one per 600 s. */
const MONTH_BLOCKS = MONTH_DAYS * 144;

/** A guess at the future. Growth compounds per year: 0.3 is a factor of 1.3. */
export interface Outlook {
  /** Today, US dollars per petahash per second and day. */
  readonly hashpriceUsd: number;
  readonly joulesPerTH: number;
  readonly usdPerKwh: number;
  readonly months: number;
  /** Of the price of a bitcoin. @default 0 */
  readonly priceGrowthPerYear?: number;
  /** Of the network's hashrate. @default 0 */
  readonly hashrateGrowthPerYear?: number;
  /** @default 0 */
  readonly discountPerYear?: number;
  /** Today's block, for the halvings; without it there are none. */
  readonly height?: number;
  /** Per block, BTC; not halved. @default 0 */
  readonly feesBtc?: number;
}

/** What comes of it. */
export interface FleetValue {
  /** Discounted sum of the margins, US dollars per terahash per second. */
  readonly usdPerTH: number;
  /** Months in which the machine earns more than its electricity; it is off in the others. */
  readonly monthsOn: number;
}

/**
 * The margin of each month, US dollars per terahash per second, discounted; 0 for a month in which the machine is off. Hashprice follows
 * hashprice x (reward then / reward now) x ((1 + price growth) / (1 + hashrate growth))^years.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * monthlyMargins({ hashpriceUsd: 10, joulesPerTH: 20, usdPerKwh: 0.06, months: 2 }); // [0, 0]
 * ```
 */
export function monthlyMargins(outlook: Outlook): number[] {
  const { hashpriceUsd, joulesPerTH, usdPerKwh, discountPerYear = 0 } = outlook;
  const discount = positive(1 + discountPerYear, 'discount factor');
  return Array.from({ length: notNegative(outlook.months, 'number of months') }, (_, month) => {
    const then = hashpriceUsd * hashpriceFactor(outlook, month);
    const perDay = Math.max(0, marginUsdPerThDay(then, joulesPerTH, usdPerKwh));
    return (perDay * MONTH_DAYS) / discount ** (month / 12);
  });
}

/**
 * The worth of a terahash per second.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * fleetValue({ hashpriceUsd: 10, joulesPerTH: 20, usdPerKwh: 0.06, months: 2 }); // { usdPerTH: 0, monthsOn: 0 }
 * ```
 */
export function fleetValue(outlook: Outlook): FleetValue {
  const margins = monthlyMargins(outlook);
  return {
    usdPerTH: margins.reduce((sum, margin) => sum + margin, 0),
    monthsOn: margins.filter((margin) => margin > 0).length,
  };
}

/**
 * The months after which the margins have paid for the machine; null when they do not within the outlook.
 *
 * @param capexUsdPerTH - US dollars per terahash per second.
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * paybackMonths({ hashpriceUsd: 10, joulesPerTH: 20, usdPerKwh: 0.06, months: 2 }, 14); // null
 * ```
 */
export function paybackMonths(outlook: Outlook, capexUsdPerTH: number): number | null {
  let owed = notNegative(capexUsdPerTH, 'price of the machine');
  const month = monthlyMargins(outlook).findIndex((margin) => {
    owed -= margin;
    return owed <= 0;
  });
  return month === -1 ? null : month + 1;
}

function hashpriceFactor(outlook: Outlook, month: number): number {
  const { priceGrowthPerYear = 0, hashrateGrowthPerYear = 0, height, feesBtc = 0 } = outlook;
  const price = positive(1 + priceGrowthPerYear, 'growth factor of the price');
  const hashrate = positive(1 + hashrateGrowthPerYear, 'growth factor of the hashrate');
  const growth = (price / hashrate) ** (month / 12);
  if (height === undefined) return growth;
  const then = subsidyBtc(Math.floor(height + month * MONTH_BLOCKS));
  return (growth * (then + feesBtc)) / (subsidyBtc(height) + feesBtc);
}
