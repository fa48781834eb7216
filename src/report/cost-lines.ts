/** What a bitcoin costs in electricity, as a table for people and as JSON. */
import { isUnconfirmed } from '../economics/provenance.ts';
import { deviceNote } from './compare-machine.ts';
import {
  type Cost,
  type CostDevice,
  type CostPrice,
  type CostRow,
  type CostTable,
  LIMIT_USD,
  type Payer,
  type PoweredDevice,
  shownPayers,
} from './cost.ts';
import { type Claim, claimsFor } from './cost-claims.ts';
import { createFootnotes, type Footnotes, formatKwhPrice, formatUsd, kwhDigits } from './economics-text.ts';
import { networkLine, networkObject } from './network.ts';
import { type Column, tableLines } from './table.ts';
import { displayWidth, fitText, wrapLines } from './text.ts';

/**
 * The table, which devices pass the limit where, and on demand the claims.
 *
 * @param width - columns of the terminal.
 */
export function costLines(table: CostTable, width: number, withClaims: boolean): string[] {
  const notes = createFootnotes();
  const regions = regionTable(table, width, notes);
  const devices = table.columns.map((column) => deviceLine(column, table, notes.mark));
  const claims = withClaims ? ['', ...claimLines(claimsFor(table.network), width)] : [];
  const { btcUsd } = table.network;
  return [
    ...wrapLines('Electricity for one bitcoin, US dollars', width, ''),
    ...regions,
    ...marks(table).flatMap((line) => wrapLines(line, width)),
    '',
    ...devices.flatMap((line) => wrapLines(line, width)),
    ...claims,
    '',
    ...sourceLines(table).flatMap((line) => wrapLines(line, width)),
    ...wrapLines(`a bitcoin: ${formatUsd(btcUsd.value)} (${btcUsd.from})`, width),
    ...wrapLines(networkLine(table.network), width),
    ...notes.lines(width),
  ];
}

/** A column of prices, of a device at such prices, or of dates. */
interface TableColumn extends Column {
  cell(row: CostRow): string;
}

/** The dates come last in the table; where it has no room for them they stand below it. */
function regionTable(table: CostTable, width: number, notes: Footnotes): string[] {
  const { rows } = table;
  const prices = shownPayers(table.columns).flatMap((payer) => [
    priceColumn(payer),
    ...table.columns.flatMap(({ device, payers }) =>
      payers.includes(payer) ? [costColumn(device, payer, notes)] : [],
    ),
  ]);
  if (rows.every(({ region }) => region === null)) return shownTable(prices, rows, width);
  const dates: TableColumn = { heading: 'prices of', align: 'left', cell: (row) => dateOf(row, notes) };
  const whole = shownTable([...prices, dates], rows, Number.POSITIVE_INFINITY, LEAST_NAME);
  if (Math.max(...whole.map(displayWidth)) <= width) return shownTable([...prices, dates], rows, width);
  const below = rows.map((row) => `${nameOf(row)} ${dateOf(row, notes)}`);
  return [...shownTable(prices, rows, width), ...wrapLines(`prices of: ${below.join('; ')}`, width)];
}

/** The table, its names cut where that makes room, and which columns have none. */
function shownTable(
  columns: readonly TableColumn[],
  rows: readonly CostRow[],
  width: number,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const names = rows.map(nameOf);
  const room =
    width - Math.max(...tableLines(columns, cells, Number.POSITIVE_INFINITY).map(displayWidth)) - 2;
  const longest = Math.max(LEAST_NAME, Math.min(most, room, Math.max(0, ...names.map(displayWidth))));
  const named = names.map((name, i) => [fitText(name, longest, '...'), ...cells[i]!]);
  const shown = tableLines([{ heading: 'region', align: 'left' }, ...columns], named, width);
  const hidden = columns.slice(shown[1]!.split('  ').length - 1).map(({ heading }) => heading);
  if (hidden.length === 0) return shown;
  const needed = width - room + Math.min(LEAST_NAME, Math.max(...['region', ...names].map(displayWidth)));
  const which = hidden.length === 1 ? 'column has' : 'columns have';
  const hint = `${hidden.length} more ${which} no room here (${hidden.join(', ')}). A terminal ${needed} columns wide shows them; so does --json.`;
  return [...shown, ...wrapLines(hint, width)];
}

const nameOf = ({ region }: CostRow) => region?.name ?? 'the given price';

/** Of the prices of a region, with the mark of what has to be known of them. */
const dateOf = ({ region }: CostRow, notes: Footnotes) =>
  `${region?.date ?? 'no date'}${notes.mark(region?.note === undefined ? undefined : `${region.name}: ${region.note}`)}`;

/** Room for enough of a region's name to tell it from others. */
const LEAST_NAME = 15;

/** So many regions have room for where their prices are from. */
const FEW = 6;

function sourceLines({ rows }: CostTable): string[] {
  const regions = rows.flatMap(({ region }) => (region === null ? [] : [region]));
  if (regions.length > FEW) return ['sources of the prices: --region NAME and --json show them'];
  return regions.map(({ name, source }) => `${name}: ${source}`);
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

/** A device whose hashrate or power nobody confirms is marked over all that follows from it. */
function costColumn(device: PoweredDevice, payer: Payer, notes: Footnotes): TableColumn {
  const unconfirmed = isUnconfirmed(device, 'hashrateHps') || isUnconfirmed(device, 'powerW');
  return {
    heading: `${device.id}${notes.mark(unconfirmed ? deviceNote(device) : undefined)}`,
    align: 'right',
    cell({ costs, prices }) {
      const cost = costs.find((one) => one.device === device.id && one.payer === payer);
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
  if (usd < 999_500) return `$${digits(usd / 1000)}k`;
  if (usd < 999.5e6) return `$${digits(usd / 1e6)}M`;
  return usd < 999.5e12 ? `$${digits(usd / 1e9)}B` : formatUsd(usd);
}

/** Three digits, also where the last ones are zero. */
const digits = (value: number) =>
  value < 999.5 ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US');

function marks({ columns, rows }: CostTable): string[] {
  const payers = shownPayers(columns);
  const above = rows.some(({ costs }) => costs.some(({ aboveLimit }) => aboveLimit));
  const unconfirmed = rows.some(({ prices }) =>
    prices.some((price) => payers.includes(price.payer) && price.unconfirmed),
  );
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
  const start = `${device.id}: ${device.name}${mark(deviceNote(device))}, ${device.joulesPerTH} J/TH`;
  if (usdPerKwhForLimit === null) return `${start}; a block brings no bitcoin here, so none has a cost`;
  const limit = formatUsd(LIMIT_USD);
  const where = payers.map((payer) => {
    const rowsOfPayer = rows.filter(({ prices }) => prices.some((price) => price.payer === payer));
    const above = rowsOfPayer.filter(({ costs }) =>
      costs.some((cost) => cost.device === device.id && cost.payer === payer && cost.aboveLimit),
    );
    return `${above.length} of ${rowsOfPayer.length} ${PLACES[payer]}`;
  });
  return (
    `${start}; pays below ${formatKwhPrice(breakEvenUsdPerKwh)}; ` +
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
    claims: claimsFor(network),
    network: networkObject(network),
  };
}

function regionObject(region: NonNullable<CostRow['region']>) {
  const { id, name, date, source, confidence, unconfirmed = [], note } = region;
  return { id, name, date, source, confidence, unconfirmed, note: note ?? null };
}
