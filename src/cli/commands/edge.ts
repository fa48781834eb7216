/** `hashgap edge`: how far this machine is from the best in hashing, and how far in running language models. */
import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { AI_MODELS, type AiModel, findAiModel } from '../../economics/ai-models.ts';
import { describeCpu } from '../../engine/cpu.ts';
import { hardwareGpu } from '../../engine/gpu/choose.ts';
import { listGpus } from '../../engine/gpu/list.ts';
import { loadNativeBinding } from '../../engine/native/binding.ts';
import { type CpuThroughput, measureThroughput } from '../../engine/throughput.ts';
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
import { seconds, usageError } from '../options.ts';

interface EdgeFlags {
  readonly model?: AiModel;
  readonly hashrate?: number;
  readonly watts?: number;
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

Hashing and inference are measured on the CPU. Models: ${AI_MODELS.map(({ id }) => id).join(', ')}.`;

/** How long a driver that says nothing is waited for, milliseconds. */
const GPU_PATIENCE_MS = 3_000;

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
    .option('--json', 'one JSON object, schema hashgap.edge/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: EdgeFlags) =>
      done(await answer(context, flags.json, () => edgeAnswer(flags, context))),
    );
}

/** Reads `--seconds`: the longest that the addon measures. */
function readSeconds(text: string): number {
  const value = seconds('--seconds')(text);
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
  const machine = await machineOfFlags(flags, context);
  if (machine === undefined) return undefined;
  const cpu = await measureCpu(flags, context);
  if (cpu === undefined) return undefined;
  const gpuLeftOut = await gpuName(context.interrupted);
  if (context.interrupted.aborted) return undefined;
  const models = flags.model === undefined ? AI_MODELS : [flags.model];
  const edge = edgeOf({ machine, cpu, memoryBytes: usableMemory(), models, gpuLeftOut });
  return { lines: (width) => edgeLines(edge, width), object: edgeObject(edge, edgeCaveats(edge)) };
}

/** Of the machine, or what a container leaves of it; the limit is 0, or beyond every machine, where there is none. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Of the CPU alone, as memory and arithmetic are. */
async function machineOfFlags(flags: EdgeFlags, context: Context): Promise<Machine | undefined> {
  const { hashrate, watts } = flags;
  const machine = hashrate === undefined ? await measureHashing(flags, context) : givenHashrate(hashrate);
  if (machine === undefined || watts === undefined) return machine;
  return { ...machine, power: { watts, basis: 'given', how: '--watts' } };
}

function measureHashing({ seconds: each }: EdgeFlags, context: Context): Promise<Machine | undefined> {
  const engine = 'binding' in loadNativeBinding() ? ('native' as const) : ('js' as const);
  return measureMachine({ engine: [engine], seconds: each }, context);
}

function givenHashrate(hashrate: number): Machine {
  const cpu = describeCpu();
  const power = wholePower({ cpu: { ...cpu, battery: hasBattery() } });
  return { ...machineOfHashrate(hashrate), name: cpu.brand, power };
}

function measureCpu(
  { seconds: each }: EdgeFlags,
  { output, interrupted }: Context,
): Promise<CpuThroughput | undefined> {
  output.err(`measuring memory and arithmetic for ${each} s each`);
  return measureThroughput({ seconds: each, threads: availableParallelism() }, interrupted);
}

/** A GPU in hardware, which nothing here measures. */
async function gpuName(signal: AbortSignal): Promise<string | null> {
  const listing = await listGpus({ signal, patienceMs: GPU_PATIENCE_MS });
  return hardwareGpu(listing)?.name ?? null;
}
