/** What a bitcoin costs in electricity, by region and device: calculated. */
import type { Device } from '../economics/devices.ts';
import { breakEvenUsdPerKwh, electricityUsdPerBtc, usdPerKwhForCost } from '../economics/energy.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import {
  farmPrice,
  homePrice,
  type PriceField,
  type Region,
  type RegionPrice,
} from '../economics/regions.ts';
import { hashprice } from '../economics/revenue.ts';
import { blockTerms, type NetworkState } from './network-state.ts';

/** What the articles of April 2026 say a bitcoin costs in some regions, US dollars. */
export const LIMIT_USD = 100_000;

/** A device that has an efficiency. */
export type PoweredDevice = Device & { readonly joulesPerTH: number };

/** The question. */
export interface CostInput {
  readonly devices: readonly PoweredDevice[];
  /** Regions, or one price that was given, US dollars per kWh. */
  readonly places: readonly Region[] | number;
  readonly network: NetworkState;
}

/** Whose price: a farm's, a household's, or the given one. */
export type Payer = 'farm' | 'home' | 'given';

/** A price of a kWh. */
export interface CostPrice {
  readonly payer: Payer;
  readonly usdPerKwh: number;
  /** Which price of the region; null for a given one. */
  readonly field: PriceField | null;
  readonly unconfirmed: boolean;
}

/** One device at one price. */
export interface Cost {
  readonly device: string;
  readonly payer: Payer;
  readonly usdPerBtc: number;
  readonly aboveLimit: boolean;
}

/** A region. */
export interface CostRow {
  /** Null for a given price. */
  readonly region: Region | null;
  readonly prices: readonly CostPrice[];
  readonly costs: readonly Cost[];
}

/** A device with the prices of power that matter for it. */
export interface CostDevice {
  readonly device: PoweredDevice;
  /** Whose price it pays: both for a device that was asked for alone. */
  readonly payers: readonly Payer[];
  /** Above it, electricity for a bitcoin costs more than the limit; null where a block brings no bitcoin. */
  readonly usdPerKwhForLimit: number | null;
  /** Above it, the device loses money at today's price of a bitcoin; 0 where a block brings none. */
  readonly breakEvenUsdPerKwh: number;
}

/** The answer, cheapest first by the first price that is shown; regions without a price that one of the devices pays are left out. */
export interface CostTable extends CostInput {
  readonly columns: readonly CostDevice[];
  readonly rows: readonly CostRow[];
}

/** Calculates every cost. */
export function costTable(input: CostInput): CostTable {
  const { devices, places, network } = input;
  const terms = blockTerms(network);
  const price = hashprice(terms, network.btcUsd.value);
  const columns = devices.map((device) => ({
    device,
    payers: payersOf(device, input),
    usdPerKwhForLimit: terms.rewardBtc === 0 ? null : usdPerKwhForCost(terms, device.joulesPerTH, LIMIT_USD),
    breakEvenUsdPerKwh: breakEvenUsdPerKwh(price, device.joulesPerTH),
  }));
  const priced =
    typeof places === 'number'
      ? [{ region: null, prices: [givenPrice(places)] }]
      : places.map((region) => ({ region, prices: regionPrices(region) }));
  const payers = shownPayers(columns);
  const rows = priced
    .filter(({ prices }) => prices.some(({ payer }) => payers.includes(payer)))
    .map((row) => ({ ...row, costs: costsOf(row.prices, columns, network) }));
  const cheapness = ({ prices }: CostRow) =>
    prices.find(({ payer }) => payer === payers[0])?.usdPerKwh ?? Number.POSITIVE_INFINITY;
  return { ...input, columns, rows: rows.sort((a, b) => cheapness(a) - cheapness(b)) };
}

/** Whose prices the devices pay, in the order in which they are shown. */
export function shownPayers(columns: readonly Pick<CostDevice, 'payers'>[]): Payer[] {
  const all: Payer[] = ['given', 'farm', 'home'];
  return all.filter((payer) => columns.some(({ payers }) => payers.includes(payer)));
}

/** An ASIC stands on a farm, everything else at home. */
function payersOf({ kind }: Device, { devices, places }: CostInput): readonly Payer[] {
  if (typeof places === 'number') return ['given'];
  if (devices.length === 1) return ['farm', 'home'];
  return kind === 'asic' ? ['farm'] : ['home'];
}

function givenPrice(usdPerKwh: number): CostPrice {
  return { payer: 'given', usdPerKwh, field: null, unconfirmed: false };
}

function regionPrices(region: Region): CostPrice[] {
  const priced = (payer: Payer, price: RegionPrice | null) =>
    price === null ? [] : [{ payer, ...price, unconfirmed: isUnconfirmed(region, price.field) }];
  return [...priced('farm', farmPrice(region)), ...priced('home', homePrice(region))];
}

function costsOf(
  prices: readonly CostPrice[],
  columns: readonly CostDevice[],
  network: NetworkState,
): Cost[] {
  const terms = blockTerms(network);
  if (terms.rewardBtc === 0) return [];
  return columns.flatMap(({ device, payers }) =>
    prices
      .filter(({ payer }) => payers.includes(payer))
      .map(({ payer, usdPerKwh }) => {
        const usdPerBtc = electricityUsdPerBtc(terms, device.joulesPerTH, usdPerKwh);
        return { device: device.id, payer, usdPerBtc, aboveLimit: usdPerBtc > LIMIT_USD };
      }),
  );
}
