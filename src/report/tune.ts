/** A tuning as a table: what each kernel did on a GPU, and which one is the best. */
import type { TuneRow } from '../gpu/tune.ts';
import { megahashes } from './numbers.ts';
import { tableOrList } from './table.ts';
import { safeText, wrapLines } from './text.ts';

const COLUMNS = [
  { heading: 'kernel', align: 'left' },
  { heading: 'result', align: 'left' },
  { heading: 'MH/s', align: 'right' },
  { heading: '', align: 'left' },
  { heading: 'compile ms', align: 'right' },
] as const;

/**
 * The table, the fastest first, and why kernels failed.
 *
 * @param best - the kernel that will mine; undefined when that is not known.
 * @param width - columns of the terminal.
 * @example
 * ```ts
 * const row = { kernel: 'readable', midstates: 1, workgroupSize: 64, noncesPerInvocation: 1, status: 'right', compileMs: 61.2, hashesPerSecond: 2e6 };
 * tuneLines([row], 'readable', 80).at(-1); // 'readable  right   2.00  best          61'
 * ```
 */
export function tuneLines(rows: readonly TuneRow[], best: string | undefined, width: number): string[] {
  const ranked = [...rows].sort((a, b) => (b.hashesPerSecond ?? -1) - (a.hashesPerSecond ?? -1));
  const cells = ranked.map(({ kernel, status, compileMs, hashesPerSecond }) => [
    kernel,
    status,
    hashesPerSecond === undefined ? '-' : megahashes(hashesPerSecond),
    kernel === best ? 'best' : '',
    compileMs === undefined ? '-' : String(Math.round(compileMs)),
  ]);
  const failures = ranked.flatMap(({ kernel, failure }) =>
    failure === undefined ? [] : wrapLines(`${kernel}: ${safeText(failure)}`, width),
  );
  return [...tableOrList(COLUMNS, cells, width), ...failures];
}

/** One kernel in a line, as it was tried. */
export function tuneRowLine({ kernel, status, failure, hashesPerSecond }: TuneRow): string {
  const rate = hashesPerSecond === undefined ? '' : `, ${megahashes(hashesPerSecond)} MH/s`;
  return `${kernel}: ${status}${rate}${failure === undefined ? '' : ` (${failure})`}`;
}
