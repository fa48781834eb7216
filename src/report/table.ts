/** Plain text tables, and lists where a table has no room. */
import { displayWidth, wrapLines } from './text.ts';

/** A column: its heading, and on which side its cells are flush. */
export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/**
 * Lines of a table: columns two spaces apart, a rule under the headings. Where `width` is too small the rightmost columns are left out, but
 * never the first two: for {@link tableOrList}, and for a caller that says which ones are missing.
 *
 * @param width - columns of the terminal.
 * @example
 * ```ts
 * tableLines([{ heading: 'a', align: 'left' }], [['1']], 80); // ['a', '-', '1']
 * ```
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const widths = columns.map(({ heading }, i) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), displayWidth(heading)),
  );
  const shown = columnsThatFit(widths, width);
  const line = (cells: readonly string[]) =>
    cells
      .slice(0, shown)
      .map((cell, i) => {
        const gap = ' '.repeat(widths[i]! - displayWidth(cell));
        return columns[i]?.align === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  const rule = widths
    .slice(0, shown)
    .map((length) => '-'.repeat(length))
    .join('  ')
    .trimEnd();
  return [line(columns.map((column) => column.heading)), rule, ...rows.map(line)];
}

function columnsThatFit(widths: readonly number[], width: number): number {
  for (let shown = widths.length; shown > 2; shown--) {
    const total = widths.slice(0, shown).reduce((sum, length) => sum + length + 2, -2);
    if (total <= width) return shown;
  }
  return Math.min(2, widths.length);
}

/**
 * A table where all of it has room, else a list under the first cell of each row: nothing is left out.
 *
 * @param width - columns of the terminal.
 * @example
 * ```ts
 * const columns = [{ heading: 'device', align: 'left' }, { heading: 'hashrate', align: 'right' }];
 * tableOrList(columns, [['S21', '200 TH/s']], 12); // ['S21', '  hashrate', '    200 TH/s']
 * ```
 */
export function tableOrList(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const table = tableLines(columns, rows, Number.POSITIVE_INFINITY);
  if (table.every((line) => displayWidth(line) <= width)) return table;
  return rows.flatMap(([first = '', ...cells]) => {
    const indent = `  ${/^ */.exec(first)![0]}`;
    const items = cells.flatMap((cell, i) => listItem(columns[i + 1]!.heading, cell, width - indent.length));
    return [...wrapLines(first, width, indent), ...items.map((line) => indent + line)];
  });
}

function listItem(heading: string, cell: string, width: number): string[] {
  if (cell === '') return [];
  if (heading === '') return wrapLines(cell, width);
  const line = `${heading}  ${cell}`;
  return displayWidth(line) <= width ? [line] : [heading, ...wrapLines(`  ${cell}`, width)];
}
