/** Step 2: the same graph as CUDA, compiled by NVIDIA's own compiler: the yardstick for the WGSL. */
import { emitCuda } from '../../dist/shaders/emit-cuda.js';
import { generateKernel } from '../../dist/shaders/generate.js';
import { parseVariant } from '../../dist/shaders/variants.js';
import { cudaNameOf, FINALS, partialMad, SHAPES, SHARES, shiftsByProduct } from './cuda-variants.mjs';
import { anyHeader, checksFor, failureOf, jobOf } from './headers.mjs';
import { summarize } from './statistics.mjs';
import { inParallel } from './toolkit.mjs';

/** Rows that are measured once and briefly: to find the best shape, not to be quoted. */
const QUICK = { warmUpMs: 200, runMs: 300, runs: 2 };
const QUICK_ROW_MS = 1_500;
const VISITS = 2;

/** What is changed in the CUDA of the fastest kinds: how many additions are multiply-adds, and how they shift. */
const CHANGED = ['k1', 'k2'].flatMap((k) => {
  const name = `${k}-const-mad-xor-wg256-npi16`;
  const shares = SHARES.map((share) => ({
    name,
    change: `${100 * share}% mad`,
    changed: (source) => partialMad(source, share),
  }));
  return [{ name, change: 'shifts by product', changed: shiftsByProduct }, ...shares];
});

/** Compiles, checks and measures. Where there is no GPU the instructions are counted. */
export async function runCuda({ kit, smi, options }, step) {
  const context = { kit, smi, options, step, checks: new Map(), order: [] };
  const finals =
    options.variants === undefined ? FINALS : [...new Set(options.variants.map(cudaNameOf).filter(Boolean))];
  const rows = await prepare(
    context,
    finals.map((name) => ({ name, kind: 'full' })),
  );
  for (let visit = 0; visit < VISITS; visit++) for (const row of rows) await visitRow(context, row);
  if (options.variants !== undefined) return;
  const quick = [...CHANGED, ...SHAPES.map((name) => ({ name }))];
  for (let i = 0; i < quick.length && step.timeFor(QUICK_ROW_MS); i += 16) {
    const part = quick.slice(i, i + 16).map((each) => ({ ...each, kind: 'quick' }));
    for (const row of await prepare(context, part)) await quickRow(context, row);
  }
}

/** Compiles kernels side by side and checks one after the other; rows of those that are right. */
async function prepare(context, wanted) {
  const { kit, step } = context;
  const compiled = await inParallel(wanted, (each) => compileRow(kit, each));
  const right = [];
  for (const { row, kernel } of compiled) {
    const failure = row.failure ?? (kit.host === undefined ? undefined : await check(context, kernel));
    Object.assign(row, failure === undefined ? {} : { failure });
    step.row(row);
    if (failure === undefined && kit.host !== undefined) right.push({ row, kernel });
  }
  return right;
}

async function compileRow(kit, { name, kind, change, changed = (source) => source }) {
  const variant = parseVariant(name);
  const { midstates, workgroupSize: block, noncesPerInvocation: noncesPerThread } = variant;
  const row = { name: change === undefined ? name : `${name}, ${change}`, kind, unit: 'H/s', midstates };
  const source = changed(emitCuda(variant));
  try {
    const { cubin, functions } = await kit.compile(row.name.replace(/[^\w-]+/g, '-'), source);
    const { sass, ...resources } = functions.scan;
    Object.assign(row, resources, { sass: noncesPerThread === 1 ? sass : (functions.scan.loop ?? sass) });
    delete row.loop;
    return { row, kernel: { cubin, block, noncesPerThread, midstates, host: generateKernel(variant) } };
  } catch (error) {
    return { row: { ...row, failure: error.message } };
  }
}

/** What is wrong with the hits of a kernel; undefined when it finds what it must. */
async function check({ kit, checks }, kernel) {
  const { midstates } = kernel;
  if (!checks.has(midstates)) checks.set(midstates, checksFor(midstates));
  try {
    await kit.host.load(kernel.cubin);
    for (const each of checks.get(midstates)) {
      const found = await kit.host.scan({ ...kernel, job: jobOf(kernel.host, each.headers) }, each);
      const failure = failureOf(each, found);
      if (failure !== undefined) return failure;
    }
    return undefined;
  } catch (error) {
    await kit.restart();
    return error.message;
  }
}

/** One of the visits to a row: half of its runs. The order is the same each time, so that no row always runs behind a hot one. */
async function visitRow(context, { row, kernel }) {
  const { options, step } = context;
  const { warmUpMs, runMs } = options;
  const runs = Math.ceil(options.runs / VISITS);
  if (!step.timeFor(warmUpMs + runs * runMs)) return;
  const { rates, clocks } = await measure(context, kernel, { warmUpMs, runMs, runs });
  const all = [...(row.runs ?? []), ...rates];
  Object.assign(row, summarize(all), { clocks: clocks ?? row.clocks ?? null });
  step.update(row);
}

async function quickRow(context, { row, kernel }) {
  if (!context.step.timeFor(QUICK_ROW_MS)) return;
  const { rates, clocks } = await measure(context, kernel, QUICK);
  Object.assign(row, summarize(rates), { clocks });
  context.step.update(row);
}

/** Hashes a second of each run, and the clocks meanwhile. */
export async function measure({ kit, smi }, kernel, durations) {
  await kit.host.load(kernel.cubin);
  const { registers, localBytes, blocksPerMultiprocessor } = await kit.host.about('scan', kernel.block);
  const job =
    kernel.job ??
    jobOf(
      kernel.host,
      Array.from({ length: kernel.midstates }, (_, i) => anyHeader(13 + i)),
    );
  const fromMs = performance.now() + durations.warmUpMs;
  const { runs } = await kit.host.time({ ...kernel, job }, durations);
  const clocks = smi.during(fromMs, performance.now()) ?? null;
  const rates = runs.map(({ hashes, ms }) => (1000 * hashes) / ms);
  return { rates, clocks, registers, localBytes, blocksPerMultiprocessor };
}
