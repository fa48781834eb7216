/** What the pool sends: each line is a call, an answer or garbage, and is acted on. */
import { decodeYesOrNo } from '../../stratum/answers.ts';
import { answerableId, decodeMessage, type Message, requestNumber } from '../../stratum/message.ts';
import { decodePoolCall, type PoolCall } from '../../stratum/pool-calls.ts';
import { encodeAnswer } from '../../stratum/requests.ts';
import { plainText } from '../../stratum/text.ts';
import { answerQuestion, applyMask } from './session-handshake.ts';
import { announceDifficulty, announceExtranonce, notifyJob } from './session-jobs.ts';
import { answerShare } from './session-shares.ts';
import { die, emitJob, judgeFor, type SessionState, sendLine, warn } from './session-state.ts';
import { replaceParked } from './session-submit.ts';
import { countGarbage, countUnauthorized } from './session-watch.ts';

/** A line came. Whatever it is, it does not throw. */
export function takeLine(state: SessionState, line: string): void {
  state.watch.heardMs = state.nowMs;
  const message = decodeMessage(line);
  if (message.kind !== 'garbage') state.watch.garbageInARow = 0;
  if (message.kind === 'garbage') takeGarbage(state, line, message.reason);
  else if (message.kind === 'call') takeCall(state, message);
  else takeAnswer(state, message);
}

/** ckpool says goodbye in plain text, and where no pool is a web server may answer. */
function takeGarbage(state: SessionState, line: string, reason: string): void {
  state.counts.garbage++;
  const hint = /^HTTP\/\d/.test(line)
    ? 'A web server answers here: check the address of the pool.'
    : 'It is ignored, and counted.';
  warn(state, 'garbage', `The pool sent a line that is ${reason}: "${plainText(line, 80)}". ${hint}`);
  die(state, countGarbage(state.watch, state.limits, state.nowMs));
}

/** An answer belongs to the request whose id it has, and to no other. */
function takeAnswer(state: SessionState, answer: Extract<Message, { kind: 'answer' }>): void {
  const id = requestNumber(answer.id);
  const question = id === undefined ? undefined : state.questions.get(id);
  if (id !== undefined && question !== undefined) {
    state.questions.delete(id);
    answerQuestion(state, question, answer);
    return;
  }
  const yesOrNo = decodeYesOrNo(answer);
  const verdict =
    id === undefined ? undefined : answerShare(state.shares, id, yesOrNo, state.nowMs, judgeFor(state));
  if (verdict !== undefined) {
    const isUnauthorized = verdict.outcome === 'rejected' && verdict.class === 'unauthorized';
    die(state, countUnauthorized(state.watch, state.limits, isUnauthorized));
    return;
  }
  state.counts.unmatched++;
  if (yesOrNo.answer === 'no' && id === undefined)
    warn(
      state,
      `error ${yesOrNo.reason}`,
      `The pool complains about no request in particular: ${yesOrNo.reason}.`,
    );
}

function takeCall(state: SessionState, { id, method, params }: Extract<Message, { kind: 'call' }>): void {
  const call = decodePoolCall(method, params);
  if (call.ok) {
    for (const warning of call.warnings) warn(state, `${method} ${warning.slice(0, 32)}`, warning);
    obey(state, call.value, id);
  } else {
    state.counts.malformed++;
    warn(state, method, `The pool sent a ${method} that is ignored. ${call.reason}`);
  }
}

function obey(state: SessionState, call: PoolCall, id: unknown): void {
  switch (call.type) {
    case 'notify':
      replaceParked(state, call.notify);
      emitJob(state, notifyJob(state.jobs, call.notify));
      break;
    case 'difficulty':
      state.events.push({ type: 'difficulty', difficulty: call.share.difficulty });
      emitJob(state, announceDifficulty(state.jobs, call.share));
      break;
    case 'extranonce':
      announceExtranonce(state.jobs, call.extranonce);
      break;
    case 'version-mask':
      state.grantedMask = call.mask;
      if (state.rolling) applyMask(state);
      break;
    case 'reconnect':
      state.events.push(call);
      break;
    case 'get-version':
      reply(state, id, state.options.agent);
      break;
    case 'message':
      if (call.text !== '') state.events.push({ type: 'message', text: call.text });
      reply(state, id, true);
      break;
    case 'ping':
      reply(state, id, 'pong');
      break;
    case 'unknown':
      warn(state, call.method, `The pool called ${call.method}, which is not known here. It is ignored.`);
      break;
  }
}

/** A notification wants no answer. */
function reply(state: SessionState, id: unknown, result: string | boolean): void {
  const answerable = answerableId(id);
  if (answerable !== undefined) sendLine(state, encodeAnswer(answerable, result));
}
