/** `hashgap mine`: mines on a node of the user's own. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { NETWORK_NAMES, NETWORKS, type Network, type NetworkName } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import { type EngineChoice, selectKernel, startEngine } from '../../engine/select.ts';
import { EXIT, type ExitCode, HashgapError } from '../../errors.ts';
import type { Reporter } from '../../report/lines.ts';
import { connectNode } from '../../source/node/connect.ts';
import { type Credentials, defaultCookiePath, fileCredentials } from '../../source/node/credentials.ts';
import { EXTRANONCE1_BYTES, jobFromTemplate } from '../../source/node/job.ts';
import { createRpcClient, type RpcClient } from '../../source/node/rpc.ts';
import { NO_STATS, summarize } from '../../stats.ts';
import { type Context, reporterFor } from '../context.ts';
import { defaultJournalPath, engineChoice, networkName, nodeUrl, seconds, wholeNumber } from '../options.ts';
import { type MinerRun, runMiner, stamped } from '../run-miner.ts';

interface MineFlags {
  readonly node?: URL;
  readonly cookie?: string;
  readonly rpcUser?: string;
  readonly rpcPasswordFile?: string;
  readonly address?: string;
  readonly network?: NetworkName;
  readonly blocks?: number;
  readonly seconds?: number;
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly kernel?: string;
  readonly tag: string;
  readonly journal?: string;
  readonly connectTimeout: number;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap mine --network regtest --address bcrt1q... --blocks 10
      ten blocks on a local bitcoind -regtest, its cookie found by itself
  $ hashgap mine --node http://127.0.0.1:48332 --cookie /srv/bitcoin/testnet4/.cookie --address tb1q... --tag "/ann/"
      testnet4, with the data directory somewhere else
  $ hashgap mine --node http://192.168.1.5:8332 --rpc-user ann --rpc-password-file ~/.rpc --address bc1q... --wait
      mainnet on another machine, waiting for it however long it takes to start

A found block is on disk before it is sent, and a block without an answer is sent again at the next start.`;

/** Adds the command to the program. */
export function addMine(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('mine')
    .summary('mine on a bitcoind of your own')
    .description('Mine on a bitcoind of your own with getblocktemplate, and pay the reward to your address.')
    .option('--address <address>', 'where the reward goes (required): P2PKH, P2SH, P2WPKH, P2WSH or P2TR')
    .option('--node <url>', "bitcoind's RPC address (default: this machine, the port of --network)", nodeUrl)
    .option('--network <name>', `${NETWORK_NAMES.join(', ')} (default: what the node says)`, networkName)
    .option('--cookie <file>', "bitcoind's cookie file (default: in its default data directory)")
    .option('--rpc-user <name>', 'RPC user, with --rpc-password-file instead of a cookie')
    .option('--rpc-password-file <file>', 'file that holds the RPC password')
    .option(
      '--connect-timeout <seconds>',
      'how long to try a node that does not answer at first',
      seconds('--connect-timeout'),
      5,
    )
    .option('--wait', 'wait for the node however long it takes')
    .option('--blocks <count>', 'stop after this many accepted blocks', wholeNumber('--blocks', 1))
    .option('--seconds <seconds>', 'stop after this long', seconds('--seconds', 0.001))
    .option('--engine <name>', 'auto, native or js', engineChoice, 'auto')
    .option(
      '--kernel <name>',
      'a kernel by name, as hashgap devices lists them (default: the fastest that is right)',
    )
    .option(
      '--threads <count>',
      'threads that hash',
      wholeNumber('--threads', 1, 1024),
      availableParallelism(),
    )
    .option('--tag <text>', 'text in the coinbase of every block', '/hashgap/')
    .option(
      '--journal <file>',
      'where found blocks are kept until the node has answered (default: in the XDG state folder)',
    )
    .option('--json', 'one JSON object per line; the last one is the summary')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: MineFlags) => done(await mineCommand(flags, context)));
}

async function mineCommand(flags: MineFlags, context: Context): Promise<ExitCode> {
  const startedMs = performance.now();
  const reporter = reporterFor(context, flags.json);
  const address = checkedAddress(flags);
  const { kernel, warnings } = selectKernel({ engine: flags.engine, kernel: flags.kernel });
  for (const message of warnings) stamped(reporter)({ type: 'warning', message });
  const rpc = clientOf(flags);
  const engine = startEngine(kernel, flags.threads);
  const signal = endOf(flags, context);
  try {
    const run = await connect(flags, address, rpc, reporter, signal);
    const journalPath = flags.journal ?? defaultJournalPath(run.network, context.env);
    reporter.summary(
      await runMiner({ ...run, rpc, engine, journalPath, reporter, signal, blocks: flags.blocks }),
    );
  } catch (error) {
    if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
    reporter.summary(summarize(NO_STATS, (performance.now() - startedMs) / 1000)); // it ended before there was a node
  } finally {
    await engine.close();
    rpc.close();
  }
  return context.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
}

/** An address that is there, and right for the network where one was named. */
function checkedAddress({ address, network }: MineFlags): string {
  if (address === undefined) {
    throw new HashgapError(
      'USAGE',
      'Expected --address, received none. Pass the address that the reward should go to.',
    );
  }
  if (network !== undefined) payoutScript(address, NETWORKS[network]);
  return address;
}

function clientOf(flags: MineFlags): RpcClient {
  const assumed = assumedNetwork(flags);
  const url = flags.node ?? new URL(`http://127.0.0.1:${assumed.rpcPort}`);
  return createRpcClient(url, credentialsOf(flags, assumed.name));
}

/** The first contact; what is wrong with address, tag or template shows here, before mining starts. */
async function connect(
  flags: MineFlags,
  address: string,
  rpc: RpcClient,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Pick<MinerRun, 'network' | 'payout'>> {
  const patienceMs = flags.wait ? Number.POSITIVE_INFINITY : flags.connectTimeout * 1000;
  const emit = stamped(reporter);
  const { network, template } = await connectNode({ rpc, network: flags.network, patienceMs, emit, signal });
  const payout = { script: payoutScript(address, NETWORKS[network]), tag: flags.tag };
  if (template !== undefined) jobFromTemplate(template, payout, new Uint8Array(EXTRANONCE1_BYTES), true);
  return { network, payout };
}

/**
 * Ctrl-C, or the end of --seconds. Not `AbortSignal.timeout`: inside `AbortSignal.any` Node 20 lets the garbage collector take it, and then it
 * never fires.
 */
function endOf(flags: MineFlags, { interrupted }: Context): AbortSignal {
  if (flags.seconds === undefined) return interrupted;
  const timeUp = new AbortController();
  setTimeout(() => timeUp.abort(), flags.seconds * 1000).unref();
  return AbortSignal.any([interrupted, timeUp.signal]);
}

/** Before the node has said which network it is on: the one named, the one with this port, or mainnet. */
function assumedNetwork({ network, node }: MineFlags): Network {
  if (network !== undefined) return NETWORKS[network];
  return Object.values(NETWORKS).find(({ rpcPort }) => String(rpcPort) === node?.port) ?? NETWORKS.main;
}

function credentialsOf(flags: MineFlags, network: NetworkName): Credentials {
  const { cookie, rpcUser, rpcPasswordFile } = flags;
  if ((rpcUser === undefined) !== (rpcPasswordFile === undefined)) {
    const [given, missing] =
      rpcUser === undefined ? ['--rpc-password-file', '--rpc-user'] : ['--rpc-user', '--rpc-password-file'];
    throw new HashgapError(
      'USAGE',
      `Expected ${missing} beside ${given}, received ${given} alone. Pass both, or neither to use the cookie.`,
    );
  }
  if (rpcPasswordFile !== undefined && cookie !== undefined) {
    throw new HashgapError(
      'USAGE',
      'Expected a cookie or a user with a password file, received both. Leave one out.',
    );
  }
  if (rpcPasswordFile !== undefined) return fileCredentials(rpcPasswordFile, rpcUser);
  return fileCredentials(cookie ?? defaultCookiePath(network));
}
