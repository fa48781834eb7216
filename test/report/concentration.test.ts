/** The concentration report at 40, 80 and 120 columns, as JSON, with names that strangers chose. */
import { describe, expect, it } from 'vitest';
import { readCounts } from '../../src/economics/attribution-readings.ts';
import { POOL_HISTORY } from '../../src/economics/pool-history.ts';
import { PROXY_GROUP, poolByName } from '../../src/economics/pools.ts';
import {
  type ConcentrationReport,
  concentrationLines,
  concentrationObject,
} from '../../src/report/concentration.ts';
import { historyLines, historyObject } from '../../src/report/concentration-history.ts';

const counted = (counts: Readonly<Record<string, number>>, unknown: number): ConcentrationReport => {
  const pools = Object.entries(counts).map(([name, blocks]) => {
    const { id, name: known } = poolByName(name) ?? { id: name, name };
    return { id, name: known, blocks };
  });
  const given = pools.reduce((sum, { blocks }) => sum + blocks, 0);
  return {
    source: { kind: 'node', url: 'http://127.0.0.1:8332/', network: 'main' },
    heights: { first: 945_229, last: 946_236 },
    by: { address: 10, tag: given - 10, given: 0, unknown },
    incomplete: false,
    readings: readCounts({ pools, unknown }, PROXY_GROUP),
  };
};
const WEEK = counted(
  {
    'Foundry USA': 311,
    AntPool: 182,
    F2Pool: 112,
    ViaBTC: 91,
    SpiderPool: 83,
    SECPOOL: 53,
    'MARA Pool': 48,
    Luxor: 33,
    'Binance Pool': 22,
    'FutureBit Apollo Solo': 1,
  },
  72,
);

/** What is wider than the terminal; only a single word may be, such as a URL. */
const tooWide = (lines: readonly string[], width: number) =>
  lines.filter((line) => line.length > width && line.trim().includes(' '));

describe.each([40, 80, 120])('at %d columns', (width) => {
  it.each([
    ['as tagged', false],
    ['merged', true],
  ])('a week of blocks %s', (_, merged) => {
    const lines = concentrationLines(WEEK, merged, width);
    expect(tooWide(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('the shipped history', () => {
    const lines = historyLines(POOL_HISTORY, width);
    expect(tooWide(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });
});

describe('what is always shown', () => {
  it.each([40, Number.POSITIVE_INFINITY])(
    'both readings of both bounds, unknown blocks and the caveats at %d columns',
    (width) => {
      const text = concentrationLines(WEEK, false, width).join(' ');
      for (const part of [
        'as tagged',
        'merged *',
        '1,500/2,500',
        '1,000/1,800',
        'unknown',
        '7.1%',
        'hypothesis',
        'not an owner',
        'Gini',
      ])
        expect(text).toContain(part);
      expect(text.replaceAll('\n', ' ')).toContain('(unconfirmed)');
    },
  );

  it('that known pools may be the smaller part', () => {
    expect(concentrationLines(counted({ AntPool: 20 }, 30), false, 80)).toContain(
      'The known pools found half of them at most.',
    );
    expect(concentrationLines(counted({}, 3), false, 80).join('\n')).toMatch(/^unknown +3 +100\.0%/m);
  });

  it('that a day of blocks says little, and that some were not read', () => {
    const day = counted({ AntPool: 30, 'Foundry USA': 40 }, 0);
    const text = concentrationLines({ ...day, incomplete: true }, false, 200).join('\n');
    expect(text).toContain('less than a week of them (1,008) says little');
    expect(text).toMatch(/^70 blocks, .*; not all that was asked for$/m);
    expect(text).not.toContain('unknown');
  });
});

it('names of strangers move, hide and colour nothing', () => {
  const hostile = counted(
    { '\u001b[2J\u202eevil\nline': 3, ['矿工'.repeat(20)]: 2, ['x'.repeat(500)]: 1 },
    0,
  );
  const lines = concentrationLines(hostile, false, 80);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(tooWide(lines, 80)).toEqual([]);
});

describe('hashgap.concentration/1', () => {
  it('of counted blocks', () => {
    const object = concentrationObject(WEEK);
    expect(Object.keys(object)).toEqual([
      'schema',
      'source',
      'blocks',
      'heights',
      'incomplete',
      'attributedBy',
      'unknown',
      'asTagged',
      'proxiesMerged',
      'hhiBands',
      'list',
      'caveats',
    ]);
    expect(object).toMatchObject({
      schema: 'hashgap.concentration/1',
      source: { kind: 'node', network: 'main' },
      blocks: 1008,
      heights: { first: 945_229, last: 946_236 },
      unknown: { blocks: 72 },
      asTagged: {
        measures: { nakamoto: 3, hhiBands: { '1500-2500': 'moderate' } },
      },
      proxiesMerged: { group: { id: 'antpool-and-friends' }, measures: { nakamoto: 2 } },
      list: { date: '2026-02-24' },
    });
    expect(object.asTagged.shares[0]).toMatchObject({ id: 'foundry-usa', blocks: 311 });
    const merged = object.proxiesMerged.shares.find(({ id }) => id === 'antpool-and-friends');
    expect(merged?.members).toEqual(['AntPool', 'SECPOOL', 'Luxor', 'Binance Pool']);
  });

  it('of the shipped history', () => {
    const { schema, source, history } = historyObject(POOL_HISTORY);
    expect({ schema, source, rows: history.length }).toEqual({
      schema: 'hashgap.concentration/1',
      source: { kind: 'shipped' },
      rows: 7,
    });
  });
});
