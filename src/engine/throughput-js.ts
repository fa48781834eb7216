/** Throughput in JavaScript, for machines without the native addon: one thread, and so less than the machine can do. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Rate } from '../economics/throughput.ts';
import { HashgapError } from '../errors.ts';
import type { NativeMeasurand } from './native/binding.ts';

/** How to measure. */
export interface JsThroughputWish {
  readonly seconds: number;
  /** Of each array of the triad. */
  readonly arrayBytes: number;
}

/** Work that is measured: each call does `amount` of it. */
interface Chore {
  readonly amount: number;
  run(pass: number): void;
  /** Whether the last run was right. */
  right(): boolean;
}

const LEAST_SAMPLES = 3;
const ROUNDS = 1 << 20;

/**
 * Measures on this thread, with a turn of the event loop between two samples.
 *
 * @returns null for what JavaScript has no numbers for, and when it was aborted.
 * @throws {HashgapError} `SELF_TEST_FAILED` for wrong sums.
 * @example
 * ```ts
 * await measureInJs('int8', { seconds: 1, arrayBytes: 8 }, new AbortController().signal); // null
 * ```
 */
export async function measureInJs(
  what: NativeMeasurand,
  { seconds, arrayBytes }: JsThroughputWish,
  signal: AbortSignal,
): Promise<Rate | null> {
  if (what === 'int8' || signal.aborted) return null;
  const chore = what === 'triad' ? triad(arrayBytes) : what === 'fp32' ? floats() : integers();
  const samples: number[] = [];
  let spent = 0;
  while (samples.length < LEAST_SAMPLES || spent < seconds) {
    const startMs = performance.now();
    chore.run(samples.length);
    const took = (performance.now() - startMs) / 1000;
    spent += took;
    samples.push(chore.amount / Math.max(took, 1e-9));
    await nextTurn();
    if (signal.aborted) return null;
  }
  if (!chore.right())
    throw new HashgapError(
      'SELF_TEST_FAILED',
      `Expected right sums from the ${what} measurement, received wrong ones. Check the machine's memory and cooling.`,
    );
  return { perSecond: Math.max(...samples), loop: 'js', samples: samples.length };
}

/** a[i] = b[i] + s c[i], 24 bytes each, as native/triad.cc has it. */
function triad(arrayBytes: number): Chore {
  const length = Math.max(1, Math.floor(arrayBytes / 8));
  const [a, b, c] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  for (let i = 0; i < length; i++) {
    b[i] = i % 1021;
    c[i] = i % 61;
  }
  let factor = 0;
  return {
    amount: 24 * length,
    run(pass) {
      factor = pass + 1;
      for (let i = 0; i < length; i++) a[i] = b[i]! + factor * c[i]!;
    },
    right: () => a.every((sum, i) => sum === (i % 1021) + factor * (i % 61)),
  };
}

/** Four chains, each x = x / 2 + 1 / 2 in 32 bits, which leads to 1. */
function floats(): Chore {
  const { fround } = Math;
  const half = fround(0.5);
  let ends = [0];
  return {
    amount: 8 * ROUNDS,
    run(pass) {
      let [w, x, y, z] = [fround(pass + 2), fround(pass + 3), fround(pass + 4), fround(pass + 5)];
      for (let i = 0; i < ROUNDS; i++) {
        w = fround(fround(w * half) + half);
        x = fround(fround(x * half) + half);
        y = fround(fround(y * half) + half);
        z = fround(fround(z * half) + half);
      }
      ends = [w, x, y, z];
    },
    right: () => ends.every((end) => end === 1),
  };
}

/** Four chains, each x = 5 x + 1 modulo 2^32, whose low 20 bits are back after exactly 2^20 rounds (Hull and Dobell 1962, theorem 1). */
function integers(): Chore {
  let ends = [0];
  let first = 0;
  return {
    amount: 8 * ROUNDS,
    run(pass) {
      first = pass;
      let [w, x, y, z] = [pass, pass + 1, pass + 2, pass + 3];
      for (let i = 0; i < ROUNDS; i++) {
        w = (Math.imul(w, 5) + 1) | 0;
        x = (Math.imul(x, 5) + 1) | 0;
        y = (Math.imul(y, 5) + 1) | 0;
        z = (Math.imul(z, 5) + 1) | 0;
      }
      ends = [w, x, y, z];
    },
    right: () => ends.every((end, i) => (end - first - i) % ROUNDS === 0),
  };
}
