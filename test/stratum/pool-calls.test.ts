/** What a pool calls: every method with right, odd and wrong parameters. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { decodeNotify, swapWords } from '../../src/stratum/notify.ts';
import { decodePoolCall, MAX_RECONNECT_WAIT_MS } from '../../src/stratum/pool-calls.ts';
import { COINBASE1, COINBASE2, notifyParams, PREV_HASH } from './pool-lines.ts';

const changed = (index: number, value: unknown) => notifyParams().with(index, value);
const value = (method: string, ...params: unknown[]) => {
  const decoded = decodePoolCall(method, params);
  return decoded.ok ? decoded.value : decoded.reason;
};

describe('mining.notify', () => {
  it('reads every field', () => {
    const decoded = decodeNotify(notifyParams({ clean: true }));
    if (!decoded.ok) throw new Error(decoded.reason);
    const { prevHash, coinbase1, coinbase2, merkleBranch, networkTarget, ...rest } = decoded.value;
    expect([prevHash, coinbase1, coinbase2, ...merkleBranch].map(toHex)).toEqual([
      ...[PREV_HASH, COINBASE1, COINBASE2, '11'.repeat(32), '22'.repeat(32)],
    ]);
    const numbers = { version: 0x20000000, nBits: 0x1705ae3a, nTime: 0x646ff1a9 };
    expect(rest).toEqual({ jobId: 'job1', cleanJobs: true, ...numbers });
    expect(networkTarget).toBe(0x05ae3an << (8n * 0x14n));
    expect(decoded.warnings).toEqual([]);
  });

  it('swaps words and back', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(toHex(swapWords(bytes).subarray(0, 8))).toBe('0302010007060504');
    expect(swapWords(swapWords(bytes))).toEqual(bytes);
  });

  it.each([
    ['upper case', changed(5, '2000E000')],
    ['version without leading zeros (public-pool)', changed(5, '1')],
    ['nTime without leading zeros (public-pool)', changed(7, 'ff')],
    ['an empty branch', changed(4, [])],
    ['an empty first coinbase part', changed(2, '')],
    ['a branch of 14', changed(4, Array(14).fill('ab'.repeat(32)))],
    ['no clean_jobs', notifyParams().slice(0, 8)],
  ])('takes %s', (_, params) => {
    expect(decodeNotify(params)).toMatchObject({ ok: true, warnings: [] });
  });

  it.each([
    ['one before the flag', [...notifyParams().slice(0, 8), '646ff1a9', true], true],
    ['one behind the flag', [...notifyParams({ clean: true }), 'extra'], true],
    ['another flag behind', [...notifyParams({ clean: true }), 1, false], false],
    ['no flag', notifyParams().slice(0, 8), false],
    ['null for a flag', changed(8, null), false],
  ])('finds clean_jobs with %s', (_, params, clean) => {
    expect(decodeNotify(params)).toMatchObject({ ok: true, value: { cleanJobs: clean } });
  });

  it.each([
    ['no parameters', []],
    ['a job id that is a number', changed(0, 1)],
    ['a job id without end', changed(0, 'x'.repeat(257))],
    ['a short previous hash', changed(1, 'ab'.repeat(31))],
    ['a previous hash of other characters', changed(1, 'xy'.repeat(32))],
    ['half a byte of coinbase', changed(2, 'abc')],
    ['a coinbase that is null', changed(3, null)],
    ['a branch that is a string', changed(4, 'ab'.repeat(32))],
    ['a branch that is null', changed(4, null)],
    ['a version of 9 digits', changed(5, '020000000')],
    ['a version that is a number', changed(5, 0x20000000)],
    ['an empty version', changed(5, '')],
    ['nBits of target 0', changed(6, '00000000')],
    ['nBits past 2^256', changed(6, 'ff7fffff')],
    ['nBits below 0', changed(6, '04800001')],
    ['no nTime', notifyParams().slice(0, 7)],
  ])('refuses %s', (_, params) => {
    const decoded = decodeNotify(params);
    expect(decoded.ok).toBe(false);
    if (!decoded.ok) expect(decoded.reason).toMatch(/^Expected .*, received .*\.$/);
  });

  it('warns of a BIP 144 marker in the coinbase', () => {
    const decoded = decodeNotify(changed(2, `010000000001${COINBASE1.slice(8)}`));
    expect(decoded.ok && decoded.warnings).toEqual([expect.stringContaining('BIP 144')]);
  });
});

describe('C7 merkle branch', () => {
  it.each([[5], [null], [[]], ['ab'], [`${'ab'.repeat(31)}xy`], [undefined]])(
    'refuses an element %j',
    (element) => {
      expect(decodeNotify(changed(4, ['ab'.repeat(32), element])).ok).toBe(false);
    },
  );

  it('takes a coinbase of 100 kB, in whatever parts, and refuses a larger one', () => {
    const parts = (first: number, second: number) => {
      const params = [...changed(2, '02'.repeat(first))];
      params[3] = '00'.repeat(second);
      return decodeNotify(params);
    };
    expect(parts(60_000, 40_000).ok).toBe(true);
    expect(parts(100_001, 0).ok).toBe(false);
    expect(parts(60_000, 40_001)).toEqual({
      ok: false,
      reason: 'Expected coinbase parts of at most 100000 bytes together, received 100001.',
    });
  });

  it('takes 32 elements and refuses 33', () => {
    expect(decodeNotify(changed(4, Array(32).fill('ab'.repeat(32)))).ok).toBe(true);
    expect(decodeNotify(changed(4, Array(33).fill('ab'.repeat(32)))).ok).toBe(false);
  });
});

describe('the other calls', () => {
  it('mining.set_extranonce', () => {
    expect(value('mining.set_extranonce', 'AABB', 8)).toMatchObject({
      type: 'extranonce',
      extranonce: { extranonce1: Uint8Array.of(0xaa, 0xbb), extranonce2Bytes: 8 },
    });
    expect(value('mining.set_extranonce', '', 0)).toMatchObject({ type: 'extranonce' });
    for (const params of [
      ['abc', 4],
      ['ab', -1],
      ['ab', 65],
      ['ab', 1.5],
      ['ab'],
      [1, 4],
      ['ab'.repeat(65), 4],
    ])
      expect(value('mining.set_extranonce', ...params)).toMatch(/^Expected/);
  });

  it('mining.set_version_mask, also as SRI calls it', () => {
    expect(value('mining.set_version_mask', '1fffe000')).toEqual({ type: 'version-mask', mask: 0x1fffe000 });
    expect(value('mining.set_version', 'E000')).toEqual({ type: 'version-mask', mask: 0xe000 });
    for (const mask of ['', '1fffe0000', 'x', 1, null])
      expect(value('mining.set_version_mask', mask)).toMatch(/^Expected/);
  });

  it('client.reconnect', () => {
    const nowhere = { type: 'reconnect', host: undefined, port: undefined, waitMs: 0 };
    expect(value('client.reconnect')).toEqual(nowhere);
    expect(value('client.reconnect', null, null, null)).toEqual(nowhere);
    expect(value('client.reconnect', '', 0, 0)).toEqual(nowhere);
    const there = { type: 'reconnect', host: 'eu.pool.example', port: 3333, waitMs: 10_000 };
    expect(value('client.reconnect', 'eu.pool.example', 3333, 10)).toEqual(there);
    expect(value('client.reconnect', 'eu.pool.example', '3333', '10')).toEqual(there);
    for (const wait of [1e9, '1e308', Number.MAX_VALUE])
      expect(value('client.reconnect', 'a', 1, wait)).toMatchObject({ waitMs: MAX_RECONNECT_WAIT_MS });
    for (const wait of [-5, 'x', Number.NaN, {}])
      expect(value('client.reconnect', 'a', 1, wait)).toMatchObject({ waitMs: 0 });
    for (const [host, port] of [
      ['a b', 1],
      ['a\u001b', 1],
      [5, 1],
      ['a', 65536],
      ['a', 1.5],
      ['x'.repeat(254), 1],
    ])
      expect(value('client.reconnect', host, port)).toMatch(/^Expected/);
  });

  it('client.show_message without a text, and unknown methods', () => {
    expect(value('client.show_message', 5)).toEqual({ type: 'message', text: '' });
    expect(value('mining.\u001b[31mfoo')).toEqual({ type: 'unknown', method: 'mining.foo' });
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(value(name)).toEqual({ type: 'unknown', method: name });
  });
});
