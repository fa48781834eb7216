/** Tables of text that is wider than its number of characters, and the lists that stand in for them. */
import { describe, expect, it } from 'vitest';
import { tableLines, tableOrList } from '../../src/report/table.ts';
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

describe('tableOrList', () => {
  const columns = [...COLUMNS, { heading: '', align: 'left' }] as const;
  const rows = [
    ['AntPool', '12', 'the largest'],
    ['F2Pool', '3', ''],
  ];

  it('is the table where all of it has room', () => {
    expect(tableOrList(columns, rows, 28)).toEqual(tableLines(columns, rows, 28));
    expect(tableOrList(columns, rows, 28)[2]).toBe('AntPool      12  the largest');
  });

  it('is a list with every cell where one column has none', () => {
    expect(tableOrList(columns, rows, 27)).toEqual([
      'AntPool',
      '  blocks  12',
      '  the largest',
      'F2Pool',
      '  blocks  3',
    ]);
    expect(tableOrList(columns, rows, 11)).toEqual([
      'AntPool',
      '  blocks',
      '    12',
      '  the',
      '    largest',
      'F2Pool',
      '  blocks  3',
    ]);
  });

  it('indents what belongs to an indented row', () => {
    expect(tableOrList(columns, [['  AntPool', '12', 'the largest']], 12)).toEqual([
      '  AntPool',
      '    blocks',
      '      12',
      '    the',
      '      largest',
    ]);
  });

  it('takes any number of rows', () => {
    const many = Array.from({ length: 200_000 }, (_, i) => [`pool ${i}`, '1']);
    expect(tableOrList(COLUMNS, many, 80)).toHaveLength(200_002);
  });
});
