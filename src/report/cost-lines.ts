/** What a bitcoin costs in electricity, as a table for people and as JSON. */

import { deviceNote } from './compare-machine.ts';
import {
  type Cost,
  type CostDevice,
  type CostPrice,
  type CostRow,
  type CostTable,
  LIMIT_USD,
  type Payer,
} from './cost.ts';
import { type Claim, checkClaims } from './cost-claims.ts';
import { createFootnotes, formatKwhPrice, formatUsd, kwhDigits, wrapLines } from './economics-text.ts';
import { networkLine, networkObject } from './network.ts';
import { blockTerms } from './network-state.ts';
import { type Column, tableLines } from './table.ts';
import { fitText } from './text.ts';

/**
 * The table, which devices pass the limit where, and on demand the claims.
 *
 * @param width - columns of the terminal.
 */
export function costLines(table: CostTable, width: number, withClaims: boolean): string[] {
  const notes = createFootnotes();
  const devices = table.columns.map((column) => deviceLine(column, table, notes.mark));
  const claims = withClaims ? ['', ...claimLines(checkClaims(blockTerms(table.network)), width)] : [];
  const { btcUsd } = table.network;
  return [
    ...wrapLines('Electricity for one bitcoin, US dollars', width, ''),
    ...regionTable(table, width),
    ...marks(table).flatMap((line) => wrapLines(line, width)),
    '',
    ...devices.flatMap((line) => wrapLines(line, width)),
    ...claims,
    '',
    ...wrapLines(`a bitcoin: ${formatUsd(btcUsd.value)} (${btcUsd.from})`, width),
    ...wrapLines(networkLine(table.network), width),
    ...notes.lines(width),
  ];
}

/** A column of prices, or of a device at such prices. */
interface TableColumn extends Column {
  cell(row: CostRow): string;
}

function regionTable(table: CostTable, width: number): string[] {
  const columns = payersOf(table).flatMap((payer) => [
    priceColumn(payer),
    ...table.columns.flatMap(({ device, payers }) =>
      payers.includes(payer) ? [costColumn(device.id, payer)] : [],
    ),
  ]);
  const cells = table.rows.map((row) => columns.map((column) => column.cell(row)));
  const names = table.rows.map(({ region }) => region?.name ?? 'the given price');
  const room = width - tableLines(columns, cells, Number.POSITIVE_INFINITY)[1]!.length - 2;
  const longest = Math.max(LEAST_NAME, Math.min(room, Math.max(...names.map((name) => name.length))));
  const rows = names.map((name, i) => [fitText(name, longest, '...'), ...cells[i]!]);
  const shown = tableLines([{ heading: 'region', align: 'left' }, ...columns], rows, width);
  const hidden = columns.length + 1 - shown[1]!.split('  ').length;
  const hint = `${hidden} more columns have no room here; --device and --json show them.`;
  return [...shown, ...(hidden > 0 ? wrapLines(hint, width) : [])];
}

/** Room for enough of a region's name to tell it from others. */
const LEAST_NAME = 15;

function payersOf({ columns }: CostTable): Payer[] {
  const all: Payer[] = ['given', 'farm', 'home'];
  return all.filter((payer) => columns.some(({ payers }) => payers.includes(payer)));
}

const HEADINGS = { given: '$/kWh', farm: 'farm kWh', home: 'home kWh' } as const;

function priceColumn(payer: Payer): TableColumn {
  return {
    heading: HEADINGS[payer],
    align: 'right',
    cell({ prices }) {
      const price = prices.find((one) => one.payer === payer);
      return price === undefined ? '-' : `${kwhDigits(price.usdPerKwh)}${price.unconfirmed ? '*' : ' '}`;
    },
  };
}

function costColumn(device: string, payer: Payer): TableColumn {
  return {
    heading: device,
    align: 'right',
    cell({ costs, prices }) {
      const cost = costs.find((one) => one.device === device && one.payer === payer);
      return cost === undefined ? '-' : costCell(cost, prices);
    },
  };
}

/** The marks stand in columns of their own, so that the figures stay under each other. */
function costCell({ usdPerBtc, aboveLimit, payer }: Cost, prices: readonly CostPrice[]): string {
  const unconfirmed = prices.some((price) => price.payer === payer && price.unconfirmed);
  return `${thousands(usdPerBtc)}${aboveLimit ? '!' : ' '}${unconfirmed ? '*' : ' '}`;
}

function thousands(usd: number): string {
  if (usd < 1000) return formatUsd(usd);
  return usd < 999_500 ? `$${digits(usd / 1000)}k` : `$${digits(usd / 1e6)}M`;
}

/** Three digits, also where the last ones are zero. */
const digits = (value: number) =>
  value < 999.5 ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US');

function marks({ rows }: CostTable): string[] {
  const above = rows.some(({ costs }) => costs.some(({ aboveLimit }) => aboveLimit));
  const unconfirmed = rows.some(({ prices }) => prices.some((price) => price.unconfirmed));
  return [
    ...(above ? [`! more than ${formatUsd(LIMIT_USD)}`] : []),
    ...(unconfirmed
      ? ['* unconfirmed: no public source was found for the price, nor for the cost that follows']
      : []),
  ];
}

function deviceLine(
  { device, payers, usdPerKwhForLimit, breakEvenUsdPerKwh }: CostDevice,
  { rows }: CostTable,
  mark: (note: string | undefined) => string,
): string {
  const limit = formatUsd(LIMIT_USD);
  const where = payers.map((payer) => {
    const rowsOfPayer = rows.filter(({ prices }) => prices.some((price) => price.payer === payer));
    const above = rowsOfPayer.filter(({ costs }) =>
      costs.some((cost) => cost.device === device.id && cost.payer === payer && cost.aboveLimit),
    );
    return `${above.length} of ${rowsOfPayer.length} ${PLACES[payer]}`;
  });
  return (
    `${device.id}: ${device.name}${mark(deviceNote(device))}, ${device.joulesPerTH} J/TH; pays below ${formatKwhPrice(breakEvenUsdPerKwh)}; ` +
    `passes ${limit} above ${formatKwhPrice(usdPerKwhForLimit)}: ${where.join(', ')}`
  );
}

const PLACES = { given: 'prices', farm: 'at farm prices', home: 'at home' } as const;

function claimLines(claims: readonly Claim[], width: number): string[] {
  return [
    ...wrapLines('What the articles claim, with these figures:', width, ''),
    ...claims.flatMap(({ claim, holds, inputs, source }) => [
      '',
      ...wrapLines(`${holds.toUpperCase()}: ${claim}`, width),
      ...wrapLines(`  ${inputs}`, width, '  '),
      ...wrapLines(`  source: ${source}`, width, '    '),
    ]),
  ];
}

/** The same as one JSON object. */
export function costObject({ columns, rows, network }: CostTable) {
  return {
    schema: 'hashgap.cost/1',
    limitUsd: LIMIT_USD,
    devices: columns.map(({ device, ...column }) => ({
      id: device.id,
      name: device.name,
      joulesPerTH: device.joulesPerTH,
      ...column,
      source: device.source,
      confidence: device.confidence,
      unconfirmed: device.unconfirmed ?? [],
    })),
    rows: rows.map(({ region, prices, costs }) => ({
      region: region && regionObject(region),
      prices,
      costs,
    })),
    claims: network.network === 'main' ? checkClaims(blockTerms(network)) : [],
    network: networkObject(network),
  };
}

function regionObject({ id, name, date, source, confidence }: NonNullable<CostRow['region']>) {
  return { id, name, date, source, confidence };
}
