/** The getblocktemplate source: one longpoll kept open, a refresh beside it, and patience with a node that is down. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkName } from '../../bitcoin/network.ts';
import type { Emit } from '../../events.ts';
import type { Job } from '../../work/job.ts';
import type { JobSource } from '../../work/ports.ts';
import { createFeed, type Feed } from './feed.ts';
import type { CoinbaseTerms } from './job.ts';
import { createPatience, type Patience } from './patience.ts';
import type { RpcClient } from './rpc.ts';
import { parseTemplate, type Template } from './template.ts';

/** What the source needs. */
export interface NodeSourceOptions {
  readonly rpc: RpcClient;
  readonly network: NetworkName;
  readonly payout: CoinbaseTerms;
  /** 4 random bytes: keeps two miners on one node from hashing the same headers. */
  readonly session: Uint8Array;
  readonly emit: Emit;
  /** Milliseconds between refreshes, for new fees and the node's time. @default 30_000 */
  readonly refreshMs?: number;
  /** Milliseconds between tries while the node is down: the first wait; it doubles up to `maxRetryMs`. @default 250 */
  readonly retryMs?: number;
  /** @default 5_000 */
  readonly maxRetryMs?: number;
}

/** Rules a client of this network must name (BIP 145, BIP 325). */
export function templateRules(network: NetworkName): readonly string[] {
  return network === 'signet' ? ['segwit', 'signet'] : ['segwit'];
}

/**
 * Jobs from a node.
 *
 * The longpoll is not given up for a refresh: bitcoind holds one of its few RPC threads for each longpoll until the tip moves, even
 * after the client has gone. It is given up only when a refresh saw the tip move and the longpoll did not: then its connection is dead.
 */
export function createNodeSource(options: NodeSourceOptions): JobSource {
  let jobNumber = 0;
  const wishes = createWishes();

  async function* jobs(outer: AbortSignal): AsyncGenerator<Job, void> {
    const stop = new AbortController();
    const session: Session = {
      ...options,
      refreshMs: options.refreshMs ?? 30_000,
      signal: AbortSignal.any([outer, stop.signal]),
      feed: createFeed({ ...options, nextJobNumber: () => jobNumber++ }),
      patience: createPatience({ ...options, source: options.rpc.url }),
      wishes,
      longpoll: new AbortController(),
    };
    const loops = Promise.all([refreshLoop(session), longpollLoop(session)]).finally(session.feed.close);
    try {
      yield* session.feed.jobs();
    } finally {
      stop.abort();
      await loops;
    }
  }

  return { jobs, refresh: () => wishes.refresh() };
}

/** What the two loops share while jobs are read. */
interface Session extends Pick<NodeSourceOptions, 'rpc' | 'network'> {
  readonly refreshMs: number;
  readonly signal: AbortSignal;
  readonly feed: Feed;
  readonly patience: Patience;
  readonly wishes: Wishes;
  /** Ends the longpoll that is open. */
  longpoll: AbortController;
}

/** A wish for a fresh template. */
interface Wishes {
  refresh(): void;
  /** A signal that aborts at the next wish. */
  next(): AbortSignal;
}

function createWishes(): Wishes {
  let waiting = new AbortController();
  return {
    refresh: () => waiting.abort(),
    next() {
      waiting = new AbortController();
      return waiting.signal;
    },
  };
}

async function refreshLoop(session: Session): Promise<void> {
  const { signal, feed, patience, wishes, refreshMs } = session;
  while (!signal.aborted) {
    const wish = wishes.next(); // from here on: a wish that comes during the call is for a later answer
    await patience.until(signal, async () => {
      const before = feed.current();
      const template = await fetchTemplate(session, undefined, signal);
      const moved = feed.moves(template);
      if (moved && feed.current() !== before) return; // a longpoll came back meanwhile: this answer may be the older one
      feed.adopt(template);
      if (moved) session.longpoll.abort();
    });
    await pause(Math.min(MIN_REFRESH_MS, refreshMs), signal);
    await pause(refreshMs - MIN_REFRESH_MS, AbortSignal.any([signal, wish]));
  }
}

async function longpollLoop(session: Session): Promise<void> {
  const { signal, feed, patience, wishes } = session;
  while (!signal.aborted) {
    session.longpoll = new AbortController();
    const patient = AbortSignal.any([signal, session.longpoll.signal]);
    const longpollid = feed.current()?.longpollid;
    if (longpollid === undefined) {
      await feed.adoption(patient);
    } else {
      const poll = async () => feed.adopt(await fetchTemplate(session, longpollid, patient));
      await patience.until(patient, poll, () => wishes.refresh());
    }
  }
}

async function fetchTemplate(
  { rpc, network }: Session,
  longpollid: string | undefined,
  signal: AbortSignal,
): Promise<Template> {
  const request = { capabilities: ['longpoll', 'coinbasevalue'], rules: templateRules(network), longpollid };
  const timeoutMs = longpollid === undefined ? 30_000 : 0;
  return parseTemplate(await rpc.call('getblocktemplate', [request], { signal, timeoutMs }));
}

/** However often a refresh is asked for, the node is not asked more often than this, milliseconds. */
const MIN_REFRESH_MS = 1_000;

/** Resolves after `ms`, or at the abort. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
}
