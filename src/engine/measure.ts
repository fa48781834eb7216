/** Measuring an engine: how many hashes it computes in a time, on real headers that have no answer. */
import type { HashEngine } from '../work/ports.ts';
import { type BenchWork, createBenchWork } from './bench-work.ts';

/** Hashes and the seconds of wall time they took. */
export interface Measurement {
  readonly hashes: number;
  readonly seconds: number;
}

/** What may be changed about a measurement. */
export interface MeasureOptions {
  /** @default new work with the number of midstates the engine prefers */
  readonly work?: BenchWork;
  /** Ends the measurement early. @default never */
  readonly signal?: AbortSignal;
}

/**
 * Lets every thread of an engine hash for about `seconds`; the clock stops when the last scan has ended.
 *
 * @throws {HashgapError} `ENGINE_FAILED` when a thread died.
 * @example
 * ```ts
 * const { hashes, seconds } = await measureEngine(engine, 0.25);
 * hashes / seconds > 0; // true
 * ```
 */
export async function measureEngine(
  engine: HashEngine,
  seconds: number,
  { work = createBenchWork(engine.preferredMidstates), signal }: MeasureOptions = {},
): Promise<Measurement> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), seconds * 1000);
  const stop = signal === undefined ? timeUp.signal : AbortSignal.any([timeUp.signal, signal]);
  const startedMs = performance.now();
  try {
    const lanes = Array.from({ length: engine.parallelism }, () => hashUntil(stop, engine, work));
    const hashes = (await Promise.all(lanes)).reduce((sum, lane) => sum + lane, 0);
    return { hashes, seconds: (performance.now() - startedMs) / 1000 };
  } finally {
    clearTimeout(timer);
    timeUp.abort(); // when one thread died, the others stop too
  }
}

async function hashUntil(stop: AbortSignal, engine: HashEngine, work: BenchWork): Promise<number> {
  let hashes = 0;
  while (!stop.aborted) {
    const request = work.next();
    const { noncesScanned } = await engine.scan(request, stop);
    hashes += noncesScanned * (request.midstates.length / 8);
  }
  return hashes;
}
