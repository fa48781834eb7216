/** The jobs of a session: difficulty, extranonce and version mask as they belong to each. */
import { equalBytes } from '../../bitcoin/hex.ts';
import { DIFFICULTY_1, type ShareDifficulty } from '../../stratum/difficulty.ts';
import type { Notify } from '../../stratum/notify.ts';
import type { Extranonce } from '../../stratum/pool-calls.ts';
import { plainText } from '../../stratum/text.ts';
import { rollableMask } from '../../stratum/version-bits.ts';
import type { Job } from '../../work/job.ts';
import { heightOfCoinbase } from './coinbase-height.ts';

/** What the pool announced: what is needed to send shares of a job, and to know whether they still count. */
export interface AnnouncedJob {
  /** The pool's name of the job. */
  readonly jobId: string;
  /** Number of the connection it came on. */
  readonly connection: number;
  /** Counts the notifies of a session. */
  readonly serial: number;
  /** What the pool announced, as it was first. */
  readonly notify: Notify;
  /** What its shares must meet; becomes harder when the pool tells its first difficulty after the job. */
  target: bigint;
  /** The pool has used its id for other work since. */
  isReplaced: boolean;
}

/** Where a job that was handed out came from. */
export interface JobOrigin {
  readonly announced: AnnouncedJob;
  /** Version bits that were negotiated when it was handed out. */
  readonly mask: number;
}

interface CurrentJob {
  readonly notify: Notify;
  readonly extranonce: Extranonce;
  readonly share: ShareDifficulty;
  readonly announced: AnnouncedJob;
}

/** State of the jobs; only the functions of this file change it. */
export interface JobBook {
  /** Version bits the miner asked for. */
  readonly asked: number;
  connection: number;
  serial: number;
  /** Jobs of a lower serial are stale. */
  cleanFrom: number;
  /** The next job starts anew, whatever the pool says: no work from before fits this connection. */
  startAnew: boolean;
  /** As announced for the next notify; undefined until the pool tells one on this connection. */
  difficulty: ShareDifficulty | undefined;
  extranonce: Extranonce | undefined;
  /** Version bits granted and asked for. */
  mask: number;
  current: CurrentJob | undefined;
  /** A notify that came before extranonce1, with the difficulty that was announced for it. */
  waiting: { readonly notify: Notify; readonly difficulty: ShareDifficulty | undefined } | undefined;
  lastPrevHash: Uint8Array | undefined;
  /** The last notify of the connection before, until the first one of this connection: ckpool begins a resumed session with the same, clean. */
  before: Notify | undefined;
  /**
   * The origins handed out, each its own key: a share's job is of this session when its `origin` is here. Pools use job ids again, and one notify can be handed
   * out twice, so ids would not do. Weak, since a share may come as long as anybody holds its job, and no longer.
   */
  readonly origins: WeakMap<object, JobOrigin>;
}

/** A job to hand out. */
export interface IssuedJob {
  readonly job: Job;
  readonly difficulty: number;
  /** True when it is the job before on changed terms. */
  readonly again: boolean;
}

/** The jobs of a session that was never connected. */
export function createJobBook(asked: number): JobBook {
  return {
    asked,
    connection: 0,
    serial: 0,
    cleanFrom: 0,
    startAnew: true,
    difficulty: undefined,
    extranonce: undefined,
    mask: 0,
    current: undefined,
    waiting: undefined,
    lastPrevHash: undefined,
    before: undefined,
    origins: new WeakMap(),
  };
}

/** True when a share of that job cannot count any more, whatever clean_jobs said: another block came, or its id means other work now. */
export function isWorthless(book: JobBook, { notify, isReplaced }: AnnouncedJob): boolean {
  return isReplaced || (book.lastPrevHash !== undefined && !equalBytes(book.lastPrevHash, notify.prevHash));
}

/** Where the job of a share came from; undefined when it is not of this session. */
export function originOf(book: JobBook, job: Job): JobOrigin | undefined {
  return job.origin && book.origins.get(job.origin);
}

/** A new connection: nothing that the pool announced on the one before counts. */
export function openJobs(book: JobBook): void {
  book.connection++;
  book.difficulty = undefined;
  book.extranonce = undefined;
  book.mask = 0;
  book.before = book.current?.notify ?? book.before;
  book.current = undefined;
  book.waiting = undefined;
}

/** The pool answered subscribe: a job that waited for extranonce1 can be worked on. */
export function subscribeJobs(
  book: JobBook,
  extranonce: Extranonce,
  resumed: boolean,
): IssuedJob | undefined {
  book.extranonce = extranonce;
  if (!resumed) book.startAnew = true;
  const { waiting } = book;
  book.waiting = undefined;
  return waiting && issueNotify(book, waiting.notify, extranonce, waiting.difficulty);
}

/**
 * A difficulty counts from the next notify on. One exception: ckpool sends the first job before the first difficulty and judges that job by it,
 * so a first difficulty that is harder than the 1 which was assumed counts at once. An easier one waits, so that neither kind of pool has a reason to reject.
 */
export function announceDifficulty(book: JobBook, share: ShareDifficulty): IssuedJob | undefined {
  const isFirst = book.difficulty === undefined;
  book.difficulty = share;
  const { current } = book;
  if (!isFirst || current === undefined || share.target >= current.announced.target) return undefined;
  current.announced.target = share.target;
  return issueAgain(book, { ...current, share });
}

/** An extranonce counts from the next notify on; shares of earlier jobs keep theirs. */
export function announceExtranonce(book: JobBook, extranonce: Extranonce): void {
  book.extranonce = extranonce;
}

/** A mask counts at once (BIP 310): the job at hand is given out again when it changes what may be rolled. */
export function grantMask(book: JobBook, granted: number): IssuedJob | undefined {
  const before = book.mask;
  book.mask = (granted & book.asked) >>> 0;
  const { current } = book;
  if (current === undefined) return undefined;
  const { version } = current.notify;
  const unchanged =
    rollableMask(before, book.asked, version) === rollableMask(book.mask, book.asked, version);
  return unchanged ? undefined : issueAgain(book, current);
}

/** A notify: a job, or nothing yet when extranonce1 is not known, or when it repeats the job at hand on the same terms. */
export function notifyJob(book: JobBook, notify: Notify): IssuedJob | undefined {
  const { extranonce, current, waiting } = book;
  if (extranonce === undefined) {
    const cleanJobs = notify.cleanJobs || waiting?.notify.cleanJobs === true;
    book.waiting = { notify: { ...notify, cleanJobs }, difficulty: book.difficulty };
    return undefined;
  }
  const isRepeated =
    current !== undefined &&
    sameNotify(current.notify, notify) &&
    current.announced.target === (book.difficulty ?? DIFFICULTY_1).target &&
    current.extranonce === extranonce;
  return isRepeated ? undefined : issueNotify(book, notify, extranonce, book.difficulty);
}

function issueNotify(
  book: JobBook,
  notify: Notify,
  extranonce: Extranonce,
  announced: ShareDifficulty | undefined,
): IssuedJob {
  // The difficulty of a job that waited for extranonce1 may have come after it: the rule of announceDifficulty.
  const late = announced === undefined ? book.difficulty : undefined;
  const assumed = announced ?? DIFFICULTY_1;
  const share = late !== undefined && late.target < assumed.target ? late : assumed;
  // A new previous hash makes all work worthless, whether the pool says so or not.
  const isNewTip = book.lastPrevHash !== undefined && !equalBytes(book.lastPrevHash, notify.prevHash);
  const isRepeated = book.before !== undefined && sameWork(book.before, notify);
  const cleanJobs = (notify.cleanJobs && !isRepeated) || book.startAnew || isNewTip;
  book.before = undefined;
  book.serial++;
  if (cleanJobs) book.cleanFrom = book.serial;
  book.startAnew = false;
  book.lastPrevHash = notify.prevHash;
  const { jobId } = notify;
  const { connection, serial } = book;
  book.current = {
    notify,
    extranonce,
    share,
    announced: { jobId, connection, serial, notify, target: share.target, isReplaced: false },
  };
  return { job: handOut(book, book.current, cleanJobs), difficulty: share.difficulty, again: false };
}

/** The job at hand with another target or mask; its shares so far keep counting. */
function issueAgain(book: JobBook, current: CurrentJob): IssuedJob {
  book.current = current;
  return { job: handOut(book, current, false), difficulty: current.share.difficulty, again: true };
}

function handOut(book: JobBook, { notify, extranonce, announced }: CurrentJob, cleanJobs: boolean): Job {
  const { prevHash, coinbase1, coinbase2, merkleBranch, version, nTime, nBits, networkTarget } = notify;
  const origin = { announced, mask: book.mask };
  book.origins.set(origin, origin);
  return {
    id: plainText(notify.jobId, 64),
    height: heightOfCoinbase(coinbase1),
    version,
    versionMask: rollableMask(book.mask, book.asked, version),
    prevHash,
    coinbase1,
    coinbase2,
    extranonce1: extranonce.extranonce1,
    extranonce2Bytes: extranonce.extranonce2Bytes,
    merkleBranch,
    nTime,
    nBits,
    networkTarget,
    shareTarget: announced.target,
    cleanJobs,
    coinbaseValue: undefined,
    body: undefined,
    origin,
  };
}

/** True when `b` tells nothing that `a` did not. c2pool repeats a job so that idle miners stay. */
const sameNotify = (a: Notify, b: Notify) => (a.cleanJobs || !b.cleanJobs) && sameWork(a, b);

/** True when shares of one are shares of the other. */
export function sameWork(a: Notify, b: Notify): boolean {
  return (
    a.jobId === b.jobId &&
    a.version === b.version &&
    a.nTime === b.nTime &&
    a.nBits === b.nBits &&
    equalBytes(a.prevHash, b.prevHash) &&
    equalBytes(a.coinbase1, b.coinbase1) &&
    equalBytes(a.coinbase2, b.coinbase2) &&
    a.merkleBranch.length === b.merkleBranch.length &&
    a.merkleBranch.every((element, i) => equalBytes(element, b.merkleBranch[i]!))
  );
}
