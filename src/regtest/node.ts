/** The embedded regtest node: a chain, its block file and its JSON-RPC server, started and stopped as one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeBlock } from '../bitcoin/block.ts';
import { HashgapError } from '../errors.ts';
import { makeFolder } from '../folder.ts';
import { Chain } from './chain.ts';
import { Cookie } from './cookie.ts';
import { lockDatadir } from './lock.ts';
import { POW_LIMIT_BITS, requireRegtestBits } from './params.ts';
import { answerBody, dispatcher } from './rpc-envelope.ts';
import type { RpcContext } from './rpc-method.ts';
import { RPC_METHODS } from './rpc-node.ts';
import { RpcServer } from './rpc-server.ts';
import { BlockStore } from './store.ts';

/** How to start a node. */
export interface RegtestNodeOptions {
  /** TCP port of the RPC server on 127.0.0.1. @default 0, any free one */
  readonly port?: number | undefined;
  /** Where the chain is kept, laid out like bitcoind's: everything lies in its `regtest` folder. @default in memory */
  readonly datadir?: string | undefined;
  /** nBits of every block after genesis; smaller targets make blocks rarer. @default 0x207fffff, bitcoind's regtest */
  readonly bits?: number | undefined;
  /** The clock, Unix seconds. @default the system's */
  readonly now?: (() => number) | undefined;
}

/** A running node. */
export interface RegtestNode {
  /** Address of the RPC server. */
  readonly url: string;
  /** TCP port of the RPC server on 127.0.0.1. */
  readonly port: number;
  /** File with `user:password` for the RPC server; only its owner may read it. */
  readonly cookiePath: string;
  /** The chain itself, for callers in the same process. */
  readonly chain: Chain;
  /** What starting had to repair, in sentences; empty when nothing. */
  readonly notes: readonly string[];
  /** Stops the node: long polls are answered, files closed, the cookie removed. */
  close(): Promise<void>;
  /** Resolves when the node has stopped, be it by `close` or by the RPC method `stop`. */
  readonly closed: Promise<void>;
}

/**
 * Starts a node.
 *
 * @throws {HashgapError} `PORT_UNAVAILABLE` when the port is taken, `DATADIR_UNUSABLE` when the data directory cannot be
 *   used or another process uses it, `TARGET_INVALID` for nBits that regtest does not allow.
 * @example
 * ```ts
 * const node = await startRegtestNode({});
 * node.chain.tip.height; // 0
 * await node.close();
 * ```
 */
export async function startRegtestNode(options: RegtestNodeOptions = {}): Promise<RegtestNode> {
  const bits = options.bits ?? POW_LIMIT_BITS;
  requireRegtestBits(bits);
  const now = options.now ?? (() => Math.floor(Date.now() / 1000));
  const home = openHome(options.datadir, bits);
  try {
    const chain = new Chain({ bits, now, persist: (block) => home.store?.append(block) });
    for (const block of home.blocks) chain.restore(decodeBlock(block));
    return await RunningNode.serve(chain, now, home, options.port ?? 0);
  } catch (error) {
    home.close();
    throw error;
  }
}

/** Where a node keeps its files. */
interface Home {
  readonly folder: string;
  readonly store: BlockStore | undefined;
  readonly blocks: readonly Uint8Array[];
  readonly notes: readonly string[];
  /** Closes and unlocks everything, and removes what must not outlive the node. */
  readonly close: () => void;
}

function openHome(datadir: string | undefined, bits: number): Home {
  if (datadir === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'hashgap-regtest-'));
    const close = () => rmSync(folder, { recursive: true, force: true });
    return { folder, store: undefined, blocks: [], notes: [], close };
  }
  const folder = join(datadir, 'regtest');
  ownFolder(folder);
  const unlock = lockDatadir(join(folder, '.lock'));
  try {
    const { store, stored } = BlockStore.open(join(folder, 'blocks.hashgap'), bits);
    const close = () => {
      store.close();
      unlock();
    };
    return { folder, store, blocks: stored.blocks, notes: repairNotes(stored.droppedBytes), close };
  } catch (error) {
    unlock();
    throw error;
  }
}

function ownFolder(folder: string): void {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    const message = `Expected a data directory at ${folder}, but ${(error as Error).message}. Choose another one.`;
    throw new HashgapError('DATADIR_UNUSABLE', message, { details: { path: folder }, cause: error });
  }
}

function repairNotes(droppedBytes: number): string[] {
  if (droppedBytes === 0) return [];
  return [
    `Dropped the last ${droppedBytes} bytes of the block file: a block that was being written when the node died.`,
  ];
}

/** Owns the parts of a running node and ends them in order. */
class RunningNode implements RegtestNode {
  readonly chain: Chain;
  readonly closed: Promise<void>;
  readonly #home: Home;
  readonly #server: RpcServer;
  readonly #cookie: Cookie;
  readonly #stopping: AbortController;
  #haveClosed!: () => void;
  #ending: Promise<void> | undefined;

  private constructor(
    chain: Chain,
    home: Home,
    server: RpcServer,
    cookie: Cookie,
    stopping: AbortController,
  ) {
    this.chain = chain;
    this.#home = home;
    this.#server = server;
    this.#cookie = cookie;
    this.#stopping = stopping;
    this.closed = new Promise((resolve) => {
      this.#haveClosed = resolve;
    });
  }

  static async serve(chain: Chain, now: () => number, home: Home, port: number): Promise<RunningNode> {
    const cookie = new Cookie(join(home.folder, '.cookie'));
    const stopping = new AbortController();
    const context: RpcContext = {
      chain,
      now,
      startedAt: now(),
      stopping: stopping.signal,
      // The call that asks for it must be under way by then, for close() waits for those.
      stop: () => void setImmediate(() => node.close()),
      mining: { templateMade: false },
    };
    const server = await RpcServer.start({
      port,
      credentials: cookie.credentials,
      answer: (body, gone) => answerBody(body, dispatcher(RPC_METHODS, context, gone)),
    });
    const node = new RunningNode(chain, home, server, cookie, stopping);
    await cookie.write().catch(async (error) => {
      await server.close();
      throw error;
    });
    return node;
  }

  get port(): number {
    return this.#server.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get cookiePath(): string {
    return this.#cookie.path;
  }

  get notes(): readonly string[] {
    return this.#home.notes;
  }

  close(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    await this.#server.close();
    await this.#cookie.remove();
    this.#home.close();
    this.#haveClosed();
  }
}
