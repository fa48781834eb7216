/** The section on money: what a bitcoin costs in electricity by region, and which claims of the articles hold. */
import { deviceById } from '../../../economics/devices.ts';
import type { PriceField, Region } from '../../../economics/regions.ts';
import { type Cost, type CostRow, type CostTable, LIMIT_USD, type Payer } from '../../cost.ts';
import type { Claim } from '../../cost-claims.ts';
import { formatKwhPrice, formatUsd } from '../../economics-text.ts';
import type { BarChart, Block, Section, Table } from '../document.ts';
import type { ReportFigures } from '../figures.ts';
import { type Notes, rowNote, withoutMarks } from '../notes.ts';
import { assumedMark } from './ladder.ts';
import { regionGroups } from './region-groups.ts';

/** The machine of the chart: the ASIC that most people have heard of. */
const YARDSTICK = 's21';

/** A region with a price that a farm pays. */
interface Place {
  readonly region: Region;
  readonly mark: string;
  readonly cost: Cost;
  readonly unconfirmed: boolean;
}

/** The section. */
export function costsSection(figures: ReportFigures, notes: Notes): Section {
  const { costs, claims, region, compare } = figures;
  const start = { id: 'costs', title: 'What a bitcoin costs, here and elsewhere' };
  const limit = costs.columns.find(({ device }) => device.id === YARDSTICK)!.usdPerKwhForLimit;
  if (limit === null) return { ...start, blocks: [{ kind: 'text', text: NO_REWARD }] };
  const places = placesOf(costs, notes);
  const s21 = deviceById(YARDSTICK);
  return {
    ...start,
    blocks: [
      {
        kind: 'text',
        text: `Electricity alone, for an ${s21.name} at the price of farms, or of industry where no farm's price was found. Above ${formatKwhPrice(limit)} a bitcoin costs it more than ${formatUsd(LIMIT_USD)}, the sum the articles of April 2026 named. A * marks a price that nobody confirms, and each cost that follows from one. A bitcoin was at ${formatUsd(compare.network.btcUsd.value)} (${compare.network.btcUsd.from}).`,
      },
      {
        kind: 'figure',
        title: `Electricity for one bitcoin with an ${s21.name}, by region`,
        chart: costChart(places, region),
        table: costTableOf(figures, notes),
      },
      map(places),
      ...claimsBlock(claims),
    ],
  };
}

const NO_REWARD =
  'A block of this network brings no bitcoin, neither a subsidy nor fees: so nothing can be said of what one costs.';

/** They are about mainnet, and none is left for another network. */
function claimsBlock(claims: readonly Claim[]): Block[] {
  if (claims.length === 0) return [];
  return [{ kind: 'claims', title: 'What the articles say, checked', claims: claims.map(checked) }];
}

function placesOf({ rows }: CostTable, notes: Notes): Place[] {
  const places = rows.flatMap(({ region, prices, costs }) => {
    const cost = costs.find(({ device, payer }) => device === YARDSTICK && payer === 'farm');
    const price = prices.find(({ payer }) => payer === 'farm');
    if (region === null || cost === undefined || price === undefined || price.field === null) return [];
    const mark = regionMark(region, [price.field], notes);
    return [{ region, cost, mark, unconfirmed: price.unconfirmed }];
  });
  return places.sort((a, b) => a.cost.usdPerBtc - b.cost.usdPerBtc);
}

function costChart(places: readonly Place[], chosen: Region | null): BarChart {
  const over = places.filter(({ cost }) => cost.aboveLimit).length;
  const [cheapest, dearest] = [places[0]!, places.at(-1)!];
  return {
    kind: 'bars',
    id: 'region-costs',
    description:
      `Bar chart of the electricity for one bitcoin in ${places.length} regions, cheapest first, from ${formatUsd(cheapest.cost.usdPerBtc)} in ` +
      `${cheapest.region.name} to ${formatUsd(dearest.cost.usdPerBtc)} in ${dearest.region.name}. ${over} are above ${formatUsd(LIMIT_USD)}.`,
    scale: 'linear',
    axis: 'US dollars of electricity for one bitcoin',
    tickText: thousands,
    bars: places.map(({ region, cost, unconfirmed }) => ({
      name: `${region.name}${unconfirmed ? ' *' : ''}`,
      value: cost.usdPerBtc,
      text: formatUsd(cost.usdPerBtc),
      tone: region.id === chosen?.id ? 'own' : cost.aboveLimit ? 'high' : 'low',
    })),
    line: { at: LIMIT_USD, text: formatUsd(LIMIT_USD) },
  };
}

const thousands = (usd: number) => (usd === 0 ? '0' : `$${usd / 1000}k`);

/** Upper ends of the levels of the map, US dollars. */
const LEVELS = [50_000, LIMIT_USD, 200_000] as const;

function map(places: readonly Place[]): Block {
  return {
    kind: 'tiles',
    title: 'The same as a map by parts of the world',
    levels: ['below $50k', '$50k to $100k', '$100k to $200k', 'above $200k'],
    groups: regionGroups(places.map(({ region }) => region)).map(({ name, regions }) => ({
      name,
      tiles: regions.map((region) => {
        const { cost, mark, unconfirmed } = places.find((place) => place.region.id === region.id)!;
        const level = LEVELS.findIndex((most) => cost.usdPerBtc <= most);
        return {
          name: `${region.name}${mark}`,
          text: `${formatUsd(cost.usdPerBtc)}${unconfirmed ? '*' : ''}`,
          level: level === -1 ? LEVELS.length : level,
        };
      }),
    })),
  };
}

function costTableOf({ costs, compare }: ReportFigures, notes: Notes): Table {
  const columns: (readonly [heading: string, device: string, payer: Payer])[] = [
    ['S21 on a farm', 's21', 'farm'],
    ['S23 Hyd on a farm', 's23hyd', 'farm'],
    ['S19 on a farm', 's19', 'farm'],
    ['Bitaxe at home', 'bitaxe-gamma', 'home'],
  ];
  const own = compare.rungs.find(({ device }) => device === null)?.joulesPerTH ?? null;
  const assumed = own === null ? '' : assumedMark(compare.machine, notes);
  const bitaxe = deviceById('bitaxe-gamma').joulesPerTH!;
  // Electricity is in proportion to the joules, so the column of the machine follows from that of another one at home.
  const ownCost = (row: CostRow) => {
    const usd = usdOf(row, 'bitaxe-gamma', 'home');
    return own === null || usd === null ? null : (usd * own) / bitaxe;
  };
  return {
    caption: 'Electricity for one bitcoin',
    columns: [
      { heading: 'region', align: 'left' },
      ...columns.map(([heading]) => ({ heading, align: 'right' }) as const),
      { heading: 'this machine at home', align: 'right' },
    ],
    rows: costs.rows.map((row) => [
      row.region === null ? 'given' : `${row.region.name}${markOf(row, notes)}`,
      ...columns.map(([, device, payer]) => usdText(usdOf(row, device, payer), row, payer)),
      usdText(ownCost(row), row, 'home', assumed),
    ]),
  };
}

function markOf({ region, prices }: CostRow, notes: Notes): string {
  const fields = prices.flatMap(({ field }) => (field === null ? [] : [field]));
  return region === null ? '' : regionMark(region, fields, notes);
}

/** What has to be known of a region's prices that are shown: those nobody confirms, and its own note. */
const regionMark = (region: Region, shown: readonly PriceField[], notes: Notes) =>
  region.note === undefined ? notes.markRow(region, ...shown) : notes.mark(rowNote(region, shown));

const usdOf = ({ costs }: CostRow, id: string, by: Payer) =>
  costs.find(({ device, payer }) => device === id && payer === by)?.usdPerBtc ?? null;

/** A cost with a star where nobody confirms the price that it follows from. */
function usdText(usd: number | null, { prices }: CostRow, by: Payer, mark = ''): string {
  if (usd === null) return '-';
  const star = prices.some(({ payer, unconfirmed }) => payer === by && unconfirmed) ? '*' : '';
  return `${formatUsd(usd)}${star}${mark}`;
}

function checked({ claim, holds, inputs, source }: Claim) {
  return { claim, verdict: holds, why: withoutMarks(inputs), source };
}
