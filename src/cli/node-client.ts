/** First contact with the user's own node: its address, its credentials, and what it says of the payout. */
import type { Command } from 'commander';
import { buildCoinbase } from '../bitcoin/coinbase.ts';
import { NETWORKS, type Network, type NetworkName } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { HashgapError, isHashgapError } from '../errors.ts';
import type { Emit } from '../events.ts';
import { askNetwork, connectNode } from '../source/node/connect.ts';
import { type Credentials, defaultCookiePath, fileCredentials } from '../source/node/credentials.ts';
import { EXTRANONCE_BYTES, EXTRANONCE1_BYTES, jobFromTemplate } from '../source/node/job.ts';
import { createRpcClient, type RpcClient } from '../source/node/rpc.ts';
import type { SoloRun } from './run-solo.ts';

/** The options that describe the node. */
export interface NodeFlags {
  readonly node?: URL;
  readonly network?: NetworkName;
  readonly cookie?: string;
  readonly rpcUser?: string;
  readonly rpcPasswordFile?: string;
  readonly connectTimeout?: number;
  readonly wait?: boolean;
  readonly tag?: string;
}

/** Adds the options that say how to log in to the node. */
export function addCredentialOptions(command: Command): Command {
  return command
    .option('--cookie <file>', "bitcoind's cookie file (default: in its default data directory)")
    .option('--rpc-user <name>', 'RPC user, with --rpc-password-file instead of a cookie')
    .option('--rpc-password-file <file>', 'file that holds the RPC password');
}

/** What says in every block who made it. */
const TAG = '/hashgap/';

/** How long to try a node that does not answer at first, seconds, unless --connect-timeout says otherwise. */
const CONNECT_SECONDS = 5;

/**
 * A client for the node that the options describe.
 *
 * @throws {HashgapError} `USAGE` when the credentials contradict each other.
 */
export function clientOf(flags: NodeFlags): RpcClient {
  const assumed = assumedNetwork(flags);
  const url = flags.node ?? new URL(`http://127.0.0.1:${assumed.rpcPort}`);
  return createRpcClient(url, credentialsOf(flags, assumed.name));
}

/** A height that no chain has reached: what fits there fits everywhere. */
const HIGH_BLOCK = 2 ** 23;

/**
 * Checks what can be known of a tag before there is a template.
 *
 * @throws {HashgapError} `COINBASE_TOO_LONG`
 */
export function checkTag(tag = TAG): void {
  const none = { aux: [], value: 0n, payoutScript: new Uint8Array(0), witnessCommitment: undefined };
  buildCoinbase({ ...none, height: HIGH_BLOCK, tag, extranonceBytes: EXTRANONCE_BYTES });
}

/** The first contact; what is wrong with address, tag or template shows here, before mining starts. */
export async function firstContact(
  flags: NodeFlags,
  address: string,
  rpc: RpcClient,
  emit: Emit,
  signal: AbortSignal,
): Promise<Pick<SoloRun, 'network' | 'payout'>> {
  const patienceMs = flags.wait ? Number.POSITIVE_INFINITY : (flags.connectTimeout ?? CONNECT_SECONDS) * 1000;
  const { network, template } = await connectNode({ rpc, network: flags.network, patienceMs, emit, signal });
  const payout = { script: payoutScript(address, NETWORKS[network]), tag: flags.tag ?? TAG };
  if (template !== undefined) jobFromTemplate(template, payout, new Uint8Array(EXTRANONCE1_BYTES), true);
  return { network, payout };
}

/** The node of a user who mines for a pool; the pool's work goes on without it. */
export interface NodeBeside {
  readonly flags: NodeFlags;
  readonly rpc: RpcClient;
  /** What --network or an address among the options leaves possible; none when they say nothing. */
  readonly possible: readonly NetworkName[];
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * The network of a node beside a pool: a pool does not tell its own. Where the options name one network, a node that is down is no reason not to mine.
 *
 * @throws {HashgapError} `NETWORK_MISMATCH` when the node is of another network than the options say; as {@link firstContact} where only the node knows.
 */
export async function networkBeside({
  flags,
  rpc,
  possible,
  emit,
  signal,
}: NodeBeside): Promise<NetworkName> {
  const known = possible.length === 1 ? possible[0] : undefined;
  const seconds = flags.connectTimeout ?? CONNECT_SECONDS;
  const patienceMs = flags.wait && known === undefined ? Number.POSITIVE_INFINITY : seconds * 1000;
  const late = new AbortController();
  const timer = known === undefined ? undefined : setTimeout(() => late.abort(), patienceMs);
  try {
    const network = await askNetwork({
      ...{ rpc, network: flags.network, patienceMs, emit },
      signal: AbortSignal.any([signal, late.signal]),
    });
    if (possible.length > 0 && !possible.includes(network)) throw mismatch(rpc, possible, network);
    return network;
  } catch (error) {
    const isDown = late.signal.aborted || (isHashgapError(error) && error.code === 'NODE_UNREACHABLE');
    if (known === undefined || !isDown || signal.aborted) throw error;
    return known;
  } finally {
    clearTimeout(timer);
  }
}

function mismatch({ url }: RpcClient, possible: readonly NetworkName[], received: NetworkName): HashgapError {
  return new HashgapError(
    'NETWORK_MISMATCH',
    `Expected a node of the ${possible.join(' or ')} network at ${url}, as the address among the options says, received one of ${received}. ` +
      "Pass the other node's --node, or an address of that network.",
    { details: { expected: possible, received } },
  );
}

/** Events of a node beside a pool: its troubles are told once, as a warning, since the pool is the source of work. */
export function emitBeside(emit: Emit): Emit {
  let isTold = false;
  return (event) => {
    if (event.type === 'source-up') isTold = false;
    else if (event.type !== 'source-down') emit(event);
    else if (!isTold) {
      isTold = true;
      emit({
        type: 'warning',
        message: `Your own node has no part in this for now: blocks go to the pool alone. ${event.reason}`,
      });
    }
  };
}

/** Before the node has said which network it is on: the one named, the one with this port, or mainnet. */
function assumedNetwork({ network, node }: NodeFlags): Network {
  if (network !== undefined) return NETWORKS[network];
  return Object.values(NETWORKS).find(({ rpcPort }) => String(rpcPort) === node?.port) ?? NETWORKS.main;
}

function credentialsOf(flags: NodeFlags, network: NetworkName): Credentials {
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
