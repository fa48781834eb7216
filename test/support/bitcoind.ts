/** A real bitcoind in a temporary folder, for the tests that ask a node instead of our imitation of one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { provisionBitcoind } from '../../scripts/provision-bitcoind.mjs';
import { provisioned } from './provisioned.ts';

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 60_000;
const PORT_ATTEMPTS = 5;
const PORT_RETRY_MS = 100;

/** Where the program is, or the one sentence that says why there is none. */
export type FoundBitcoind = { readonly path: string } | { readonly skip: string };

let found: Promise<FoundBitcoind> | undefined;

/**
 * Finds or provisions a bitcoind, once per process. The first call on a new machine downloads 40 MB: call it at the
 * top of a test file, where no test's time limit runs.
 *
 * @throws Error on CI, where a missing node must fail the run rather than skip the test.
 */
export function findBitcoind(): Promise<FoundBitcoind> {
  found ??= provisioned('a real node', provisionBitcoind).then((result) =>
    'skip' in result ? result : { path: result.found },
  );
  return found;
}

/** How to start a node. */
export interface RealNodeOptions {
  /** The program. @default what {@link findBitcoind} finds */
  readonly path?: string;
  /** The value of `-chain`. @default 'regtest' */
  readonly chain?: 'main' | 'regtest' | 'signet' | 'testnet4';
  /** Further arguments, such as `-txindex` or `-signetchallenge=51`; they come last, so they win. */
  readonly extraArgs?: readonly string[];
}

/** An error the node answered a call with. */
export class RealNodeRpcError extends Error {
  override readonly name = 'RealNodeRpcError';
  /** The JSON-RPC code, such as -8. */
  readonly code: number;
  /** The HTTP status the answer came with. */
  readonly status: number;

  constructor(method: string, message: string, code: number, status: number) {
    super(`${method}: ${message} (code ${code})`);
    this.code = code;
    this.status = status;
  }
}

/** The program ended before it could answer; `portTaken` says whether another port may help. */
class StartError extends Error {
  readonly portTaken: boolean;

  constructor(output: string) {
    super(`Expected bitcoind to start, but it ended saying: ${output.trim() || 'nothing'}`);
    this.portTaken = /unable to (bind|start HTTP server)/i.test(output);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function post(port: number, auth: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A connection of its own for each call: a kept one would not survive restart().
    const options = { host: '127.0.0.1', port, method: 'POST', auth, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A port nobody listens on now; another may take it before bitcoind does, so a start is tried more than once. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP port from listen(0).');
  return address.port;
}

/**
 * A shell that outlives us: it reads the node's process id, an empty line while there is none, and `stop`. When its
 * input ends without `stop` we are gone (vitest ends its workers by a signal, so no exit listener would run), and it
 * kills the node and removes its folder.
 */
function startGuard(datadir: string): Writable {
  const script = `while read -r word; do [ "$word" = stop ] && exit; pid=$word; done
    [ -n "$pid" ] && kill -9 "$pid" && sleep 1
    rm -rf -- "$1"`;
  const stdio = ['pipe', 'ignore', 'ignore'] as const;
  const guard = spawn('sh', ['-c', script, 'guard', datadir], { stdio: [...stdio], detached: true });
  guard.unref();
  guard.on('error', () => {}); // without a shell there is no guard, and the tests still run
  guard.stdin.on('error', () => {});
  return guard.stdin;
}

const isStarting = (error: unknown): boolean =>
  (error instanceof RealNodeRpcError && error.code === -28) ||
  (error instanceof Error &&
    ['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(String((error as NodeJS.ErrnoException).code)));

/**
 * A running bitcoind with a data folder and a port of its own, and no peers. It stops with {@link RealNode.stop}, and
 * with the test process however that ends.
 *
 * @example
 * ```ts
 * const node = await RealNode.start({ chain: 'signet', extraArgs: ['-signetchallenge=51'] });
 * await node.rpc('getblockcount'); // 0
 * await node.stop();
 * ```
 */
export class RealNode {
  readonly path: string;
  readonly chain: string;
  readonly datadir: string;
  readonly #extraArgs: readonly string[];
  readonly #guard: Writable;
  #port = 0;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(path: string, datadir: string, options: RealNodeOptions) {
    this.path = path;
    this.datadir = datadir;
    this.chain = options.chain ?? 'regtest';
    this.#extraArgs = options.extraArgs ?? [];
    this.#guard = startGuard(datadir);
  }

  /** The TCP port of the node's RPC on 127.0.0.1; {@link restart} keeps it. */
  get port(): number {
    return this.#port;
  }

  /** The RPC address without credentials. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The file with `user:password`; the node writes a new one at every start. */
  get cookiePath(): string {
    return join(this.datadir, this.chain === 'main' ? '' : this.chain, '.cookie');
  }

  /** The process id, or undefined while the node is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts a node and resolves when its RPC answers. */
  static async start(options: RealNodeOptions = {}): Promise<RealNode> {
    const path = options.path ?? (await RealNode.#findPath());
    const node = new RealNode(path, await mkdtemp(join(tmpdir(), 'hashgap-node-')), options);
    try {
      await node.#launchOn(freePort);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  static async #findPath(): Promise<string> {
    const found = await findBitcoind();
    if ('skip' in found) throw new Error(found.skip);
    return found.path;
  }

  /** Calls a method and returns its result. @throws RealNodeRpcError when the node answers with an error. */
  async rpc<Result = unknown>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const auth = await readFile(this.cookiePath, 'utf8');
    const call = JSON.stringify({ jsonrpc: '1.0', id: 'test', method, params });
    const { status, body } = await post(this.#port, auth, call);
    if (body === '') throw new Error(`Expected JSON from ${method}, received HTTP ${status} without a body.`);
    const { result, error } = JSON.parse(body) as {
      result: Result;
      error: { code: number; message: string } | null;
    };
    if (error) throw new RealNodeRpcError(method, error.message, error.code, status);
    return result;
  }

  /** Ends the node in good order, removes its folder, and resolves when both are done; a second call does nothing. */
  async stop(): Promise<void> {
    await this.#shutDown();
    await rm(this.datadir, { recursive: true, force: true });
    this.#guard.end('stop\n');
  }

  /** Ends the node as a power cut would; the folder stays for {@link restart} until {@link stop}. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  /** Starts the node again on the same folder and port, after an orderly stop if it is still running. */
  async restart(): Promise<void> {
    await this.#shutDown();
    const port = this.#port;
    await this.#launchOn(async () => port);
  }

  /** A port free a moment ago may be the local end of somebody's outgoing connection by now, so it tries again. */
  async #launchOn(nextPort: () => Promise<number>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#launch(await nextPort());
      } catch (error) {
        if (!(error instanceof StartError && error.portTaken) || attempt === PORT_ATTEMPTS) throw error;
        await delay(PORT_RETRY_MS);
      }
    }
  }

  #arguments(port: number): string[] {
    const rpc = ['-server=1', `-rpcport=${port}`, '-rpcbind=127.0.0.1', '-rpcallowip=127.0.0.1'];
    const alone = ['-listen=0', '-connect=0', '-dnsseed=0'];
    const rest = [`-datadir=${this.datadir}`, '-fallbackfee=0.0001', '-printtoconsole=0'];
    return [`-chain=${this.chain}`, ...rpc, ...alone, ...rest, ...this.#extraArgs];
  }

  async #launch(port: number): Promise<void> {
    this.#port = port;
    this.#output = '';
    await rm(this.cookiePath, { force: true }); // a killed node's cookie would be sent to whoever has the port now
    const child = spawn(this.path, this.#arguments(port), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const gather = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4000);
    };
    this.#guard.write(`${child.pid ?? ''}\n`);
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.once('error', gather.bind(undefined)); // a path that cannot be run
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined;
      if (this.#guard.writable) this.#guard.write('\n');
    });
    await this.#untilItAnswers();
  }

  /** Asks until the node answers or ends: it offers no signal of its own, and -28 means it is still loading. */
  async #untilItAnswers(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (Date.now() < deadline) {
      if (this.#child === undefined) throw new StartError(this.#output);
      try {
        await this.rpc('getblockcount');
        return;
      } catch (error) {
        if (!isStarting(error)) throw error;
      }
      await delay(20);
    }
    throw new Error(`Expected bitcoind to answer within ${START_DEADLINE_MS} ms: ${this.#output.trim()}`);
  }

  async #shutDown(): Promise<void> {
    // SIGTERM ends bitcoind as the call `stop` does, and also works while it is still loading.
    await this.#end((child) => child.kill('SIGTERM'));
  }

  async #end(ask: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const closed = once(child, 'close');
    ask(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await closed;
    clearTimeout(timer);
  }
}
