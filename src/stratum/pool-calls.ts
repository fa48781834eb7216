/** What a pool asks or tells a miner: every method, with its parameters decoded. */
import { difficultyFromTarget } from '../bitcoin/target.ts';
import { decodeDifficulty, type ShareDifficulty } from './difficulty.ts';
import { createFieldReader, type Decoded } from './fields.ts';
import { decodeNotify, type Notify } from './notify.ts';
import { plainText } from './text.ts';

/** The part of the coinbase that is this session's, and the length of the part that the miner counts through. */
export interface Extranonce {
  readonly extranonce1: Uint8Array;
  readonly extranonce2Bytes: number;
}

/** A decoded call of the pool. */
export type PoolCall =
  | { readonly type: 'notify'; readonly notify: Notify }
  /** mining.set_difficulty and mining.set_target. */
  | { readonly type: 'difficulty'; readonly share: ShareDifficulty }
  | { readonly type: 'extranonce'; readonly extranonce: Extranonce }
  /** The bits that may be rolled from now on. */
  | { readonly type: 'version-mask'; readonly mask: number }
  /** Host and port are undefined where the pool names none. */
  | {
      readonly type: 'reconnect';
      readonly host: string | undefined;
      readonly port: number | undefined;
      readonly waitMs: number;
    }
  | { readonly type: 'get-version' }
  /** Text for the user, safe to print. */
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'ping' }
  /** A method that is not known here; its name is safe to print. */
  | { readonly type: 'unknown'; readonly method: string };

/** Each part of an extranonce, bytes: far more than any pool uses (SRI 32), far less than would hurt. */
export const MAX_EXTRANONCE_BYTES = 64;
/** The longest wait before a reconnect that is believed, milliseconds. */
export const MAX_RECONNECT_WAIT_MS = 3_600_000;

/** Methods by their names on the wire; `mining.set_version` is what SRI calls mining.set_version_mask. */
const DECODERS: Readonly<Record<string, (params: readonly unknown[]) => Decoded<PoolCall>>> = {
  'mining.notify': (params) => map(decodeNotify(params), (notify) => ({ type: 'notify', notify })),
  'mining.set_difficulty': ([difficulty]) =>
    map(decodeDifficulty(difficulty), (share) => ({ type: 'difficulty', share })),
  'mining.set_target': ([target]) => map(decodeTarget(target), (share) => ({ type: 'difficulty', share })),
  'mining.set_extranonce': ([extranonce1, size]) =>
    map(decodeExtranonce(extranonce1, size), (extranonce) => ({ type: 'extranonce', extranonce })),
  'mining.set_version_mask': ([mask]) => decodeMask(mask),
  'mining.set_version': ([mask]) => decodeMask(mask),
  'client.reconnect': decodeReconnect,
  'client.get_version': () => ok({ type: 'get-version' }),
  'client.show_message': ([text]) =>
    ok({ type: 'message', text: typeof text === 'string' ? plainText(text) : '' }),
  'mining.ping': () => ok({ type: 'ping' }),
};

/**
 * Decodes a call of the pool. Never throws, whatever the parameters are.
 *
 * @example
 * ```ts
 * decodePoolCall('mining.set_difficulty', [0.5]).ok; // true
 * decodePoolCall('mining.set_difficulty', [null]).ok; // false
 * ```
 */
export function decodePoolCall(method: string, params: readonly unknown[]): Decoded<PoolCall> {
  const decoder = Object.hasOwn(DECODERS, method) ? DECODERS[method] : undefined;
  return decoder === undefined ? ok({ type: 'unknown', method: plainText(method, 64) }) : decoder(params);
}

/** Extranonce1 and the size of extranonce2, as mining.subscribe answers and mining.set_extranonce tells. */
export function decodeExtranonce(extranonce1: unknown, size: unknown): Decoded<Extranonce> {
  const fields = createFieldReader();
  return fields.result({
    extranonce1: fields.bytes(extranonce1, 'extranonce1', 0, MAX_EXTRANONCE_BYTES),
    extranonce2Bytes: fields.integer(size, 'a size of extranonce2', 0, MAX_EXTRANONCE_BYTES),
  });
}

/** A target as 64 hex digits, most significant first; fewer are let pass. */
function decodeTarget(value: unknown): Decoded<ShareDifficulty> {
  const fields = createFieldReader();
  const target = typeof value === 'string' && /^[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(`0x${value}`) : 0n;
  if (target === 0n) fields.refuse('a target of 64 hex digits, above 0', value);
  return fields.result({ target, difficulty: target === 0n ? 1 : difficultyFromTarget(target) });
}

function decodeMask(value: unknown): Decoded<PoolCall> {
  const fields = createFieldReader();
  return fields.result({ type: 'version-mask', mask: fields.word(value, 'a version mask') });
}

/** [] or [host, port, wait in seconds]; port and wait are seen as strings too. */
function decodeReconnect([host, port, wait]: readonly unknown[]): Decoded<PoolCall> {
  const fields = createFieldReader();
  const isHost = typeof host === 'string' && /^[\x21-\x7e]{1,253}$/.test(host);
  const none = host === undefined || host === null || host === '';
  if (!isHost && !none) fields.refuse('a host name', host);
  const seconds = typeof wait === 'string' ? Number(wait) : wait;
  const waitMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
  return fields.result({
    type: 'reconnect',
    host: isHost ? host : undefined,
    port: isAbsent(port) ? undefined : fields.integer(port, 'a port', 1, 65535),
    waitMs: Math.min(waitMs, MAX_RECONNECT_WAIT_MS),
  });
}

const isAbsent = (value: unknown) => value === undefined || value === null || value === '' || value === 0;

const ok = (value: PoolCall): Decoded<PoolCall> => ({ ok: true, value, warnings: [] });

function map<T>(decoded: Decoded<T>, to: (value: T) => PoolCall): Decoded<PoolCall> {
  return decoded.ok ? { ...decoded, value: to(decoded.value) } : decoded;
}
