/** Patience with a node: tries again until it answers, and tells once when it goes and when it is back. */
import { setTimeout as delay } from 'node:timers/promises';
import { type HashgapError, isHashgapError } from '../../errors.ts';
import type { Emit } from '../../events.ts';

/** How long to wait between tries. */
export interface PatienceOptions {
  readonly source: string;
  readonly emit: Emit;
  /** The first wait, milliseconds; it doubles with each failure in a row. @default 250 */
  readonly retryMs?: number;
  /** The longest wait, milliseconds. @default 5_000 */
  readonly maxRetryMs?: number;
}

/** Shared by everything that talks to one node. */
export interface Patience {
  /**
   * Runs `action` until it succeeds; undefined once `signal` aborts. Any failure that is not a {@link HashgapError} is a defect of
   * this program and is thrown.
   *
   * @param onFailure - called after each failure, before the wait.
   */
  until<T>(signal: AbortSignal, action: () => Promise<T>, onFailure?: () => void): Promise<T | undefined>;
}

/** Patience that reports `source-down` when the reason changes and `source-up` at the first success and after every outage. */
export function createPatience({
  source,
  emit,
  retryMs = 250,
  maxRetryMs = 5_000,
}: PatienceOptions): Patience {
  let reported: string | undefined = 'not yet asked';
  const up = () => {
    if (reported !== undefined) emit({ type: 'source-up', source });
    reported = undefined;
  };
  const down = (error: HashgapError) => {
    if (reported !== error.message) emit({ type: 'source-down', source, reason: error.message });
    reported = error.message;
  };
  return {
    async until(signal, action, onFailure) {
      for (let waitMs = retryMs; !signal.aborted; waitMs = Math.min(2 * waitMs, maxRetryMs)) {
        try {
          const result = await action();
          up();
          return result;
        } catch (error) {
          if (signal.aborted) return undefined;
          if (!isHashgapError(error)) throw error;
          down(error);
          onFailure?.();
          await delay(waitMs, undefined, { signal }).catch(() => {});
        }
      }
      return undefined;
    },
  };
}
