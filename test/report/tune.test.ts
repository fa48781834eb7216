/** A tuning as text: the best kernel, why others failed, narrow terminals. */
import { describe, expect, it } from 'vitest';
import type { TuneRow } from '../../src/gpu/tune.ts';
import { tuneLines } from '../../src/report/tune.ts';

const shape = { midstates: 1, workgroupSize: 64, noncesPerInvocation: 1 };
const ROWS: readonly TuneRow[] = [
  { ...shape, kernel: 'plain', status: 'right', compileMs: 61.2, hashesPerSecond: 2e6 },
  { ...shape, kernel: 'fused', status: 'right', compileMs: 90, hashesPerSecond: 3e6 },
  {
    ...shape,
    kernel: 'vec4',
    status: 'refused',
    failure: 'the driver said:\nno such thing as a vector of four words',
  },
];

describe('tuneLines', () => {
  it('has the fastest first, and failures below the table', () => {
    expect(tuneLines(ROWS, 'fused', 80)).toMatchInlineSnapshot(`
      [
        "kernel  result   MH/s        compile ms",
        "------  -------  ----  ----  ----------",
        "fused   right    3.00  best          90",
        "plain   right    2.00                61",
        "vec4    refused     -                 -",
        "vec4: the driver said: no such thing as a vector of four words",
      ]
    `);
  });

  it('lacks nothing on a narrow terminal', () => {
    const lines = tuneLines(ROWS, 'fused', 30);
    expect(lines).toMatchInlineSnapshot(`
      [
        "fused",
        "  result  right",
        "  MH/s  3.00",
        "  best",
        "  compile ms  90",
        "plain",
        "  result  right",
        "  MH/s  2.00",
        "  compile ms  61",
        "vec4",
        "  result  refused",
        "  MH/s  -",
        "  compile ms  -",
        "vec4: the driver said: no such",
        "  thing as a vector of four",
        "  words",
      ]
    `);
    expect(lines.filter((line) => line.length > 30)).toEqual([]);
  });
});
