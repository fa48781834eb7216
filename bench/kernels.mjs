/** Hashrate of every kernel here: one thread with 1 midstate and with as many as it prefers, then every CPU. */
import { availableParallelism } from 'node:os';
import { benchKernel } from '../dist/src/engine/bench.js';
import { benchLines } from '../dist/src/report/bench.js';
import { kernelsHere } from './harness.mjs';

const SAMPLES = 3;
const SAMPLE_SECONDS = 0.15;

/** The short form of `hashgap bench --kernel all`. */
export async function benchKernels() {
  const rows = [];
  for (const kernel of kernelsHere()) {
    for (const shape of shapesOf(kernel)) {
      const plan = { kernel, ...shape, seconds: SAMPLE_SECONDS, samples: SAMPLES };
      rows.push(await benchKernel(plan, new AbortController().signal));
    }
  }
  console.log(`hashrate of every kernel, ${SAMPLES} samples of ${SAMPLE_SECONDS} s; by the wall clock, and`);
  console.log('for each second of processor time, which other programs do not change:');
  for (const line of benchLines(rows, Number.POSITIVE_INFINITY)) console.log(line);
}

function shapesOf(kernel) {
  const alone = (kernel.preferredMidstates === 1 ? [1] : [1, 'auto']).map((midstates) => ({
    threads: 1,
    midstates,
  }));
  const cpus = availableParallelism();
  return cpus === 1 ? alone : [...alone, { threads: cpus, midstates: 'auto' }];
}
