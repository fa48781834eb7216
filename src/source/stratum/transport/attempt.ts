/** One try at connecting: a deadline and the caller's abort in one signal, and how far the try has come. */
import type { ConnectStage } from './failures.ts';

/** A try under way. */
export interface Attempt {
  /** Aborts when the caller aborts or time is up. */
  readonly signal: AbortSignal;
  readonly timedOut: boolean;
  stage: ConnectStage;
  /** Stops the clock; the signal aborts no more. */
  end(): void;
}

/**
 * Starts the clock.
 *
 * A timer of our own rather than AbortSignal.any over AbortSignal.timeout, which Node 20 may collect as garbage before it fires.
 */
export function startAttempt(signal: AbortSignal, timeoutMs: number): Attempt {
  const controller = new AbortController();
  let timedOut = false;
  const onAbort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    stage: 'connecting',
    get timedOut() {
      return timedOut;
    },
    end() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
