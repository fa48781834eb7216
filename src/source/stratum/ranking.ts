/** The ranking of pools: which of them is mined on, which should be connected, and until when there is work at all. */
import type { Emit } from '../../events.ts';
import type { Job } from '../../work/job.ts';
import { createPayoutCheck, type PayoutExpectation } from './payout-check.ts';
import { createPoolLink, type LinkEnd, type PoolLink, type PoolOptions } from './pool-link.ts';
import { SESSION_LIMITS } from './session-types.ts';

/** What a ranking is made of; times in milliseconds. */
export interface RankingOptions {
  readonly pools: readonly PoolOptions[];
  readonly emit: Emit;
  readonly payout?: PayoutExpectation;
  readonly powLimit?: bigint;
  readonly unwantedMs: number;
  readonly firstJobMs: number;
  readonly lingerMs: number;
}

/** One pool and what the client knows of it. */
export interface Place {
  readonly index: number;
  readonly pool: PoolOptions;
  readonly link: PoolLink;
  /** It has given work on its present connection. */
  up: boolean;
  /** It failed, or takes long, and has not been up since: the next pool in the list may be tried. */
  failed: boolean;
  /** Why it is not up, as it was last told. */
  told: string | undefined;
  /** Ends its present connection. */
  stop: AbortController;
  /** Will do so. */
  lingers: NodeJS.Timeout | undefined;
}

/** Which pools there are, which of them is mined on, and which should be connected. */
export interface Ranking {
  readonly places: readonly Place[];
  /** True while no better pool works, nor is about to. */
  isWanted(place: Place): boolean;
  /** Resolves when that may have changed. */
  change(): Promise<void>;
  /** A pool takes long to its first job. */
  late(place: Place): void;
  /** A connection ended; true when that was this client's wish, because a better pool took over or the run is over. */
  left(place: Place, end: LinkEnd): boolean;
  /** True while a pool is mined on. */
  isUp(): boolean;
  /** True once a pool that gave work has let the worker in, or has not said for long whether it does. */
  isProven(): boolean;
  /** Something to wait for while no pool works and none could still take shares of the last job. */
  room(): Promise<void> | undefined;
  /** Ends every connection. */
  stop(): void;
}

/**
 * A ranking of pools that are not yet connected.
 *
 * @param hand - takes the jobs of the best pool that works.
 */
export function createRanking(options: RankingOptions, hand: (link: PoolLink, job: Job) => void): Ranking {
  const { emit, firstJobMs, lingerMs } = options;
  const change = createChange();
  let active: Place | undefined;
  let stopped = false;
  let proven = false;
  let worthUntilMs = Number.NEGATIVE_INFINITY;

  const tell = (place: Place, reason: string) => {
    if (place.told !== reason) emit({ type: 'source-down', source: place.pool.endpoint.url, reason });
    place.told = reason;
  };
  const takeOver = (place: Place) => {
    active = place;
    clearTimeout(place.lingers); // a better pool had taken over, and is gone again
    place.lingers = undefined;
    emit({ type: 'source-up', source: place.pool.endpoint.url });
    for (const lesser of places.slice(place.index + 1)) {
      if (lesser.up) lesser.lingers ??= setTimeout(() => lesser.stop.abort(), lingerMs).unref();
      else lesser.stop.abort();
    }
    change.happened();
  };
  const offer = (place: Place, job: Job, isProven: boolean) => {
    // A pool that works is left only for one that has let the worker in: others would be left again at once.
    if (active !== undefined && (active.index < place.index || (active !== place && !isProven))) return;
    proven ||= isProven;
    Object.assign(place, { up: true, failed: false, told: undefined });
    if (active !== place) takeOver(place);
    hand(place.link, job);
  };
  /** The pool that was mined on is gone: a lesser one that is still connected goes on with the job it had. */
  const reinstate = () => {
    const living = places.find(
      ({ up, stop, link }) => up && !stop.signal.aborted && link.job() !== undefined,
    );
    const job = living?.link.job();
    if (living !== undefined && job !== undefined && !stopped) offer(living, job, false);
  };
  const places = options.pools.map((pool, index) =>
    createPlace(index, pool, options, (job, isProven) => offer(places[index]!, job, isProven)),
  );
  return {
    places,
    isWanted: ({ index }) =>
      (active === undefined || active.index > index) &&
      places.slice(0, index).every(({ failed, up }) => failed && !up),
    change: () => change.next(),
    late(place) {
      if (place.up) return;
      place.failed = true;
      tell(place, `The pool has given no work for ${firstJobMs / 1000} s.`);
      change.happened();
    },
    left(place, { reason, resumable }) {
      const isBetterUp = active !== undefined && active.index < place.index;
      const isWish = stopped || isBetterUp || place.stop.signal.aborted;
      clearTimeout(place.lingers);
      const wasActive = active === place;
      Object.assign(place, { up: false, failed: !isWish, lingers: undefined });
      if (!isWish) tell(place, reason);
      if (wasActive) {
        active = undefined;
        worthUntilMs = resumable ? performance.now() + resubmitMs(place) : Number.NEGATIVE_INFINITY;
        reinstate();
      }
      change.happened();
      return isWish;
    },
    isUp: () => active !== undefined,
    isProven: () => proven,
    room: () => (active === undefined && performance.now() >= worthUntilMs ? change.next() : undefined),
    stop() {
      stopped = true;
      for (const { stop, lingers } of places) {
        clearTimeout(lingers);
        stop.abort();
      }
      change.happened();
    },
  };
}

function createPlace(
  index: number,
  pool: PoolOptions,
  { emit, payout, powLimit, unwantedMs }: RankingOptions,
  onJob: (job: Job, isProven: boolean) => void,
): Place {
  const check = payout && createPayoutCheck(payout, emit);
  const link = createPoolLink({
    ...{ pool, emit, onJob, unwantedMs, powLimit },
    ...(check === undefined ? {} : { payout: check }),
  });
  const stop = new AbortController();
  return { index, pool, link, up: false, failed: false, told: undefined, stop, lingers: undefined };
}

/** How long a share may wait for its session to be resumed. */
const resubmitMs = ({ pool }: Place) => pool.session.limits?.resubmitMs ?? SESSION_LIMITS.resubmitMs;

interface Change {
  happened(): void;
  /** Resolves at the next change. */
  next(): Promise<void>;
}

function createChange(): Change {
  let wake: () => void = () => {};
  const renew = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  let change = renew();
  return {
    happened() {
      wake();
      change = renew();
    },
    next: () => change,
  };
}
