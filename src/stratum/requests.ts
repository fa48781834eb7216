/** What a miner sends: each message as one line, without its line feed. */
import { toHex } from '../bitcoin/hex.ts';
import { targetToHex } from '../bitcoin/target.ts';

/** What mining.configure asks for (BIP 310); what is left out is not asked for. */
export interface ConfigureRequest {
  /** The version bits the miner can roll. */
  readonly versionMask?: number | undefined;
  readonly minimumDifficulty?: number | undefined;
  readonly subscribeExtranonce?: boolean | undefined;
  readonly info?: MinerInfo | undefined;
}

/** The `info` extension: texts that a pool may show. */
export interface MinerInfo {
  readonly connectionUrl?: string;
  readonly hardwareVersion?: string;
  readonly softwareVersion?: string;
  readonly hardwareId?: string;
}

/** A share as it is sent. */
export interface SubmitRequest {
  readonly worker: string;
  /** The pool's name of the job. */
  readonly jobId: string;
  readonly extranonce2: Uint8Array;
  readonly nTime: number;
  readonly nonce: number;
  /** Present exactly when version rolling was negotiated, also when nothing was rolled: DATUM and SRI insist on it. */
  readonly versionBits: number | undefined;
}

/**
 * A number as the wire has it: 8 lower-case hex digits, most significant first. Shorter ones lose shares: NerdMiner dropped leading zeros, and one in 16 was refused.
 *
 * @example
 * ```ts
 * wireWord(0x00bcc3e1); // '00bcc3e1'
 * wireWord(-1); // 'ffffffff'
 * ```
 */
export function wireWord(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** The fewest bits worth rolling; two give four versions for one message schedule. */
const MIN_BIT_COUNT = 2;

/** mining.configure; undefined when nothing is asked for. */
export function encodeConfigure(id: number, request: ConfigureRequest): string | undefined {
  const { versionMask = 0, minimumDifficulty, subscribeExtranonce, info } = request;
  const extensions: string[] = [];
  const parameters: Record<string, unknown> = {};
  if (versionMask !== 0) {
    extensions.push('version-rolling');
    parameters['version-rolling.mask'] = wireWord(versionMask);
    parameters['version-rolling.min-bit-count'] = MIN_BIT_COUNT;
  }
  if (minimumDifficulty !== undefined) {
    extensions.push('minimum-difficulty');
    parameters['minimum-difficulty.value'] = minimumDifficulty;
  }
  if (subscribeExtranonce) extensions.push('subscribe-extranonce');
  if (info !== undefined) {
    extensions.push('info');
    parameters['info.connection-url'] = info.connectionUrl; // JSON leaves out what is undefined
    parameters['info.hw-version'] = info.hardwareVersion;
    parameters['info.sw-version'] = info.softwareVersion;
    parameters['info.hw-id'] = info.hardwareId;
  }
  return extensions.length === 0
    ? undefined
    : encodeRequest(id, 'mining.configure', [extensions, parameters]);
}

/**
 * mining.subscribe, to resume the session `sessionId` where one is given.
 *
 * @example
 * ```ts
 * encodeSubscribe(2, 'hashgap/0.1.0'); // '{"id":2,"method":"mining.subscribe","params":["hashgap/0.1.0"]}'
 * ```
 */
export function encodeSubscribe(id: number, agent: string, sessionId?: string): string {
  return encodeRequest(id, 'mining.subscribe', sessionId === undefined ? [agent] : [agent, sessionId]);
}

/** mining.authorize. The line holds the password: do not print it. */
export function encodeAuthorize(id: number, worker: string, password: string): string {
  return encodeRequest(id, 'mining.authorize', [worker, password]);
}

/** mining.extranonce.subscribe: asks for mining.set_extranonce. */
export function encodeExtranonceSubscribe(id: number): string {
  return encodeRequest(id, 'mining.extranonce.subscribe', []);
}

/** mining.suggest_difficulty. */
export function encodeSuggestDifficulty(id: number, difficulty: number): string {
  return encodeRequest(id, 'mining.suggest_difficulty', [difficulty]);
}

/** mining.suggest_target: 64 hex digits, most significant first. */
export function encodeSuggestTarget(id: number, target: bigint): string {
  return encodeRequest(id, 'mining.suggest_target', [targetToHex(target)]);
}

/**
 * mining.submit.
 *
 * @example
 * ```ts
 * const share = { worker: 'ann.1', jobId: 'b', extranonce2: Uint8Array.of(1), nTime: 1, nonce: 0xbcc3e1, versionBits: undefined };
 * encodeSubmit(4, share); // '{"id":4,"method":"mining.submit","params":["ann.1","b","01","00000001","00bcc3e1"]}'
 * ```
 */
export function encodeSubmit(id: number, share: SubmitRequest): string {
  const { worker, jobId, extranonce2, nTime, nonce, versionBits } = share;
  const params = [worker, jobId, toHex(extranonce2), wireWord(nTime), wireWord(nonce)];
  return encodeRequest(
    id,
    'mining.submit',
    versionBits === undefined ? params : [...params, wireWord(versionBits)],
  );
}

/**
 * The answer to a call of the pool, as to mining.ping and client.get_version.
 *
 * @example
 * ```ts
 * encodeAnswer(7, 'pong'); // '{"id":7,"result":"pong","error":null}'
 * ```
 */
export function encodeAnswer(id: string | number, result: string | boolean): string {
  return JSON.stringify({ id, result, error: null });
}

/**
 * True for a line that asks the pool for an answer; false for {@link encodeAnswer}'s.
 *
 * @example
 * ```ts
 * isRequest('{"id":2,"method":"mining.subscribe","params":["hashgap/0.1.0"]}'); // true
 * isRequest('{"id":7,"result":"pong","error":null}'); // false
 * ```
 */
export const isRequest = (line: string): boolean => /^\{"id":\d+,"method":/.test(line);

const encodeRequest = (id: number, method: string, params: readonly unknown[]) =>
  JSON.stringify({ id, method, params });
