/** When a child process that was lost is started again, and when it is given up. */

/** How patient the engine is. */
export interface RestartPolicy {
  /** The wait before the start that follows the first failure, the second one and so on, milliseconds. */
  readonly delaysMs: readonly number[];
  /** So many losses of a working child within `windowMs` are too many. */
  readonly losses: number;
  /** Failures longer ago than this are forgotten. */
  readonly windowMs: number;
}

/**
 * At once, since most drivers are back by then; where that start fails after 1, 5 and 30 seconds, as a driver may take some time to reset its
 * device. The third loss of a working device within ten minutes is one too many.
 */
export const RESTART_POLICY: RestartPolicy = {
  delaysMs: [0, 1_000, 5_000, 30_000],
  losses: 3,
  windowMs: 600_000,
};

/** A child ended without having been asked to: while it worked, or before it did. */
export interface Failure {
  readonly atMs: number;
  readonly kind: 'lost' | 'not started';
}

/** What to do next. */
export type NextStep =
  | { readonly step: 'start'; readonly delayMs: number }
  | { readonly step: 'give up'; readonly failures: number };

/**
 * What to do after the last of these failures.
 *
 * @param failures - oldest first, at least one.
 * @example
 * ```ts
 * nextStep(RESTART_POLICY, [{ atMs: 0, kind: 'lost' }]); // { step: 'start', delayMs: 0 }
 * nextStep(RESTART_POLICY, [{ atMs: 0, kind: 'lost' }, { atMs: 9, kind: 'not started' }]); // { step: 'start', delayMs: 1000 }
 * ```
 */
export function nextStep(policy: RestartPolicy, failures: readonly Failure[]): NextStep {
  const nowMs = failures.at(-1)?.atMs ?? 0;
  const recent = failures.filter(({ atMs }) => nowMs - atMs < policy.windowMs);
  const lost = recent.filter(({ kind }) => kind === 'lost').length;
  const delayMs = policy.delaysMs[recent.length - 1];
  if (lost >= policy.losses || delayMs === undefined) return { step: 'give up', failures: recent.length };
  return { step: 'start', delayMs };
}
