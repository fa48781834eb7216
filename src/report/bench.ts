/** A benchmark as a table: hashrates by the wall clock, and for each second of processor time. */
import { formatCount } from '../format.ts';
import type { BenchDocument, BenchRow } from './bench-document.ts';
import { megahashes } from './numbers.ts';
import { tableOrList } from './table.ts';
import { wrapLines } from './text.ts';

/** A row with what the table shows beyond the JSON. */
export interface BenchTableRow extends BenchRow {
  /** Hashes of all samples. */
  readonly hashes: number;
}

const COLUMNS = [
  { heading: 'kernel', align: 'left' },
  { heading: 'threads', align: 'right' },
  { heading: 'midstates', align: 'right' },
  { heading: 'MH/s', align: 'right' },
  { heading: 'MH per CPU s', align: 'right' },
  { heading: 'best', align: 'right' },
  { heading: 'worst', align: 'right' },
] as const;

/**
 * Medians, bests and worsts in MH/s of wall time. `MH per CPU s` divides by the processor time of the threads instead: what one thread
 * would do alone, also when other programs took part of the CPU; for a GPU that says nothing. A line for each GPU follows.
 *
 * @param width - columns of the terminal.
 */
export function benchLines(rows: readonly BenchTableRow[], width: number): string[] {
  const table = tableOrList(
    COLUMNS,
    rows.map((row) => [
      row.kernel,
      String(row.threads),
      String(row.midstates),
      megahashes(row.hashesPerSecond.median),
      perCpuSecond(row),
      megahashes(row.hashesPerSecond.best),
      megahashes(row.hashesPerSecond.worst),
    ]),
    width,
  );
  return [...table, ...[...new Set(rows.flatMap(gpuLine))].flatMap((line) => wrapLines(line, width))];
}

function perCpuSecond({ adapter, cpuSeconds, hashes }: BenchTableRow): string {
  const known = adapter === undefined && cpuSeconds !== null && cpuSeconds > 0;
  return known ? megahashes(hashes / cpuSeconds) : '-';
}

function gpuLine({ engine, adapter, driver }: BenchTableRow): string[] {
  return adapter === undefined ? [] : [`${engine}: ${adapter}, driver ${driver ?? 'unknown'}`];
}

/**
 * The machine and the build in one line.
 *
 * @example
 * ```ts
 * const host = { cpu: 'AMD EPYC', cores: 2, os: 'Linux 6.1 x64', node: 'v20.20.2', compiler: null };
 * hostLine({ version: '0.1.0', commit: null, host }); // 'AMD EPYC, 2 cores, Linux 6.1 x64, Node v20.20.2, no native addon; hashgap 0.1.0'
 * ```
 */
export function hostLine({
  version,
  commit,
  host,
}: Pick<BenchDocument, 'version' | 'commit' | 'host'>): string {
  const addon = host.compiler === null ? 'no native addon' : `addon by ${host.compiler}`;
  const build = commit === null ? `hashgap ${version}` : `hashgap ${version}, commit ${commit.slice(0, 10)}`;
  return `${host.cpu}, ${formatCount(host.cores, 'core')}, ${host.os}, Node ${host.node}, ${addon}; ${build}`;
}
