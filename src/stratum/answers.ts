/** What a pool answers: the results of configure and subscribe, and yes or no to authorize and submit. */
import type { RejectClass } from '../work/ports.ts';
import { createFieldReader, type Decoded } from './fields.ts';
import type { Answer } from './message.ts';
import { decodeExtranonce, type Extranonce } from './pool-calls.ts';
import { plainText } from './text.ts';

/** What the pool granted of mining.configure. */
export interface Configured {
  /** The mask it granted; undefined when versions may not be rolled. */
  readonly versionMask: number | undefined;
  readonly minimumDifficulty: boolean;
  readonly subscribeExtranonce: boolean;
}

/** Nothing granted: what silence, null and an error mean too. */
export const NOT_CONFIGURED: Configured = {
  versionMask: undefined,
  minimumDifficulty: false,
  subscribeExtranonce: false,
};

/** The answer to mining.subscribe. */
export interface Subscribed extends Extranonce {
  /** To resume the session with; undefined when the pool named none. */
  readonly sessionId: string | undefined;
}

/** Why the pool said no. */
export interface Rejection {
  /** The pool's words, safe to print. */
  readonly reason: string;
  readonly class: RejectClass;
}

/** Yes, no, or neither: an answer without result and error decides nothing. */
export type YesOrNo =
  | { readonly answer: 'yes' }
  | ({ readonly answer: 'no' } & Rejection)
  | { readonly answer: 'neither' };

/**
 * Reads the result of mining.configure (BIP 310). A pool that grants version rolling without a readable mask grants no bits, but still wants the sixth parameter
 * of a submit: its mask is 0 then.
 *
 * @example
 * ```ts
 * decodeConfigured({ 'version-rolling': true, 'version-rolling.mask': '1FFFE000' }).versionMask; // 0x1fffe000
 * decodeConfigured(null).versionMask; // undefined
 * ```
 */
export function decodeConfigured(result: unknown): Configured {
  if (typeof result !== 'object' || result === null) return NOT_CONFIGURED;
  const {
    'version-rolling': rolling,
    'version-rolling.mask': mask,
    'minimum-difficulty': minimumDifficulty,
    'subscribe-extranonce': subscribeExtranonce,
  } = result as Record<string, unknown>;
  const isMask = typeof mask === 'string' && /^[0-9a-fA-F]{1,8}$/.test(mask);
  return {
    versionMask: rolling === true ? (isMask ? Number.parseInt(mask, 16) : 0) : undefined,
    minimumDifficulty: minimumDifficulty === true,
    subscribeExtranonce: subscribeExtranonce === true,
  };
}

/**
 * Reads the result of mining.subscribe: [subscriptions, extranonce1, size of extranonce2]. Subscriptions only serve to find the session id, so they may be a list of pairs, one
 * bare pair, or nothing.
 *
 * @example
 * ```ts
 * decodeSubscribed([[['mining.notify', 's1']], '08000002', 4]).ok; // true
 * decodeSubscribed([null, '08000002', 4]).ok; // true
 * decodeSubscribed(null).ok; // false
 * ```
 */
export function decodeSubscribed(result: unknown): Decoded<Subscribed> {
  const fields = createFieldReader();
  const [subscriptions, extranonce1, size] = fields.array(result, 'a subscription', 1024);
  const extranonce = decodeExtranonce(extranonce1, size);
  const refused = fields.result(undefined);
  if (!refused.ok) return refused;
  if (!extranonce.ok) return extranonce;
  return { ...extranonce, value: { ...extranonce.value, sessionId: sessionIdOf(subscriptions) } };
}

function sessionIdOf(subscriptions: unknown): string | undefined {
  if (!Array.isArray(subscriptions)) return undefined;
  const pairs: readonly unknown[] = [subscriptions, ...subscriptions.slice(0, 16)];
  const notify = pairs.find((pair) => Array.isArray(pair) && pair[0] === 'mining.notify') as
    | unknown[]
    | undefined;
  const id = notify?.[1];
  return typeof id === 'string' && id !== '' && id.length <= 256 ? id : undefined;
}

/**
 * True when an answer carries an error. Pools also write none as false, 0, an empty text or an empty list.
 *
 * @example
 * ```ts
 * hasError({ result: null, error: [20, 'Go away', null], rejectReason: undefined }); // true
 * hasError({ result: true, error: [], rejectReason: undefined }); // false
 * ```
 */
export const hasError = ({ error }: Answer): boolean => complaint(error) !== undefined;

/**
 * Reads the answer to mining.authorize or mining.submit. Only `true` without an error is a yes; `false`, an error or a reason to reject is a no; null without an error
 * is neither.
 *
 * @example
 * ```ts
 * decodeYesOrNo({ result: true, error: null, rejectReason: undefined }).answer; // 'yes'
 * decodeYesOrNo({ result: null, error: [22, 'Duplicate share', null], rejectReason: undefined }); // { answer: 'no', reason: 'Duplicate share', class: 'duplicate' }
 * ```
 */
export function decodeYesOrNo({ result, error, rejectReason }: Answer): YesOrNo {
  const said = complaint(error) ?? complaint(rejectReason);
  if (said !== undefined) {
    const { code, text } = said;
    return { answer: 'no', reason: text === '' ? `error ${code}` : text, class: rejectClass(code, text) };
  }
  if (result === true) return { answer: 'yes' };
  return result === false
    ? { answer: 'no', reason: 'no reason given', class: 'other' }
    : { answer: 'neither' };
}

/** An error in any of its forms: [code, text, traceback], a string, {code, message}, a bare code, `true`; undefined for what means none. */
function complaint(error: unknown): { code: number | undefined; text: string } | undefined {
  if (error === null || error === undefined || error === false) return undefined;
  if (typeof error === 'string') {
    const text = plainText(error, 160);
    return text === '' ? undefined : { code: undefined, text };
  }
  if (typeof error === 'number') return error === 0 ? undefined : { code: error, text: '' };
  if (Array.isArray(error)) return error.length === 0 ? undefined : worded(error[0], error[1] ?? error[0]);
  if (typeof error !== 'object') return worded(undefined, undefined);
  const { code, message, reason } = error as Record<string, unknown>;
  return worded(code, message ?? reason);
}

function worded(code: unknown, text: unknown): { code: number | undefined; text: string } {
  const number = typeof code === 'number' && Number.isFinite(code) ? code : undefined;
  const words = typeof text === 'string' ? plainText(text, 160) : '';
  return { code: number, text: words === '' && number === undefined ? 'no reason given' : words };
}

/** Words tell more than codes: DATUM uses 21 for a wrong time too, and 23 for a wrong version. The first that matches counts. */
const WORDS: readonly (readonly [RejectClass, RegExp])[] = [
  ['duplicate', /\bdup/i],
  ['low-difficulty', /low.?diff|diff(iculty)?.?too.?low|above.?target|high.?hash|h-not-zero/i],
  ['unauthorized', /un-?auth|not.?auth|not.?subscribed|worker.?mismatch/i],
  [
    'stale',
    /stale|(job|work).?(id)?.?(is )?(not|un).?(found|known)|(unknown|invalid|no.?such|old|expired).?(job|work)/i,
  ],
  ['other', /time|version|nonce|mask/i],
];

const CODES: Readonly<Record<number, RejectClass>> = {
  21: 'stale',
  22: 'duplicate',
  23: 'low-difficulty',
  24: 'unauthorized',
  25: 'unauthorized',
};

/**
 * The class of a rejection, from the pool's words first and its code second.
 *
 * @example
 * ```ts
 * rejectClass(21, 'Job not found'); // 'stale'
 * rejectClass(21, 'time-too-old'); // 'other'
 * rejectClass(23, ''); // 'low-difficulty'
 * ```
 */
export function rejectClass(code: number | undefined, text: string): RejectClass {
  const worded = WORDS.find(([, pattern]) => pattern.test(text));
  return worded?.[0] ?? (code === undefined ? undefined : CODES[code]) ?? 'other';
}
