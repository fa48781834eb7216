/** A plain text table that fits its terminal. */
import { displayWidth } from './text.ts';

/** A column: its heading, and on which side its cells are flush. */
export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/**
 * Lines of a table: columns two spaces apart, a rule under the headings. Where `width` is too small the rightmost columns are left out, but
 * never the first two.
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
    .join('  ');
  return [line(columns.map((column) => column.heading)), rule, ...rows.map(line)];
}

function columnsThatFit(widths: readonly number[], width: number): number {
  for (let shown = widths.length; shown > 2; shown--) {
    const total = widths.slice(0, shown).reduce((sum, length) => sum + length + 2, -2);
    if (total <= width) return shown;
  }
  return Math.min(2, widths.length);
}
