/** A token bucket: so many messages at once, so many each second for long. */

/** Takes one token for each message. */
export interface RateLimit {
  /** Takes `count` tokens; false, and none taken, when there are fewer. @default 1 */
  take(count?: number): boolean;
  /** Owes a message, as the answer to a request: the next one takes no token. */
  owe(): void;
}

/** So many answers may be owed: as many as requests without an answer can be. */
const MOST_OWED = 25_000;

/**
 * A full bucket of `burst` tokens that gains `perSecond` each second.
 *
 * @param now - milliseconds of a clock that never jumps.
 *
 * @example
 * ```ts
 * const clock = { ms: 0 };
 * const rate = createRateLimit({ perSecond: 10, burst: 1 }, () => clock.ms);
 * [rate.take(), rate.take()]; // [true, false]
 * clock.ms = 100;
 * rate.take(); // true
 * ```
 */
export function createRateLimit(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  now: () => number,
): RateLimit {
  let tokens = burst;
  let countedMs = now();
  let owed = 0;
  return {
    owe() {
      owed = Math.min(MOST_OWED, owed + 1);
    },
    take(messages = 1) {
      const count = Math.max(0, messages - owed);
      owed -= messages - count;
      if (tokens < count) {
        const ms = now(); // asked only when the bucket runs low: most messages cost a subtraction
        tokens = Math.min(burst, tokens + ((ms - countedMs) * perSecond) / 1000);
        countedMs = ms;
      }
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
}
