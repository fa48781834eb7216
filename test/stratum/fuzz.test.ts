/** Fuzzing of the line parser, every decoder and the session: more than a million inputs of a seeded generator. */
import { describe, expect, it } from 'vitest';
import { createSession } from '../../src/source/stratum/session.ts';
import type { SessionEvent } from '../../src/source/stratum/session-types.ts';
import { decodeConfigured, decodeSubscribed, decodeYesOrNo } from '../../src/stratum/answers.ts';
import { decodeDifficulty } from '../../src/stratum/difficulty.ts';
import { createLineReader } from '../../src/stratum/lines.ts';
import { decodeMessage, type Message } from '../../src/stratum/message.ts';
import { decodePoolCall, type PoolCall } from '../../src/stratum/pool-calls.ts';
import { shareOf } from './drive.ts';
import { answer, call, notify, notifyParams } from './pool-lines.ts';
import { V3 } from './vectors.ts';

/** xorshift32: the same inputs on every machine. */
function createRandom(seed: number) {
  let state = seed;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  return { below, pick: <T>(items: readonly T[]) => items[below(items.length)]! };
}
type Random = ReturnType<typeof createRandom>;

const VALID = [
  answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000', 'subscribe-extranonce': true }),
  answer(2, [[['mining.notify', 's1']], '08000002', 4]),
  answer(3, true),
  answer(4, null, [21, 'Job not found', null]),
  answer(5, false, { code: 23, message: 'Low difficulty' }),
  '{"id":6,"result":false,"error":null,"reject-reason":"Stale"}',
  notify(),
  notify({ jobId: 'b', clean: true, branch: [] }),
  call('mining.notify', V3.notify),
  call('mining.set_difficulty', [0.001]),
  call('mining.set_target', ['00000000ffff'.padEnd(64, '0')]),
  call('mining.set_extranonce', ['0a0b', 8]),
  call('mining.set_version_mask', ['1fffe000']),
  call('client.reconnect', ['eu.pool.example', 3333, 5]),
  call('client.show_message', ['grüße ✓ \u001b[31m'], 8),
  call('client.get_version', [], 9),
  call('mining.ping', [], 'x'),
];

/** Pieces of JSON that parsers trip over. */
const TOKENS = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1e400',
    '-1e400',
    '1e-400',
    '5e-324',
    '9007199254740993',
    '0.1',
    '""',
  ],
  ...[
    '[]',
    '{}',
    '[[]]',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u001b[2J"',
    '"__proto__"',
    '"00"',
    '"zz"',
    '"1fffe000"',
    '4294967296',
  ],
  ...[
    '"id"',
    '"method"',
    '"params"',
    '"result"',
    '"error"',
    ':',
    ',',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '\r\n',
    '\0',
    '\\',
    '"',
  ],
  ...[`"${'f'.repeat(64)}"`, `"${'0'.repeat(300)}"`, '['.repeat(50), '\u20bf', '"mining.notify"'],
];

const encoder = new TextEncoder();
const TOKEN_BYTES = TOKENS.map((token) => encoder.encode(token));
const VALID_BYTES = VALID.map((line) => encoder.encode(`${line}\n`));

/** One to four changes of a valid line: bytes changed, cut out, doubled, spliced with another line, or tokens put in. */
function mutate(random: Random): Uint8Array {
  let bytes: Uint8Array = random.pick(VALID_BYTES);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(bytes.length + 1);
    const to = Math.min(bytes.length, at + random.below(20));
    const kind = random.below(6);
    if (kind === 0) bytes = bytes.with(Math.min(at, bytes.length - 1), random.below(256));
    else if (kind === 1) bytes = join(bytes.subarray(0, at), bytes.subarray(to));
    else if (kind === 2) bytes = join(bytes.subarray(0, to), bytes.subarray(at));
    else if (kind === 3)
      bytes = join(bytes.subarray(0, at), random.pick(VALID_BYTES).subarray(random.below(40)));
    else bytes = join(bytes.subarray(0, at), random.pick(TOKEN_BYTES), bytes.subarray(kind === 4 ? at : to));
    if (bytes.length === 0) return random.pick(TOKEN_BYTES);
  }
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Any JSON value, mostly small, sometimes what the field should be. */
function anyValue(random: Random, depth = 2): unknown {
  const kind = random.below(depth > 0 ? 14 : 11);
  if (kind === 0) return null;
  if (kind === 1) return random.below(2) === 0;
  if (kind === 2) return random.below(2 ** 31) / (1 + random.below(1000)) - random.below(2);
  if (kind === 3) return random.pick([0, -1, 1e308, 5e-324, Number.POSITIVE_INFINITY, 2 ** 53, 64, 4]);
  if (kind === 4) return undefined;
  if (kind <= 8) return 'f0'.repeat(random.pick([0, 1, 2, 4, 31, 32, 33, 64])).slice(random.below(2));
  if (kind <= 10)
    return random.pick([
      '',
      '0',
      '12',
      '1e400',
      '\u001b[2J',
      '\ud800',
      'mining.notify',
      '1705ae3a',
      'Stale',
      'é₿🎉',
    ]);
  if (kind <= 12) return Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1));
  return {
    [random.pick(['code', 'message', 'version-rolling', '__proto__', 'reason'])]: anyValue(random, depth - 1),
  };
}

/** One parameter of a valid notify replaced: deeper into the decoder than random values reach. */
function nearlyNotify(random: Random): unknown[] {
  const params = notifyParams();
  params[random.below(params.length)] = anyValue(random);
  if (random.below(4) === 0) params.splice(random.below(params.length), random.below(3), anyValue(random));
  return params;
}

const METHODS = [
  ...[
    'mining.set_difficulty',
    'mining.set_target',
    'mining.set_extranonce',
    'mining.set_version_mask',
    'mining.set_version',
  ],
  ...[
    'mining.ping',
    'client.reconnect',
    'client.get_version',
    'client.show_message',
    'mining.foo',
    '__proto__',
  ],
];

const isWord = (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
const isTarget = (value: bigint) => value > 0n && value < 1n << 256n;
const isPlain = (text: string) => text.length <= 300 && !/[\p{Cc}\p{Cs}]/u.test(text);

/** What a decoder lets pass must be usable as it is. */
function check(value: PoolCall): void {
  if (value.type === 'notify') {
    const { prevHash, merkleBranch, version, nBits, nTime, networkTarget, jobId } = value.notify;
    const sound =
      prevHash.length === 32 &&
      merkleBranch.length <= 32 &&
      merkleBranch.every((element) => element.length === 32) &&
      [version, nBits, nTime].every(isWord) &&
      isTarget(networkTarget) &&
      jobId.length <= 256;
    if (!sound) throw new Error('a notify that is none');
  }
  if (value.type === 'difficulty' && !(isTarget(value.share.target) && value.share.difficulty > 0))
    throw new Error('a difficulty that is none');
  if (value.type === 'version-mask' && !isWord(value.mask)) throw new Error('a mask that is none');
  if (
    value.type === 'extranonce' &&
    !(value.extranonce.extranonce2Bytes >= 0 && value.extranonce.extranonce2Bytes <= 64)
  )
    throw new Error('a size that is none');
  if (value.type === 'reconnect' && !(value.waitMs >= 0 && value.waitMs <= 3_600_000))
    throw new Error('a wait without end');
  if (value.type === 'message' && !isPlain(value.text)) throw new Error('a message that is not plain');
  if (value.type === 'unknown' && !isPlain(value.method)) throw new Error('a method that is not plain');
}

function decodeAll(message: Message): void {
  if (message.kind === 'call') {
    const decoded = decodePoolCall(message.method, message.params);
    if (decoded.ok) check(decoded.value);
    else if (!isPlain(decoded.reason)) throw new Error('a reason that is not plain');
  } else if (message.kind === 'answer') {
    const verdict = decodeYesOrNo(message);
    if (verdict.answer === 'no' && !isPlain(verdict.reason)) throw new Error('a reason that is not plain');
    decodeConfigured(message.result);
    decodeSubscribed(message.result);
  }
}

function checkEvent(event: SessionEvent): void {
  const text =
    'message' in event ? event.message : 'text' in event ? event.text : 'reason' in event ? event.reason : '';
  if (/[\p{Cc}\p{Cs}]/u.test(text) || text.length > 500) throw new Error(`not plain: ${text}`);
}

/** Lines that once made trouble, or that mutations reach too seldom. */
const FIXED = [
  `{"id":null,"method":"mining.notify","params":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  `{"id":1,"error":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
  `{"id":2,"result":[${'[],'.repeat(5_000)}[]]}`,
  '{"id":null,"method":"mining.set_difficulty","params":[1e-320]}',
  '{"id":null,"method":"mining.set_difficulty","params":[1.7976931348623157e308]}',
  '{"id":{"toString":1},"method":"mining.ping","params":[]}',
  '{"id":1,"result":{"version-rolling":true,"version-rolling.mask":{"toString":null}}}',
  '{"id":4,"error":{"code":{"valueOf":1},"message":{"toString":2}}}',
  '{"id":2,"result":{"length":3,"0":[],"1":"08","2":4}}',
  `{"id":null,"method":"client.show_message","params":["${'\\u001b['.repeat(5_000)}"]}`,
];

describe('fuzz', () => {
  it('line parser and message decoders: 450,000 mutated lines in random chunks', () => {
    const random = createRandom(0x5eed0001);
    let reader = createLineReader(4_000);
    const seen = { call: 0, answer: 0, garbage: 0 };
    for (let i = 0; i < 450_000; i++) {
      const bytes = mutate(random);
      const cut = random.below(bytes.length + 1);
      for (const line of [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]) {
        const message = decodeMessage(line);
        seen[message.kind]++;
        decodeAll(message);
      }
      if (reader.overflowed) reader = createLineReader(4_000);
    }
    // The mutations reach all of it, and not only garbage.
    expect(Math.min(seen.call, seen.answer, seen.garbage)).toBeGreaterThan(20_000);
  });

  it('every decoder: 600,000 random and nearly right values', () => {
    const random = createRandom(0x5eed0002);
    for (let i = 0; i < 150_000; i++) {
      const result = anyValue(random);
      decodeAll({ kind: 'answer', id: 1, result, error: anyValue(random), rejectReason: anyValue(random) });
      decodeAll({ kind: 'call', id: 1, method: 'mining.notify', params: nearlyNotify(random) });
      const params = [anyValue(random), anyValue(random), anyValue(random)];
      decodeAll({ kind: 'call', id: 1, method: random.pick(METHODS), params });
      decodeDifficulty(params[0]);
    }
  });

  it('the session: 150,000 lines, three of four mutated, a new session for each 500', () => {
    const random = createRandom(0x5eed0003);
    let jobs = 0;
    for (let i = 0; i < 300; i++) {
      const session = createSession({ worker: 'ann.rig', agent: 'hashgap/test' });
      session.step({ type: 'opened', nowMs: 0 });
      for (let nowMs = 1; nowMs <= 500; nowMs++) {
        const bytes = random.below(4) === 0 ? random.pick(VALID_BYTES) : mutate(random);
        const { events } = session.step({
          type: 'line',
          line: new TextDecoder().decode(bytes).trimEnd(),
          nowMs,
        });
        for (const event of events) {
          checkEvent(event);
          if (event.type !== 'job') continue;
          jobs++;
          session.step({ type: 'share', share: shareOf(event.job), nowMs });
        }
      }
      session.step({ type: 'ended', nowMs: 1_000_000 });
      const { shares, accepted, rejected, unknown, withheld, pending } = session.stats();
      const refused = Object.values(rejected).reduce((a, b) => a + b, 0);
      expect([accepted + refused + unknown + withheld, pending]).toEqual([shares, 0]);
    }
    expect(jobs).toBeGreaterThan(3_000);
  });

  it.each(FIXED.map((line, i) => [i, line] as const))('fixed case %d', (_, line) => {
    decodeAll(decodeMessage(line));
    const session = createSession({ worker: 'ann.rig', agent: 'hashgap/test' });
    session.step({ type: 'opened', nowMs: 0 });
    for (const event of session.step({ type: 'line', line, nowMs: 1 }).events) checkEvent(event);
  });
});
