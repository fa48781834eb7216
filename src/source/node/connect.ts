/** The first contact with a node: is it there, is it the right network, can its templates be mined. */
import { setTimeout as delay } from 'node:timers/promises';
import { NETWORK_NAMES, type NetworkName } from '../../bitcoin/network.ts';
import { HashgapError, isHashgapError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { RpcClient } from './rpc.ts';
import { templateRules } from './source.ts';
import { parseTemplate, type Template } from './template.ts';

/** What the first contact needs to know. */
export interface ConnectOptions {
  readonly rpc: RpcClient;
  /** The network the user named; undefined takes the node's. */
  readonly network: NetworkName | undefined;
  /** Milliseconds to wait for a node that cannot be reached at all; Infinity waits for ever. */
  readonly patienceMs: number;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** A node that answered. */
export interface Connection {
  readonly network: NetworkName;
  readonly template: Template | undefined;
}

/** RPC errors that a node answers while it cannot give templates yet: not connected, in initial download, warming up. */
const NOT_YET = [-9, -10, -28];

/**
 * Waits until the node answers and checks that it can be mined on. A node that is there but busy (warming up, downloading, 503) is waited
 * for without limit; one that is not there, or refuses the credentials, for `patienceMs`.
 *
 * @returns the node's network, and a template unless the node has no work to give yet.
 * @throws {HashgapError} `NODE_UNREACHABLE`, `NODE_AUTH`, `NODE_NOT_JSON`, `COOKIE_UNREADABLE` after the wait; `NETWORK_MISMATCH`,
 * `TEMPLATE_INVALID`, `TEMPLATE_RULE_UNKNOWN`, `SIGNET_CHALLENGE` or `NODE_RPC` at once.
 */
export async function connectNode(options: ConnectOptions): Promise<Connection> {
  const network = await askNetwork(options);
  const template = await whenReady(options, 'getblocktemplate', [{ rules: templateRules(network) }], true);
  return { network, template: template === undefined ? undefined : parseTemplate(template) };
}

/**
 * Waits in the same way, and asks for the network alone.
 *
 * @throws {HashgapError} as {@link connectNode}, but for templates.
 */
export async function askNetwork(options: ConnectOptions): Promise<NetworkName> {
  return checkNetwork(await whenReady(options, 'getblockchaininfo', [], false, true), options);
}

function checkNetwork(info: unknown, { rpc, network }: ConnectOptions): NetworkName {
  const chain = (info as { chain?: unknown } | null)?.chain;
  const known = NETWORK_NAMES.find((name) => name === chain);
  if (known === undefined) {
    throw new HashgapError(
      'NETWORK_MISMATCH',
      `Expected a chain among ${NETWORK_NAMES.join(', ')} from ${rpc.url}, received ${chain}.`,
      {
        details: { expected: NETWORK_NAMES, received: chain },
      },
    );
  }
  if (network !== undefined && network !== known) {
    throw new HashgapError(
      'NETWORK_MISMATCH',
      `Expected a node of the ${network} network at ${rpc.url}, received one of ${known}. Pass --network ${known}, or the other node's --node.`,
      { details: { expected: network, received: known } },
    );
  }
  return known;
}

/** What a node on this machine or in the same house needs at the very most, milliseconds. */
const LEAST_MS = 500;

/** How long an answer may take, milliseconds, where there is the patience for it. */
const ANSWER_MS = 30_000;

/**
 * Calls until there is an answer. With `optional`, a node that has no work yet is left to the source's own patience; what is `quick` has to be
 * answered within it, too: somebody else may listen on that port, and say nothing.
 */
async function whenReady(
  options: ConnectOptions,
  method: string,
  params: unknown[],
  optional = false,
  quick = false,
): Promise<unknown> {
  const { rpc, emit, signal } = options;
  const deadline = performance.now() + options.patienceMs;
  let reported = '';
  while (true) {
    try {
      const leftMs = Math.max(LEAST_MS, deadline - performance.now());
      return await rpc.call(method, params, {
        signal,
        ...(quick && leftMs < ANSWER_MS ? { timeoutMs: leftMs } : {}),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!isHashgapError(error)) throw error;
      const notYet = isNotYet(error);
      if (notYet && optional) return undefined;
      if (!notYet && (error.code === 'NODE_RPC' || performance.now() >= deadline)) throw error;
      if (error.message !== reported) emit({ type: 'source-down', source: rpc.url, reason: error.message });
      reported = error.message;
      await delay(250, undefined, { signal });
    }
  }
}

function isNotYet(error: HashgapError): boolean {
  if (error.code === 'NODE_RPC') return NOT_YET.includes(error.details.rpcCode as number);
  return error.details.status === 503;
}
