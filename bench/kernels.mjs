/** Hashrate of every kernel of this machine on one thread and on all: median and spread of several samples. */
import { availableParallelism } from 'node:os';
import { measureEngine } from '../dist/engine/measure.js';
import { listKernels, startEngine } from '../dist/engine/select.js';

const SAMPLES = 5;
const SAMPLE_MS = 200;

/** Wall time, so run it on a machine that does nothing else. */
export async function benchKernels() {
  for (const kernel of listKernels().filter(({ missing }) => missing.length === 0)) {
    for (const threads of new Set([1, availableParallelism()])) {
      const engine = startEngine(kernel, threads);
      await measureEngine(engine, SAMPLE_MS); // warm
      const rates = [];
      for (let i = 0; i < SAMPLES; i++) {
        const { hashes, seconds } = await measureEngine(engine, SAMPLE_MS);
        rates.push(hashes / seconds / 1e6);
      }
      await engine.close();
      rates.sort((a, b) => a - b);
      const [worst, median, best] = [rates[0], rates[Math.floor(SAMPLES / 2)], rates.at(-1)].map((rate) =>
        rate.toFixed(2),
      );
      console.log(
        `${`hashrate, ${kernel.name} x${threads}`.padEnd(44)} median ${median} MH/s  best ${best}  worst ${worst}`,
      );
    }
  }
}
