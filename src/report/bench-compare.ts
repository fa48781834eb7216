/** A benchmark beside an earlier one: ratios of medians, row by row. */
import { formatCount } from '../format.ts';
import type { Baseline, BaselineRow } from './bench-document.ts';
import { megahashes } from './numbers.ts';
import { tableOrList } from './table.ts';
import { safeText, wrapLines } from './text.ts';

/** One row of both benchmarks, or of one of them. */
export interface ComparedRow {
  /** Such as `sha-ni, 1 thread, 4 midstates`. */
  readonly name: string;
  readonly row: BaselineRow;
  /** The row of the baseline where it is another kernel's: what was the best choice there. */
  readonly was?: BaselineRow;
  /** Median of now divided by median of then; undefined where one of them has no such row. */
  readonly ratio: number | undefined;
  /** Hashes per second. */
  readonly before: number | undefined;
  readonly now: number | undefined;
  readonly verdict: 'fast enough' | 'slower' | 'not in the baseline' | 'not measured now';
}

/** A whole comparison. */
export interface BenchComparison {
  readonly rows: readonly ComparedRow[];
  readonly failBelow: number;
  /** What differs between the machines, as `cpu: "a" then, "b" now`. */
  readonly hostChanges: readonly string[];
}

/**
 * Compares medians. `auto` may choose another kernel today than it did then: where one row is left on both sides for a CPU or a GPU and a number of
 * threads, those two are compared. Any other row that only one side has is named, and does not count as slower.
 *
 * @param failBelow - the least ratio that is fast enough.
 * @example
 * ```ts
 * const row = { engine: 'js', kernel: 'js', threads: 1, midstates: 1, hashesPerSecond: { median: 10, best: 10, worst: 10 } };
 * const before = { host: {}, results: [{ ...row, hashesPerSecond: { median: 20, best: 20, worst: 20 } }] };
 * compareBench(before, { host: {}, results: [row] }, 0.95).rows[0].verdict; // 'slower'
 * ```
 */
export function compareBench(before: Baseline, now: Baseline, failBelow: number): BenchComparison {
  const gone = without(before.results, now.results);
  const added = without(now.results, before.results);
  const measured = now.results.map((row) => {
    const earlier = before.results.find(sameAs(row, rowName)) ?? onlyOneLeft(row, gone, added);
    return earlier === undefined ? onlyOne(row, 'not in the baseline') : compareRow(earlier, row, failBelow);
  });
  const missing = gone
    .filter((row) => !measured.some(({ was }) => was === row))
    .map((row) => onlyOne(row, 'not measured now'));
  return { rows: [...measured, ...missing], failBelow, hostChanges: hostChanges(before, now) };
}

const sameAs = (row: BaselineRow, by: (row: BaselineRow) => string) => (other: BaselineRow) =>
  by(other) === by(row);

const without = (rows: readonly BaselineRow[], others: readonly BaselineRow[]) =>
  rows.filter((row) => !others.some(sameAs(row, rowName)));

/** The only row of the baseline for the place of `row`, when that is the only row there today. */
function onlyOneLeft(row: BaselineRow, gone: readonly BaselineRow[], added: readonly BaselineRow[]) {
  const [then, today] = [gone, added].map((rows) => rows.filter(sameAs(row, placeOf)));
  return then!.length === 1 && today!.length === 1 ? then![0] : undefined;
}

/** Kernels of a GPU have threads of their own count, which says nothing. */
const placeOf = ({ adapter, threads }: BaselineRow) => adapter ?? `${threads} threads`;

function compareRow(earlier: BaselineRow, row: BaselineRow, failBelow: number): ComparedRow {
  const before = earlier.hashesPerSecond.median;
  const now = row.hashesPerSecond.median;
  const ratio = now / before;
  const verdict = ratio < failBelow ? 'slower' : 'fast enough';
  const [name, then] = [rowName(row), rowName(earlier)];
  if (name === then) return { name, row, ratio, before, now, verdict };
  return { name: `${name} (was ${then})`, row, was: earlier, ratio, before, now, verdict };
}

function onlyOne(row: BaselineRow, verdict: 'not in the baseline' | 'not measured now'): ComparedRow {
  const rate = row.hashesPerSecond.median;
  const [before, now] = verdict === 'not in the baseline' ? [undefined, rate] : [rate, undefined];
  return { name: rowName(row), row, ratio: undefined, before, now, verdict };
}

/** The name of a row in sentences, safe for a terminal; two rows of one name are the same measurement. */
export function rowName({ engine, kernel, threads, midstates, adapter }: BaselineRow): string {
  const engineAndKernel = engine === kernel ? kernel : `${engine} ${kernel}`;
  const on = adapter === undefined ? '' : ` on ${adapter}`;
  return safeText(
    `${engineAndKernel}, ${formatCount(threads, 'thread')}, ${formatCount(midstates, 'midstate')}${on}`,
  );
}

function hostChanges(before: Baseline, now: Baseline): string[] {
  const members = Object.keys(now.host)
    .filter((key) => key in before.host && before.host[key] !== now.host[key])
    .map((key) => change(key, before.host[key], now.host[key]));
  return [...members, ...gpuChanges(before.results, now.results)];
}

/** Other adapters, whose rows are not compared, and other drivers, whose rows are. */
function gpuChanges(before: readonly BaselineRow[], now: readonly BaselineRow[]): string[] {
  return (['adapter', 'driver'] as const).flatMap((key) => {
    const [then, today] = [before, now].map((rows) =>
      [...new Set(rows.flatMap((row) => row[key] ?? []))].join(', '),
    );
    return then === '' || today === '' || then === today ? [] : [change(key, then, today)];
  });
}

const change = (key: string, before: unknown, now: unknown) =>
  safeText(`${key}: ${JSON.stringify(before)} then, ${JSON.stringify(now)} now`);

const COLUMNS = [
  { heading: 'kernel', align: 'left' },
  { heading: 'threads', align: 'right' },
  { heading: 'midstates', align: 'right' },
  { heading: 'ratio', align: 'right' },
  { heading: '', align: 'left' },
  { heading: 'MH/s now', align: 'right' },
  { heading: 'baseline', align: 'right' },
] as const;

/**
 * The comparison as a table.
 *
 * @param width - columns of the terminal.
 */
export function comparisonTable({ rows, hostChanges: changes }: BenchComparison, width: number): string[] {
  const cells = rows.map(({ row, was, ratio, now, before, verdict }) => [
    safeText(then(row.kernel, was?.kernel)),
    String(row.threads),
    then(String(row.midstates), was && String(was.midstates)),
    ratio?.toFixed(3) ?? '-',
    verdict,
    rateText(now),
    rateText(before),
  ]);
  return [
    ...tableOrList(COLUMNS, cells, width),
    ...changes.flatMap((change) =>
      wrapLines(`note: another machine or build than the baseline's, ${change}`, width),
    ),
  ];
}

/** What it was in the baseline, where that is something else. */
const then = (now: string, was: string | undefined) =>
  was === undefined || was === now ? now : `${now} (was ${was})`;

const rateText = (rate: number | undefined) => (rate === undefined ? '-' : megahashes(rate));

/**
 * The sentence that names the slower rows.
 *
 * @returns undefined when no row is slower.
 */
export function slowerSentence({ rows, failBelow }: BenchComparison): string | undefined {
  const slower = rows.filter(({ verdict }) => verdict === 'slower');
  if (slower.length === 0) return undefined;
  const compared = rows.filter(({ ratio }) => ratio !== undefined).length;
  const names = slower.map(({ name, ratio }) => `${name} at ${ratio?.toFixed(3)}`).join('; ');
  return (
    `Expected at least ${failBelow} of the baseline's hashrate, received less in ${slower.length} of ${formatCount(compared, 'row')}: ` +
    `${names}. Run it again on an idle machine, then look at what changed.`
  );
}

/**
 * The sentence for a comparison that compared nothing: no row was slower, but then none was looked at.
 *
 * @returns undefined when something was compared.
 */
export function vacuousSentence({ rows }: BenchComparison): string | undefined {
  if (rows.some(({ ratio }) => ratio !== undefined)) return undefined;
  return 'Nothing was compared: the baseline has no row for what was measured. Make a new baseline with the same --engine, --kernel and --threads.';
}
