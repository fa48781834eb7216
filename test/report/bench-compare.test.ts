/** Comparison with a baseline: ratios, the bound, rows that only one side has, broken baselines. */
import { describe, expect, it } from 'vitest';
import { HashgapError } from '../../src/errors.ts';
import {
  compareBench,
  comparisonTable,
  rowName,
  slowerSentence,
  vacuousSentence,
} from '../../src/report/bench-compare.ts';
import { type BaselineRow, parseBaseline } from '../../src/report/bench-document.ts';

function row(kernel: string, median: number, changes: Partial<BaselineRow> = {}): BaselineRow {
  const hashesPerSecond = { median, best: 2 * median, worst: median / 2 };
  return { engine: 'native', kernel, threads: 1, midstates: 4, hashesPerSecond, ...changes };
}

const side = (...results: BaselineRow[]) => ({ host: { cpu: 'AMD EPYC', node: 'v20' }, results });

describe('compareBench', () => {
  it('divides medians, and the bound itself is fast enough', () => {
    const before = side(row('avx2', 100), row('sha-ni', 100), row('scalar', 100));
    const now = side(row('avx2', 95), row('sha-ni', 94.9), row('scalar', 130));
    const { rows } = compareBench(before, now, 0.95);
    expect(rows.map(({ ratio, verdict }) => [ratio, verdict])).toEqual([
      [0.95, 'fast enough'],
      [expect.closeTo(0.949), 'slower'],
      [1.3, 'fast enough'],
    ]);
  });

  it('names rows that only one side has, and does not fail because of them', () => {
    const before = side(row('avx2', 100), row('sha-ni', 100, { threads: 2 }), row('js', 1, { engine: 'js' }));
    const now = side(row('avx2', 100), row('sha-ni', 1, { threads: 3 }));
    const comparison = compareBench(before, now, 0.95);
    expect(comparison.rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['native avx2, 1 thread, 4 midstates', 'fast enough'],
      ['native sha-ni, 3 threads, 4 midstates', 'not in the baseline'],
      ['native sha-ni, 2 threads, 4 midstates', 'not measured now'],
      ['js, 1 thread, 4 midstates', 'not measured now'],
    ]);
    expect(slowerSentence(comparison)).toBeUndefined();
  });

  it('compares what the best choice was then with what it is now, where nothing else is left', () => {
    const before = side(row('avx2', 100), row('sha-ni', 100, { threads: 2 }));
    const now = side(row('avx512', 200, { midstates: 16 }), row('js', 3, { engine: 'js', threads: 2 }));
    const comparison = compareBench(before, now, 0.95);
    expect(comparison.rows.map(({ name, ratio, verdict }) => [name, ratio, verdict])).toEqual([
      ['native avx512, 1 thread, 16 midstates (was native avx2, 1 thread, 4 midstates)', 2, 'fast enough'],
      ['js, 2 threads, 4 midstates (was native sha-ni, 2 threads, 4 midstates)', 0.03, 'slower'],
    ]);
    expect(comparisonTable(comparison, 120).slice(2)).toEqual([
      'avx512 (was avx2)        1  16 (was 4)  2.000  fast enough      0.00      0.00',
      'js (was sha-ni)          2           4  0.030  slower           0.00      0.00',
    ]);
    // Of two choices nobody knows which one it was.
    const two = side(row('avx2', 100), row('scalar', 10));
    expect(compareBench(two, side(row('avx512', 200)), 0.95).rows.map(({ ratio }) => ratio)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says so when it compared nothing', () => {
    const none = compareBench(side(row('avx2', 100)), side(row('avx2', 100, { threads: 9 })), 0.95);
    expect(vacuousSentence(none)).toMatch(/^Nothing was compared: the baseline has no row/);
    const one = compareBench(side(row('avx2', 100)), side(row('avx2', 100)), 0.95);
    expect(vacuousSentence(one)).toBeUndefined();
  });

  it('says how the machines differ', () => {
    const before = { host: { cpu: 'Ryzen', node: 'v20', cores: 2 }, results: [] };
    const { hostChanges } = compareBench(before, side(), 0.95);
    expect(hostChanges).toEqual(['cpu: "Ryzen" then, "AMD EPYC" now']);
  });
});

describe('rows of GPUs', () => {
  const gpu = (adapter: string, driver: string, median: number) =>
    row('k1', median, { engine: 'gpu', adapter, driver });

  it('are compared on the same adapter only, whatever its driver', () => {
    const before = side(gpu('H200', 'driver 1', 100), gpu('4090', 'driver 1', 100));
    const { rows, hostChanges } = compareBench(before, side(gpu('H200', 'driver 2', 50)), 0.95);
    expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['gpu k1, 1 thread, 4 midstates on H200', 'slower'],
      ['gpu k1, 1 thread, 4 midstates on 4090', 'not measured now'],
    ]);
    expect(hostChanges).toEqual([
      'adapter: "H200, 4090" then, "H200" now',
      'driver: "driver 1" then, "driver 2" now',
    ]);
  });
});

describe('the comparison as text', () => {
  const before = {
    host: { cpu: 'Ryzen' },
    results: [row('avx2', 40e6), row('sha-ni', 30e6, { threads: 2 })],
  };
  const now = side(row('avx2', 30e6), row('sse2', 8e6));
  const comparison = compareBench(before, now, 0.95);

  it('is a table with every row', () => {
    expect(comparisonTable(comparison, 80)).toMatchInlineSnapshot(`
      [
        "kernel  threads  midstates  ratio                       MH/s now  baseline",
        "------  -------  ---------  -----  -------------------  --------  --------",
        "avx2          1          4  0.750  slower                  30.00     40.00",
        "sse2          1          4      -  not in the baseline      8.00         -",
        "sha-ni        2          4      -  not measured now            -     30.00",
        "note: another machine or build than the baseline's, cpu: "Ryzen" then, "AMD",
        "  EPYC" now",
      ]
    `);
  });

  it('is a list on a narrow terminal, with every ratio and verdict', () => {
    const lines = comparisonTable(comparison, 40);
    expect(lines).toMatchInlineSnapshot(`
      [
        "avx2",
        "  threads  1",
        "  midstates  4",
        "  ratio  0.750",
        "  slower",
        "  MH/s now  30.00",
        "  baseline  40.00",
        "sse2",
        "  threads  1",
        "  midstates  4",
        "  ratio  -",
        "  not in the baseline",
        "  MH/s now  8.00",
        "  baseline  -",
        "sha-ni",
        "  threads  2",
        "  midstates  4",
        "  ratio  -",
        "  not measured now",
        "  MH/s now  -",
        "  baseline  30.00",
        "note: another machine or build than the",
        "  baseline's, cpu: "Ryzen" then, "AMD",
        "  EPYC" now",
      ]
    `);
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
  });

  it('names the slower rows', () => {
    expect(slowerSentence(comparison)).toBe(
      "Expected at least 0.95 of the baseline's hashrate, received less in 1 of 1 row: native avx2, 1 thread, 4 midstates at 0.750. " +
        'Run it again on an idle machine, then look at what changed.',
    );
  });

  it('names the engine once where the kernel has its name', () => {
    expect(rowName(row('js', 1, { engine: 'js', threads: 3 }))).toBe('js, 3 threads, 4 midstates');
  });
});

describe('parseBaseline', () => {
  const good = { schema: 'hashgap.bench/1', host: { cpu: 'a' }, results: [row('avx2', 1)], extra: true };

  it('reads what a comparison needs', () => {
    expect(parseBaseline(JSON.stringify(good), 'old.json')).toEqual({
      host: good.host,
      results: good.results,
    });
  });

  const endless = JSON.stringify(row('a', 7)).replace('"median":7', '"median":1e400');

  it('makes names of a file safe for a terminal', () => {
    const evil = row('a\u001b[2Jb', 1, { adapter: 'GPU\u202e' });
    const comparison = compareBench(side(evil), { host: { cpu: 'x\u009b' }, results: [evil] }, 0.95);
    const text = [rowName(evil), ...comparisonTable(comparison, 200)].join('');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each<[string, string, RegExp]>([
    ['an empty file', ' \n', /an empty file/],
    ['half a file', JSON.stringify(good).slice(0, 50), /not JSON/],
    ['a list', '[]', /received \[\]/],
    ['another object', '{"a":1}', /no schema/],
    ['another schema', '{"schema":"hashgap.bench/2"}', /schema "hashgap.bench\/2"/],
    ['results that are no list', JSON.stringify({ ...good, results: 5 }), /results 5/],
    ['no results', JSON.stringify({ ...good, results: undefined }), /results nothing/],
    ['a row that is none', JSON.stringify({ ...good, results: [row('a', 1), null] }), /broken row 2 null/],
    ['a row without a rate', JSON.stringify({ ...good, results: [row('a', 0)] }), /broken row 1/],
    ['half a thread', JSON.stringify({ ...good, results: [row('a', 1, { threads: 0.5 })] }), /broken row 1/],
    [
      'an adapter that is none',
      JSON.stringify({ ...good, results: [{ ...row('a', 1), adapter: 5 }] }),
      /broken row 1/,
    ],
    ['an endless rate', `{"schema":"hashgap.bench/1","results":[${endless}]}`, /broken row 1/],
    ['no core', JSON.stringify({ ...good, host: { cores: 0 } }), /cores 0/],
    ['cores that are no number', JSON.stringify({ ...good, host: { cores: 'all' } }), /cores "all"/],
    ['a host that is none', JSON.stringify({ ...good, host: 'AMD' }), /host "AMD"/],
  ])('refuses %s in one sentence', (_, text, expected) => {
    const read = () => parseBaseline(text, 'old.json');
    expect(read).toThrow(HashgapError);
    expect(read).toThrow(expected);
    expect(read).toThrow(
      /^Expected a benchmark of schema hashgap\.bench\/1 in old\.json, received .* Make one/,
    );
  });
});
