/** The GPU benchmark, one script for a machine with a GPU: pipes, CUDA, WGSL and the engine beside the model's predictions. README.md has the rest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gitCommit } from '../../dist/src/cli/git-commit.js';
import { createBudget } from './budget.mjs';
import { openCudaKit } from './cuda-kit.mjs';
import { findAdapter } from './dawn.mjs';
import { baseName, createSaver } from './document.mjs';
import { readOptions, USAGE, UsageError } from './options.mjs';
import { markdown } from './report.mjs';
import { describeNvidia, startSmi } from './smi.mjs';
import { runStep, STEPS } from './steps.mjs';
import { findToolkit } from './toolkit.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const log = (line) => console.error(line);

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`error: ${error.message}\n${USAGE}`);
  process.exitCode = 2;
}

async function bench(options) {
  const steps = STEPS.filter(({ name }) => options.only.includes(name));
  const budget = createBudget(options.minutes * 60_000, steps);
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-gpu-'));
  const context = await openContext(options, steps, folder);
  const document = documentOf(options, context);
  const out = options.out ?? join(ROOT, 'bench/results');
  const saver = createSaver(
    out,
    baseName(document.date, context.nvidia?.name ?? context.gpu?.info.name ?? ''),
  );
  const save = () => saver.json(document);
  try {
    for (const step of steps) {
      context.wgslRows = document.steps.wgsl?.rows ?? [];
      await runStep(step, context, {
        document,
        endMs: performance.now() + budget.partOf(step.name),
        save,
        log,
      });
    }
    document.finished = true;
    const rows = Object.values(document.steps).flatMap((step) => step.rows);
    if (rows.length === 0) process.exitCode = 1; // nothing here can be measured: the reasons are told
  } finally {
    context.smi.stop();
    await context.kit?.close();
    document.seconds = (performance.now() - context.beganMs) / 1000;
    document.smi = context.smi.samples.map(({ atMs, ...sample }) => ({
      s: Number(((atMs - context.beganMs) / 1000).toFixed(2)),
      ...sample,
    }));
    log(`written: ${await save()}`);
    const table = markdown(document);
    await saver.table(table);
    console.log(table);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything the steps use; what is missing is said once, here, and the steps that need it are skipped. */
async function openContext(options, steps, folder) {
  const beganMs = performance.now();
  const toolkit = await findToolkit();
  const nvidia = await describeNvidia(toolkit.nvidiaSmi);
  const context = { options, folder, toolkit, nvidia, beganMs, wgslRows: [] };
  const needs = (what) => steps.some((step) => step.needs === what);
  if (needs('cuda')) {
    await openCudaKit({ toolkit, nvidia, folder, arch: options.arch }).then(
      (kit) =>
        Object.assign(context, { kit, nvidia: nvidia && { ...nvidia, ...kit.gpu, name: nvidia.name } }),
      ({ message }) => Object.assign(context, { cudaProblem: message }),
    );
  }
  if (needs('dawn')) {
    await findAdapter(options.adapter).then(
      (gpu) => Object.assign(context, { gpu }),
      ({ message }) => Object.assign(context, { dawnProblem: message }),
    );
  }
  for (const problem of [context.cudaProblem, context.dawnProblem])
    if (problem !== undefined) log(`note: ${problem}`);
  if (context.kit !== undefined && context.kit.host === undefined) {
    log('note: nvcc is here but no NVIDIA GPU: instructions are counted, nothing of CUDA is timed');
  }
  if (context.gpu?.info.software)
    log(`note: ${context.gpu.info.name} is software: its rates are no measure of speed`);
  context.smi = await startSmi(nvidia === undefined ? undefined : toolkit.nvidiaSmi);
  return context;
}

function documentOf(options, { nvidia, gpu, kit, toolkit }) {
  return {
    schema: 'hashgap.gpu-bench/1',
    date: new Date().toISOString(),
    commit: gitCommit(ROOT),
    finished: false,
    options,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown CPU',
      threads: availableParallelism(),
      node: process.version,
      platform: process.platform,
    },
    nvidia: nvidia ?? null,
    adapter: gpu === undefined ? null : { ...gpu.adapter, ...gpu.info, webgpu: gpu.webgpu },
    software: gpu?.info.software === true,
    measureOfSpeed: nvidia !== undefined || gpu?.info.software === false,
    compiler: kit?.compiler ?? null,
    arch: kit?.arch ?? null,
    programs: toolkit,
    steps: {},
  };
}
