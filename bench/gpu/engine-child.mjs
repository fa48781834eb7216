/** The process of the engine step, in the place of a miner: the real engine with its child process, measured from outside. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createBenchWork } from '../../dist/src/engine/bench-work.js';
import { startGpuEngine } from '../../dist/src/engine/gpu/engine.js';
import { measureEngine } from '../../dist/src/engine/measure.js';
import { selectKernel, startEngine } from '../../dist/src/engine/select.js';
import { readPlan, tell } from './child.mjs';
import { cpuMsOf } from './cpu-time.mjs';

/** Kernels pass hashes whose most significant 24 bits are zero: mask 0x00ffffff in the byte order they see. */
const RECOUNT_TARGET = Uint32Array.of(0xff, ...new Array(7).fill(0xffffffff));

/** The GPU's time is told with each scan: what came before the first one, as the self-test did, must not count. */
const LEAST_WARM_UP_MS = 50;

const plan = await readPlan();
const startedMs = performance.now();
const left = () => plan.limitMs - (performance.now() - startedMs);
for (const [i, target] of plan.targets.entries()) {
  if (left() < 1000 + target.warmUpMs + target.runMs) break;
  await measureTarget(target, i === 0);
}

async function measureTarget({ targetMs, warmUpMs, runMs }, first) {
  const mismatches = [];
  const warnings = [];
  const engine = await startGpuEngine({
    adapter: plan.adapter,
    kernels: plan.kernels,
    targetMs,
    onMismatch: (kernel) => mismatches.push(kernel),
    onWarning: (sentence) => warnings.push(sentence),
  });
  try {
    const idle = first ? await cpuDuring(engine, () => delay(plan.idleMs)) : undefined;
    await measureEngine(engine, Math.max(LEAST_WARM_UP_MS, warmUpMs) / 1000);
    const gpuBefore = engine.gpuSeconds() ?? 0;
    const fromMs = Date.now();
    const { result, cpu } = await cpuDuring(engine, () => measureEngine(engine, runMs / 1000));
    const toMs = Date.now();
    const gpuAfter = engine.gpuSeconds(); // undefined where the device has no clock
    const gpuSeconds = gpuAfter === undefined ? null : gpuAfter - gpuBefore;
    const row = {
      targetMs,
      kernel: engine.kernel,
      hashes: result.hashes,
      seconds: result.seconds,
      gpuSeconds,
      cpu,
      fromMs,
      toMs,
    };
    tell({ type: 'target', ...row, idleCpu: idle?.cpu });
    tell({ type: 'switch', targetMs, samplesMs: await switches(engine) });
    if (first && plan.recountMs > 0)
      tell({ type: 'recount', ...(await recount(engine, result)), mismatches, warnings });
    tell({ type: 'told', targetMs, mismatches, warnings });
  } finally {
    await engine.close();
  }
}

/** Runs something, and says which share of a CPU the main thread here, the one of the engine's process, and all its threads took. */
async function cpuDuring(engine, work) {
  const read = () => [
    cpuMsOf(process.pid),
    engine.childPid === undefined ? undefined : cpuMsOf(engine.childPid),
  ];
  const began = performance.now();
  const [ours, theirs] = read();
  const result = await work();
  const ms = performance.now() - began;
  const [oursAfter, theirsAfter] = read();
  const share = (before, after, key) =>
    before === undefined || after === undefined ? null : (after[key] - before[key]) / ms;
  const cpu = {
    mainThread: share(ours, oursAfter, 'mainMs'),
    engineMainThread: share(theirs, theirsAfter, 'mainMs'),
    engineAllThreads: share(theirs, theirsAfter, 'allMs'),
  };
  return { result, cpu };
}

/** Milliseconds from the abort of every scan until the last one has ended. */
async function switches(engine) {
  const work = createBenchWork(engine.preferredMidstates);
  const samples = [];
  for (let i = 0; i < plan.switches && left() > 1000; i++) {
    const job = new AbortController();
    const scans = Array.from({ length: engine.parallelism }, () => engine.scan(work.next(), job.signal));
    await delay(plan.switchEveryMs + ((i * 37) % 101)); // at no fixed phase of a dispatch
    const began = performance.now();
    job.abort();
    await Promise.all(scans);
    samples.push(performance.now() - began);
  }
  return samples;
}

/** Searches a range with the engine and again with the CPU: both must find the very same hits. */
async function recount(engine, { hashes, seconds }) {
  const { kernel } = selectKernel({ engine: 'auto', kernel: undefined });
  const cpu = startEngine(kernel, availableParallelism());
  try {
    const measured = await measureEngine(cpu, 0.2);
    const slower = Math.min(measured.hashes / measured.seconds, hashes / seconds);
    const midstates = engine.preferredMidstates;
    const wanted = (slower * Math.min(plan.recountMs, left() / 4)) / 1000 / midstates;
    const nonceCount = Math.max(2 ** 12, Math.min(2 ** 32, Math.floor(wanted)));
    const request = {
      ...createBenchWork(midstates).next(),
      target: RECOUNT_TARGET,
      nonceStart: 0,
      nonceCount,
    };
    const found = await searchAll([engine], request, 1);
    const expected = await searchAll([cpu], request, cpu.parallelism);
    const missing = expected.filter((hit) => !found.includes(hit));
    const invented = found.filter((hit) => !expected.includes(hit));
    const counts = { nonces: nonceCount, midstates, hits: found.length, expected: expected.length };
    return { ...counts, missing, invented, by: kernel.name };
  } finally {
    await cpu.close();
  }
}

/** Every hit of a request, as text; cut into parts for engines with many threads. */
async function searchAll([engine], request, parts) {
  const size = Math.ceil(request.nonceCount / parts);
  const signal = new AbortController().signal;
  const lane = async (part) => {
    const hits = [];
    const end = Math.min((part + 1) * size, request.nonceCount);
    for (let at = part * size; at < end; ) {
      const result = await engine.scan({ ...request, nonceStart: at, nonceCount: end - at }, signal);
      hits.push(...result.hits.map(({ nonce, versionIndex }) => `${nonce}/${versionIndex}`));
      at += result.noncesScanned;
    }
    return hits;
  };
  const all = await Promise.all(Array.from({ length: parts }, (_, part) => lane(part)));
  return all.flat();
}
