/** `hashgap demo`: mines a chain on the embedded regtest node and says how far this machine is from an ASIC. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { NETWORKS } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import { bitsFromTarget, targetFromBits } from '../../bitcoin/target.ts';
import { deviceById } from '../../economics/devices.ts';
import { gapTo } from '../../economics/gap.ts';
import { measureEngine } from '../../engine/measure.ts';
import { selectKernel, startEngine } from '../../engine/select.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import { startRegtestNode } from '../../regtest/node.ts';
import { comparisonLines, comparisonObject } from '../../report/comparison.ts';
import { jsonLine } from '../../report/json.ts';
import type { Output, Reporter } from '../../report/lines.ts';
import { fileCredentials } from '../../source/node/credentials.ts';
import { createRpcClient } from '../../source/node/rpc.ts';
import type { Summary } from '../../stats.ts';
import type { HashEngine } from '../../work/ports.ts';
import { type Context, reporterFor } from '../context.ts';
import { wholeNumber } from '../options.ts';
import { createRecorder, type Recorder } from '../recorder.ts';
import { runSolo } from '../run-solo.ts';

const EXAMPLES = `
Examples:
  $ hashgap demo
  $ hashgap demo --blocks 100 --json | tail -n 1

The chain is a regtest chain in memory, made as hard as this machine needs for about a tenth of a second a block, so that what is measured is
hashing. Its coins are worth nothing.`;

/** A block should take this long, seconds. */
const BLOCK_SECONDS = 0.09;
const MEASURE_SECONDS = 0.25;
const REGTEST_BITS = 0x207fffff;

/** An address for worthless coins: the witness program is twenty zero bytes, which nobody has a key for. */
const DEMO_ADDRESS = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202';

/** Adds the command to the program. */
export function addDemo(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('demo')
    .summary('mine a chain on this machine and compare')
    .description(
      'Mine blocks on the embedded regtest node with every CPU core, and say how many times faster ASICs are.',
    )
    .option('--blocks <count>', 'how many blocks to mine', wholeNumber('--blocks', 1, 100_000), 20)
    .option('--json', 'one JSON object per line; the last one is the summary')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DemoFlags) => done(await demoCommand(flags, context)));
}

interface DemoFlags {
  readonly blocks: number;
  readonly json?: boolean;
}

async function demoCommand(flags: DemoFlags, context: Context): Promise<ExitCode> {
  const reporter = reporterFor(context, flags.json);
  const { kernel, warnings } = selectKernel({ engine: 'auto', kernel: undefined });
  const recorder = createRecorder(reporter);
  for (const message of warnings) recorder.emit({ type: 'warning', message });
  const engine = startEngine(kernel, availableParallelism());
  try {
    const { hashes, seconds } = await measureEngine(engine, MEASURE_SECONDS);
    const bits = bitsForHashes((hashes / seconds) * BLOCK_SECONDS);
    const summary = await mineChain(flags, bits, engine, recorder, context);
    conclude(summary, engine, reporter, flags, context.output);
  } finally {
    await engine.close();
  }
  return context.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
}

/** The summary, and the table where something was measured. In JSON the summary is the last line, for people the table is. */
function conclude(
  summary: Summary,
  engine: HashEngine,
  reporter: Reporter,
  { json }: DemoFlags,
  output: Output,
): void {
  const comparison = summary.hashes > 0 ? comparisonOf(engine, summary) : undefined;
  if (json && comparison !== undefined) output.out(jsonLine(comparisonObject(comparison)));
  reporter.summary(summary);
  if (json || comparison === undefined) return;
  for (const line of ['', ...comparisonLines(comparison, output.width)]) output.out(line);
}

/** The chain is gone at the end, and its journal with it. */
async function mineChain(
  { blocks }: DemoFlags,
  bits: number,
  engine: HashEngine,
  recorder: Recorder,
  { interrupted: signal }: Context,
): Promise<Summary> {
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-demo-'));
  const node = await startRegtestNode({ port: 0, bits });
  const rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
  try {
    const payout = { script: payoutScript(DEMO_ADDRESS, NETWORKS.regtest), tag: '/hashgap demo/' };
    const journalPath = join(folder, 'blocks.jsonl');
    return await runSolo({
      rpc,
      network: 'regtest',
      payout,
      engines: [engine],
      journalPath,
      recorder,
      signal,
      blocks,
    });
  } finally {
    rpc.close();
    await node.close();
    await rm(folder, { recursive: true });
  }
}

/** The compact target that takes about this many hashes a block, never easier than regtest's own. */
function bitsForHashes(hashes: number): number {
  const target = (1n << 256n) / BigInt(Math.max(2, Math.round(hashes))) - 1n;
  const easiest = targetFromBits(REGTEST_BITS);
  return bitsFromTarget(target < easiest ? target : easiest);
}

function comparisonOf(engine: HashEngine, { hashesPerSecond }: Summary) {
  const devices = ['bitaxe-gamma', 's21'].map(deviceById);
  return {
    machine: `this machine (${engine.kernel} x${engine.parallelism})`,
    hashesPerSecond,
    gaps: gapTo(devices, hashesPerSecond),
  };
}
