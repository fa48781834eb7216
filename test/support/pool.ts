/** A small Stratum V1 pool on loopback that judges shares by itself: headers built by hand, hashed with node:crypto, counted by their hash. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { createFeed, type Feed } from './feed.ts';
import {
  blockOf,
  coinbaseParts,
  EXTRANONCE2_BYTES,
  headerOf,
  littleEndian,
  type PoolOutput,
  type PoolWork,
  reversed,
  sha256d,
  targetOfBits,
  word,
} from './pool-work.ts';
import { type Random, seededRandom } from './random.ts';

/** How a pool behaves. */
export interface TestPoolOptions {
  readonly work: PoolWork;
  /** What the coinbase pays for a user. */
  readonly outputs: (user: string, work: PoolWork) => readonly PoolOutput[];
  /** The target of shares. @default every hash */
  readonly shareTarget?: bigint;
  /** Difficulties as they are sent; undefined sends none. @default 1e-10, which every hash meets */
  readonly difficulty?: number | undefined;
  /** The mask that is granted; null grants none. @default 1fffe000 */
  readonly mask?: string | null;
  /** Sessions are named, and go on with the same extranonce1. @default true */
  readonly resumes?: boolean;
  readonly authorize?: (user: string, password: string) => boolean;
  /** What happens to a request before the pool acts; `true` leaves it unanswered, and nothing is done. */
  readonly ignore?: (request: PoolRequest, client: PoolClient) => boolean;
  /** Cuts everything that is sent into pieces at random bytes. */
  readonly seed?: number;
  /** The first byte of every extranonce1, to tell pools apart. @default 'aa' */
  readonly name?: string;
  /** A share that is a block: the whole block in hex; gives the node's answer, null for accepted. @default always accepted */
  readonly onBlock?: (hex: string, hash: string) => Promise<string | null>;
}

/** A request as it came. */
export interface PoolRequest {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A miner that is connected. */
export interface PoolClient {
  /** Counts the connections of a pool, from 0. */
  readonly index: number;
  readonly connectedMs: number;
  readonly requests: readonly PoolRequest[];
  user: string | undefined;
  extranonce1: string;
  /** Sends a line as it is. */
  say(line: string): void;
  call(method: string, params: readonly unknown[], id?: unknown): void;
  close(): void;
}

/** What became of a share. */
export interface PoolShare {
  readonly hash: string;
  readonly user: string;
  readonly jobId: string;
  readonly outcome: 'accepted' | 'stale' | 'duplicate' | 'low-difficulty' | 'unauthorized' | 'other';
  readonly isBlock: boolean;
}

/** A running pool. */
export interface TestPool {
  readonly port: number;
  readonly clients: readonly PoolClient[];
  /** Connections as they come. */
  readonly connections: Feed<PoolClient>;
  /** Shares as they were judged. */
  readonly shares: Feed<PoolShare>;
  /** Hashes of the shares that were accepted, with how often: more than once would be a fault of the pool. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Requests of all clients as they come. */
  readonly requests: Feed<PoolRequest & { readonly client: PoolClient }>;
  /** New work for everyone. */
  announce(work?: Partial<PoolWork>, clean?: boolean): void;
  /** Takes a socket or a WebSocket from another server. */
  accept(socket: Socket): void;
  acceptWebSocket(socket: WebSocket): void;
  /** Resolves when that client's connection has ended. */
  gone(index: number): Promise<void>;
  /** Drops everyone. */
  drop(): void;
  /** Stops listening and drops everyone; a second call does nothing. */
  close(): Promise<void>;
  /** Listens again, on the same port. */
  reopen(): Promise<void>;
}

interface PoolJob {
  readonly id: string;
  readonly work: PoolWork;
  isOver: boolean;
}

/** Starts a pool on a port of its own. */
export async function startPool(options: TestPoolOptions): Promise<TestPool> {
  const pool = createPool(options);
  const server = createServer({ noDelay: true }, pool.accept);
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    ...pool,
    port,
    async close() {
      const closed = server.listening ? once(server, 'close') : undefined;
      if (closed !== undefined) server.close();
      pool.drop();
      await closed;
    },
    reopen: () => listen(port),
  };
}

/** A pool that takes sockets from servers of other kinds. */
export function createPool(options: TestPoolOptions): Omit<TestPool, 'port' | 'close' | 'reopen'> {
  const { name = 'aa', seed = 1 } = options;
  const state: PoolState = {
    options,
    random: seededRandom(seed),
    job: { id: `${name}-0`, work: options.work, isOver: false },
    jobs: new Map(),
    clients: [],
    live: new Set(),
    connections: createFeed(),
    requests: createFeed(),
    shares: createFeed(),
    accepted: new Map(),
    nextJob: 1,
    nextSession: 0,
  };
  state.jobs.set(state.job.id, state.job);
  const accept = (socket: Socket) => {
    const say = (text: string) => void (socket.writable && socket.write(text));
    const client = join(state, options.seed === undefined ? say : splitter(state.random, say), () =>
      socket.destroy(),
    );
    let rest = '';
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\n');
      rest = lines.pop()!;
      for (const line of lines) hear(state, client, line);
    });
    socket.on('close', client.leave);
  };
  return {
    ...state,
    accept,
    acceptWebSocket(socket) {
      const client = join(
        state,
        (text) => socket.send(text),
        () => socket.terminate(),
      );
      socket.on('message', (data: Buffer) => {
        for (const line of data.toString().split('\n')) hear(state, client, line);
      });
      socket.on('close', client.leave);
    },
    announce(work = {}, clean = true) {
      if (clean) for (const job of state.jobs.values()) job.isOver = true;
      state.job = { id: `${name}-${state.nextJob++}`, work: { ...state.job.work, ...work }, isOver: false };
      state.jobs.set(state.job.id, state.job);
      for (const [oldest] of state.jobs) if (state.jobs.size > 50) state.jobs.delete(oldest);
      for (const client of state.live) notify(state, client, clean);
    },
    gone: (index) => state.clients[index]!.gone,
    drop() {
      for (const client of state.live) client.close();
    },
  };
}

interface PoolState {
  readonly options: TestPoolOptions;
  readonly random: Random;
  job: PoolJob;
  readonly jobs: Map<string, PoolJob>;
  readonly clients: Client[];
  readonly live: Set<Client>;
  readonly connections: Feed<PoolClient>;
  readonly requests: Feed<PoolRequest & { readonly client: PoolClient }>;
  readonly shares: Feed<PoolShare>;
  readonly accepted: Map<string, number>;
  nextJob: number;
  nextSession: number;
}

interface Client extends PoolClient {
  readonly requests: PoolRequest[];
  mask: number;
  isSubscribed: boolean;
  readonly gone: Promise<void>;
  leave(): void;
}

function join(state: PoolState, write: (text: string) => void, close: () => void): Client {
  const say = (line: string) => write(`${line}\n`);
  let setGone = () => {};
  const gone = new Promise<void>((resolve) => {
    setGone = resolve;
  });
  const client: Client = {
    index: state.clients.length,
    connectedMs: performance.now(),
    requests: [],
    user: undefined,
    extranonce1: '',
    mask: 0,
    isSubscribed: false,
    gone,
    leave() {
      state.live.delete(client);
      setGone();
    },
    say,
    call: (method, params, id = null) => say(JSON.stringify({ id, method, params })),
    close,
  };
  state.clients.push(client);
  state.live.add(client);
  state.connections.push(client);
  return client;
}

/** Writes in pieces that end at random bytes, each in a packet of its own as far as the kernel lets it. */
function splitter(random: Random, write: (text: string) => void): (text: string) => void {
  let last = Promise.resolve();
  return (text) => {
    last = last.then(async () => {
      for (let rest = text; rest !== ''; ) {
        const piece = rest.slice(0, 1 + random(60));
        rest = rest.slice(piece.length);
        write(piece);
        await new Promise(setImmediate);
      }
    });
  };
}

function notify(state: PoolState, client: Client, clean: boolean): void {
  const { job, options } = state;
  if (!client.isSubscribed) return;
  const [coinbase1, coinbase2] = coinbaseParts(job.work, options.outputs(client.user ?? '', job.work));
  const { prevHash, branch, version, nBits, nTime } = job.work;
  const swapped = reversed(prevHash).replace(/(..)(..)(..)(..)/g, '$4$3$2$1');
  client.call('mining.notify', [
    job.id,
    swapped,
    coinbase1,
    coinbase2,
    branch,
    word(version),
    nBits,
    word(nTime),
    clean,
  ]);
}

function hear(state: PoolState, client: Client, line: string): void {
  let request: PoolRequest;
  try {
    request = JSON.parse(line) as PoolRequest;
  } catch {
    return; // a line that was damaged on its way
  }
  if (typeof request?.method !== 'string' || !Array.isArray(request.params)) return;
  client.requests.push(request);
  const isIgnored = state.options.ignore?.(request, client) === true;
  state.requests.push({ ...request, client });
  if (!isIgnored) obey(state, client, request);
}

function obey(state: PoolState, client: Client, { id, method, params }: PoolRequest): void {
  const { mask = '1fffe000', authorize = () => true, resumes = true, name = 'aa' } = state.options;
  const answer = (result: unknown, error: unknown = null) =>
    client.say(JSON.stringify({ id, result, error }));
  if (method === 'mining.configure') {
    client.mask = mask === null ? 0 : Number.parseInt(mask, 16);
    answer(mask === null ? {} : { 'version-rolling': true, 'version-rolling.mask': mask });
  } else if (method === 'mining.subscribe') {
    const wished = /^session-([0-9a-f]{8})$/.exec(String(params[1]))?.[1];
    client.extranonce1 =
      resumes && wished?.startsWith(name) ? wished : name + littleEndian(state.nextSession++, 3);
    client.isSubscribed = true;
    const session = [['mining.notify', `session-${client.extranonce1}`]];
    answer([resumes ? session : null, client.extranonce1, EXTRANONCE2_BYTES]);
  } else if (method === 'mining.authorize') {
    const isGood = authorize(String(params[0]), String(params[1]));
    if (isGood) client.user = String(params[0]);
    answer(isGood, isGood ? null : [24, 'unauthorized worker', null]);
    if (!isGood) return;
    const { difficulty = 1e-10 } = state.options;
    if (!('difficulty' in state.options) || state.options.difficulty !== undefined)
      client.call('mining.set_difficulty', [difficulty]);
    notify(state, client, true);
  } else if (method === 'mining.submit') void judge(state, client, params.map(String), answer);
  else answer(null, [-3, 'method not found', null]);
}

const CODES = { stale: 21, duplicate: 22, 'low-difficulty': 23, unauthorized: 24, other: 20 } as const;

async function judge(
  state: PoolState,
  client: Client,
  [user = '', jobId = '', extranonce2 = '', nTime = '', nonce = '', bits]: readonly string[],
  answer: (result: unknown, error?: unknown) => void,
): Promise<void> {
  const tell = (outcome: PoolShare['outcome'], hash: string, isBlock: boolean, reason: string = outcome) => {
    answer(
      outcome === 'accepted' ? true : null,
      outcome === 'accepted' ? null : [CODES[outcome], reason, null],
    );
    state.shares.push({ hash, user, jobId, outcome, isBlock });
  };
  if (client.user === undefined || client.user !== user) return tell('unauthorized', '', false);
  const job = state.jobs.get(jobId);
  if (job === undefined) return tell('stale', '', false, 'job not found');
  const { work } = job;
  const shape = /^[0-9a-f]{8}$/;
  const rolled = Number.parseInt(bits ?? '0', 16);
  const isOdd =
    ![extranonce2, nTime, nonce].every((field) => shape.test(field)) ||
    nTime !== word(work.nTime) ||
    (bits === undefined) !== (client.mask === 0) ||
    (rolled & ~client.mask) !== 0;
  if (isOdd) return tell('other', '', false, 'malformed share');
  const [head, tail] = coinbaseParts(work, state.options.outputs(user, work));
  const coinbase = head + client.extranonce1 + extranonce2 + tail;
  const version = ((work.version & ~client.mask) | rolled) >>> 0;
  const header = headerOf(work, coinbase, version, nonce);
  const hash = sha256d(header).reverse().toString('hex');
  const value = BigInt(`0x${hash}`);
  const isBlock = value <= targetOfBits(work.nBits);
  if (job.isOver) return tell('stale', hash, isBlock);
  if (state.accepted.has(hash)) return tell('duplicate', hash, isBlock);
  if (!isBlock && value > (state.options.shareTarget ?? 2n ** 256n - 1n))
    return tell('low-difficulty', hash, false);
  state.accepted.set(hash, 1);
  if (!isBlock) return tell('accepted', hash, false);
  job.isOver = true; // another block of it would only compete
  const refused = await state.options.onBlock?.(blockOf(header, coinbase, work), hash).catch(String);
  if (typeof refused !== 'string') return tell('accepted', hash, true);
  state.accepted.delete(hash);
  job.isOver = state.job !== job;
  tell(refused === 'inconclusive' ? 'stale' : 'other', hash, true, refused);
}
