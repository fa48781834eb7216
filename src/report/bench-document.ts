/** The JSON of a benchmark, schema `hashgap.bench/1`, and its reader. */
import { HashgapError } from '../errors.ts';
import { safeText } from './text.ts';

/** The schema's name. */
export const BENCH_SCHEMA = 'hashgap.bench/1';

/** One engine and kernel with one number of threads and midstates. */
export interface BenchRow {
  readonly engine: string;
  readonly kernel: string;
  readonly threads: number;
  readonly midstates: number;
  /** Hashes per second of wall time. */
  readonly samples: readonly number[];
  readonly hashesPerSecond: { readonly median: number; readonly best: number; readonly worst: number };
  /** Processor time of the hashing threads over all samples, of a GPU the time of its process; null where the engine cannot tell. */
  readonly cpuSeconds: number | null;
  /** Of a GPU: its name, and its driver with the version. */
  readonly adapter?: string;
  readonly driver?: string;
  /** Time a GPU worked by its own clock over all samples; absent where it has none. */
  readonly gpuSeconds?: number;
  /** Present only where cycles were counted. */
  readonly cyclesPerHash?: number;
}

/** The machine and what the program was built with. */
export interface BenchHost {
  readonly cpu: string;
  /** Logical CPUs the process may use. */
  readonly cores: number;
  readonly os: string;
  readonly node: string;
  /** Of the native addon; null without one. */
  readonly compiler: string | null;
}

/** A whole benchmark. */
export interface BenchDocument {
  readonly schema: typeof BENCH_SCHEMA;
  readonly version: string;
  /** The git commit when run from a checkout. */
  readonly commit: string | null;
  /** ISO 8601. */
  readonly date: string;
  readonly host: BenchHost;
  readonly results: readonly BenchRow[];
}

/** What a comparison needs of an earlier benchmark. */
export interface Baseline {
  readonly host: Readonly<Record<string, unknown>>;
  readonly results: readonly BaselineRow[];
}

/** What a comparison needs of a row. */
export type BaselineRow = Pick<
  BenchRow,
  'engine' | 'kernel' | 'threads' | 'midstates' | 'hashesPerSecond' | 'adapter' | 'driver'
>;

/**
 * Reads an earlier benchmark: what a comparison needs is checked, the rest is left alone.
 *
 * @param file - its name, for the error.
 * @throws {HashgapError} `BASELINE_INVALID` when the text is no such benchmark.
 * @example
 * ```ts
 * parseBaseline('{"schema":"hashgap.bench/1","host":{},"results":[]}', 'old.json').results.length; // 0
 * ```
 */
export function parseBaseline(text: string, file: string): Baseline {
  const document = parseObject(text, file);
  if (document.schema !== BENCH_SCHEMA) {
    throw invalid(file, document.schema === undefined ? 'no schema' : `schema ${short(document.schema)}`);
  }
  const { host = {}, results } = document;
  if (!isObject(host)) throw invalid(file, `host ${short(host)}`);
  if (host.cores !== undefined && !isCount(host.cores)) throw invalid(file, `cores ${short(host.cores)}`);
  if (!Array.isArray(results)) throw invalid(file, `results ${short(results)}`);
  const rows = results.map((row: unknown, index) => {
    if (!isBaselineRow(row)) throw invalid(file, `a broken row ${index + 1} ${short(row)}`);
    return row;
  });
  return { host, results: rows };
}

/** The error of a baseline that cannot be used, whatever is wrong with it. */
export function invalid(file: string, received: string, cause?: unknown): HashgapError {
  return new HashgapError(
    'BASELINE_INVALID',
    `Expected a benchmark of schema ${BENCH_SCHEMA} in ${file}, received ${received}. Make one with hashgap bench --json.`,
    { details: { file, received }, cause },
  );
}

function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, text.trim() === '' ? 'an empty file' : 'text that is not JSON', cause);
  }
  if (!isObject(value)) throw invalid(file, short(value));
  return value;
}

function isBaselineRow(row: unknown): row is BaselineRow {
  return (
    isObject(row) &&
    typeof row.engine === 'string' &&
    typeof row.kernel === 'string' &&
    isCount(row.threads) &&
    isCount(row.midstates) &&
    isTextIfThere(row.adapter) &&
    isTextIfThere(row.driver) &&
    isObject(row.hashesPerSecond) &&
    isRate(row.hashesPerSecond.median)
  );
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;

/** The bounds of --hashrate: JSON can say 1e400, which is read as infinity. */
const isRate = (value: unknown) => typeof value === 'number' && value >= 0.001 && value <= 1e60;

const isTextIfThere = (value: unknown) => value === undefined || typeof value === 'string';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as JSON, cut where it would make the sentence long. */
function short(value: unknown): string {
  const text = safeText(JSON.stringify(value) ?? 'nothing');
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}
