/** The Stratum client: a list of pools in order of preference, the best one that works at any time, jobs in and shares out. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { HashgapError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { haveSameHeaders, type Job } from '../../work/job.ts';
import type { JobSource, ShareSink, ShareVerdict } from '../../work/ports.ts';
import { createMailbox } from '../mailbox.ts';
import type { PoolEndpoint } from './endpoint.ts';
import type { PayoutExpectation } from './payout-check.ts';
import type { PoolLink, PoolOptions } from './pool-link.ts';
import { type Place, Ranking } from './ranking.ts';
import { redirected } from './redirect.ts';

/** What a client is made of. */
export interface StratumClientOptions extends Partial<ClientTimes> {
  /** In order of preference; each with a user of its own. At least one. */
  readonly pools: readonly PoolOptions[];
  readonly emit: Emit;
  /** What the coinbases should pay. @default not looked at */
  readonly payout?: PayoutExpectation;
  /** The easiest network target that a job may have: no pool is mined on that asks for less. @default any */
  readonly powLimit?: bigint;
  /** Hosts that client.reconnect may lead to, besides the configured ones. @default none */
  readonly allowRedirect?: readonly string[];
  /** How long no pool may give work and let the worker in at the start before that is an error, milliseconds. @default for ever */
  readonly patienceMs?: number;
  /** Uniform in [0, 1), for the jitter of waits: miners that lost a pool together shall not come back together. @default Math.random */
  readonly random?: () => number;
}

/** How long a client waits for what, milliseconds. */
export interface ClientTimes {
  /** The first wait after a failure; it doubles with each failure in a row. @default 1_000 */
  readonly retryMs: number;
  /** The longest wait: also how long it takes at most to return to a better pool that is back. @default 60_000 */
  readonly maxRetryMs: number;
  /** How long to stay away from a pool that does not want this worker, or that pays somebody else. @default 60_000 */
  readonly unwantedMs: number;
  /** How long a pool may take to its first job until the next one is tried beside it. @default 10_000 */
  readonly firstJobMs: number;
  /** How long a pool that a better one replaces is still heard: shares on their way get their answers. @default 2_000 */
  readonly lingerMs: number;
}

const TIMES: ClientTimes = {
  retryMs: 1_000,
  maxRetryMs: 60_000,
  unwantedMs: 60_000,
  firstJobMs: 10_000,
  lingerMs: 2_000,
};

/** A connection that held for so many first waits was a good one: the waits begin anew. Others count as failures, though they gave a job. */
const STEADY_WAITS = 10;

/** A client: jobs of the best pool that works, and the way back for shares of any of them. */
export interface StratumClient extends JobSource, ShareSink {
  /**
   * The jobs of the best pool that works; connecting begins here. To be called once.
   *
   * @throws {HashgapError} `POOL_NO_WORK` when patience is over before a pool gave work and let the worker in.
   */
  jobs(signal: AbortSignal): AsyncGenerator<Job, void>;
  /** Closes every connection; shares without an answer become unknown. */
  close(): Promise<void>;
}

const OVER: ShareVerdict = { outcome: 'unknown', reason: 'The run ended before the pool answered.' };
const FOREIGN: ShareVerdict = { outcome: 'withheld', reason: 'Its job is not of any of these pools.' };

/**
 * A client that connects when its jobs are asked for. Every pool has a loop of its own: it connects when no better pool works, and a better one goes on
 * trying while a lesser one is mined on, and takes over with its first job.
 *
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK` for the address that is expected to be paid.
 *
 * @example
 * ```ts
 * const client = createStratumClient({ pools: [], emit: () => {} });
 * typeof client.submit; // 'function'
 * ```
 */
export function createStratumClient(options: StratumClientOptions): StratumClient {
  const settings = { ...TIMES, random: Math.random, ...options };
  const outbox = createOutbox();
  const closed = new AbortController();
  setMaxListeners(0, closed.signal);
  const ranking = new Ranking(settings, outbox.put);
  let loops: Promise<void>[] | undefined;
  return {
    jobs: (signal) =>
      jobsUntil(signal, outbox, (fail, over) => {
        loops ??= ranking.places.map((place) => keep(place, ranking, settings, closed.signal));
        Promise.all(loops).catch(fail);
        void losePatience(settings, ranking, over, fail);
      }),
    refresh() {},
    room: () => ranking.room(),
    submit(share, signal) {
      const owner = outbox.ownerOf(share.job);
      if (owner === undefined) return Promise.resolve(FOREIGN);
      const { link, job } = owner;
      return orAborted(link.submit(keyOf(job) === keyOf(share.job) ? share : { ...share, job }), signal);
    },
    async close() {
      closed.abort();
      ranking.stop();
      await Promise.allSettled(loops ?? []);
      for (const { link } of ranking.places) link.end();
    },
  };
}

/**
 * The jobs in the outbox until `signal` aborts.
 *
 * @param begin - called once, with what ends the jobs with an error, and a signal that aborts when they are over.
 */
async function* jobsUntil(
  signal: AbortSignal,
  { jobs, close }: Outbox,
  begin: (fail: (error: unknown) => void, over: AbortSignal) => void,
): AsyncGenerator<Job, void> {
  let failure: { error: unknown } | undefined;
  const over = new AbortController();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  begin((error) => {
    failure ??= { error };
    close();
  }, over.signal);
  try {
    for await (const job of jobs()) {
      if (signal.aborted) break;
      yield job;
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    over.abort();
    signal.removeEventListener('abort', close);
  }
}

/** Jobs on their way to the miner, and whose they are. */
interface Outbox {
  /** The job of a pool goes out, unless it is the search that the miner is at. */
  put(link: PoolLink, job: Job): void;
  /** Undefined for a job that never went out here. */
  ownerOf(job: Job): Owner | undefined;
  jobs(): AsyncGenerator<Job, void>;
  /** No further jobs. */
  close(): void;
}

function createOutbox(): Outbox {
  const mailbox = createMailbox<Job>((_, latest) => latest); // the very object: a share is known by its job
  const owners = new WeakMap<object, Owner>();
  let latest: Job | undefined;
  const ownerOf = (job: Job) => owners.get(keyOf(job));
  return {
    put(link, job) {
      const owner = latest && ownerOf(latest);
      // Handed out as new work, it would only make the engines begin anew.
      if (
        owner?.link === link &&
        job.shareTarget === owner.job.shareTarget &&
        haveSameHeaders(owner.job, job)
      )
        owner.job = job;
      else {
        owners.set(keyOf(job), { link, job });
        latest = job;
        mailbox.put(job);
      }
    },
    ownerOf,
    jobs: mailbox.items,
    close: mailbox.close,
  };
}

/** Whose a job is that the miner has. */
interface Owner {
  readonly link: PoolLink;
  /** The job as the pool named it last: after a resumed session it often sends the very same one again. */
  job: Job;
}

/** A copy of a job keeps its origin. */
const keyOf = (job: Job): object => job.origin ?? job;

type Settings = StratumClientOptions & ClientTimes & { readonly random: () => number };

/** The loop of one pool: waits until it is wanted, connects, and after the end waits longer and longer. */
async function keep(place: Place, ranking: Ranking, settings: Settings, signal: AbortSignal): Promise<void> {
  const { retryMs, maxRetryMs, firstJobMs, random, allowRedirect = [], emit } = settings;
  const home = place.pool.endpoint;
  let failures = 0;
  let endpoint: PoolEndpoint = home;
  while (!signal.aborted) {
    if (!ranking.isWanted(place)) {
      await ranking.change();
      continue;
    }
    place.stop = new AbortController();
    const startedMs = performance.now();
    const patience = setTimeout(() => ranking.late(place), firstJobMs).unref();
    const end = await place.link.run(place.stop.signal, endpoint).finally(() => clearTimeout(patience));
    const isWish = ranking.left(place, end);
    if (signal.aborted) return;
    endpoint = redirected(home, end.redirect, allowRedirect, emit);
    if (isWish) continue; // no failure, nothing to wait for
    const isGood = end.worked && performance.now() - startedMs >= STEADY_WAITS * retryMs;
    failures = isGood ? 1 : failures + 1;
    const backOffMs = Math.min(retryMs * 2 ** (failures - 1), maxRetryMs);
    const waitMs = Math.max(backOffMs * (0.75 + random() / 2), end.waitMs * (1 + random() / 4));
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
}

/** Work alone is no reason for patience: ckpool sends jobs to workers that it then refuses. */
async function losePatience(
  options: StratumClientOptions,
  ranking: Ranking,
  signal: AbortSignal,
  fail: (error: HashgapError) => void,
): Promise<void> {
  const { patienceMs } = options;
  if (patienceMs === undefined || patienceMs >= 2 ** 31) return;
  await delay(patienceMs, undefined, { signal }).catch(() => {});
  while (ranking.isUp() && !ranking.isProven()) await ranking.change(); // it may yet let the worker in
  if (!signal.aborted && !ranking.isProven()) fail(noWork(options, ranking.places));
}

function noWork({ patienceMs = 0 }: StratumClientOptions, places: readonly Place[]): HashgapError {
  const pools = places.map(({ pool }) => nameOf(pool));
  const reasons = places.map(
    ({ told, link }) => told ?? (link.isOpen() ? 'It sends no job.' : 'It does not answer.'),
  );
  const told = places.length === 1 ? reasons[0] : pools.map((name, i) => `${name}: ${reasons[i]}`).join(' ');
  return new HashgapError(
    'POOL_NO_WORK',
    `Expected work from ${pools.join(' or ')} within ${patienceMs / 1000} s, received none. ${told} ` +
      'Correct --pool or --user; --wait keeps trying.',
    { details: { pools, reasons } },
  );
}

/** The user and where he mines. */
const nameOf = ({ endpoint, session }: PoolOptions) => `${endpoint.url} as ${session.worker}`;

/** Verdicts that are waited for, by the signal that ends the wait: one listener for all, since a signal takes longer for each one that it has. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

function orAborted(verdict: Promise<ShareVerdict>, signal: AbortSignal): Promise<ShareVerdict> {
  if (signal.aborted) return Promise.resolve(OVER);
  const waits = waiting.get(signal) ?? new Set();
  if (!waiting.has(signal)) {
    waiting.set(signal, waits);
    const end = () => {
      for (const giveUp of waits) giveUp();
    };
    signal.addEventListener('abort', end, { once: true });
  }
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(OVER);
    waits.add(giveUp);
    verdict.finally(() => waits.delete(giveUp)).then(resolve, reject);
  });
}
