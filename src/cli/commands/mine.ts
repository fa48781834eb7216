/** `hashgap mine`: mines on a node of the user's own, or for pools. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import { type EngineSelection, planEngines } from '../../engine/plan.ts';
import { checkEngine } from '../../engine/select.ts';
import { startEngines } from '../../engine/start.ts';
import { EXIT, type ExitCode, HashgapError, isHashgapError } from '../../errors.ts';
import type { MinerEventBody } from '../../events.ts';
import { REPORTER_KINDS, type ReporterKind } from '../../report/choose.ts';
import type { DashboardAbout } from '../../report/dashboard/state.ts';
import { errorLine } from '../../report/json.ts';
import { NO_STATS, type Summary, summarize } from '../../stats.ts';
import { networksOfAddress } from '../../work/payout.ts';
import type { HashEngine } from '../../work/ports.ts';
import { createBestKeeper } from '../best-difficulty.ts';
import { readsConfig } from '../config.ts';
import { type Context, minerReporter } from '../context.ts';
import { addCredentialOptions, checkTag, clientOf, firstContact, type NodeFlags } from '../node-client.ts';
import {
  defaultJournalPath,
  ENGINE_HELP,
  engineSelection,
  GPU_HELP,
  networkName,
  nodeUrl,
  oneOf,
  seconds,
  stateFolder,
  tuningPlace,
  wholeNumber,
} from '../options.ts';
import {
  addPoolOptions,
  checkPools,
  POOL_SECRETS,
  type PoolFlags,
  poolsOf,
  refusePoolOptions,
} from '../pool-flags.ts';
import { createRecorder, type Recorder } from '../recorder.ts';
import { networkOfPools, runPool } from '../run-pool.ts';
import { runSolo, type SoloRun } from '../run-solo.ts';

/** What the options were set to. */
export interface MineFlags extends NodeFlags, PoolFlags {
  readonly address?: string;
  readonly blocks?: number;
  readonly seconds?: number;
  readonly engine: EngineSelection;
  readonly threads: number;
  readonly kernel?: string;
  readonly gpu?: string;
  readonly journal?: string;
  readonly reporter?: ReporterKind;
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
  $ hashgap mine --address bc1q... --engine native,gpu
      on the CPU and on the GPU; auto does that too where there is a GPU
  $ hashgap mine --pool stratum+tcp://pool.example:3333 --pool stratum+ssl://spare.example:443 --user bc1q....rig1
      for a pool, with a second one for the time the first does not work
  $ hashgap mine --pool stratum+tcp://solo.example:3333 --user bc1q....rig1 --expect-address bc1q... --enforce-payout
      for a solo pool whose coinbase must pay this address

A found block is on disk before it is sent, and a block without an answer is sent again at the next start.`;

/** Adds the command to the program. */
export function addMine(program: Command, context: Context, done: (code: ExitCode) => void): void {
  addMineOptions(program, context.env)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: MineFlags) => {
      try {
        done(await mineCommand(flags, context));
      } catch (error) {
        // With --json the program tells it; `reporter` may also come from the configuration, which only this command reads.
        if (flags.reporter === 'json' && !flags.json && isHashgapError(error))
          context.output.out(errorLine(error));
        throw error;
      }
    });
}

/** The command with its options and without what it does: `hashgap config` explains them. */
export function addMineOptions(program: Command, env: Context['env']): Command {
  const command = program
    .command('mine')
    .summary('mine on a bitcoind of your own, or for a pool')
    .description(
      'Mine on a bitcoind of your own with getblocktemplate, and pay the reward to your address; or mine for a Stratum pool.',
    )
    .option(
      '--address <address>',
      'where the reward goes (required without --pool): P2PKH, P2SH, P2WPKH, P2WSH or P2TR',
    )
    .option('--node <url>', "bitcoind's RPC address (default: this machine, the port of --network)", nodeUrl)
    .option('--network <name>', `${NETWORK_NAMES.join(', ')} (default: what the node says)`, networkName);
  addCredentialOptions(command)
    .option(
      '--connect-timeout <seconds>',
      'how long to try a node or pool that does not answer at first (default: 5, a pool 30)',
      seconds('--connect-timeout'),
    )
    .option('--wait', 'wait for the node or pool however long it takes')
    .option('--blocks <count>', 'stop after this many accepted blocks', wholeNumber('--blocks', 1))
    .option('--seconds <seconds>', 'stop after this long', seconds('--seconds', 0.001));
  addHashingOptions(command)
    .option('--tag <text>', 'text in the coinbase of every block (default: /hashgap/)')
    .option(
      '--journal <file>',
      'where found blocks are kept until the node has answered (default: in the XDG state folder)',
    )
    .option('--reporter <kind>', REPORTER_HELP, oneOf('--reporter', REPORTER_KINDS))
    .option('--json', 'one JSON object per line; the last one is the summary, or the error');
  addPoolOptions(command);
  readsConfig(command, { env, secrets: POOL_SECRETS });
  return command;
}

/** What hashes. */
function addHashingOptions(command: Command): Command {
  return command
    .option('--engine <names>', ENGINE_HELP, engineSelection, 'auto')
    .option('--gpu <gpu>', GPU_HELP)
    .option(
      '--kernel <name>',
      'a kernel by name, as hashgap devices and tune list them (default: the fastest that is right)',
    )
    .option(
      '--threads <count>',
      'threads that hash on the CPU',
      wholeNumber('--threads', 1, 1024),
      availableParallelism(),
    );
}

const REPORTER_HELP = 'dashboard, lines or json (default: a dashboard on a terminal, lines elsewhere)';

async function mineCommand(flags: MineFlags, context: Context): Promise<ExitCode> {
  const way = await wayOf(flags, context);
  const best = createBestKeeper(stateFolder(context.env), way.network ?? 'main');
  const reporter = minerReporter(context, flags, { ...way.about, bestEver: best.difficulty });
  const contact = watchContact();
  const recorder = createRecorder(reporter, (event) => {
    best.onEvent(event);
    contact.onEvent(event);
  });
  const signal = endOf(flags, context);
  const startedMs = performance.now();
  let engines: readonly HashEngine[] = [];
  let summary: Summary;
  try {
    engines = await startEngines(enginesRequest(flags, context, recorder, signal));
    contact.begun();
    summary = await way.run({ engines, recorder, signal, blocks: flags.blocks, onContact: contact.made });
  } catch (error) {
    if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
    summary = summarize(NO_STATS, (performance.now() - startedMs) / 1000); // it ended before there was work
  } finally {
    reporter.close();
    await Promise.all(engines.map((engine) => engine.close()));
    way.close();
  }
  reporter.summary(summary);
  if (context.interrupted.aborted) return EXIT.interrupted;
  if (!flags.wait) contact.check(flags);
  return EXIT.ok;
}

/** Tells a run that was over before anybody could be mined for from one that did what it could. */
function watchContact() {
  let made = false;
  let reason: string | undefined;
  return {
    /** The engines are there, and work is asked for. */
    begun: () => {
      reason = 'It does not answer.';
    },
    made: () => {
      made = true;
    },
    onEvent(event: MinerEventBody) {
      if (event.type === 'source-up') made = true;
      if (event.type === 'source-down') reason = event.reason;
    },
    /** @throws {HashgapError} `POOL_NO_WORK` or `NODE_UNREACHABLE` when nobody was reached. */
    check({ pool, seconds }: MineFlags): void {
      if (made || reason === undefined) return;
      const isSolo = pool === undefined;
      throw new HashgapError(
        isSolo ? 'NODE_UNREACHABLE' : 'POOL_NO_WORK',
        `Expected a ${isSolo ? 'node' : 'pool'} that gives work within ${seconds} s, received none. ${reason} ` +
          `${isSolo ? '' : 'Correct --pool or --user; '}--wait keeps trying.`,
        { details: { reason } },
      );
    },
  };
}

/** Where work comes from. */
export interface Way {
  /** Undefined where only the node knows. */
  readonly network: NetworkName | undefined;
  readonly about: Omit<DashboardAbout, 'version'>;
  /** @param parts - `onContact` is told when a node has answered, even if it has no work yet. */
  run(
    parts: Pick<SoloRun, 'engines' | 'recorder' | 'signal' | 'blocks'> & { onContact(): void },
  ): Promise<Summary>;
  close(): void;
}

/**
 * Where work comes from, with everything wrong about it told before an engine is started and anything is connected to.
 *
 * @throws {HashgapError} what is wrong with the options, taken together.
 */
export async function wayOf(flags: MineFlags, context: Context): Promise<Way> {
  const { cpu } = planEngines({ engines: flags.engine, kernel: flags.kernel, gpu: flags.gpu });
  for (const chosen of cpu) checkEngine(chosen);
  return flags.pool === undefined ? soloWay(flags, context) : poolWay(flags, context);
}

function soloWay(flags: MineFlags, { env }: Context): Way {
  const address = checkedAddress(flags);
  checkTag(flags.tag);
  refusePoolOptions(flags);
  const rpc = clientOf(flags);
  return {
    network: flags.network,
    about: {},
    async run(parts) {
      const contact = await firstContact(flags, address, rpc, parts.recorder.emit, parts.signal);
      parts.onContact();
      const journalPath = flags.journal ?? defaultJournalPath(contact.network, env);
      return runSolo({ ...contact, ...parts, rpc, journalPath });
    },
    close: () => rpc.close(),
  };
}

async function poolWay(flags: MineFlags, { env }: Context): Promise<Way> {
  refuseSoloOptions(flags);
  const pools = poolsOf(flags);
  const network = networkOfPools(flags.network, flags);
  await checkPools(pools, flags, network);
  const journalPath = (of: NetworkName) => flags.journal ?? defaultJournalPath(of, env);
  const rpc = flags.node === undefined ? undefined : clientOf(flags);
  const patienceMs = flags.wait ? Number.POSITIVE_INFINITY : (flags.connectTimeout ?? POOL_SECONDS) * 1000;
  const { minPayoutPercent } = flags;
  return {
    network,
    about: {
      source: pools[0]!.endpoint.url,
      users: Object.fromEntries(pools.map(({ endpoint, session }) => [endpoint.url, session.worker])),
      ...(minPayoutPercent === undefined ? {} : { minPayoutPercent }),
    },
    run: (parts) => runPool({ ...parts, pools, flags, rpc, journalPath, patienceMs }),
    close: () => rpc?.close(),
  };
}

/** How long no pool may give work at first, seconds, unless --connect-timeout says otherwise. */
const POOL_SECONDS = 30;

/** The other way round: an address would not be paid, a coinbase is the pool's, and credentials are of no use without a node. */
function refuseSoloOptions(flags: MineFlags): void {
  const { address, tag, node, cookie, rpcUser, rpcPasswordFile } = flags;
  if (address !== undefined) {
    throw new HashgapError(
      'USAGE',
      'Expected --user with --pool, received --address. A pool pays whom it knows by --user; --expect-address checks its coinbase.',
    );
  }
  if (tag !== undefined) {
    throw new HashgapError(
      'USAGE',
      "Expected no --tag with --pool, received one: the coinbase is the pool's. Leave it out.",
    );
  }
  const flag =
    (cookie && '--cookie') ?? (rpcUser && '--rpc-user') ?? (rpcPasswordFile && '--rpc-password-file');
  if (node !== undefined || flag === undefined) return;
  throw new HashgapError(
    'USAGE',
    `Expected --node beside --pool and ${flag}, received none. Pass the node that found blocks should go to as well, or leave ${flag} out.`,
  );
}

function enginesRequest(flags: MineFlags, { env }: Context, { emit }: Recorder, signal: AbortSignal) {
  const { engine: engines, kernel, threads, gpu } = flags;
  return { engines, kernel, threads, gpu, place: tuningPlace(env), emit, signal };
}

/** An address that is there, and right for the network where one was named. */
function checkedAddress({ address, network }: MineFlags): string {
  if (address === undefined) {
    throw new HashgapError(
      'USAGE',
      'Expected --address, received none. Pass the address that the reward should go to.',
    );
  }
  payoutScript(
    address,
    network === undefined ? (networksOfAddress(address)[0] ?? NETWORKS.main) : NETWORKS[network],
  );
  return address;
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
