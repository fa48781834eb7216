/** How fast a new job reaches every thread: from the abort to the moment the last scan has ended. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { listKernels, startEngine } from '../dist/engine/select.js';
import { printSpread } from './harness.mjs';

const SWITCHES = 100;

/** Every kernel of this machine, with 1 and with 4 midstates per nonce. */
export async function benchJobSwitch() {
  for (const kernel of listKernels().filter(({ missing }) => missing.length === 0)) {
    const engine = startEngine(kernel, availableParallelism());
    for (const midstates of [1, 4])
      printSpread(
        `job switch, ${kernel.name} x${engine.parallelism}, k=${midstates}`,
        await switches(engine, midstates),
      );
    await engine.close();
  }
}

async function switches(engine, midstates) {
  const request = {
    midstates: new Uint32Array(8 * midstates),
    tail: new Uint32Array(3),
    target: new Uint32Array(8), // no hash is zero: only the abort ends a scan
    nonceStart: 0,
    nonceCount: 2 ** 32,
  };
  const samples = [];
  for (let i = 0; i < SWITCHES; i++) {
    const job = new AbortController();
    const scans = Array.from({ length: engine.parallelism }, () => engine.scan(request, job.signal));
    await delay(5 + (i % 7)); // let every thread get into its stride, at no fixed phase
    const startedMs = performance.now();
    job.abort();
    await Promise.all(scans);
    samples.push(performance.now() - startedMs);
  }
  return samples;
}
