/** Measuring an engine: how many hashes it computes a second on work that has no answer. */
import type { HashEngine } from '../work/ports.ts';

/** Hashes and the seconds they took. */
export interface Measurement {
  readonly hashes: number;
  readonly seconds: number;
}

/**
 * Runs every thread of an engine for about `ms` milliseconds on one midstate with a target of zero, which no hash meets.
 *
 * @example
 * ```ts
 * const { hashes, seconds } = await measureEngine(engine, 250);
 * hashes / seconds > 0; // true
 * ```
 */
export async function measureEngine(engine: HashEngine, ms: number): Promise<Measurement> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), ms);
  const startedMs = performance.now();
  const scans = Array.from({ length: engine.parallelism }, (_, lane) =>
    engine.scan(
      {
        midstates: new Uint32Array(8),
        tail: new Uint32Array(3),
        target: new Uint32Array(8),
        nonceStart: lane,
        nonceCount: 2 ** 31,
      },
      timeUp.signal,
    ),
  );
  const results = await Promise.all(scans).finally(() => clearTimeout(timer));
  const hashes = results.reduce((sum, { noncesScanned }) => sum + noncesScanned, 0);
  return { hashes, seconds: (performance.now() - startedMs) / 1000 };
}
