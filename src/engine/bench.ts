/** Measuring a kernel: samples of its hashrate on real work without an answer, beside the processor time they took. */
import type { HashEngine } from '../work/ports.ts';
import { createBenchWork } from './bench-work.ts';
import { type Measurement, measureEngine } from './measure.ts';
import { type KernelEntry, startEngine } from './select.ts';

/** How a row is measured. */
export interface BenchSampling {
  /** Versions that share one message schedule, 1..64; `auto` is what the kernel prefers. */
  readonly midstates: number | 'auto';
  /** Length of a sample. */
  readonly seconds: number;
  readonly samples: number;
}

/** One row of a benchmark on the CPU. */
export interface BenchPlan extends BenchSampling {
  readonly kernel: KernelEntry;
  readonly threads: number;
}

/** Hashes a second: the middle sample, the fastest and the slowest one. */
export interface RateSpread {
  readonly median: number;
  readonly best: number;
  readonly worst: number;
}

/** What a row came to. */
export interface BenchResult {
  readonly engine: string;
  /** What hashed; more than one, joined by ` + `, where a GPU's kernel could not take all versions of a request. */
  readonly kernel: string;
  readonly threads: number;
  readonly midstates: number;
  /** Hashes per second of wall time, in the order they were taken. */
  readonly samples: readonly number[];
  readonly hashesPerSecond: RateSpread;
  /** Processor time of the hashing threads over all samples, of a GPU the time of its process; undefined where the engine cannot tell. */
  readonly cpuSeconds: number | undefined;
  /** The adapter of a GPU. */
  readonly adapter?: string;
  /** Time a GPU worked by its own clock over all samples; absent where it has none. */
  readonly gpuSeconds?: number;
  /** Hashes of all samples: with `cpuSeconds` the rate that another program on the same CPU does not change. */
  readonly hashes: number;
}

/** An engine that may search some numbers of versions with another kernel than the one it is known by. */
export interface BenchedEngine extends HashEngine {
  /** Names of the kernels that a request of so many versions runs on. @default `kernel` */
  kernelsFor?(versions: number): readonly string[];
}

/** A sample before anything is counted, seconds at most: threads start, code is compiled, the clock rises. */
const WARM_UP_SECONDS = 0.5;

/**
 * Measures one row on an engine of its own.
 *
 * @returns undefined when `signal` aborted it.
 * @throws {HashgapError} `ENGINE_FAILED` when a thread died or could not be started.
 * @example
 * ```ts
 * const kernel = { name: 'js', engine: 'js', lanes: 1, preferredMidstates: 8, missing: [], scan: scanJs };
 * const result = await benchKernel({ kernel, threads: 1, midstates: 2, seconds: 0.02, samples: 3 }, new AbortController().signal);
 * result.samples.length; // 3
 * ```
 */
export async function benchKernel(plan: BenchPlan, signal: AbortSignal): Promise<BenchResult | undefined> {
  const engine = startEngine(plan.kernel, plan.threads);
  try {
    return await benchEngine(engine, plan, signal);
  } finally {
    await engine.close();
  }
}

/**
 * Measures one row on an engine that is there; whoever started it closes it.
 *
 * @returns undefined when `signal` aborted it.
 * @throws {HashgapError} what the engine's scans throw.
 */
export async function benchEngine(
  engine: BenchedEngine,
  { midstates: wanted, seconds, samples }: BenchSampling,
  signal: AbortSignal,
): Promise<BenchResult | undefined> {
  const midstates = wanted === 'auto' ? (engine.preferredMidstates ?? 1) : wanted; // an older addon does not say
  const work = createBenchWork(midstates);
  await measureEngine(engine, Math.min(seconds, WARM_UP_SECONDS), { work, signal });
  const taken: Measurement[] = [];
  const before = usageOf(engine);
  while (taken.length < samples && !signal.aborted)
    taken.push(await measureEngine(engine, seconds, { work, signal }));
  const after = usageOf(engine);
  if (signal.aborted) return undefined;
  const rates = taken.map((sample) => sample.hashes / sample.seconds);
  const gpuSeconds = difference(before.gpuSeconds, after.gpuSeconds);
  return {
    engine: engine.name,
    kernel: engine.kernelsFor?.(midstates).join(' + ') ?? engine.kernel,
    threads: engine.parallelism,
    midstates,
    samples: rates,
    hashesPerSecond: rateSpread(rates),
    cpuSeconds: difference(before.cpuSeconds, after.cpuSeconds),
    hashes: taken.reduce((sum, { hashes }) => sum + hashes, 0),
    ...(engine.device === undefined ? {} : { adapter: engine.device }),
    ...(gpuSeconds === undefined ? {} : { gpuSeconds }),
  };
}

function usageOf(engine: HashEngine) {
  return { cpuSeconds: engine.cpuSeconds?.(), gpuSeconds: engine.gpuSeconds?.() };
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

/**
 * The median of rates, of an even number the mean of the middle two, beside the best and the worst.
 *
 * @example
 * ```ts
 * rateSpread([30, 10, 20, 25]); // { median: 22.5, best: 30, worst: 10 }
 * ```
 */
export function rateSpread(rates: readonly number[]): RateSpread {
  const sorted = [...rates].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    best: sorted.at(-1)!,
    worst: sorted[0]!,
  };
}
