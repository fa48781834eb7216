/** The shares of a session: each that is handed in gets exactly one verdict. */
import { equalBytes, toHex } from '../../bitcoin/hex.ts';
import { hashToNumber } from '../../bitcoin/target.ts';
import type { YesOrNo } from '../../stratum/answers.ts';
import type { RejectClass, ShareVerdict } from '../../work/ports.ts';
import type { FoundShare } from '../../work/verify.ts';
import type { JobOrigin } from './session-jobs.ts';
import type { SessionLimits } from './session-types.ts';

/** Why a share is not sent: the reason of its verdict `withheld`. */
export const WITHHELD = {
  foreign: 'Its job is not of this pool.',
  stale: 'Its job is over.',
  duplicate: 'The same header was sent before.',
  'low-difficulty': 'Its job has become harder than this hash.',
  unauthorized: 'The pool does not accept this worker.',
  disconnected: 'There is no connection to the pool.',
  backlog: 'Too many shares wait for an answer.',
} as const;

/** Why a share was sent and its fate is not known: the reason of its verdict `unknown`. */
export const UNKNOWN = {
  disconnect: 'The connection was gone before an answer came.',
  timeout: 'No answer came in time.',
  neither: 'The answer was neither yes nor no.',
  resent: 'It was sent again, and the pool says that it has it already.',
} as const;

/** A share without an answer. */
export interface PendingShare {
  readonly share: FoundShare;
  readonly origin: JobOrigin;
  /** When it was handed in. */
  readonly firstMs: number;
  /** When it was last sent. */
  readonly sentMs: number;
  /** True when it may have reached the pool on an earlier connection. */
  readonly again: boolean;
}

/** State of the shares; only the functions of this file change it. */
export interface ShareBook {
  readonly limits: SessionLimits;
  /** Sent, by the id of the request, oldest first. */
  readonly pending: Map<number, PendingShare>;
  /** Not sent, or sent on a connection that is gone: wait for the session to be resumed. Oldest first. */
  parked: PendingShare[];
  /** Header hashes of the shares that were sent, oldest first. */
  readonly remembered: Set<string>;
  readonly counts: {
    shares: number;
    accepted: number;
    readonly rejected: Record<RejectClass, number>;
    unknown: number;
    withheld: number;
  };
}

/** Takes the verdict of a share. */
export type Judge = (share: FoundShare, verdict: ShareVerdict) => void;

/** No shares yet. */
export function createShareBook(limits: SessionLimits): ShareBook {
  const rejected = { stale: 0, duplicate: 0, 'low-difficulty': 0, unauthorized: 0, other: 0 };
  return {
    limits,
    pending: new Map(),
    parked: [],
    remembered: new Set(),
    counts: { shares: 0, accepted: 0, rejected, unknown: 0, withheld: 0 },
  };
}

/** Gives a share its verdict and counts it. */
export function settle(book: ShareBook, share: FoundShare, verdict: ShareVerdict, judge: Judge): void {
  if (verdict.outcome === 'rejected') book.counts.rejected[verdict.class]++;
  else book.counts[verdict.outcome]++;
  judge(share, verdict);
}

/** True when the header of `share` was not sent before; it is remembered from now on. */
export function remember(book: ShareBook, share: FoundShare): boolean {
  const key = toHex(share.hash);
  if (book.remembered.has(key)) return false;
  book.remembered.add(key);
  if (book.remembered.size > book.limits.rememberedShares) {
    for (const oldest of book.remembered) {
      book.remembered.delete(oldest);
      break;
    }
  }
  return true;
}

/** True when a share is too easy by now; a block never is. */
export function isTooEasy({ share, origin }: Pick<PendingShare, 'share' | 'origin'>): boolean {
  return !share.meetsNetworkTarget && hashToNumber(share.hash) > origin.announced.target;
}

/** The pool answered the submit `id`. */
export function answerShare(
  book: ShareBook,
  id: number,
  answer: YesOrNo,
  nowMs: number,
  judge: Judge,
): ShareVerdict | undefined {
  const pending = book.pending.get(id);
  if (pending === undefined) return undefined;
  book.pending.delete(id);
  const verdict = verdictOf(answer, pending, nowMs - pending.sentMs);
  settle(book, pending.share, verdict, judge);
  return verdict;
}

function verdictOf(answer: YesOrNo, { again }: PendingShare, roundTripMs: number): ShareVerdict {
  if (answer.answer === 'yes') return { outcome: 'accepted', roundTripMs };
  if (answer.answer === 'neither') return { outcome: 'unknown', reason: UNKNOWN.neither };
  // The first copy arrived: whether it was accepted then, nobody told.
  if (again && answer.class === 'duplicate') return { outcome: 'unknown', reason: UNKNOWN.resent };
  return { outcome: 'rejected', class: answer.class, reason: answer.reason, roundTripMs };
}

/** A limit on parked shares counts these: blocks are few, and each may pay. */
const isOrdinary = ({ share }: PendingShare) => !share.meetsNetworkTarget;

/** True when one more share that is no block may wait for the session to be resumed. */
export function hasRoomToPark({ parked, limits }: ShareBook): boolean {
  return parked.filter(isOrdinary).length < limits.parkedShares;
}

/**
 * The connection is gone. Where the session can be resumed, every block without an answer waits for that, and the newest of the other shares; otherwise their fate
 * stays unknown.
 */
export function disconnectShares(book: ShareBook, canResume: boolean, judge: Judge): void {
  const lost = [...book.pending.values()];
  book.pending.clear();
  if (!canResume) {
    giveUp(book, [...takeParked(book), ...lost], judge);
    return;
  }
  const again = lost.map((pending) => ({ ...pending, again: true }));
  const parked = [...book.parked, ...again].sort((a, b) => a.firstMs - b.firstMs);
  const ordinary = parked.filter(isOrdinary);
  const tooMany = new Set(ordinary.slice(0, Math.max(0, ordinary.length - book.limits.parkedShares)));
  book.parked = parked.filter((share) => !tooMany.has(share));
  giveUp(book, [...tooMany], judge);
}

/** The session went on with this extranonce1, or with none of before: gives up the parked shares that no longer fit. */
export function keepResumable(book: ShareBook, extranonce1: Uint8Array | undefined, judge: Judge): void {
  const fits = ({ share }: PendingShare) =>
    extranonce1 !== undefined && equalBytes(share.job.extranonce1, extranonce1);
  const parked = takeParked(book);
  book.parked = parked.filter(fits);
  giveUp(
    book,
    parked.filter((share) => !fits(share)),
    judge,
  );
}

/** All parked shares, which the caller sends or gives up. */
export function takeParked(book: ShareBook): PendingShare[] {
  const { parked } = book;
  book.parked = [];
  return parked;
}

/** The shares are lost: nobody will tell what became of them. */
export function giveUp(book: ShareBook, shares: readonly PendingShare[], judge: Judge): void {
  for (const { share } of shares)
    settle(book, share, { outcome: 'unknown', reason: UNKNOWN.disconnect }, judge);
}

/** Time has passed: shares that were not answered in time become unknown. */
export function expireShares(book: ShareBook, nowMs: number, judge: Judge): void {
  const { shareMs, resubmitMs } = book.limits;
  for (const [id, { share, sentMs }] of book.pending) {
    if (nowMs < sentMs + shareMs) break; // sent in this order
    book.pending.delete(id);
    settle(book, share, { outcome: 'unknown', reason: UNKNOWN.timeout }, judge);
  }
  const tooOld = ({ firstMs }: PendingShare) => nowMs >= firstMs + resubmitMs;
  if (book.parked[0] === undefined || !tooOld(book.parked[0])) return;
  const parked = takeParked(book);
  book.parked = parked.filter((share) => !tooOld(share));
  giveUp(book, parked.filter(tooOld), judge);
}

/** When {@link expireShares} has something to do; Infinity when nothing waits. */
export function shareDeadlineMs({ pending, parked, limits }: ShareBook): number {
  const oldestSent = pending.values().next().value?.sentMs ?? Number.POSITIVE_INFINITY;
  const oldestParked = parked[0]?.firstMs ?? Number.POSITIVE_INFINITY;
  return Math.min(oldestSent + limits.shareMs, oldestParked + limits.resubmitMs);
}
