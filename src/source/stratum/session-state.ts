/** The state of a session, and the ways its parts write to the outside. */
import { VERSION_ROLLING_MASK } from '../../bitcoin/version.ts';
import { createJobBook, type IssuedJob, type JobBook } from './session-jobs.ts';
import { createShareBook, type Judge, type ShareBook } from './session-shares.ts';
import {
  type DeathCause,
  SESSION_LIMITS,
  type SessionEvent,
  type SessionLimits,
  type SessionOptions,
} from './session-types.ts';
import { createWatch, type Watch } from './session-watch.ts';

/** What a request that is not a share asked. */
export type Question = 'configure' | 'subscribe' | 'resume' | 'authorize' | 'optional';

/** How far the session is with its pool. */
export type Phase = 'closed' | 'subscribing' | 'subscribed';

/** Where authorize stands: `unanswered` after its time is over, though an answer still counts. */
export type Authorization = 'unasked' | 'asked' | 'unanswered' | 'granted' | 'refused';

/** Everything a session knows. */
export interface SessionState {
  readonly options: SessionOptions & { readonly versionMask: number };
  readonly limits: SessionLimits;
  readonly jobs: JobBook;
  readonly shares: ShareBook;
  watch: Watch;
  nowMs: number;
  phase: Phase;
  /** When the phase began, or authorize was sent: what their patience is measured from. */
  sinceMs: number;
  authorization: Authorization;
  /** Version rolling was granted in configure: every submit carries version bits. */
  rolling: boolean;
  /** The mask as the pool last told it, in configure or in set_version_mask. */
  grantedMask: number;
  /** The pool granted set_extranonce in configure. */
  extranonceGranted: boolean;
  /** To resume the session with; undefined when the pool named none. */
  sessionId: string | undefined;
  /** Connections in a row that ended before the pool answered a subscribe with the session id. */
  unansweredResumes: number;
  /** Where the connection leads, or the one before led. */
  host: string | undefined;
  /** What subscribe gave, on this connection or the one before: equal to a resumed session's. set_extranonce does not change it. */
  extranonce1: Uint8Array | undefined;
  /** This connection went on with the session of the one before. */
  resumed: boolean;
  /** The session has asked for this connection to be closed. */
  dead: boolean;
  lastId: number;
  /** Requests without an answer that are no shares. */
  readonly questions: Map<number, Question>;
  /** What the user was told on this connection: once is enough. */
  readonly warned: Set<string>;
  readonly counts: { garbage: number; malformed: number; unmatched: number };
  /** What the input at hand leads to. */
  send: string[];
  events: SessionEvent[];
}

/** A session that was never connected. */
export function createSessionState(options: SessionOptions): SessionState {
  const { versionMask = VERSION_ROLLING_MASK } = options;
  const limits = { ...SESSION_LIMITS, ...options.limits };
  return {
    options: { ...options, versionMask },
    limits,
    jobs: createJobBook(versionMask),
    shares: createShareBook(limits),
    watch: createWatch(0),
    nowMs: Number.NEGATIVE_INFINITY,
    phase: 'closed',
    sinceMs: 0,
    authorization: 'unasked',
    rolling: false,
    grantedMask: 0,
    extranonceGranted: false,
    sessionId: undefined,
    unansweredResumes: 0,
    host: undefined,
    extranonce1: undefined,
    resumed: false,
    dead: false,
    lastId: 0,
    questions: new Map(),
    warned: new Set(),
    counts: { garbage: 0, malformed: 0, unmatched: 0 },
    send: [],
    events: [],
  };
}

/** A pool that never answers a keep-alive must not fill the memory. */
const MAX_QUESTIONS = 100;

/** Sends a request that `encode` writes under a new id, and remembers what it asked. */
export function ask(
  state: SessionState,
  question: Question,
  encode: (id: number) => string | undefined,
): void {
  const id = state.lastId + 1;
  const line = encode(id);
  if (line === undefined) return;
  state.lastId = id;
  state.questions.set(id, question);
  const [oldest] = state.questions.keys();
  if (state.questions.size > MAX_QUESTIONS && oldest !== undefined) state.questions.delete(oldest);
  sendLine(state, line);
}

/** Sends a line as it is. */
export function sendLine(state: SessionState, line: string): void {
  state.send.push(line);
  state.watch.sentMs = state.nowMs;
}

/** Names that a pool can make up, such as unknown methods, must not fill the memory. */
const MAX_WARNINGS = 100;

/** Warns once for each `topic` and connection. */
export function warn(state: SessionState, topic: string, message: string): void {
  if (state.warned.has(topic) || state.warned.size >= MAX_WARNINGS) return;
  state.warned.add(topic);
  state.events.push({ type: 'warning', message });
}

/** Asks for the connection to be closed, once. */
export function die(
  state: SessionState,
  death: { readonly cause: DeathCause; readonly reason: string } | undefined,
) {
  if (death === undefined || state.dead) return;
  state.dead = true;
  state.events.push({ type: 'dead', cause: death.cause, reason: death.reason });
}

/** Hands out a job, if there is one. */
export function emitJob(state: SessionState, issued: IssuedJob | undefined): void {
  if (issued === undefined) return;
  if (!issued.again) state.watch.jobMs = state.nowMs;
  state.events.push({ type: 'job', ...issued });
}

/** Tells the verdicts of shares. */
export function judgeFor(state: SessionState): Judge {
  return (share, verdict) => void state.events.push({ type: 'verdict', share, verdict });
}
