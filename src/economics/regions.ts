/** Electricity prices by region, with their sources, from data/electricity.json. */
import { type Found, findRow, rowById } from './catalogue.ts';
import catalogue from './data/electricity.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** The kinds of price, in US dollars per kWh. */
export type PriceField = 'residentialUsdPerKwh' | 'industrialUsdPerKwh' | 'miningUsdPerKwh';

/**
 * What a kWh costs somewhere. "Business" prices of GlobalPetrolPrices assume 1 GWh a year, not a farm; household tariffs of capitals are
 * tiered; a cheap tariff without a grid connection, a permit or a legal basis is no mining price. Null where no price was found.
 */
export interface Region extends Provenance<PriceField> {
  readonly id: string;
  readonly name: string;
  /** What a household pays. */
  readonly residentialUsdPerKwh: number | null;
  /** What industry, or a business, pays. */
  readonly industrialUsdPerKwh: number | null;
  /** What miners are reported to pay. */
  readonly miningUsdPerKwh: number | null;
}

/** Every region. */
export const REGIONS = catalogue as readonly Region[];

/**
 * The region with this id.
 *
 * @throws {RangeError} for an id that is not in the list: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * regionById('us-tx').name; // 'Texas'
 * ```
 */
export function regionById(id: string): Region {
  return rowById(REGIONS, 'region', id);
}

/**
 * The region a person means, or a hint for the message.
 *
 * @example
 * ```ts
 * findRegion('Iceland'); // { match: regionById('is') }
 * findRegion('Paraguai'); // { hint: ' Did you mean "paraguay"?' }
 * ```
 */
export function findRegion(text: string): Found<Region> {
  return findRow(REGIONS, text);
}

/** A price and which of the row's prices it is. */
export interface RegionPrice {
  readonly usdPerKwh: number;
  readonly field: PriceField;
}

/**
 * The price a mining farm pays in a region: the mining price, else the industrial one; null without either.
 *
 * @example
 * ```ts
 * farmPrice(regionById('us-ny')); // { usdPerKwh: 0.0892, field: 'industrialUsdPerKwh' }
 * ```
 */
export function farmPrice(region: Region): RegionPrice | null {
  return firstPrice(region, ['miningUsdPerKwh', 'industrialUsdPerKwh']);
}

/**
 * The price a household pays in a region; null where none was found.
 *
 * @example
 * ```ts
 * homePrice(regionById('us-ny'))?.usdPerKwh; // 0.2567
 * ```
 */
export function homePrice(region: Region): RegionPrice | null {
  return firstPrice(region, ['residentialUsdPerKwh']);
}

function firstPrice(region: Region, fields: readonly PriceField[]): RegionPrice | null {
  for (const field of fields) {
    const usdPerKwh = region[field];
    if (usdPerKwh !== null) return { usdPerKwh, field };
  }
  return null;
}
