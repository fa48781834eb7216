/** Step 1: what the pipes of a multiprocessor do each clock, alone and together. It decides whether multiply-add takes additions off the logic pipe. */
import { expectedKinds, functionOf, PIPES, pipesSource, workOf } from './pipes-source.mjs';
import { median } from './statistics.mjs';

const BLOCK = 512;
const FIRST_LOOPS = 64;
/** Long beside a launch, short enough for a dozen rows; tests of this script take less. */
const MOST_RUN_MS = 60;
const RUNS = 7;
/** A row is visited once: a pipe has no state but the clock, and that is measured with it. */
const ROW_MS = 2_000;

/** Measures every pipe, or only counts its instructions where there is no GPU. */
export async function runPipes({ kit, smi, options }, step) {
  const runMs = Math.min(MOST_RUN_MS, options.runMs);
  const { cubin, functions } = await kit.compile('pipes', pipesSource());
  await kit.host?.load(cubin);
  for (const pipe of PIPES) {
    if (!step.timeFor(ROW_MS)) return;
    const row = { name: pipe.name, unit: 'lanes/clock/multiprocessor', predicted: pipe.predicted ?? null };
    const { loop, registers } = functions[functionOf(pipe)];
    const measured = kit.host === undefined ? {} : await measure({ kit, smi, runMs }, pipe);
    step.row({ ...row, ...measured, registers, sass: loop, asWritten: loop && isAsWritten(pipe, loop) });
  }
}

/** Whether the loop has the instructions that were meant, but for the few that turn it around. */
function isAsWritten(pipe, loop) {
  return Object.entries(expectedKinds(pipe)).every(([kind, count]) => Math.abs(loop[kind] - count) <= 4);
}

async function measure({ kit, smi, runMs }, pipe) {
  const { host, gpu } = kit;
  const ask = (loops, runs) => host.pipe(functionOf(pipe), { block: BLOCK, loops, runs });
  let loops = FIRST_LOOPS;
  for (let ms = 0; ms < runMs / 8; loops *= 4) ms = (await ask(loops, 1)).runs[0].ms;
  const first = await ask(loops, 1);
  loops = Math.max(1, Math.round((loops * runMs) / first.runs[0].ms));
  await ask(loops, 2); // to reach the clock this load runs at
  const fromMs = performance.now();
  const { runs, blocksPerMultiprocessor } = await ask(loops, RUNS);
  const clocks = smi.during(fromMs, performance.now());
  const work = workOf(pipe) * loops * BLOCK * blocksPerMultiprocessor; // lanes of one multiprocessor
  const byClock = median(runs.map(({ mostCycles }) => work / mostCycles));
  const perSecond = median(runs.map(({ ms }) => work / (ms / 1000)));
  return {
    value: byClock,
    byMedianBlock: median(runs.map(({ cycles }) => work / cycles)),
    // The clock that makes wall time agree with the multiprocessors' own, to be compared with what nvidia-smi says.
    impliedClockMHz: perSecond / byClock / 1e6,
    byWall: clocks === undefined ? null : perSecond / (clocks.clockMHz * 1e6),
    operationsPerSecond: perSecond * gpu.multiprocessors,
    blocksPerMultiprocessor,
    loops,
    clocks: clocks ?? null,
  };
}
