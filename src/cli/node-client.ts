/** First contact with the user's own node: its address, its credentials, and what it says of the payout. */
import { NETWORKS, type Network, type NetworkName } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { HashgapError } from '../errors.ts';
import type { Emit } from '../events.ts';
import { connectNode } from '../source/node/connect.ts';
import { type Credentials, defaultCookiePath, fileCredentials } from '../source/node/credentials.ts';
import { EXTRANONCE1_BYTES, jobFromTemplate } from '../source/node/job.ts';
import { createRpcClient, type RpcClient } from '../source/node/rpc.ts';
import type { MinerRun } from './run-miner.ts';

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

/** The first contact; what is wrong with address, tag or template shows here, before mining starts. */
export async function firstContact(
  flags: NodeFlags,
  address: string,
  rpc: RpcClient,
  emit: Emit,
  signal: AbortSignal,
): Promise<Pick<MinerRun, 'network' | 'payout'>> {
  const patienceMs = flags.wait ? Number.POSITIVE_INFINITY : (flags.connectTimeout ?? CONNECT_SECONDS) * 1000;
  const { network, template } = await connectNode({ rpc, network: flags.network, patienceMs, emit, signal });
  const payout = { script: payoutScript(address, NETWORKS[network]), tag: flags.tag ?? TAG };
  if (template !== undefined) jobFromTemplate(template, payout, new Uint8Array(EXTRANONCE1_BYTES), true);
  return { network, payout };
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
