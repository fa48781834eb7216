/** How fast a new job reaches every thread: from the abort to the moment the last scan has ended. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createBenchWork } from '../dist/src/engine/bench-work.js';
import { measureEngine } from '../dist/src/engine/measure.js';
import { startEngine } from '../dist/src/engine/select.js';
import { formatCount } from '../dist/src/format.js';
import { kernelsHere, printSpread } from './harness.mjs';

const SWITCHES = 40;
const WARM_UP_SECONDS = 0.1;

/** Every kernel of this machine, with 1, 4 and 64 midstates per nonce. */
export async function benchJobSwitch() {
  console.log('job switch, from the abort of a scan on every CPU until the last thread has stopped:');
  for (const kernel of kernelsHere()) {
    const engine = startEngine(kernel, availableParallelism());
    for (const midstates of [1, 4, 64])
      printSpread(
        `${kernel.name}, ${engine.parallelism} threads, ${formatCount(midstates, 'midstate')}`,
        await switches(engine, midstates),
      );
    await engine.close();
  }
}

async function switches(engine, midstates) {
  const work = createBenchWork(midstates);
  await measureEngine(engine, WARM_UP_SECONDS); // starting threads and compiling code is no part of a switch
  const samples = [];
  for (let i = 0; i < SWITCHES; i++) {
    const job = new AbortController();
    const scans = Array.from({ length: engine.parallelism }, () => engine.scan(work.next(), job.signal));
    await delay(5 + (i % 7)); // let every thread get into its stride, at no fixed phase
    const startedMs = performance.now();
    job.abort();
    await Promise.all(scans);
    samples.push(performance.now() - startedMs);
  }
  return samples;
}
