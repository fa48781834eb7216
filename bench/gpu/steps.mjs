/** The steps of the protocol, in the order of their value: what each needs, and its part of the time. */
import { runCounters } from './counters.mjs';
import { runCuda } from './cuda.mjs';
import { Unavailable } from './cuda-kit.mjs';
import { runEngine } from './engine.mjs';
import { runPipes } from './pipes.mjs';
import { runSingle } from './single.mjs';
import { runWgsl } from './wgsl.mjs';

export const STEPS = [
  { name: 'pipes', weight: 1, needs: 'cuda', run: runPipes },
  { name: 'cuda', weight: 3.5, needs: 'cuda', run: runCuda },
  { name: 'wgsl', weight: 3.5, needs: 'dawn', run: runWgsl },
  { name: 'engine', weight: 3, needs: 'dawn', run: runEngine },
  { name: 'single', weight: 0.5, needs: 'cuda', run: runSingle },
  { name: 'counters', weight: 0.5, needs: 'cuda', run: runCounters },
];

/**
 * Runs a step until it is done or its time is up; what it has by then is kept. Nothing that goes wrong in it reaches the others.
 *
 * @param save - writes the document; called after every row.
 */
export async function runStep({ name, needs, run }, context, { document, endMs, save, log }) {
  const record = { status: 'running', rows: [] };
  document.steps[name] = record;
  const began = performance.now();
  const step = handle(record, { name, endMs, save, log });
  try {
    const problem = needs === 'cuda' ? context.cudaProblem : context.dawnProblem;
    if (problem !== undefined) throw new Unavailable(problem);
    if (!step.timeFor(0)) throw new Unavailable('no time was left');
    await run(context, step);
    if (record.status === 'running') record.status = 'done';
  } catch (error) {
    const skipped = error instanceof Unavailable;
    Object.assign(record, { status: skipped ? 'skipped' : 'failed', reason: error.message });
    if (!skipped) await context.kit?.restart(); // what went wrong may have ended the CUDA program
  }
  record.seconds = (performance.now() - began) / 1000;
  log(
    `${name}: ${record.status}${record.reason === undefined ? '' : ` (${record.reason})`}, ${record.seconds.toFixed(1)} s`,
  );
  await save();
}

/** What a step may do: add and update rows, and ask for time. */
function handle(record, { name, endMs, save, log }) {
  const tell = (row) => log(`${name}: ${row.name}${lineOf(row)}`);
  return {
    leftMs: () => Math.max(0, endMs - performance.now()),
    /** Whether that much time is left; the step that is told no is cut. */
    timeFor(ms) {
      const enough = performance.now() + ms <= endMs;
      if (!enough) record.status = 'cut';
      return enough;
    },
    row(row) {
      record.rows.push(row);
      tell(row);
      void save();
    },
    update(row) {
      tell(row);
      void save();
    },
    about(facts) {
      Object.assign(record, facts);
    },
    /** The step ends early, with what it has. */
    fail(reason) {
      Object.assign(record, { status: record.rows.length > 0 ? 'cut' : 'failed', reason });
    },
  };
}

function lineOf({ failure, value, unit }) {
  if (failure !== undefined) return `: ${failure}`;
  if (value === undefined) return '';
  return unit === 'H/s' ? `: ${(value / 1e9).toPrecision(4)} GH/s` : `: ${value.toPrecision(4)} ${unit}`;
}
