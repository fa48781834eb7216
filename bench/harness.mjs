/** What the benches share: the kernels that run here, order statistics, one way to print a figure. */
import { rateSpread } from '../dist/src/engine/bench.js';
import { listKernels } from '../dist/src/engine/select.js';

/** Every kernel this machine can run. */
export function kernelsHere() {
  return listKernels().filter(({ missing }) => missing.length === 0);
}

/** Median, 95th and 99th percentile and worst of a list of milliseconds. */
export function spread(samplesMs) {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (fraction) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
  return {
    samples: sorted.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    worstMs: sorted.at(-1),
  };
}

/** One line: a name and its spread. */
export function printSpread(name, samplesMs) {
  const { samples, medianMs, p95Ms, p99Ms, worstMs } = spread(samplesMs);
  const ms = (value) => `${value.toFixed(3)} ms`;
  console.log(
    `${name.padEnd(52)} median ${ms(medianMs)}  p95 ${ms(p95Ms)}  p99 ${ms(p99Ms)}  worst ${ms(worstMs)}  (${samples} samples)`,
  );
}

const ROUNDS = 5;
const ROUND_MS = 100;

/** Calls `once` over and over in five rounds of 100 ms after one to warm up, and prints the median time and rate of a call. */
export function printRate(name, once) {
  const rates = Array.from({ length: ROUNDS + 1 }, () => callsPerSecond(once)).slice(1);
  const { median, best, worst } = rateSpread(rates);
  const count = (rate) => Math.round(rate).toLocaleString('en-US');
  const each = `${(1e6 / median).toFixed(3)} us each`;
  console.log(
    `${name.padEnd(52)} median ${count(median)} per second, ${each}  best ${count(best)}  worst ${count(worst)}`,
  );
}

function callsPerSecond(once) {
  const startedMs = performance.now();
  let calls = 0;
  let ms = 0;
  do {
    for (let i = 0; i < 16; i++) once();
    calls += 16;
    ms = performance.now() - startedMs;
  } while (ms < ROUND_MS);
  return (calls * 1000) / ms;
}
