/** The concentration of earlier windows, shipped with the program: what can be shown before a block has been read. */
import type { PoolConcentration } from '../economics/pool-history.ts';
import { formatWhole } from './numbers.ts';
import { tableOrList } from './table.ts';
import { wrapLines } from './text.ts';

/**
 * The windows as a table, with their sources.
 *
 * @param width - columns of the terminal.
 */
export function historyLines(history: readonly PoolConcentration[], width: number): string[] {
  const columns = [
    { heading: 'window', align: 'left' },
    { heading: 'HHI', align: 'right' },
    { heading: 'Nakamoto', align: 'right' },
    { heading: 'top 3', align: 'right' },
    { heading: 'top 1', align: 'right' },
    { heading: 'top 2', align: 'right' },
    { heading: 'top 6', align: 'right' },
    { heading: 'bits', align: 'right' },
    { heading: 'blocks', align: 'right' },
  ] as const;
  const rows = history.map((row) => [
    row.merged ? `${row.id} *` : row.id,
    formatWhole(row.hhi),
    `${row.nakamoto}`,
    ...(['3', '1', '2', '6'] as const).map((count) => `${row.topPercent[count].toFixed(1)}%`),
    row.entropyBits.toFixed(2),
    formatWhole(row.blocks),
  ]);
  const merged = history.find((row) => row.merged);
  const notes = [
    ...(merged?.note === undefined ? [] : [`* merged: ${merged.note}. A hypothesis.`]),
    'A pool is not an owner: miners can leave it, but it builds the block.',
    ...new Set(history.filter((row) => !row.merged).map(({ source }) => `Source: ${source}`)),
  ];
  return [...tableOrList(columns, rows, width), '', ...notes.flatMap((note) => wrapLines(note, width))];
}

/** The same as one JSON object, schema `hashgap.concentration/1`. */
export function historyObject(history: readonly PoolConcentration[]) {
  return { schema: 'hashgap.concentration/1', source: { kind: 'shipped' }, history };
}
