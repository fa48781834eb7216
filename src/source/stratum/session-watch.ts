/** The health of a connection: silence, missing jobs, and lines that are no messages. */
import type { DeathCause, SessionLimits } from './session-types.ts';

/** State of the watch over one connection; only the functions of this file change it. */
export interface Watch {
  /** The last line. */
  heardMs: number;
  /** The last new job, or the start. */
  jobMs: number;
  /** The last line that was sent. */
  sentMs: number;
  garbageInARow: number;
  garbageMinuteMs: number;
  garbageThisMinute: number;
  unauthorizedInARow: number;
}

/** Why a connection is given up, in words that are safe to print. */
export interface Death {
  readonly cause: DeathCause;
  readonly reason: string;
}

const MINUTE_MS = 60_000;

/** A watch over a connection that is just open. */
export function createWatch(nowMs: number): Watch {
  return {
    heardMs: nowMs,
    jobMs: nowMs,
    sentMs: nowMs,
    garbageInARow: 0,
    garbageMinuteMs: nowMs,
    garbageThisMinute: 0,
    unauthorizedInARow: 0,
  };
}

/** A line that is no message came; tells when there were too many. */
export function countGarbage(watch: Watch, limits: SessionLimits, nowMs: number): Death | undefined {
  if (nowMs >= watch.garbageMinuteMs + MINUTE_MS) {
    watch.garbageMinuteMs = nowMs;
    watch.garbageThisMinute = 0;
  }
  watch.garbageInARow++;
  watch.garbageThisMinute++;
  const { garbageInARow, garbagePerMinute } = limits;
  if (watch.garbageInARow < garbageInARow && watch.garbageThisMinute < garbagePerMinute) return undefined;
  const reason =
    watch.garbageInARow >= garbageInARow
      ? `The pool sent ${watch.garbageInARow} lines in a row that are no Stratum messages.`
      : `The pool sent ${watch.garbageThisMinute} lines within a minute that are no Stratum messages.`;
  return { cause: 'garbage', reason };
}

/** A share was judged; tells when the pool has evidently forgotten that it authorized the worker. */
export function countUnauthorized(
  watch: Watch,
  limits: SessionLimits,
  isUnauthorized: boolean,
): Death | undefined {
  watch.unauthorizedInARow = isUnauthorized ? watch.unauthorizedInARow + 1 : 0;
  if (watch.unauthorizedInARow < limits.unauthorizedInARow) return undefined;
  const reason = `The pool rejected ${watch.unauthorizedInARow} shares in a row as unauthorized.`;
  return { cause: 'unauthorized', reason };
}

/** Whether the pool counts as dead at `nowMs`. */
export function deathOf(watch: Watch, limits: SessionLimits, nowMs: number): Death | undefined {
  if (nowMs >= watch.heardMs + limits.silenceMs)
    return { cause: 'silent', reason: `The pool has said nothing for ${limits.silenceMs / 1000} s.` };
  if (nowMs >= watch.jobMs + limits.noNewJobMs)
    return { cause: 'no-new-job', reason: `The pool has sent no new job for ${limits.noNewJobMs / 1000} s.` };
  return undefined;
}

/** When {@link deathOf} would tell of a death, if nothing comes before. */
export function watchDeadlineMs(watch: Watch, limits: SessionLimits): number {
  return Math.min(watch.heardMs + limits.silenceMs, watch.jobMs + limits.noNewJobMs);
}
