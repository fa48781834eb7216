/** The process of the WGSL step: compiles kernels with Dawn, checks them, and measures them by the GPU's clock and by the wall's. */
import { dispatchWords } from '../../dist/shaders/kernel.js';
import { kernelsOf } from '../../dist/src/engine/gpu/kernels.js';
import { compileKernel } from '../../dist/src/gpu/compile.js';
import { createLane } from '../../dist/src/gpu/lane.js';
import { readPlan, tell } from './child.mjs';
import { openDevice } from './dawn.mjs';
import { anyHeader, checksFor, failureOf, jobOf } from './headers.mjs';

const NO_HIT = 0xffffffff;
const LANES = 2;
const MOST_NONCES = 2 ** 30;

const plan = await readPlan();
const startedMs = performance.now();
const { device, timestamps } = await openDevice(plan.adapter);
const lanes = Array.from({ length: LANES }, (_, i) => createLane(device, `lane ${i}`, timestamps));
tell({ type: 'device', timestamps });
const compiled = new Map();
for (const task of plan.tasks) {
  if (performance.now() - startedMs + task.leastMs > plan.limitMs) break;
  tell({ type: 'task', task, result: await run(task) });
}
for (const lane of lanes) lane.destroy();
device.destroy();

/** Compiles a kernel when it first comes up, and measures it if the task says so; what goes wrong with a kernel is its result. */
async function run({ variant, measure }) {
  try {
    const { kernel, pipelineMs } = await compile(variant);
    return { pipelineMs, ...(measure && (await rates(kernel, measure))) };
  } catch (error) {
    return { failure: error.message };
  }
}

async function compile(variant) {
  const known = compiled.get(variant);
  if (known?.failure !== undefined) throw new Error(known.failure);
  if (known !== undefined) return known;
  const [kernel] = kernelsOf([variant]);
  if (kernel === undefined) throw new Error(`there is no kernel ${variant}`);
  const made = await compileKernel(device, kernel, { timeLimitMs: plan.compileMs });
  const failure = plan.check ? await check(made) : undefined;
  const entry = { kernel: made, pipelineMs: made.compileMs, failure };
  compiled.set(variant, entry);
  if (failure !== undefined) throw new Error(failure);
  return entry;
}

async function check(kernel) {
  for (const each of checksFor(kernel.kernel.midstates)) {
    const { first, count, mask, headers } = each;
    lanes[0].submit({
      kernel,
      job: jobOf(kernel.kernel, headers),
      words: dispatchWords(first, count, mask),
      count,
    });
    const { hits } = await lanes[0].result();
    const pairs = Array.from({ length: Math.min(hits[0], 63) }, (_, i) => [hits[2 + 2 * i], hits[3 + 2 * i]]);
    const failure = failureOf(each, { count: hits[0], hits: pairs });
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The runs: `{ dispatchNonces, runs: [{ hashes, wallMs, gpuMs }] }`, `gpuMs` null without timestamps. */
async function rates(kernel, { warmUpMs, runMs, runs, targetMs }) {
  const job = jobOf(
    kernel.kernel,
    Array.from({ length: kernel.kernel.midstates }, (_, i) => anyHeader(13 + i)),
  );
  const count = await dispatchSize({ kernel, job }, Math.min(targetMs, runMs / 2));
  if (warmUpMs > 0) await keepBusy({ kernel, job, count }, warmUpMs);
  const fromMs = Date.now();
  const all = [];
  for (let i = 0; i < runs; i++) all.push(await keepBusy({ kernel, job, count }, runMs));
  return { dispatchNonces: count, runs: all, fromMs, toMs: Date.now() };
}

/** Nonces of a dispatch that takes about the target; short ones measure overhead. */
async function dispatchSize(work, targetMs) {
  for (let count = 2 ** 12; ; count *= 2) {
    const began = performance.now();
    lanes[0].submit(dispatchOf(work, 0, count));
    await lanes[0].result();
    if (performance.now() - began >= targetMs / 2 || count >= MOST_NONCES) return count;
  }
}

function dispatchOf({ kernel, job }, first, count) {
  return { kernel, job, words: dispatchWords(first, count, NO_HIT), count };
}

/** One dispatch behind the other, always two handed over; from the first hand-over to the last end. */
async function keepBusy({ kernel, job, count }, ms) {
  const began = performance.now();
  const spans = [];
  let first = 0;
  const work = async (lane) => {
    do {
      lane.submit(dispatchOf({ kernel, job }, first, count));
      first = (first + count) % 2 ** 32;
      const { stamps } = await lane.result();
      spans.push(stamps);
    } while (performance.now() - began < ms);
  };
  await Promise.all(lanes.map(work));
  const wallMs = performance.now() - began;
  return {
    hashes: spans.length * count * kernel.kernel.midstates,
    wallMs,
    gpuMs: timestamps ? busyMs(spans) : null,
  };
}

/** The time in which at least one dispatch ran, by the GPU's clock: the next one may begin before one has ended. */
function busyMs(spans) {
  let last = 0n;
  let busy = 0n;
  for (const [began, ended] of spans.sort((a, b) => (a[1] < b[1] ? -1 : 1))) {
    const from = began > last ? began : last;
    if (ended > from) busy += ended - from;
    if (ended > last) last = ended;
  }
  return Number(busy) / 1e6;
}
