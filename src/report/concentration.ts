/** The concentration of mining: pools with their shares, the measures as tagged and with proxies merged, and what both do not say. */
import {
  HHI_BANDS,
  hhiBand,
  type Measures,
  type PoolShare,
  type Reading,
  type Readings,
} from '../economics/attribution-readings.ts';
import type { ShareInterval } from '../economics/intervals.ts';
import { POOL_LIST, POOLS, PROXY_GROUP } from '../economics/pools.ts';
import { formatWhole } from './numbers.ts';
import { tableOrList } from './table.ts';
import { fitText, safeText, wrapLines } from './text.ts';

/** Blocks that were read and what they say. */
export interface ConcentrationReport {
  /** Where the blocks come from. */
  readonly source:
    | { readonly kind: 'node'; readonly url: string; readonly network: string }
    | { readonly kind: 'file'; readonly path: string };
  readonly heights: { readonly first: number; readonly last: number } | undefined;
  /** Blocks by how their pool was told. */
  readonly by: Readonly<Record<'address' | 'tag' | 'given' | 'unknown', number>>;
  /** Ended by Ctrl-C or a failure before everything was read. */
  readonly incomplete: boolean;
  readonly readings: Readings;
}

/** The widest name in the table, columns. */
const MAX_NAME = 24;

/** Fewer blocks than those of a week. Source: https://arxiv.org/html/2403.13736v1, which recommends at least 7 days. */
const WEEK_BLOCKS = 1008;

/**
 * The report as lines.
 *
 * @param merged - whether the table of pools has presumed proxies as one, its members below it.
 * @param width - columns of the terminal.
 */
export function concentrationLines(report: ConcentrationReport, merged: boolean, width: number): string[] {
  const { readings } = report;
  return [
    ...wrapLines(headline(report), width),
    ...wrapLines(majority(readings), width),
    '',
    ...poolLines(readings, merged, width),
    '',
    ...measureLines(readings, width),
    '',
    ...caveats(report).flatMap((caveat) => wrapLines(caveat, width)),
  ];
}

function headline({ readings, heights, source, incomplete }: ConcentrationReport): string {
  const span = heights === undefined ? '' : `, ${formatWhole(heights.first)} to ${formatWhole(heights.last)}`;
  const place = source.kind === 'node' ? `${source.url} (${source.network})` : source.path;
  const blocks = `${formatWhole(readings.blocks)} ${readings.blocks === 1 ? 'block' : 'blocks'}`;
  return `${blocks}${span}, from ${safeText(place)}${incomplete ? '; not all that was asked for' : ''}`;
}

/** The answer that a class looks for first. */
function majority({ asTagged, proxiesMerged }: Readings): string {
  const { nakamoto, pools } = asTagged.measures;
  if (nakamoto > pools) return 'The known pools found half of them at most.';
  const merged = proxiesMerged.measures.nakamoto;
  return `More than half of them: ${nakamoto} ${nakamoto === 1 ? 'pool' : 'pools'} as tagged, ${merged} with presumed proxies merged.`;
}

function poolLines(readings: Readings, merged: boolean, width: number): string[] {
  const { asTagged, proxiesMerged, unknown } = readings;
  const columns = [
    { heading: 'pool', align: 'left' },
    { heading: 'blocks', align: 'right' },
    { heading: 'share', align: 'right' },
    { heading: '95% interval', align: 'right' },
  ] as const;
  const row = (name: string, share: ShareInterval & { readonly blocks: number }) => [
    name,
    formatWhole(share.blocks),
    percent(share.share),
    interval(share),
  ];
  const apart = asTagged.shares.filter(({ id }) => PROXY_GROUP.members.includes(id));
  const rows = (merged ? proxiesMerged : asTagged).shares.flatMap((share) =>
    share.members === undefined
      ? [row(shortName(share), share)]
      : [row(`${share.name} *`, share), ...apart.map((member) => row(`  ${shortName(member)}`, member))],
  );
  return tableOrList(columns, unknown.blocks === 0 ? rows : [...rows, row('unknown', unknown)], width);
}

const shortName = ({ name }: PoolShare) => fitText(safeText(name), MAX_NAME, '...');

function measureLines({ asTagged, proxiesMerged }: Readings, width: number): string[] {
  const columns = [
    { heading: 'measure', align: 'left' },
    { heading: 'as tagged', align: 'right' },
    { heading: 'merged *', align: 'right' },
    { heading: '95% as tagged', align: 'right' },
    { heading: '95% merged', align: 'right' },
  ] as const;
  const [tagged, merged] = [asTagged.measures, proxiesMerged.measures];
  const both = (name: string, cell: (measures: Measures) => string) => [name, cell(tagged), cell(merged)];
  const tops = tagged.top.map((top, i) => [
    `top ${top.count}`,
    percent(top.share),
    percent(merged.top[i]!.share),
    interval(top),
    interval(merged.top[i]!),
  ]);
  const rows = [
    both('pools', ({ pools }) => formatWhole(pools)),
    both('HHI', ({ hhi }) => formatWhole(hhi)),
    ...HHI_BANDS.map((bands) => both(bandName(bands), ({ hhi }) => hhiBand(hhi, bands))),
    both('effective number', ({ effectiveNumber }) => effectiveNumber.toFixed(1)),
    both('Nakamoto', ({ nakamoto }) => formatWhole(nakamoto)),
    both('entropy, bits', ({ entropyBits }) => entropyBits.toFixed(2)),
    both('Gini', ({ gini }) => gini?.toFixed(2) ?? '-'),
    ...tops,
  ];
  return tableOrList(columns, rows, width);
}

const bandName = ({ moderate, high }: { readonly moderate: number; readonly high: number }) =>
  `  ${formatWhole(moderate)}/${formatWhole(high)}`;

/** What the figures do not say, one sentence or two each. */
export function caveats({ readings }: ConcentrationReport): string[] {
  const { blocks, proxiesMerged } = readings;
  const found = proxiesMerged.shares.find(({ members }) => members !== undefined)?.members;
  const group =
    found === undefined ? 'of which none found a block here' : `here ${found.map(safeText).join(', ')}`;
  return [
    ...unknownCaveat(readings),
    `* merged: ${PROXY_GROUP.name}, ${group}. ${PROXY_GROUP.note} Source: ${PROXY_GROUP.source}`,
    'A pool is not an owner: miners can leave it, but it builds the block. Country, manufacturer and owner are other concentrations.',
    `The intervals are luck alone, of ${formatWhole(blocks)} ${blocks === 1 ? 'block' : 'blocks'}${blocks < WEEK_BLOCKS ? '; less than a week of them (1,008) says little' : ''}.`,
    `HHI is low, moderate or high by two sets of bounds: ${HHI_BANDS.map(({ of }) => of).join('; ')}.`,
    'Gini is fragile: a longer window adds tiny pools and raises it, with hardly a change in who mines.',
  ];
}

function unknownCaveat({ unknown, asTagged, proxiesMerged }: Readings): string[] {
  const [one, merged] = [asTagged.ifUnknownWereOne, proxiesMerged.ifUnknownWereOne];
  if (one === undefined || merged === undefined) return [];
  return [
    `unknown: ${percent(unknown.share)} of the blocks carry no mark of the ${POOLS.length} pools of the list of ${POOL_LIST.date}. ` +
      'The measures take each of them for a miner of its own; if one miner had found them all, HHI would be ' +
      `${formatWhole(one.hhi)} (merged ${formatWhole(merged.hhi)}) and Nakamoto ${one.nakamoto} (${merged.nakamoto}).`,
  ];
}

/** The same as one JSON object, schema `hashgap.concentration/1`. */
export function concentrationObject(report: ConcentrationReport) {
  const { source, heights, by, incomplete, readings } = report;
  return {
    schema: 'hashgap.concentration/1',
    source,
    blocks: readings.blocks,
    heights: heights ?? null,
    incomplete,
    attributedBy: by,
    unknown: readings.unknown,
    asTagged: readingObject(readings.asTagged),
    proxiesMerged: { group: PROXY_GROUP, ...readingObject(readings.proxiesMerged) },
    hhiBands: HHI_BANDS,
    list: { pools: POOLS.length, source: POOL_LIST.source, date: POOL_LIST.date },
    caveats: caveats(report),
  };
}

function readingObject({ shares, measures, ifUnknownWereOne }: Reading) {
  const { blocks: _, ...rest } = measures;
  const bands = Object.fromEntries(HHI_BANDS.map((bounds) => [bounds.id, hhiBand(measures.hhi, bounds)]));
  return { shares, measures: { ...rest, hhiBands: bands }, ifUnknownWereOne: ifUnknownWereOne ?? null };
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const interval = ({ low, high }: ShareInterval) => `${(100 * low).toFixed(1)} to ${percent(high)}`;
