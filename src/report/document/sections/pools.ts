/** The section on concentration: who finds the blocks, year by year, as tagged and with presumed proxies merged. */
import { largestShare, type PoolConcentration } from '../../../economics/pool-history.ts';
import { formatWhole } from '../../numbers.ts';
import type { Section, StackChart, Table } from '../document.ts';
import type { Notes } from '../notes.ts';

/** The section. */
export function poolsSection(history: readonly PoolConcentration[], notes: Notes): Section {
  const newest = history.filter(({ merged }) => !merged).at(-1)!;
  const merged = history.find((row) => row.merged);
  const other =
    merged === undefined
      ? ''
      : ` Count the pools that are thought to belong together as one, and it takes ${merged.nakamoto}.`;
  return {
    id: 'pools',
    title: 'Who finds the blocks',
    blocks: [
      {
        kind: 'text',
        text: `Miners share their luck in pools, and the pool decides what goes into a block. ${isYear(newest) ? 'In' : 'From'} ${windowName(newest)} it took ${newest.nakamoto} pools to find more than half of all blocks.${other} Both are shown, because nobody outside knows.`,
      },
      {
        kind: 'figure',
        title: 'Parts of all blocks that the largest pools found',
        chart: chart(history),
        table: table(history, notes),
      },
      {
        kind: 'text',
        text: `The index (HHI) is 10,000 when one pool finds everything and near 0 when thousands share. A pool is not an owner: whoever mines there can leave it. And the parts are counted, not known: with luck alone, a pool that found ${newest.topPercent[1]}% of ${formatWhole(newest.blocks)} blocks may have any part of the hashrate from ${intervalText(newest)} (a 95% interval).`,
      },
    ],
  };
}

const isYear = ({ id }: PoolConcentration) => /^\d{4}$/.test(id);

/** As people say it: a year, or the days of a window. */
function windowName(row: PoolConcentration): string {
  if (isYear(row)) return row.id;
  const [first = row.date, last = first] = row.date.split('/');
  const day = (date: string, year?: 'numeric') =>
    new Date(date).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year, timeZone: 'UTC' });
  return `${day(first)} to ${day(last, 'numeric')}`;
}

/** What the part of the largest pool may be. */
function intervalText(row: PoolConcentration): string {
  const { low, high } = largestShare(row);
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}%`;
}

function chart(history: readonly PoolConcentration[]): StackChart {
  const parts = history.map(({ topPercent: top }) => [
    top[1],
    top[2] - top[1],
    top[3] - top[2],
    top[6] - top[3],
    100 - top[6],
  ]);
  const newest = history.filter(({ merged }) => !merged).at(-1)!;
  return {
    kind: 'stack',
    id: 'pools-over-time',
    description:
      `Stacked bars of the parts of all blocks that the largest pools found, in ${history.length} windows. ${isYear(newest) ? 'In' : 'From'} ${windowName(newest)} the largest had ` +
      `${newest.topPercent[1]}%, the three largest ${newest.topPercent[3]}%, the six largest ${newest.topPercent[6]}%.`,
    columns: history.map((row) =>
      row.merged ? `Apr ${row.id.slice(2, 4)}\nmerged` : row.id.replace(/^\d\d(\d\d)-04$/, 'Apr $1'),
    ),
    layers: LAYERS.map((name, i) => ({
      name,
      tone: `layer${i + 1}` as LayerTone,
      percent: parts.map((part) => part[i]!),
    })),
    line: { at: 50, text: '' },
  };
}

type LayerTone = `layer${1 | 2 | 3 | 4 | 5}`;

const LAYERS = ['largest pool', 'second', 'third', 'next three', 'all others'] as const;

function table(history: readonly PoolConcentration[], notes: Notes): Table {
  const newest = history.filter(({ merged }) => !merged).at(-1)!;
  return {
    caption: 'Concentration of the pools, the largest of the newest window with a 95% interval',
    columns: [
      { heading: 'window', align: 'left' },
      { heading: 'blocks', align: 'right' },
      { heading: 'pools for half of them', align: 'right' },
      { heading: 'HHI', align: 'right' },
      { heading: 'largest', align: 'right' },
      { heading: 'largest 3', align: 'right' },
      { heading: 'largest 6', align: 'right' },
    ],
    rows: history.map((row) => [
      `${row.merged ? `${windowName(row)}, merged` : windowName(row)}${row.note === undefined ? '' : notes.mark(`${windowName(row)}: ${row.note}.${row.merged ? ' A hypothesis.' : ''}`)}`,
      formatWhole(row.blocks),
      String(row.nakamoto),
      formatWhole(row.hhi),
      `${row.topPercent[1].toFixed(1)}%${row.date === newest.date ? ` (${intervalText(row)})` : ''}`,
      ...(['3', '6'] as const).map((count) => `${row.topPercent[count].toFixed(1)}%`),
    ]),
  };
}
