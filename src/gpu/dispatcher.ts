/** The dispatcher: every dispatch of a device goes through here, which paces them, times them, and ends them all when the device is lost. */
import { HashgapError } from '../errors.ts';
import type { Dispatch, Lane } from './lane.ts';
import { FIRST_PACE, finished, hashesFor, MOST_UNTIMED, type Pace, sleepMs, submitted } from './pace.ts';

/** Clock and sleep of an engine, and how long its dispatches should take. */
export interface DispatcherOptions {
  /** How long a dispatch should take: until it has ended no abort takes effect. */
  readonly targetMs: number;
  /** A clock, in milliseconds. */
  readonly now: () => number;
  /** Sleeps through most of a dispatch; absent in browsers, where waiting for a buffer costs nothing. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** Named in errors. */
  readonly deviceName: string;
}

/** A dispatch that has ended, and when its result was asked for and came. */
interface Waited {
  readonly hits: Uint32Array;
  readonly askedMs: number;
  readonly nowMs: number;
  readonly gpuMs: number | undefined;
  readonly stamped: boolean;
}

/** What one dispatch left. */
export interface DispatchEnd {
  /** Binding 2 of the kernel. */
  readonly hits: Uint32Array;
  /** How long the device worked on it: by its own clock where it has one. Only for a dispatch that ran alone is it exact. */
  readonly tookMs: number;
}

/** From this on, a wait for a buffer ended because the dispatch did. One that is ready answers within 0.1 ms in Node (measured). */
const SEEN_MS = 0.5;

/** A stamp so long before the last one is not that of the dispatch before, nanoseconds. */
const RESET_NS = 2_000_000_000n;

/** Runs dispatches. One for each device. */
export class Dispatcher {
  targetMs: number;
  readonly #options: DispatcherOptions;
  #pace: Pace = FIRST_PACE;
  #gpuSeconds = 0;
  #lastStamp = 0n;
  #failure: HashgapError | undefined;
  readonly #rejections = new Set<(error: HashgapError) => void>();
  /** Dispatches that went through the gate; the gate while it is shut; who waits for those dispatches to end. */
  #running = 0;
  #gate: Promise<void> | undefined;
  #drained: (() => void) | undefined;
  /** Resolves with the reason when the device is lost; never after {@link close}. */
  readonly lost: Promise<string>;
  #tellLost: (reason: string) => void = () => {};

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.targetMs = options.targetMs;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
  }

  /** Hashes that the next dispatch should have. */
  get hashes(): number {
    return hashesFor(this.#pace, this.targetMs);
  }

  /** Seconds that the device has worked by its own clock. */
  get gpuSeconds(): number {
    return this.#gpuSeconds;
  }

  /** Why nothing more can be run; undefined while the device works. */
  get failure(): HashgapError | undefined {
    return this.#failure;
  }

  /** Ends every dispatch, now and from now on: the device is gone. */
  fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = new HashgapError(
      'GPU_LOST',
      `Expected GPU ${this.#options.deviceName} to finish its work, received a loss of the device: ${reason}. Start it again.`,
      { details: { device: this.#options.deviceName, reason } },
    );
    for (const reject of this.#rejections) reject(this.#failure);
    this.#tellLost(reason);
  }

  /** From now on a loss is no news: the device is about to be freed. */
  close(): void {
    this.#tellLost = () => {};
  }

  /**
   * Runs a dispatch as soon as nobody has the device for himself, and learns the device's pace from it.
   *
   * @returns binding 2 of the kernel.
   * @throws {HashgapError} `GPU_LOST`.
   */
  async run(lane: Lane, dispatch: Dispatch): Promise<Uint32Array> {
    while (this.#gate !== undefined) await this.#gate;
    this.#running++;
    try {
      return await this.#paced(lane, dispatch);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#drained?.();
    }
  }

  async #paced(lane: Lane, dispatch: Dispatch): Promise<Uint32Array> {
    const hashes = dispatch.count * dispatch.kernel.kernel.midstates;
    const submittedMs = this.#options.now();
    this.#pace = submitted(this.#pace, submittedMs, hashes);
    const wait = this.#options.sleep === undefined ? 0 : sleepMs(this.#pace, submittedMs);
    const { hits, askedMs, nowMs, gpuMs, stamped } = await this.#wait(lane, dispatch, wait);
    // With a clock that did not tell, as when two results came in the wrong order, the time on the wall says nothing either. One that does not
    // tell for long, as it stands still, is none.
    const told = stamped === (gpuMs !== undefined) || this.#pace.untimed >= MOST_UNTIMED;
    const seen = (wait === 0 || nowMs - askedMs > SEEN_MS) && told;
    this.#pace = finished(this.#pace, { hashes, submittedMs, nowMs, seen, gpuMs }, this.targetMs);
    return hits;
  }

  /**
   * Runs a dispatch at once, whoever has the device, without a sleep and without learning from it.
   *
   * @throws {HashgapError} `GPU_LOST`.
   */
  async runUnpaced(lane: Lane, dispatch: Dispatch): Promise<DispatchEnd> {
    const startedMs = this.#options.now();
    const { hits, nowMs, gpuMs } = await this.#wait(lane, dispatch, 0);
    return { hits, tookMs: gpuMs ?? nowMs - startedMs };
  }

  /**
   * Lets `work` have the device for itself: what runs is finished first, and nothing else begins before it has ended.
   * Its own dispatches go through {@link runUnpaced}.
   */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    while (this.#gate !== undefined) await this.#gate;
    let open = () => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    try {
      if (this.#running > 0) {
        await new Promise<void>((resolve) => {
          this.#drained = resolve;
        });
      }
      return await work();
    } finally {
      this.#drained = undefined;
      this.#gate = undefined;
      open();
    }
  }

  #wait(lane: Lane, dispatch: Dispatch, sleepFor: number): Promise<Waited> {
    const { now, sleep } = this.#options;
    return this.#untilLost(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      lane.submit(dispatch);
      if (sleepFor > 0) await sleep?.(sleepFor);
      const askedMs = now();
      const { hits, stamps } = await lane.result();
      const nowMs = now();
      const gpuMs = stamps === undefined ? undefined : this.#addStamps(...stamps);
      return { hits, askedMs, nowMs, gpuMs, stamped: stamps !== undefined };
    });
  }

  /** Ends with the work, or with the loss of the device; a wait that is rejected is one, if nobody has said so before. */
  #untilLost<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#rejections.add(reject);
      work()
        .then(resolve, async (cause: unknown) => {
          await new Promise((turn) => setTimeout(turn, 0)); // the device's own reason says more, and comes just after
          this.fail(cause instanceof Error ? cause.message : String(cause));
          reject(this.#failure);
        })
        .finally(() => this.#rejections.delete(reject));
    });
  }

  /** Adds the time of one dispatch, less what it shares with the one before: a device may begin the next one early. */
  #addStamps(began: bigint, ended: bigint): number | undefined {
    // WebGPU, timestamp queries: a device may reset its counter, and some do every few hours.
    if (ended < began || ended + RESET_NS < this.#lastStamp) this.#lastStamp = ended;
    const from = began > this.#lastStamp ? began : this.#lastStamp;
    if (ended <= from) return undefined; // two results in the wrong order, or a clock that stands still
    this.#lastStamp = ended;
    const ms = Number(ended - from) / 1e6;
    this.#gpuSeconds += ms / 1000;
    return ms;
  }
}
