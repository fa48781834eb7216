/** The ranking of pools: which of them is mined on, which should be connected, and until when there is work at all. */
import type { Emit } from '../../events.ts';
import { createChange } from '../../work/change.ts';
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
  /** It was mined on with its present connection. */
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
export class Ranking {
  readonly places: readonly Place[];
  readonly #options: RankingOptions;
  readonly #hand: (link: PoolLink, job: Job) => void;
  readonly #change = createChange();
  #active: Place | undefined;
  #stopped = false;
  #proven = false;
  #worthUntilMs = Number.NEGATIVE_INFINITY;

  /**
   * A ranking of pools that are not yet connected.
   *
   * @param hand - takes the jobs of the best pool that works.
   */
  constructor(options: RankingOptions, hand: (link: PoolLink, job: Job) => void) {
    this.#options = options;
    this.#hand = hand;
    this.places = options.pools.map((pool, index) =>
      createPlace(index, pool, options, (job, isProven) => this.#offer(this.places[index]!, job, isProven)),
    );
  }

  /** True while no better pool works, nor is about to. */
  isWanted({ index }: Place): boolean {
    const isBest = this.#active === undefined || this.#active.index > index;
    return isBest && this.places.slice(0, index).every(({ failed, up }) => failed && !up);
  }

  /** Resolves when that may have changed. */
  change(): Promise<void> {
    return this.#change.next();
  }

  /** A pool takes long to its first job. */
  late(place: Place): void {
    if (place.up || place.link.job() !== undefined) return;
    place.failed = true;
    this.#tell(place, `The pool has given no work for ${this.#options.firstJobMs / 1000} s.`);
    this.#change.happened();
  }

  /** A connection ended; true when that was this client's wish, because a better pool took over or the run is over. */
  left(place: Place, { reason, resumable }: LinkEnd): boolean {
    const isBetterUp = this.#active !== undefined && this.#active.index < place.index;
    const isWish = this.#stopped || isBetterUp || place.stop.signal.aborted;
    clearTimeout(place.lingers);
    Object.assign(place, { up: false, failed: !isWish, lingers: undefined });
    if (!isWish) this.#tell(place, reason);
    if (this.#active === place) {
      this.#active = undefined;
      this.#worthUntilMs = resumable ? performance.now() + resubmitMs(place) : Number.NEGATIVE_INFINITY;
      this.#reinstate();
    }
    this.#change.happened();
    return isWish;
  }

  /** True while a pool is mined on. */
  isUp(): boolean {
    return this.#active !== undefined;
  }

  /** True once a pool that gave work has let the worker in, accepted a share, or not said for long whether it lets the worker in. */
  isProven(): boolean {
    return this.#proven;
  }

  /** Something to wait for while no pool works and none could still take shares of the last job. */
  room(): Promise<void> | undefined {
    const isWorthless = this.#active === undefined && performance.now() >= this.#worthUntilMs;
    return isWorthless ? this.#change.next() : undefined;
  }

  /** Ends every connection. */
  stop(): void {
    this.#stopped = true;
    for (const { stop, lingers } of this.places) {
      clearTimeout(lingers);
      stop.abort();
    }
    this.#change.happened();
  }

  #tell(place: Place, reason: string): void {
    const source = place.pool.endpoint.url;
    if (place.told !== reason) this.#options.emit({ type: 'source-down', source, reason });
    place.told = reason;
  }

  #offer(place: Place, job: Job, isProven: boolean): void {
    const active = this.#active;
    // A pool that works is left only for one that has let the worker in: others would be left again at once.
    if (active !== undefined && (active.index < place.index || (active !== place && !isProven))) return;
    this.#proven ||= isProven;
    Object.assign(place, { up: true, failed: false, told: undefined });
    if (active !== place) this.#takeOver(place);
    this.#hand(place.link, job);
  }

  #takeOver(place: Place): void {
    const { emit, lingerMs } = this.#options;
    this.#active = place;
    clearTimeout(place.lingers); // a better pool had taken over, and is gone again
    place.lingers = undefined;
    emit({ type: 'source-up', source: place.pool.endpoint.url });
    for (const lesser of this.places.slice(place.index + 1)) {
      if (lesser.up) lesser.lingers ??= setTimeout(() => lesser.stop.abort(), lingerMs).unref();
      else lesser.stop.abort();
    }
    this.#change.happened();
  }

  /** The pool that was mined on is gone: another that is still connected goes on with the job it has, a better one also before it has let the worker in. */
  #reinstate(): void {
    const living = this.places.find(({ stop, link }) => !stop.signal.aborted && link.job() !== undefined);
    const job = living?.link.job();
    if (living !== undefined && job !== undefined && !this.#stopped) this.#offer(living, job, false);
  }
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
