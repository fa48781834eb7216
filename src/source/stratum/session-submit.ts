/** Sending shares: which go out, which wait for a resumed session, and which would not count. */
import { equalBytes } from '../../bitcoin/hex.ts';
import type { Notify } from '../../stratum/notify.ts';
import { encodeSubmit } from '../../stratum/requests.ts';
import { versionBits } from '../../stratum/version-bits.ts';
import type { FoundShare } from '../../work/verify.ts';
import { isWorthless, type JobOrigin, originOf, sameWork } from './session-jobs.ts';
import {
  giveUp,
  hasRoomToPark,
  isTooEasy,
  type PendingShare,
  remember,
  settle,
  takeParked,
  WITHHELD,
} from './session-shares.ts';
import { judgeFor, type SessionState, sendLine } from './session-state.ts';

/** Why a share does not count. */
type Withheld = keyof typeof WITHHELD;

/** A share was found: it is sent, parked until the session is resumed, or withheld. */
export function takeShare(state: SessionState, share: FoundShare): void {
  const { shares, jobs, nowMs } = state;
  shares.counts.shares++;
  const origin = originOf(jobs, share.job);
  if (origin === undefined) {
    withhold(state, share, 'foreign');
    return;
  }
  const fate = fateOf(state, share, origin);
  if (fate !== 'send' && fate !== 'park') withhold(state, share, fate);
  else if (!remember(shares, share)) withhold(state, share, 'duplicate');
  else {
    const taken = { share, origin, firstMs: nowMs, sentMs: nowMs, again: false };
    if (fate === 'send') submit(state, taken);
    else shares.parked.push(taken);
  }
}

function withhold(state: SessionState, share: FoundShare, why: Withheld): void {
  settle(state.shares, share, { outcome: 'withheld', reason: WITHHELD[why] }, judgeFor(state));
}

/**
 * What to do with a share. A block goes out whatever else speaks against it, as long as this connection can know its job: a stale job's
 * block may still win, and a pool that does not know the worker may still pay him.
 */
function fateOf(state: SessionState, share: FoundShare, origin: JobOrigin): Withheld | 'send' | 'park' {
  const { shares, jobs, limits } = state;
  const isBlock = share.meetsNetworkTarget;
  const isOfThisConnection = origin.announced.connection === jobs.connection && state.phase === 'subscribed';
  const fits = isOfThisConnection || isContinued(state, share);
  const waiting = shares.pending.size + shares.parked.length;
  if (waiting >= limits.pendingShares * (isBlock ? 2 : 1)) return 'backlog';
  if (!isBlock && origin.announced.serial < jobs.cleanFrom) return 'stale';
  if (isTooEasy({ share, origin })) return 'low-difficulty';
  if (!isBlock && state.authorization === 'refused') return 'unauthorized';
  const park = isBlock || hasRoomToPark(shares) ? 'park' : 'backlog';
  if (fits) return isOfThisConnection || isAuthorizeSettled(state) ? 'send' : park;
  if (state.phase === 'subscribed') return 'stale';
  return state.sessionId === undefined ? 'disconnected' : park;
}

/** The session went on, with the extranonce1 of the share's job. */
function isContinued(state: SessionState, { job }: FoundShare): boolean {
  const { phase, resumed, extranonce1 } = state;
  return (
    phase === 'subscribed' && resumed && extranonce1 !== undefined && equalBytes(job.extranonce1, extranonce1)
  );
}

/** Shares of an earlier connection wait for authorize: this one has no job yet that shows that the pool takes shares. */
const isAuthorizeSettled = ({ authorization }: SessionState) => authorization !== 'asked';

/** A notify came while shares wait: those whose job it replaces are lost. */
export function replaceParked(state: SessionState, notify: Notify): void {
  for (const announced of new Set(state.shares.parked.map(({ origin }) => origin.announced)))
    if (announced.jobId === notify.jobId && !sameWork(announced.notify, notify)) announced.isReplaced = true;
}

/**
 * authorize is settled on a resumed session: what waited is sent, unless it has become worthless. That the pool began with clean_jobs says nothing: it does so on
 * every connection.
 */
export function resubmitParked(state: SessionState): void {
  const judge = judgeFor(state);
  for (const parked of takeParked(state.shares)) {
    const { share, origin } = parked;
    const isOver = isWorthless(state.jobs, origin.announced) || state.authorization === 'refused';
    if (isOver && !share.meetsNetworkTarget) giveUp(state.shares, [parked], judge);
    else {
      if (parked.again) state.events.push({ type: 'resubmitted', share });
      submit(state, parked);
    }
  }
}

function submit(state: SessionState, { share, origin, firstMs, again }: PendingShare): void {
  const { header, extranonce2 } = share;
  // Bits of a mask that has changed since: those the job was handed out with, and those the pool counts with now.
  const mask = origin.mask | state.jobs.mask;
  const id = ++state.lastId;
  const line = encodeSubmit(id, {
    worker: state.options.worker,
    jobId: origin.announced.jobId,
    extranonce2,
    nTime: header.nTime,
    nonce: header.nonce,
    versionBits: state.rolling || origin.mask !== 0 ? versionBits(header.version, mask) : undefined,
  });
  state.shares.pending.set(id, { share, origin, firstMs, sentMs: state.nowMs, again });
  sendLine(state, line);
}
