/** Pace: how many hashes a dispatch should have, and when it will be done, learned from the dispatches before it. */

/** What is known of a device's speed, and of the dispatches it still has to do. Times are of one clock, in milliseconds. */
export interface Pace {
  readonly hashesPerMs: number;
  /** The last measurement agreed with the estimate, so a dispatch may be slept through. */
  readonly settled: boolean;
  /** Dispatches in a row that nobody could time. */
  readonly untimed: number;
  /** The device's own clock timed the last dispatch: nobody needs to see the end of the next one. */
  readonly clocked: boolean;
  readonly inFlightHashes: number;
  /** When the device is expected to have done everything it was given. */
  readonly busyUntilMs: number;
  /** When the last dispatch ended, or was found to have ended. */
  readonly finishedMs: number;
  /** Whether `finishedMs` is the moment it ended. */
  readonly finishSeen: boolean;
}

/** One dispatch that has ended. */
export interface Finished {
  readonly hashes: number;
  readonly submittedMs: number;
  readonly nowMs: number;
  /** Nobody slept past its end: `nowMs` is the moment it ended. */
  readonly seen: boolean;
  /** What the device's own clock says it took; absent without such a clock. */
  readonly gpuMs?: number | undefined;
}

/**
 * The pace before the first dispatch: slow enough for the slowest software driver (0.35 MH/s, measured), since a real
 * GPU doubles its way up in a dozen dispatches of a few milliseconds.
 */
export const FIRST_PACE: Pace = {
  hashesPerMs: 400,
  settled: false,
  untimed: 0,
  clocked: false,
  inFlightHashes: 0,
  busyUntilMs: 0,
  finishedMs: 0,
  finishSeen: true,
};

/** How far one measurement may move the estimate: one hiccup of the machine must not make a dispatch of seconds. */
const MOST_CHANGE = 2;
/** When the end was slept through the device is at least this much faster than thought. */
const UNSEEN_GROWTH = 1.08;
/** So many ends slept through in a row mean that the estimate is far off: see the next one without sleeping. */
export const MOST_UNTIMED = 4;
/** Below this the device's clock (100 microseconds a step in browsers) says too little. */
const SHORTEST_GPU_MS = 1;

/** Hashes of a dispatch that takes about `targetMs`. */
export function hashesFor(pace: Pace, targetMs: number): number {
  return pace.hashesPerMs * targetMs;
}

/** The pace after a dispatch was handed over; its `busyUntilMs` is when that one should be done. */
export function submitted(pace: Pace, nowMs: number, hashes: number): Pace {
  const startMs = pace.inFlightHashes === 0 ? nowMs : Math.max(nowMs, pace.busyUntilMs);
  return {
    ...pace,
    inFlightHashes: pace.inFlightHashes + hashes,
    busyUntilMs: startMs + hashes / pace.hashesPerMs,
  };
}

/**
 * How long to sleep before asking for the result of the dispatch just submitted: until shortly before its end, because
 * dawn.node spins on a core while it is asked (CPU time of 100-130 ms for a dispatch of 300 ms, measured).
 */
export function sleepMs(pace: Pace, nowMs: number): number {
  if (!pace.settled || pace.untimed >= MOST_UNTIMED) return 0;
  const expectedMs = pace.busyUntilMs - nowMs;
  const marginMs = pace.clocked ? 1 : 2 + 0.03 * expectedMs;
  return expectedMs < 2 * marginMs ? 0 : expectedMs - marginMs;
}

/**
 * The pace after a dispatch has ended.
 *
 * @param targetMs - how long dispatches should take: one that was cut short teaches nothing.
 */
export function finished(pace: Pace, end: Finished, targetMs: number): Pace {
  const tookMs = durationMs(pace, end);
  const learned = learn(pace, end, tookMs, targetMs);
  const inFlightHashes = Math.max(0, pace.inFlightHashes - end.hashes);
  return {
    ...learned,
    untimed: tookMs === undefined ? pace.untimed + 1 : 0,
    clocked: end.gpuMs !== undefined,
    inFlightHashes,
    busyUntilMs: end.nowMs + inFlightHashes / learned.hashesPerMs,
    finishedMs: end.nowMs,
    finishSeen: end.seen,
  };
}

/** The new estimate. */
function learn(
  { hashesPerMs, settled, untimed }: Pace,
  { hashes, seen }: Finished,
  tookMs: number | undefined,
  targetMs: number,
): Pick<Pace, 'hashesPerMs' | 'settled'> {
  // A dispatch cut short by an easy target or the end of a range is mostly overhead, and two of them may seem to end at once.
  if (hashes < (hashesPerMs * targetMs) / MOST_CHANGE) return { hashesPerMs, settled };
  if (tookMs === undefined) {
    const faster = !seen && untimed < MOST_UNTIMED; // no longer slept through, and still not seen: that says nothing of the device
    return { hashesPerMs: faster ? hashesPerMs * UNSEEN_GROWTH : hashesPerMs, settled };
  }
  const factor = hashes / Math.max(tookMs, 1e-3) / hashesPerMs;
  const clamped = Math.min(MOST_CHANGE, Math.max(1 / MOST_CHANGE, factor));
  return { hashesPerMs: hashesPerMs * clamped, settled: clamped === factor };
}

/** How long the device worked on it; undefined when that cannot be known. */
function durationMs(pace: Pace, end: Finished): number | undefined {
  if (end.gpuMs !== undefined && end.gpuMs >= SHORTEST_GPU_MS) return end.gpuMs;
  if (!end.seen) return undefined;
  // It began when the one before it ended; if that moment is not known, neither is this time.
  const waitedInLine = pace.finishedMs > end.submittedMs;
  if (waitedInLine && !pace.finishSeen) return undefined;
  return end.nowMs - Math.max(end.submittedMs, pace.finishedMs);
}
