/** One line of Stratum as a message: a call, an answer, or garbage. Decoding never throws. */

/** What a line turned out to be. Values are JSON of any type: what they must be is for the decoder of the method to say. */
export type Message =
  /** A request, or a notification when `id` is null. */
  | {
      readonly kind: 'call';
      readonly id: unknown;
      readonly method: string;
      readonly params: readonly unknown[];
    }
  | ({ readonly kind: 'answer'; readonly id: unknown } & Answer)
  /** No message at all; `reason` completes "The line is ...". */
  | { readonly kind: 'garbage'; readonly reason: string };

/** What an answer says, whatever the question was. */
export interface Answer {
  readonly result: unknown;
  readonly error: unknown;
  /** ckpool puts the reason of a rejected share here, beside `result: false`. */
  readonly rejectReason: unknown;
}

/**
 * Decodes one line. A message is a call exactly when its `method` is a string that is not empty: some servers send `method` and `result` together, one of
 * them null. `params` that are no array count as none.
 *
 * @example
 * ```ts
 * decodeMessage('{"id":null,"method":"mining.ping"}').kind; // 'call'
 * decodeMessage('{"id":1,"result":true,"method":null}').kind; // 'answer'
 * decodeMessage('HTTP/1.1 400 Bad Request').kind; // 'garbage'
 * ```
 */
export function decodeMessage(line: string): Message {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { kind: 'garbage', reason: 'no JSON' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { kind: 'garbage', reason: 'no JSON object' };
  const {
    id,
    method,
    params,
    result,
    error,
    'reject-reason': rejectReason,
  } = json as Record<string, unknown>;
  if (typeof method === 'string' && method !== '')
    return { kind: 'call', id: id ?? null, method, params: Array.isArray(params) ? params : [] };
  if (id === undefined && result === undefined && error === undefined)
    return { kind: 'garbage', reason: 'neither a call nor an answer' };
  return { kind: 'answer', id: id ?? null, result, error, rejectReason };
}

/**
 * The number of one's own request that an answer's `id` names: numbers count, and the same number as a string. Own requests are numbered from 1.
 *
 * @returns undefined for null, 0, fractions, numbers past 2^53 and anything else that no own request can have.
 * @example
 * ```ts
 * requestNumber('7'); // 7
 * requestNumber(0); // undefined
 * ```
 */
export function requestNumber(id: unknown): number | undefined {
  const number = typeof id === 'string' && /^[1-9]\d{0,15}$/.test(id) ? Number(id) : id;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** The id to answer a call with: strings of at most 128 characters and numbers; anything else is not answered. */
export function answerableId(id: unknown): string | number | undefined {
  if (typeof id === 'string') return id.length <= 128 ? id : undefined;
  return typeof id === 'number' && Number.isFinite(id) ? id : undefined;
}
