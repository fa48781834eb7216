/** Calibration: which of several right kernels is the fastest on this very machine, found out in a few milliseconds each. */
import type { ScanFunction } from '../work/self-test.ts';

/** What calibration needs of a kernel. */
export interface Contender {
  readonly scan: ScanFunction;
  readonly preferredMidstates: number;
  readonly lanes: number;
}

/** How long each kernel is measured at a time, milliseconds, after as long to warm up: wide vector units take a moment to wake. */
const MEASURE_MS = 3;

/** Each kernel has its turn so often, and its best one counts: what else runs can only slow one down. */
const TURNS = 3;

/** Hashes of one call at least: a call costs tens of microseconds, in which a fast kernel makes a thousand hashes. */
const CALL_HASHES = 2 ** 15;

/** A kernel further down the list must be this much faster than one above it: noise must not decide. */
const CLEAR_LEAD = 1.05;

/**
 * The fastest of kernels in their order of preference. Those that hash one nonce at a time are not worth measuring where one that hashes several is
 * right.
 *
 * @param now - a clock in milliseconds.
 * @returns undefined when there is none.
 */
export function fastestKernel<T extends Contender>(
  kernels: readonly T[],
  now: () => number = () => performance.now(),
): T | undefined {
  const wide = kernels.filter(({ lanes }) => lanes > 1);
  if (wide.length < 2) return kernels[0];
  for (const kernel of wide) run(kernel, now);
  const turns = Array.from({ length: TURNS }, () => wide.map((kernel) => run(kernel, now)));
  const rated = wide.map((kernel, i) => ({
    kernel,
    hashesPerMs: Math.max(...turns.map((rates) => rates[i]!)),
  }));
  return rated.reduce((best, next) => (next.hashesPerMs > best.hashesPerMs * CLEAR_LEAD ? next : best))
    .kernel;
}

/** Hashes per millisecond over at least MEASURE_MS, on work that has no answer. */
function run({ scan, preferredMidstates, lanes }: Contender, now: () => number): number {
  const nonceCount = lanes * Math.ceil(CALL_HASHES / (lanes * preferredMidstates));
  const midstates = new Uint32Array(8 * preferredMidstates);
  const tail = new Uint32Array(3);
  const target = new Uint32Array(8);
  const startedMs = now();
  let hashes = 0;
  let elapsedMs = 0;
  while (elapsedMs < MEASURE_MS) {
    scan({ midstates, tail, target, nonceStart: 0, nonceCount });
    hashes += nonceCount * preferredMidstates;
    elapsedMs = now() - startedMs;
  }
  return hashes / elapsedMs;
}
