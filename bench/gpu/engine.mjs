/** Step 5: the engine as a miner uses it, end to end: rate against the bare kernel, CPU, job switches, and every hit counted again. */
import { candidateVariants, variantName } from '../../dist/shaders/variants.js';
import { runChild } from './child.mjs';
import { quantile } from './statistics.mjs';

/** How long dispatches should take; the first is the default, and gets the long run. */
const TARGETS_MS = [80, 20, 50, 100];
const SHORT_MS = 5_000;
const WARM_UP_MS = 2_000;
const RECOUNT_MS = 5_000;
const SWITCHES = 30;

/** Runs the engine at each target. `wgslRows` are those of step 4, whose fastest full row is the kernel that is used. */
export async function runEngine({ options, gpu, smi, wgslRows }, step) {
  const kernels = kernelsFor(options, gpu.info.family, wgslRows);
  const limitMs = step.leftMs();
  const tiny = options.engineMs < 5_000; // a test of this script, not a measurement
  const longMs = Math.min(options.engineMs, 0.5 * limitMs);
  const targets = TARGETS_MS.map((targetMs, i) => ({
    targetMs,
    warmUpMs: tiny ? 0 : WARM_UP_MS,
    runMs: i === 0 ? longMs : Math.min(SHORT_MS, options.engineMs),
  }));
  const plan = {
    adapter: gpu.adapter,
    kernels,
    targets: tiny ? targets.slice(0, 2) : targets,
    switches: tiny ? 3 : SWITCHES,
    switchEveryMs: tiny ? 20 : 120,
    idleMs: tiny ? 200 : 1_500,
    recountMs: Math.min(RECOUNT_MS, options.engineMs),
    limitMs: 0.95 * limitMs,
  };
  const rows = new Map();
  const onMessage = (message) => take(message, { rows, step, smi });
  const failure = await runChild('engine-child.mjs', plan, { limitMs, onMessage });
  if (failure !== undefined) step.fail(failure);
}

/** The fastest kernel of the step before and those behind it; without that step the family's own candidates. */
function kernelsFor({ variants }, family, wgslRows) {
  const measured = wgslRows.filter(
    ({ kind, value, failure }) => kind === 'full' && value !== undefined && failure === undefined,
  );
  const fastest = [...measured].sort((a, b) => b.value - a.value).map(({ name }) => name);
  const candidates = variants ?? candidateVariants(family).map(variantName);
  return fastest.length > 0 ? fastest : candidates;
}

function take(message, { rows, step, smi }) {
  const { type, targetMs } = message;
  if (type === 'recount') step.about({ recount: withoutType(message) });
  const row = rows.get(targetMs);
  if (type === 'target') {
    const { hashes, seconds, fromMs, toMs, kernel, gpuSeconds, cpu, idleCpu } = message;
    const clocks = smi.during(fromMs - performance.timeOrigin, toMs - performance.timeOrigin) ?? null;
    const rate = {
      name: `engine, ${targetMs} ms`,
      kind: 'full',
      unit: 'H/s',
      kernel,
      value: hashes / seconds,
      hashes,
      seconds,
    };
    const made = {
      ...rate,
      targetMs,
      gpuShare: gpuSeconds === null ? null : gpuSeconds / seconds,
      cpu,
      idleCpu,
      clocks,
    };
    rows.set(targetMs, made);
    step.row(made);
  }
  if (type === 'switch' && row !== undefined && message.samplesMs.length > 0) {
    const { samplesMs } = message;
    row.jobSwitch = {
      samples: samplesMs.length,
      p50Ms: quantile(samplesMs, 0.5),
      p95Ms: quantile(samplesMs, 0.95),
      mostMs: Math.max(...samplesMs),
    };
    step.update(row);
  }
  if (type === 'told' && row !== undefined) {
    Object.assign(row, { mismatches: message.mismatches, warnings: message.warnings });
    step.update(row);
  }
}

function withoutType({ type, ...rest }) {
  return rest;
}
