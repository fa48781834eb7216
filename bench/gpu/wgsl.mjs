/** Step 4: the WGSL through Dawn, the same variants as the CUDA: rates by the GPU's clock and by the wall's, pipelines cold and cached. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { candidateVariants, variantName } from '../../dist/shaders/variants.js';
import { runChild } from './child.mjs';
import { FINALS, SHAPES } from './cuda-variants.mjs';
import { summarize } from './statistics.mjs';

const VISITS = 2;
const TARGET_MS = 60;
const QUICK = { warmUpMs: 150, runMs: 300, runs: 2, targetMs: 40 };
/** Some drivers take minutes over long straight-line code. */
const COMPILE_MS = 25_000;
/** Forms that NVIDIA is not expected to like, and the kernel that is written to be read. */
const FORMS = ['k2-uniform-mad-xor-wg256-npi16', 'k2-const-mad-or-wg256-npi16', 'readable'];

/** What is measured, and how thoroughly, the most telling first. */
export function variantsFor(family, wanted) {
  if (wanted !== undefined) return { full: wanted, quick: [] };
  if (family === 'software') return { full: candidateVariants(family).map(variantName), quick: ['readable'] };
  const candidates = candidateVariants(family).map(variantName);
  if (family !== 'nvidia') return { full: candidates, quick: ['readable'] };
  const few = SHAPES.filter((name) => /^k[12]-const-mad/.test(name));
  return {
    full: FINALS,
    quick: [...new Set([...candidates.filter((name) => !FINALS.includes(name)), ...FORMS, ...few])],
  };
}

/** Measures; then, in a new process with the driver's cache filled, compiles once more. */
export async function runWgsl({ options, gpu, folder, smi }, step) {
  const { full, quick } = variantsFor(gpu.info.family, options.variants);
  const rows = new Map();
  const cache = await mkdtemp(join(folder, 'driver-cache-'));
  // A folder of our own where the drivers keep what they have compiled: cold means cold, and nothing of the user's is touched.
  const env = {
    MESA_SHADER_CACHE_DIR: cache,
    __GL_SHADER_DISK_CACHE_PATH: cache,
    __GL_SHADER_DISK_CACHE: '1',
  };
  const plan = { adapter: gpu.adapter, compileMs: COMPILE_MS, env };
  const tasks = tasksOf(full, quick, options);
  await runTasks({ ...plan, check: true, tasks, share: 0.92 }, step, (message) => {
    take(message, { rows, step, smi });
  });
  const again = full.filter((variant) => rows.get(variant)?.value !== undefined);
  if (again.length === 0 || !step.timeFor(1_000)) return;
  const compileOnly = again.map((variant) => ({ variant, leastMs: 0 }));
  await runTasks({ ...plan, check: false, tasks: compileOnly, share: 1 }, step, ({ task, result }) => {
    const row = rows.get(task.variant);
    row.pipelineMs = { ...row.pipelineMs, cached: result.pipelineMs ?? null };
    step.update(row);
  });
}

/** Runs tasks in a process; when it crashes, the task it was at is to blame, and another process takes those behind it. */
async function runTasks({ env, tasks, share, ...plan }, step, onTask) {
  for (let done = 0; done < tasks.length; ) {
    const limitMs = step.leftMs();
    const failure = await runChild(
      'wgsl-child.mjs',
      { ...plan, limitMs: share * limitMs, tasks: tasks.slice(done) },
      {
        env,
        limitMs,
        onMessage(message) {
          if (message.type === 'device') step.about({ timestamps: message.timestamps });
          if (message.type !== 'task') return;
          done++;
          onTask(message);
        },
      },
    );
    if (failure === undefined) {
      if (done < tasks.length) step.fail('the time was up');
      return;
    }
    if (!step.timeFor(5_000)) return step.fail(failure);
    onTask({ task: tasks[done], result: { failure } });
    done++;
  }
}

/** All full rows are visited twice, the brief ones once behind them. */
function tasksOf(full, quick, { warmUpMs, runMs, runs }) {
  const visit = { warmUpMs, runMs, runs: Math.ceil(runs / VISITS), targetMs: TARGET_MS };
  const visits = Array.from({ length: VISITS }, () => full).flat();
  return [
    ...visits.map((variant) => ({
      variant,
      kind: 'full',
      measure: visit,
      leastMs: warmUpMs + visit.runs * runMs,
    })),
    ...quick.map((variant) => ({ variant, kind: 'quick', measure: QUICK, leastMs: 1_500 })),
  ];
}

/** Adds what a task brought to the row of its variant. */
function take({ task, result }, { rows, step, smi }) {
  const { variant, kind } = task;
  const midstates = Number(/^k(\d)/.exec(variant)?.[1] ?? 1);
  const isNew = !rows.has(variant);
  const row = rows.get(variant) ?? { name: variant, kind, unit: 'H/s', midstates, gpuRuns: [], wallRuns: [] };
  rows.set(variant, row);
  row.pipelineMs = { ...row.pipelineMs, cold: row.pipelineMs?.cold ?? result.pipelineMs ?? null };
  if (result.failure !== undefined) row.failure = result.failure;
  for (const { hashes, wallMs, gpuMs } of result.runs ?? []) {
    row.wallRuns.push((1000 * hashes) / wallMs);
    if (gpuMs !== null) row.gpuRuns.push((1000 * hashes) / gpuMs);
  }
  // By the GPU's clock where it has one: that is what CUDA's events say too.
  const runs = row.gpuRuns.length > 0 ? row.gpuRuns : row.wallRuns;
  if (runs.length > 0)
    Object.assign(row, summarize(runs), {
      wall: summarize(row.wallRuns).value,
      dispatchNonces: result.dispatchNonces,
    });
  if (result.fromMs !== undefined)
    row.clocks = smi.during(...[result.fromMs, result.toMs].map((ms) => ms - performance.timeOrigin)) ?? null;
  if (isNew) step.row(row);
  else step.update(row);
}
