/** `hashgap edge`: how far this machine is from the best in hashing, and how far in running language models. */
import type { Command } from 'commander';
import { AI_MODELS, type AiModel, findAiModel } from '../../economics/ai-models.ts';
import { describeCpu } from '../../engine/cpu.ts';
import type { EngineSelection } from '../../engine/plan.ts';
import { type ExitCode, HashgapError } from '../../errors.ts';
import type { Machine } from '../../report/compare-machine.ts';
import { edgeObject, edgeOf } from '../../report/edge.ts';
import { edgeCaveats, edgeLines } from '../../report/edge-lines.ts';
import type { Context } from '../context.ts';
import { type Answer, answer } from '../economics-answer.ts';
import { machineOfHashrate } from '../economics-machine.ts';
import { measureMachine } from '../economics-measure.ts';
import { readHashrate, readWatts } from '../economics-options.ts';
import { hasBattery, wholePower } from '../economics-power.ts';
import { measureThroughputs, type Throughput } from '../economics-throughput.ts';
import { ENGINE_HELP, engineSelection, GPU_HELP, usageError } from '../options.ts';

interface EdgeFlags {
  readonly model?: AiModel;
  readonly hashrate?: number;
  readonly watts?: number;
  readonly engine: EngineSelection;
  readonly gpu?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap edge
      measures hashing, memory and arithmetic for a second or so each
  $ hashgap edge --model llama-3.1-8b
      the ceilings of one model alone
  $ hashgap edge --hashrate 45MH/s --watts 88
      with a hashrate and a power that are known
  $ hashgap edge --engine native
      without the GPU

A GPU in hardware is measured too, in WGSL; models are taken to run where the memory is faster. Models: ${AI_MODELS.map(({ id }) => id).join(', ')}.`;

/** Adds the command to the program. */
export function addEdge(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('edge')
    .summary('how far is this machine from a data centre, in hashing and in AI')
    .description(
      'Measure this machine, and contrast its distance from an ASIC in hashing with that from an H200 in inference.',
    )
    .option('--model <id>', 'the ceilings of this language model alone', readModel)
    .option('--seconds <seconds>', 'how long to measure each: hashing, memory, arithmetic', readSeconds, 1.5)
    .option('--hashrate <rate>', 'do not measure hashing: take this hashrate, such as 45MH/s', readHashrate)
    .option('--watts <watts>', 'what this machine takes under load (default: measured or assumed)', readWatts)
    .option('--engine <names>', ENGINE_HELP, engineSelection, 'auto')
    .option('--gpu <gpu>', GPU_HELP)
    .option('--json', 'one JSON object, schema hashgap.edge/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: EdgeFlags) =>
      done(await answer(context, flags.json, () => edgeAnswer(flags, context))),
    );
}

/** Reads `--seconds`: the longest that the addon measures. */
function readSeconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.001 && value <= 600) return value;
  throw usageError(
    '--seconds',
    'a number of seconds from 0.001 to 600',
    text,
    'Pass --seconds 3, for example.',
  );
}

/** Reads `--model`. */
function readModel(text: string): AiModel {
  const found = findAiModel(text);
  if ('match' in found) return found.match;
  const known = AI_MODELS.map(({ id }) => id);
  const next = found.hint === '' ? ` Pass one of ${known.join(', ')}.` : found.hint;
  throw new HashgapError('USAGE', `Expected a model by id or name, received "${text}".${next}`, {
    details: { received: text, known },
  });
}

async function edgeAnswer(flags: EdgeFlags, context: Context): Promise<Answer | undefined> {
  const { hashrate, watts, model } = flags;
  const hashing = hashrate === undefined ? await measureMachine(flags, context) : undefined;
  if (context.interrupted.aborted) return undefined;
  const throughput = await measureThroughputs(flags, context);
  if (throughput === undefined) return undefined;
  const machine = hashing ?? givenHashrate(hashrate!, throughput);
  const power = watts === undefined ? machine.power : ({ watts, basis: 'given', how: '--watts' } as const);
  const models = model === undefined ? AI_MODELS : [model];
  const edge = edgeOf({ machine: { ...machine, power }, ...throughput, models });
  return { lines: (width) => edgeLines(edge, width), object: edgeObject(edge, edgeCaveats(edge)) };
}

/** Of what was measured beside it, since that is the machine which is meant. */
function givenHashrate(hashrate: number, { gpu }: Throughput): Machine {
  const cpu = describeCpu();
  const hardware = gpu === null || gpu.software ? undefined : gpu.name;
  const power = wholePower({ cpu: { ...cpu, battery: hasBattery() }, gpu: hardware });
  return { ...machineOfHashrate(hashrate), name: cpu.brand, power };
}
