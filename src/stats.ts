/** Statistics of a run: a pure reducer over events. */
import { HASHES_PER_DIFFICULTY } from './economics/work.ts';
import type { MinerEvent } from './events.ts';
import type { RejectClass } from './work/ports.ts';

/** Counters since the start of a run. */
export interface Stats {
  /** Unix milliseconds of the first and the latest event. */
  readonly startedAtMs: number | undefined;
  readonly lastAtMs: number | undefined;
  readonly lastScanAtMs: number | undefined;
  /** Blocks found in this run, plus those recovered from an earlier one. */
  readonly blocks: number;
  readonly recovered: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly stale: number;
  readonly hardwareErrors: number;
  /** Double SHA-256 computed. */
  readonly hashes: number;
  readonly shares: ShareStats;
}

/** What a pool made of this run. Every share found is accepted, rejected, unknown, withheld or still pending. */
export interface ShareStats {
  readonly found: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<RejectClass, number>>;
  /** Sent, and the connection was gone before an answer came. */
  readonly unknown: number;
  /** Not sent, because they would not have counted. */
  readonly withheld: number;
  /** Sums of the difficulty that shares had to reach: accepted ones, and all that were found. */
  readonly acceptedDifficulty: number;
  readonly foundDifficulty: number;
  /** The highest difficulty of any hash found; 0 before the first. */
  readonly bestDifficulty: number;
  /** From sending a share to its answer, milliseconds: how many were answered, their sum, and the longest. */
  readonly roundTrips: { readonly count: number; readonly sumMs: number; readonly longestMs: number };
}

const NO_SHARES: ShareStats = {
  found: 0,
  accepted: 0,
  rejected: { stale: 0, duplicate: 0, 'low-difficulty': 0, unauthorized: 0, other: 0 },
  unknown: 0,
  withheld: 0,
  acceptedDifficulty: 0,
  foundDifficulty: 0,
  bestDifficulty: 0,
  roundTrips: { count: 0, sumMs: 0, longestMs: 0 },
};

/** The statistics before anything happened. */
export const NO_STATS: Stats = {
  startedAtMs: undefined,
  lastAtMs: undefined,
  lastScanAtMs: undefined,
  blocks: 0,
  recovered: 0,
  accepted: 0,
  rejected: 0,
  stale: 0,
  hardwareErrors: 0,
  hashes: 0,
  shares: NO_SHARES,
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
      return { ...next, hashes: stats.hashes + event.hashes, lastScanAtMs: event.atMs };
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
    case 'share':
      return { ...next, shares: foundShare(stats.shares, event) };
    case 'share-verdict':
      return { ...next, shares: judgedShare(stats.shares, event) };
    default:
      return next;
  }
}

function foundShare(shares: ShareStats, event: Extract<MinerEvent, { type: 'share' }>): ShareStats {
  return {
    ...shares,
    found: shares.found + 1,
    foundDifficulty: shares.foundDifficulty + event.shareDifficulty,
    bestDifficulty: Math.max(shares.bestDifficulty, event.difficulty),
  };
}

function judgedShare(
  shares: ShareStats,
  { verdict, shareDifficulty }: Extract<MinerEvent, { type: 'share-verdict' }>,
): ShareStats {
  if (verdict.outcome === 'unknown' || verdict.outcome === 'withheld')
    return { ...shares, [verdict.outcome]: shares[verdict.outcome] + 1 };
  const { count, sumMs, longestMs } = shares.roundTrips;
  const roundTrips = {
    count: count + 1,
    sumMs: sumMs + verdict.roundTripMs,
    longestMs: Math.max(longestMs, verdict.roundTripMs),
  };
  if (verdict.outcome === 'accepted') {
    const acceptedDifficulty = shares.acceptedDifficulty + shareDifficulty;
    return { ...shares, roundTrips, accepted: shares.accepted + 1, acceptedDifficulty };
  }
  const rejected = { ...shares.rejected, [verdict.class]: shares.rejected[verdict.class] + 1 };
  return { ...shares, roundTrips, rejected };
}

/** Shares the pool refused, of every class. */
export function rejectedShares({ rejected }: ShareStats): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

/**
 * The luck of a run with a pool: shares found, weighed by their difficulty, against those that as many hashes bring on average. 1 is average; undefined
 * before the first hash.
 *
 * @example
 * ```ts
 * shareLuck({ ...NO_STATS, hashes: 2 ** 48 / 0xffff, shares: { ...NO_STATS.shares, foundDifficulty: 2 } }); // 2
 * ```
 */
export function shareLuck({ hashes, shares }: Stats): number | undefined {
  return hashes === 0 ? undefined : (shares.foundDifficulty * HASHES_PER_DIFFICULTY) / hashes;
}

/**
 * The hashrate that a pool can see, from the work it accepted.
 *
 * @param seconds - how long the run took.
 */
export function effectiveHashrate({ shares }: Stats, seconds: number): number {
  return seconds > 0 ? (shares.acceptedDifficulty * HASHES_PER_DIFFICULTY) / seconds : 0;
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
  /** Only of runs with a pool. */
  readonly shares?: ShareSummary;
}

/** The shares of a run. `found` is the sum of the five counts after it. */
export interface ShareSummary extends Omit<ShareStats, 'roundTrips' | 'foundDifficulty'> {
  readonly pending: number;
  /** Mean and longest time from a share to its answer, milliseconds; null before the first answer. */
  readonly roundTripMs: { readonly mean: number; readonly longest: number } | null;
  /** From the accepted shares. */
  readonly effectiveHashesPerSecond: number;
  /** Shares found against shares expected; null before the first hash. */
  readonly luck: number | null;
}

/** Up to the last scan: what a run waits for after that, as the answers of a pool, is no time to hash in. */
function hashingSeconds({ startedAtMs, lastScanAtMs }: Stats, seconds: number): number {
  if (startedAtMs === undefined || lastScanAtMs === undefined || lastScanAtMs <= startedAtMs) return seconds;
  return Math.min(seconds, (lastScanAtMs - startedAtMs) / 1000);
}

/** The summary of a run that took `seconds` of wall time. Rates are per second up to the last scan. */
export function summarize(stats: Stats, seconds: number): Summary {
  const { blocks, accepted, rejected, stale, recovered, hardwareErrors, hashes } = stats;
  const pending = blocks - accepted - rejected - stale;
  const hashedFor = hashingSeconds(stats, seconds);
  const hashesPerSecond = hashedFor > 0 ? hashes / hashedFor : 0;
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
    ...(stats.shares.found > 0 ? { shares: shareSummary(stats, hashedFor) } : {}),
  };
}

function shareSummary(stats: Stats, seconds: number): ShareSummary {
  const { roundTrips, foundDifficulty: _, ...counts } = stats.shares;
  const { found, accepted, unknown, withheld } = counts;
  return {
    ...counts,
    pending: found - accepted - rejectedShares(stats.shares) - unknown - withheld,
    roundTripMs:
      roundTrips.count === 0
        ? null
        : { mean: roundTrips.sumMs / roundTrips.count, longest: roundTrips.longestMs },
    effectiveHashesPerSecond: effectiveHashrate(stats, seconds),
    luck: shareLuck(stats) ?? null,
  };
}
