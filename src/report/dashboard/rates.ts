/** How many hashes each of the last seconds brought: what hashrates over a window, and the sparkline, are read from. */

/** Hashes by the second. */
export interface RateHistory {
  /** Unix milliseconds at which hashing began; undefined before the first scan. */
  readonly sinceMs: number | undefined;
  /** The second that is being filled, since the epoch. */
  readonly second: number;
  /** Hashes in it so far. */
  readonly hashes: number;
  /** Hashes of the whole seconds before it, the latest last. */
  readonly past: readonly number[];
}

/** A history before the first scan. */
export const NO_HASHES: RateHistory = { sinceMs: undefined, second: 0, hashes: 0, past: [] };

/** Seconds a history reaches back: 15 minutes, the longest window shown. */
export const HISTORY_SECONDS = 900;

/** Seconds that "now" means: long enough to be calm, short enough to follow. */
export const NOW_SECONDS = 5;

/**
 * A history with the hashes of one more scan, counted where the scan ended. A clock that goes back adds to the second that is being filled.
 *
 * @param scanSeconds - how long the scan took: hashing began that long before the first one ended.
 */
export function addHashes(
  history: RateHistory,
  hashes: number,
  atMs: number,
  scanSeconds = 0,
  keep = HISTORY_SECONDS,
): RateHistory {
  if (history.sinceMs === undefined)
    return { sinceMs: atMs - scanSeconds * 1000, second: Math.floor(atMs / 1000), hashes, past: [] };
  const moved = advance(history, atMs, keep);
  return { ...moved, hashes: moved.hashes + hashes };
}

/** The history as it stands at `nowMs`: seconds without a scan are seconds without a hash. */
function advance(history: RateHistory, nowMs: number, keep: number): RateHistory {
  const second = Math.floor(nowMs / 1000);
  const passed = second - history.second;
  if (history.sinceMs === undefined || passed <= 0) return history;
  const idle = new Array<number>(Math.min(passed - 1, keep)).fill(0);
  return { ...history, second, hashes: 0, past: [...history.past, history.hashes, ...idle].slice(-keep) };
}

/**
 * Hashes per second over the last `seconds` whole seconds. Undefined before the first whole second and, with `whole`, before the history is as long as the
 * window: a mean over less is not what the label says.
 *
 * @example
 * ```ts
 * rateOver(addHashes(NO_HASHES, 300, 1_000_500, 0.5), 1_002_000, 5); // 150
 * rateOver(addHashes(NO_HASHES, 300, 1_000_500, 0.5), 1_002_000, 60, 'whole'); // undefined
 * ```
 */
export function rateOver(
  history: RateHistory,
  nowMs: number,
  seconds: number,
  part: 'whole' | 'so far' = 'so far',
): number | undefined {
  if (history.sinceMs === undefined) return undefined;
  const { past, second } = advance(history, nowMs, HISTORY_SECONDS);
  const elapsed = second - history.sinceMs / 1000;
  if (past.length === 0 || elapsed <= 0 || (part === 'whole' && elapsed < seconds)) return undefined;
  const sum = past.slice(-seconds).reduce((total, hashes) => total + hashes, 0);
  return sum / Math.min(seconds, elapsed);
}

/** Seconds that one mark of a sparkline may stand for: divisors of a minute or whole minutes, so that marks do not shift. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 180, 900];

/** What a sparkline shows: hashes per second of equal steps, the latest last. */
export interface Spark {
  readonly rates: readonly number[];
  readonly stepSeconds: number;
}

/**
 * The history in at most `marks` equal steps, of the shortest length that shows it all. Steps start at multiples of their length, so a mark, once complete,
 * never changes; one that is not complete yet is the mean of what there is.
 */
export function sparkOf(history: RateHistory, nowMs: number, marks: number): Spark {
  const { past, second } = advance(history, nowMs, HISTORY_SECONDS);
  const first = second - past.length;
  const groups = (step: number) => Math.floor((second - 1) / step) - Math.floor(first / step) + 1;
  const stepSeconds = STEPS.find((step) => groups(step) <= marks) ?? HISTORY_SECONDS;
  const sums = new Map<number, { hashes: number; seconds: number }>();
  past.forEach((hashes, i) => {
    const group = Math.floor((first + i) / stepSeconds);
    const sum = sums.get(group) ?? { hashes: 0, seconds: 0 };
    sums.set(group, { hashes: sum.hashes + hashes, seconds: sum.seconds + lengthOf(first + i, history) });
  });
  return {
    rates: [...sums.values()].slice(-marks).map(({ hashes, seconds }) => hashes / seconds),
    stepSeconds,
  };
}

/** A second's part after hashing began; the first scan may have ended as soon as the second began. */
function lengthOf(second: number, { sinceMs = 0 }: RateHistory): number {
  return Math.min(1, Math.max(0.1, second + 1 - sinceMs / 1000));
}
