/** Statistics of a run: a pure reducer over events. */
import type { MinerEvent } from './events.ts';

/** Counters since the start of a run. */
export interface Stats {
  /** Unix milliseconds of the first and the latest event. */
  readonly startedAtMs: number | undefined;
  readonly lastAtMs: number | undefined;
  /** Blocks found in this run, plus those recovered from an earlier one. */
  readonly blocks: number;
  readonly recovered: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly stale: number;
  readonly hardwareErrors: number;
  /** Double SHA-256 computed. */
  readonly hashes: number;
}

/** The statistics before anything happened. */
export const NO_STATS: Stats = {
  startedAtMs: undefined,
  lastAtMs: undefined,
  blocks: 0,
  recovered: 0,
  accepted: 0,
  rejected: 0,
  stale: 0,
  hardwareErrors: 0,
  hashes: 0,
};

/**
 * The statistics after one more event.
 *
 * @example
 * ```ts
 * reduceStats(NO_STATS, { type: 'scan', hashes: 5, seconds: 1, atMs: 0 }).hashes; // 5
 * ```
 */
export function reduceStats(stats: Stats, event: MinerEvent): Stats {
  const next = { ...stats, startedAtMs: stats.startedAtMs ?? event.atMs, lastAtMs: event.atMs };
  switch (event.type) {
    case 'scan':
      return { ...next, hashes: stats.hashes + event.hashes };
    case 'block':
      return { ...next, blocks: stats.blocks + 1 };
    case 'recovered':
      return { ...next, blocks: stats.blocks + 1, recovered: stats.recovered + 1 };
    case 'hardware-error':
      return { ...next, hardwareErrors: stats.hardwareErrors + 1 };
    case 'verdict':
      return event.verdict.outcome === 'unknown'
        ? next
        : { ...next, [event.verdict.outcome]: stats[event.verdict.outcome] + 1 };
    default:
      return next;
  }
}

/** The machine-readable end of a run; also the last line of `--json`. */
export interface Summary {
  readonly type: 'summary';
  readonly blocks: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly stale: number;
  /** Blocks still without a verdict; they stay in the journal. */
  readonly pending: number;
  readonly recovered: number;
  readonly hardwareErrors: number;
  readonly hashes: number;
  readonly hashesPerSecond: number;
  readonly seconds: number;
}

/** The summary of a run that took `seconds` of wall time. */
export function summarize(stats: Stats, seconds: number): Summary {
  const { blocks, accepted, rejected, stale, recovered, hardwareErrors, hashes } = stats;
  const pending = blocks - accepted - rejected - stale;
  const hashesPerSecond = seconds > 0 ? hashes / seconds : 0;
  return {
    type: 'summary',
    blocks,
    accepted,
    rejected,
    stale,
    pending,
    recovered,
    hardwareErrors,
    hashes,
    hashesPerSecond,
    seconds,
  };
}
