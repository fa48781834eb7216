/** The options of bench/gpu/main.mjs. */
import { parseArgs } from 'node:util';

/** The steps in the order of their value, which is the order they run in: a run cut short keeps the most telling ones. */
export const STEP_NAMES = ['pipes', 'cuda', 'wgsl', 'engine', 'single', 'counters'];

export const USAGE = `node bench/gpu/main.mjs [options]
  --minutes 8          time limit of the whole run; steps are cut to fit
  --only ${STEP_NAMES.join(',')}
  --seconds 1          length of one run
  --runs 10            runs of each row, in two visits
  --warm-up 3          seconds before the runs of each visit
  --engine-seconds 60  length of the engine's long run
  --variants NAME,...  kernels to measure, instead of those that fit the GPU
  --adapter NAME       index, software, or part of the name of a GPU, as hashgap devices lists them
  --arch sm_90         what nvcc compiles for, instead of what the GPU says
  --out FOLDER         where the JSON and the table go (default bench/results)`;

/** Thrown for options that cannot be meant. */
export class UsageError extends Error {}

/** @throws {UsageError} with one sentence. */
export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '8' },
        only: { type: 'string', default: STEP_NAMES.join(',') },
        seconds: { type: 'string', default: '1' },
        runs: { type: 'string', default: '10' },
        'warm-up': { type: 'string', default: '3' },
        'engine-seconds': { type: 'string', default: '60' },
        variants: { type: 'string' },
        adapter: { type: 'string' },
        arch: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  return {
    help: values.help,
    minutes: number('minutes', values.minutes, 0.01, 600),
    only: names(values.only),
    runMs: 1000 * number('seconds', values.seconds, 0.001, 600),
    runs: number('runs', values.runs, 2, 1000),
    warmUpMs: 1000 * number('warm-up', values['warm-up'], 0, 600),
    engineMs: 1000 * number('engine-seconds', values['engine-seconds'], 0.1, 3600),
    variants: values.variants?.split(','),
    adapter: values.adapter,
    arch: values.arch,
    out: values.out,
  };
}

function number(name, text, least, most) {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new UsageError(`Expected a number from ${least} to ${most} for --${name}, received "${text}".`);
}

function names(text) {
  const given = text.split(',');
  const unknown = given.find((name) => !STEP_NAMES.includes(name));
  if (unknown === undefined) return STEP_NAMES.filter((name) => given.includes(name));
  throw new UsageError(`Expected steps among ${STEP_NAMES.join(', ')} for --only, received "${unknown}".`);
}
