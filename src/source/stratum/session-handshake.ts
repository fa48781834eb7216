/** How a session begins: configure, subscribe (or resume), authorize, and the wishes after it. */
import { equalBytes, toHex } from '../../bitcoin/hex.ts';
import {
  decodeConfigured,
  decodeSubscribed,
  decodeYesOrNo,
  hasError,
  NOT_CONFIGURED,
  type Subscribed,
} from '../../stratum/answers.ts';
import type { Decoded } from '../../stratum/fields.ts';
import type { Answer } from '../../stratum/message.ts';
import {
  encodeAuthorize,
  encodeConfigure,
  encodeExtranonceSubscribe,
  encodeSubscribe,
  encodeSuggestDifficulty,
  encodeSuggestTarget,
} from '../../stratum/requests.ts';
import { grantMask, openJobs, subscribeJobs } from './session-jobs.ts';
import { keepResumable } from './session-shares.ts';
import { ask, die, emitJob, judgeFor, type Question, type SessionState, warn } from './session-state.ts';
import { resubmitParked } from './session-submit.ts';
import { createWatch } from './session-watch.ts';

/**
 * A connection is open: configure goes first (BIP 310), subscribe with it, so that a pool that is silent about configure costs no time. authorize waits for the answer
 * to subscribe: ckpool ignores it before.
 */
export function openHandshake(state: SessionState): void {
  const { options } = state;
  Object.assign(state, {
    watch: createWatch(state.nowMs),
    phase: 'subscribing',
    sinceMs: state.nowMs,
    authorization: 'unasked',
    rolling: false,
    grantedMask: 0,
    extranonceGranted: false,
    resumed: false,
    dead: false,
  } satisfies Partial<SessionState>);
  state.warned.clear();
  openJobs(state.jobs);
  ask(state, 'configure', (id) => encodeConfigure(id, configureRequest(options)));
  const { sessionId } = state;
  ask(state, sessionId === undefined ? 'subscribe' : 'resume', (id) =>
    encodeSubscribe(id, options.agent, sessionId),
  );
}

/** set_extranonce is asked for where configure is sent anyway: DATUM answers some requests for a single extension with broken JSON. */
function configureRequest({
  versionMask,
  minimumDifficulty,
  info,
  extranonceSubscribe = false,
}: SessionState['options']) {
  const subscribeExtranonce = extranonceSubscribe || versionMask !== 0;
  return { versionMask, minimumDifficulty, info, subscribeExtranonce };
}

/** The pool answered one of the requests of this file. */
export function answerQuestion(state: SessionState, question: Question, answer: Answer): void {
  if (question === 'configure') answerConfigure(state, answer);
  else if (question === 'authorize') answerAuthorize(state, answer);
  else if (question !== 'optional') answerSubscribe(state, question, answer);
}

/** No, null or an error: the session goes on without what was not granted. */
function answerConfigure(state: SessionState, answer: Answer): void {
  const granted = hasError(answer) ? NOT_CONFIGURED : decodeConfigured(answer.result);
  state.rolling = granted.versionMask !== undefined && state.options.versionMask !== 0;
  state.extranonceGranted = granted.subscribeExtranonce;
  if (state.rolling) state.grantedMask = granted.versionMask ?? 0;
  applyMask(state);
}

/** A mask counts once version rolling was granted: DATUM sends set_version_mask before its answer to configure. */
export function applyMask(state: SessionState): void {
  const granted = state.rolling ? state.grantedMask : 0;
  const issued = grantMask(state.jobs, granted);
  if (state.options.versionMask !== 0) state.events.push({ type: 'version-rolling', mask: state.jobs.mask });
  emitJob(state, issued);
}

function answerSubscribe(state: SessionState, question: 'subscribe' | 'resume', answer: Answer): void {
  const subscribed: Decoded<Subscribed> = hasError(answer)
    ? { ok: false, reason: `The pool says: ${reasonOf(answer)}.` }
    : decodeSubscribed(answer.result);
  if (subscribed.ok) beginSession(state, question, subscribed.value, subscribed.warnings);
  else if (question === 'resume') {
    // A pool that cannot resume may refuse the session id: cgminer asks again without one, too.
    state.sessionId = undefined;
    ask(state, 'subscribe', (id) => encodeSubscribe(id, state.options.agent));
  } else {
    die(state, {
      cause: 'subscribe-refused',
      reason: `The pool refused mining.subscribe. ${subscribed.reason}`,
    });
  }
}

function beginSession(
  state: SessionState,
  question: 'subscribe' | 'resume',
  subscribed: Subscribed,
  warnings: readonly string[],
): void {
  const { extranonce1, extranonce2Bytes, sessionId } = subscribed;
  const before = state.extranonce1;
  state.resumed = question === 'resume' && before !== undefined && equalBytes(before, extranonce1);
  Object.assign(state, {
    phase: 'subscribed',
    sinceMs: state.nowMs,
    sessionId,
    extranonce1,
    unansweredResumes: 0,
  });
  for (const warning of warnings) warn(state, 'mining.subscribe', warning);
  const { resumed } = state;
  state.events.push({ type: 'subscribed', extranonce1: toHex(extranonce1), extranonce2Bytes, resumed });
  keepResumable(state.shares, resumed ? extranonce1 : undefined, judgeFor(state));
  state.authorization = 'asked';
  const { worker, password = 'x' } = state.options;
  ask(state, 'authorize', (id) => encodeAuthorize(id, worker, password));
  emitJob(state, subscribeJobs(state.jobs, { extranonce1, extranonce2Bytes }, resumed));
}

/** The answer may come after jobs (ckpool asks its node first), or never. */
function answerAuthorize(state: SessionState, answer: Answer): void {
  const verdict = decodeYesOrNo(answer);
  const isInTime = state.authorization === 'asked';
  if (verdict.answer === 'no') {
    state.authorization = 'refused';
    state.events.push({ type: 'unauthorized', reason: verdict.reason });
    resubmitParked(state);
  } else if (verdict.answer === 'yes') {
    state.authorization = 'granted';
    state.events.push({ type: 'authorized' });
    if (isInTime) afterAuthorize(state);
  } else if (isInTime) giveUpAuthorize(state, 'The pool answered mining.authorize with neither yes nor no.');
}

/** authorize is not settled and will not be: mining goes on, since pools exist that never answer. */
export function giveUpAuthorize(state: SessionState, what: string): void {
  state.authorization = 'unanswered';
  warn(state, 'mining.authorize', `${what} Mining goes on; look at the pool's page for this worker.`);
  state.events.push({ type: 'authorize-unanswered' });
  afterAuthorize(state);
}

/** ckpool and public-pool take wishes for a difficulty only from a worker that they know. */
function afterAuthorize(state: SessionState): void {
  const { extranonceSubscribe, suggestDifficulty, suggestTarget } = state.options;
  if (extranonceSubscribe && !state.extranonceGranted) ask(state, 'optional', encodeExtranonceSubscribe);
  if (suggestDifficulty !== undefined)
    ask(state, 'optional', (id) => encodeSuggestDifficulty(id, suggestDifficulty));
  if (suggestTarget !== undefined) ask(state, 'optional', (id) => encodeSuggestTarget(id, suggestTarget));
  resubmitParked(state);
}

function reasonOf(answer: Answer): string {
  const verdict = decodeYesOrNo(answer);
  return verdict.answer === 'no' ? verdict.reason : 'no reason given';
}
