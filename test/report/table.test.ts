/** Tables of text that is wider than its number of characters. */
import { expect, it } from 'vitest';
import { tableLines } from '../../src/report/table.ts';
import { displayWidth } from '../../src/report/text.ts';

const COLUMNS = [
  { heading: 'pool', align: 'left' },
  { heading: 'blocks', align: 'right' },
] as const;

it('aligns Chinese names by the columns that they take', () => {
  const lines = tableLines(
    COLUMNS,
    [
      ['矿工联盟', '5'],
      ['AntPool', '12'],
    ],
    80,
  );
  expect(lines).toEqual(['pool      blocks', '--------  ------', '矿工联盟       5', 'AntPool       12']);
  expect(new Set(lines.map(displayWidth))).toEqual(new Set([16]));
});

it('takes any number of rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [`pool ${i}`, '1']);
  expect(tableLines(COLUMNS, rows, 80)).toHaveLength(200_002);
});
