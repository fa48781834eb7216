/** What goes into a Stratum session and what comes out of it: plain data, no sockets, no timers. */
import type { MinerInfo } from '../../stratum/requests.ts';
import type { Job } from '../../work/job.ts';
import type { RejectClass, ShareVerdict } from '../../work/ports.ts';
import type { FoundShare } from '../../work/verify.ts';

/** Whom the session speaks for and what it asks the pool for. */
export interface SessionOptions {
  /** The pool's name of the miner, such as `ADDRESS.worker`. */
  readonly worker: string;
  /** Sent in the clear; many pools ignore it. @default 'x' */
  readonly password?: string;
  /** Name and version of the program, such as `hashgap/0.1.0`. */
  readonly agent: string;
  /** Version bits the miner can roll; 0 asks for none. @default 0x1fffe000 (BIP 320) */
  readonly versionMask?: number;
  /** The difficulty below which the pool shall not go (BIP 310). @default not asked for */
  readonly minimumDifficulty?: number;
  /** Asked for after authorize; ckpool takes whole numbers only. @default not asked for */
  readonly suggestDifficulty?: number;
  /** The same as a target. @default not asked for */
  readonly suggestTarget?: bigint;
  /** Sends mining.extranonce.subscribe too when the pool does not grant it in configure; some pools drop a miner for it. @default false */
  readonly extranonceSubscribe?: boolean;
  /** The `info` extension of BIP 310. @default not sent */
  readonly info?: MinerInfo;
  readonly limits?: Partial<SessionLimits>;
}

/** Patience and memory of a session; times in milliseconds. */
export interface SessionLimits {
  /** From the opened connection to the answer that carries extranonce1. @default 30_000 */
  readonly subscribeMs: number;
  /** From authorize to its answer; after it the session goes on, and says so. @default 30_000 */
  readonly authorizeMs: number;
  /** Without any line the pool is dead. @default 120_000 */
  readonly silenceMs: number;
  /** Without a new job the pool is dead, however much it talks. @default 300_000 */
  readonly noNewJobMs: number;
  /** From submit to its answer; after it the share counts as unknown. @default 60_000 */
  readonly shareMs: number;
  /** How old a share may be to be sent again after a resumed session. @default 120_000 */
  readonly resubmitMs: number;
  /** Sends mining.suggest_difficulty when nothing was sent for so long; 0 never does. @default 0 */
  readonly keepAliveMs: number;
  /** Lines in a row that are no messages, until the session gives up. @default 20 */
  readonly garbageInARow: number;
  /** The same within one minute. @default 100 */
  readonly garbagePerMinute: number;
  /** Rejections in a row for not being authorized, until the session gives up. @default 3 */
  readonly unauthorizedInARow: number;
  /** Shares without an answer; further ones are withheld, blocks excepted. @default 10_000 */
  readonly pendingShares: number;
  /** Shares that wait for a session to be resumed, at most, blocks excepted: more of them would keep a miner from going on elsewhere. @default 256 */
  readonly parkedShares: number;
  /** Hashes kept to recognise a share that was sent before. @default 100_000 */
  readonly rememberedShares: number;
}

/** Something that happens to a session. */
export type SessionOccurrence =
  /** A connection to the pool is open. The session is resumed only at the `host` that the connection before led to: tell it where a redirect may lead elsewhere. */
  | { readonly type: 'opened'; readonly host?: string | undefined }
  /** A line from the pool, without its end. */
  | { readonly type: 'line'; readonly line: string }
  /** A share was found and verified; it gets exactly one `verdict` event, at once or later. */
  | { readonly type: 'share'; readonly share: FoundShare }
  /** The deadline has come. Too early or too often does no harm. */
  | { readonly type: 'time' }
  /** The connection is gone, for whatever reason. */
  | { readonly type: 'closed' }
  /** The session will not be opened again: every share without an answer becomes unknown. */
  | { readonly type: 'ended' };

/** What happens to a session, and when: `nowMs` is of a monotonic clock, whose origin does not matter. */
export type SessionInput = SessionOccurrence & { readonly nowMs: number };

/** What is to be done after an input. */
export interface SessionOutput {
  /** Lines for the pool, in order, without line feeds. One of them holds the password: do not print them. */
  readonly send: readonly string[];
  readonly events: readonly SessionEvent[];
  /** When to give a `time` input, on the clock of `nowMs`; undefined when there is nothing to wait for. */
  readonly deadlineMs: number | undefined;
}

/** Why a session asks for its connection to be closed. */
export type DeathCause =
  /** No line for `silenceMs`. */
  | 'silent'
  /** Lines, but no new job for `noNewJobMs`. */
  | 'no-new-job'
  /** No answer to subscribe within `subscribeMs`. */
  | 'no-subscription'
  /** subscribe was refused, or answered with nonsense. */
  | 'subscribe-refused'
  /** Too many lines that are no messages. */
  | 'garbage'
  /** The pool has forgotten that it authorized this worker. */
  | 'unauthorized';

/** What a session tells. Texts are sentences that are safe to print. */
export type SessionEvent =
  | {
      readonly type: 'subscribed';
      /** Hex. */
      readonly extranonce1: string;
      readonly extranonce2Bytes: number;
      /** True when the pool continues the session of the connection before. */
      readonly resumed: boolean;
    }
  /** The bits that may be rolled, as far as they were asked for; 0 for none. */
  | { readonly type: 'version-rolling'; readonly mask: number }
  | { readonly type: 'authorized' }
  /** The pool has not said in time whether it lets the worker in, or neither yes nor no: mining goes on as if it had. */
  | { readonly type: 'authorize-unanswered' }
  /** The pool refused the worker: no shares are sent any more, blocks excepted. Wait before the next connection. */
  | { readonly type: 'unauthorized'; readonly reason: string }
  /** Work. With `again` it is the job before on changed terms; otherwise a new one. */
  | { readonly type: 'job'; readonly job: Job; readonly difficulty: number; readonly again: boolean }
  /** The share difficulty of the jobs to come. */
  | { readonly type: 'difficulty'; readonly difficulty: number }
  /** What became of a share: exactly one for each. */
  | { readonly type: 'verdict'; readonly share: FoundShare; readonly verdict: ShareVerdict }
  /** A share without an answer was sent again on the resumed session. */
  | { readonly type: 'resubmitted'; readonly share: FoundShare }
  /** A text of the pool for its users. */
  | { readonly type: 'message'; readonly text: string }
  /** The pool wants the miner to connect anew, to another place where host or port are given. Whether to follow is decided elsewhere. */
  | {
      readonly type: 'reconnect';
      readonly host: string | undefined;
      readonly port: number | undefined;
      readonly waitMs: number;
    }
  | { readonly type: 'warning'; readonly message: string }
  /** Close the connection. Told once for each connection. */
  | { readonly type: 'dead'; readonly cause: DeathCause; readonly reason: string };

/** Counters of a session over all its connections. */
export interface SessionStats {
  /** Shares given to the session: the sum of the five after it. */
  readonly shares: number;
  readonly accepted: number;
  readonly rejected: Readonly<Record<RejectClass, number>>;
  readonly unknown: number;
  readonly withheld: number;
  readonly pending: number;
  /** Lines that are no messages. */
  readonly garbage: number;
  /** Messages with parameters that make no sense: refused one by one. */
  readonly malformed: number;
  /** Answers to nothing that was asked. */
  readonly unmatched: number;
}

/** The limits when nothing else is said. */
export const SESSION_LIMITS: SessionLimits = {
  subscribeMs: 30_000,
  authorizeMs: 30_000,
  silenceMs: 120_000, // pooler's; pools send a job every 30 to 60 s
  noNewJobMs: 300_000, // cpuminer-opt's
  shareMs: 60_000,
  resubmitMs: 120_000, // cgminer's
  keepAliveMs: 0,
  garbageInARow: 20,
  garbagePerMinute: 100,
  unauthorizedInARow: 3,
  pendingShares: 10_000,
  parkedShares: 256,
  rememberedShares: 100_000,
};
