/** The session of a Stratum V1 client as a state machine: inputs in, lines and events out. */
import { encodeSuggestDifficulty } from '../../stratum/requests.ts';
import { giveUpAuthorize, openHandshake } from './session-handshake.ts';
import { takeLine } from './session-receive.ts';
import { disconnectShares, expireShares, shareDeadlineMs } from './session-shares.ts';
import { ask, createSessionState, die, judgeFor, type SessionState } from './session-state.ts';
import { takeShare } from './session-submit.ts';
import type { SessionInput, SessionOptions, SessionOutput, SessionStats } from './session-types.ts';
import { deathOf, watchDeadlineMs } from './session-watch.ts';

/** A session with one pool, over any number of connections one after the other. */
export interface StratumSession {
  /** Works off one input. Never throws, whatever the pool sends. */
  step(input: SessionInput): SessionOutput;
  stats(): SessionStats;
  /** True when the pool named a session to go on with: shares found without a connection may still count. */
  canResume(): boolean;
}

/**
 * A session that waits for its first connection. The owner of the socket gives it every line and every event of the socket, sends what it says, and calls
 * it again at its deadline.
 *
 * @example
 * ```ts
 * const session = createSession({ worker: 'ann.rig', agent: 'hashgap/0.1.0', versionMask: 0 });
 * session.step({ type: 'opened', nowMs: 0 }).send[0]; // '{"id":1,"method":"mining.subscribe","params":["hashgap/0.1.0"]}'
 * session.step({ type: 'line', nowMs: 1, line: '{"id":1,"result":[[],"08000002",4],"error":null}' }).events[0].type; // 'subscribed'
 * session.step({ type: 'line', nowMs: 1, line: '{"id":7,"method":"mining.ping"}' }).send; // ['{"id":7,"result":"pong","error":null}']
 * ```
 */
export function createSession(options: SessionOptions): StratumSession {
  const state = createSessionState(options);
  return {
    step(input) {
      state.send = [];
      state.events = [];
      state.nowMs = Math.max(state.nowMs, input.nowMs); // a clock that goes back does no harm
      take(state, input);
      const { send, events } = state;
      return { send, events, deadlineMs: deadlineOf(state) };
    },
    stats() {
      const { counts, pending, parked } = state.shares;
      const { shares, accepted, rejected, unknown, withheld } = counts;
      return {
        ...{ shares, accepted, rejected: { ...rejected }, unknown, withheld },
        pending: pending.size + parked.length,
        ...state.counts,
      };
    },
    canResume: () => state.sessionId !== undefined,
  };
}

function take(state: SessionState, input: SessionInput): void {
  switch (input.type) {
    case 'opened':
      if (state.phase !== 'closed') close(state);
      goTo(state, input.host);
      openHandshake(state);
      break;
    case 'line':
      if (state.phase !== 'closed') takeLine(state, input.line);
      break;
    case 'share':
      takeShare(state, input.share);
      break;
    case 'time':
      passTime(state);
      break;
    case 'closed':
      close(state);
      break;
    case 'ended':
      state.sessionId = undefined;
      close(state);
      break;
  }
}

/** A session is known to the host that named it, and is nobody else's business: a redirect leads to a host that never heard of it. */
function goTo(state: SessionState, host: string | undefined): void {
  if (host === state.host) return;
  state.host = host;
  state.sessionId = undefined;
  disconnectShares(state.shares, false, judgeFor(state));
}

/** Once may be an accident; a pool that was started anew hangs up on a session id that it does not know, every time. */
const MAX_UNANSWERED_RESUMES = 2;

function close(state: SessionState): void {
  if ([...state.questions.values()].includes('resume')) state.unansweredResumes++;
  if (state.unansweredResumes >= MAX_UNANSWERED_RESUMES) state.sessionId = undefined;
  state.phase = 'closed';
  state.questions.clear();
  disconnectShares(state.shares, state.sessionId !== undefined, judgeFor(state));
}

function passTime(state: SessionState): void {
  const { limits, nowMs, watch, sinceMs } = state;
  expireShares(state.shares, nowMs, judgeFor(state));
  if (state.phase === 'closed' || state.dead) return;
  if (state.authorization === 'asked' && nowMs >= sinceMs + limits.authorizeMs)
    giveUpAuthorize(state, `The pool has not answered mining.authorize for ${limits.authorizeMs / 1000} s.`);
  if (state.phase === 'subscribing' && nowMs >= sinceMs + limits.subscribeMs)
    die(state, {
      cause: 'no-subscription',
      reason: `The pool has not answered mining.subscribe for ${limits.subscribeMs / 1000} s.`,
    });
  die(state, deathOf(watch, limits, nowMs));
  if (!state.dead && nowMs >= keepAliveMs(state)) keepAlive(state);
}

/** A wish for the difficulty that holds already is the one request that every pool knows and none minds; cpuminer-opt uses it too. */
function keepAlive(state: SessionState): void {
  const { suggestDifficulty } = state.options;
  const difficulty = suggestDifficulty ?? state.jobs.difficulty?.difficulty ?? 1;
  ask(state, 'optional', (id) => encodeSuggestDifficulty(id, difficulty));
}

function keepAliveMs({ limits, watch, phase }: SessionState): number {
  return limits.keepAliveMs > 0 && phase === 'subscribed'
    ? watch.sentMs + limits.keepAliveMs
    : Number.POSITIVE_INFINITY;
}

function deadlineOf(state: SessionState): number | undefined {
  const { limits, watch, sinceMs } = state;
  const deadlines = [shareDeadlineMs(state.shares)];
  if (state.phase !== 'closed' && !state.dead) {
    deadlines.push(watchDeadlineMs(watch, limits), keepAliveMs(state));
    if (state.phase === 'subscribing') deadlines.push(sinceMs + limits.subscribeMs);
    if (state.authorization === 'asked') deadlines.push(sinceMs + limits.authorizeMs);
  }
  const earliest = Math.min(...deadlines);
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest;
}
