/** The price of a kWh at home: given, a region's, or the world's. */
import { isUnconfirmed } from '../economics/provenance.ts';
import { farmPrice, homePrice, type PriceField, type Region, regionById } from '../economics/regions.ts';
import { HashgapError } from '../errors.ts';
import type { Electricity } from '../report/compare.ts';

/** What the options say. */
export interface ElectricityFlags {
  readonly kwhPrice?: number;
  readonly region?: Region;
}

const KINDS: Readonly<Record<PriceField, string>> = {
  residentialUsdPerKwh: 'households',
  industrialUsdPerKwh: 'industry',
  miningUsdPerKwh: 'mining farms',
};

/**
 * The price, a household's where a region has one.
 *
 * @throws {HashgapError} `USAGE` when a price and a region are given.
 */
export function homeElectricity({ kwhPrice, region }: ElectricityFlags): Electricity {
  if (kwhPrice !== undefined && region !== undefined)
    throw new HashgapError('USAGE', 'Expected --kwh-price or --region, received both. Leave one out.');
  if (kwhPrice !== undefined) return { usdPerKwh: kwhPrice, from: 'given', unconfirmed: false };
  const place = region ?? regionById('world');
  const price = homePrice(place) ?? farmPrice(place)!; // a test sees to it that every region has one
  const { usdPerKwh, field } = price;
  const when = place.date === null ? '' : `, ${place.date}`;
  return {
    usdPerKwh,
    from: `${KINDS[field]}, ${place.name}${when}`,
    unconfirmed: isUnconfirmed(place, field),
  };
}
