/** What a miner sends, byte for byte. */
import { describe, expect, it } from 'vitest';
import {
  encodeAnswer,
  encodeAuthorize,
  encodeConfigure,
  encodeExtranonceSubscribe,
  encodeSubmit,
  encodeSubscribe,
  encodeSuggestDifficulty,
  encodeSuggestTarget,
  isRequest,
} from '../../src/stratum/requests.ts';
import { rollableMask, versionBits } from '../../src/stratum/version-bits.ts';

const share = {
  worker: 'ann.1',
  jobId: 'j',
  extranonce2: Uint8Array.of(0, 0x0a),
  nTime: 1,
  nonce: 2,
  versionBits: undefined,
};

describe('requests', () => {
  it.each([
    [encodeSubscribe(2, 'a/1', 'sess'), '{"id":2,"method":"mining.subscribe","params":["a/1","sess"]}'],
    [encodeAuthorize(3, 'ann.1', 'x'), '{"id":3,"method":"mining.authorize","params":["ann.1","x"]}'],
    [encodeExtranonceSubscribe(4), '{"id":4,"method":"mining.extranonce.subscribe","params":[]}'],
    [encodeSuggestDifficulty(5, 0.5), '{"id":5,"method":"mining.suggest_difficulty","params":[0.5]}'],
    [
      encodeSuggestTarget(6, 255n),
      `{"id":6,"method":"mining.suggest_target","params":["${'0'.repeat(62)}ff"]}`,
    ],
    [encodeAnswer('x', true), '{"id":"x","result":true,"error":null}'],
  ])('%s', (line, expected) => {
    expect(line).toBe(expected);
  });

  it('configure names every extension once, and is left out when there is none', () => {
    const info = { softwareVersion: 'hashgap/1' };
    const all = { versionMask: 0xe000, minimumDifficulty: 0.1, subscribeExtranonce: true, info };
    expect(JSON.parse(encodeConfigure(1, all)!)).toEqual({
      id: 1,
      method: 'mining.configure',
      params: [
        ['version-rolling', 'minimum-difficulty', 'subscribe-extranonce', 'info'],
        {
          'version-rolling.mask': '0000e000',
          'version-rolling.min-bit-count': 2,
          'minimum-difficulty.value': 0.1,
          'info.sw-version': 'hashgap/1',
        },
      ],
    });
    expect(encodeConfigure(1, {})).toBeUndefined();
  });
});

describe('C5 always 8 lower-case hex digits', () => {
  it.each([
    [{ nonce: 0x00bcc3e1, nTime: 0x0000000f, versionBits: 0x2000 }, ['0000000f', '00bcc3e1', '00002000']],
    [{ nonce: 0, nTime: 0, versionBits: 0 }, ['00000000', '00000000', '00000000']],
    [{ nonce: 0xffffffff, nTime: 0xabcdef01, versionBits: 0xffffe000 }, ['abcdef01', 'ffffffff', 'ffffe000']],
    [{ nonce: -1, nTime: -2147483648, versionBits: undefined }, ['80000000', 'ffffffff']],
  ])('%j', (fields, words) => {
    const { params } = JSON.parse(encodeSubmit(4, { ...share, ...fields })) as { params: string[] };
    expect(params).toEqual(['ann.1', 'j', '000a', ...words]);
  });
});

it('requests are told from answers, whatever the id that the pool chose', () => {
  const requests = [
    encodeConfigure(1, { versionMask: 0xe000 })!,
    encodeSubscribe(2, 'x'),
    encodeAuthorize(3, 'ann', 'x'),
    encodeSuggestDifficulty(4, 1),
    encodeSubmit(5, share),
  ];
  expect(requests.map(isRequest)).toEqual(requests.map(() => true));
  const ids = [7, -1, 1e300, '', '7', '","method":"', '7,"method":"x"'];
  expect(ids.map((id) => isRequest(encodeAnswer(id, 'pong')))).toEqual(ids.map(() => false));
});

describe('version bits', () => {
  const base = 0x20002000;
  const mask = 0x1fffe000;

  it('rolls only bits that the pool granted, the miner asked for, and the job leaves 0', () => {
    expect(rollableMask(0x1fffe000, 0x00c00000, 0x20000000)).toBe(0x00c00000); // public-pool grants more than was asked
    expect(rollableMask(0xffffffff, 0xffffffff, 0x20000000)).toBe(0xdfffffff);
    expect(rollableMask(mask, mask, base)).toBe(0x1fffc000);
  });

  it('comes to the same version in each of the three ways a server rebuilds it', () => {
    const job = 0x20000000;
    const rolled = (job | 0x00004000 | 0x10000000) >>> 0;
    const bits = versionBits(rolled, mask);
    expect(((job & ~mask) | (bits & mask)) >>> 0).toBe(rolled); // BIP 310, SRI
    expect((job ^ bits) >>> 0).toBe(rolled); // public-pool
    expect((job | bits) >>> 0).toBe(rolled); // ckpool, DATUM
  });

  it('keeps bits that the job sets itself, as BIP 310 has it', () => {
    const rolled = base | 0x4000;
    const bits = versionBits(rolled, mask);
    expect(bits).toBe(0x6000);
    expect((base & ~mask) | (bits & mask)).toBe(rolled);
    expect(base | bits).toBe(rolled);
  });
});
