/** `hashgap concentration`: which pools found the blocks of a node or a file, and how concentrated that is. */
import type { Command } from 'commander';
import { NETWORK_NAMES, type NetworkName } from '../../bitcoin/network.ts';
import { readCounts } from '../../economics/attribution-readings.ts';
import { POOL_HISTORY } from '../../economics/pool-history.ts';
import { PROXY_GROUP } from '../../economics/pools.ts';
import { EXIT, type ExitCode, HashgapError } from '../../errors.ts';
import { formatCount } from '../../format.ts';
import {
  type ConcentrationReport,
  concentrationLines,
  concentrationObject,
} from '../../report/concentration.ts';
import { historyLines, historyObject } from '../../report/concentration-history.ts';
import { jsonLine } from '../../report/json.ts';
import { formatWhole } from '../../report/numbers.ts';
import type { Context } from '../context.ts';
import { addCredentialOptions, clientOf } from '../node-client.ts';
import { networkName, nodeUrl, wholeNumber } from '../options.ts';
import { type Count, countBlocks } from './concentration-blocks.ts';
import { fileBlocks } from './concentration-file.ts';
import { chainTip, nodeBlocks } from './concentration-node.ts';

interface ConcentrationFlags {
  readonly node?: URL;
  readonly network?: NetworkName;
  readonly cookie?: string;
  readonly rpcUser?: string;
  readonly rpcPasswordFile?: string;
  readonly blocks?: number;
  readonly file?: string;
  readonly mergeProxies?: boolean;
  readonly json?: boolean;
}

/** A week: fewer blocks say little. */
const DEFAULT_BLOCKS = 1008;

/** Progress is told each time this many more blocks have been read. */
const PROGRESS_BLOCKS = 100;

const EXAMPLES = `
Examples:
  $ hashgap concentration
      the years that are shipped with the program, nothing read
  $ hashgap concentration --node http://127.0.0.1:8332 --blocks 4320
      about thirty days of a node of your own
  $ hashgap concentration --file blocks.jsonl --merge-proxies
      a file with one block per line: {"height":946236,"coinbase":"01000000..."} or {"pool":"Foundry USA","blocks":311}

Pools are told by the addresses that a coinbase pays, else by the text in it. Anyone can write any text there.`;

/** Adds the command to the program. */
export function addConcentration(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('concentration')
    .summary('which pools found the blocks, and how concentrated that is')
    .description(
      'Attribute blocks to pools by payout address and coinbase tag, and measure how concentrated they are: as tagged, and with presumed proxies merged.',
    )
    .option('--node <url>', "bitcoind's RPC address (default: this machine, the port of --network)", nodeUrl)
    .option('--network <name>', `${NETWORK_NAMES.join(', ')} (default: what the node says)`, networkName);
  addCredentialOptions(command)
    .option(
      '--blocks <count>',
      `how many of the newest blocks to read from the node (default: ${DEFAULT_BLOCKS})`,
      wholeNumber('--blocks', 1, 2_000_000),
    )
    .option('--file <file>', 'read blocks from a file instead, one JSON object per line; see docs/json.md')
    .option('--merge-proxies', 'list presumed proxies of AntPool as one pool')
    .option('--json', 'one JSON object, schema hashgap.concentration/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ConcentrationFlags) => done(await concentrationCommand(flags, context)));
}

async function concentrationCommand(flags: ConcentrationFlags, context: Context): Promise<ExitCode> {
  const { file, ...others } = flags;
  const asksNode = NODE_FLAGS.some((flag) => others[flag] !== undefined);
  if (file !== undefined && asksNode) {
    throw new HashgapError(
      'USAGE',
      'Expected blocks of a node or of a file, received options of both. Leave --file out, or everything about the node.',
    );
  }
  if (file !== undefined) return await reportFile(file, flags, context);
  return asksNode ? await reportNode(flags, context) : reportHistory(flags, context);
}

/** Options that only make sense with a node. */
const NODE_FLAGS = ['node', 'network', 'cookie', 'rpcUser', 'rpcPasswordFile', 'blocks'] as const;

async function reportFile(path: string, flags: ConcentrationFlags, context: Context): Promise<ExitCode> {
  const count = await countBlocks(fileBlocks(path), context.interrupted, () => {});
  if (count.failure !== undefined) throw count.failure; // a file that is wrong somewhere is to be corrected, not half believed
  return conclude(count, { kind: 'file', path }, flags, context);
}

async function reportNode(flags: ConcentrationFlags, context: Context): Promise<ExitCode> {
  const { output, interrupted: signal } = context;
  const rpc = clientOf(flags);
  try {
    const tip = await chainTip(rpc, flags.network, signal);
    if (tip.downloading)
      output.err(
        output.paint(
          'yellow',
          'The node is still catching up: these are not the newest blocks of the network.',
        ),
      );
    const wanted = Math.min(flags.blocks ?? DEFAULT_BLOCKS, tip.height);
    const count = await countBlocks(nodeBlocks(rpc, tip, wanted, signal), signal, (blocks) => {
      if (blocks % PROGRESS_BLOCKS === 0 && blocks < wanted)
        output.err(`${formatWhole(blocks)} of ${formatWhole(wanted)} blocks read`);
    });
    return conclude(count, { kind: 'node', url: rpc.url, network: tip.chain }, flags, context);
  } finally {
    rpc.close();
  }
}

/** Shows what was read, all or not; a failure on the way is told after it. */
function conclude(
  { tally, interrupted, failure }: Count,
  source: ConcentrationReport['source'],
  { mergeProxies = false, json }: ConcentrationFlags,
  { output }: Context,
): ExitCode {
  const incomplete = interrupted || failure !== undefined;
  if (incomplete) output.err(`Stopped after ${formatCount(tally.blocks, 'block')}.`);
  if (tally.blocks > 0) {
    const readings = readCounts(tally, PROXY_GROUP);
    const report = { source, heights: tally.heights, by: tally.by, incomplete, readings };
    if (json) output.out(jsonLine(concentrationObject(report)));
    else for (const line of concentrationLines(report, mergeProxies, output.width)) output.out(line);
  }
  if (failure !== undefined) throw failure;
  if (interrupted) return EXIT.interrupted;
  if (tally.blocks === 0) throw noBlocks(source);
  return EXIT.ok;
}

function noBlocks(source: ConcentrationReport['source']): HashgapError {
  const place = source.kind === 'node' ? source.url : source.path;
  return new HashgapError(
    'BLOCKS_NONE',
    `Expected at least one block from ${place}, received none. A chain needs one above its genesis block, a file one line.`,
  );
}

/** What is known without reading anything. */
function reportHistory({ json }: ConcentrationFlags, { output }: Context): ExitCode {
  if (json) output.out(jsonLine(historyObject(POOL_HISTORY)));
  else {
    for (const line of historyLines(POOL_HISTORY, output.width)) output.out(line);
    output.err('Shipped figures. --node URL counts the blocks of a node, --file FILE those of a file.');
  }
  return EXIT.ok;
}
