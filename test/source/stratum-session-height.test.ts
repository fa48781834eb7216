/** The height in a pool's coinbase: every form that consensus knows, and bytes that hold none. */
import { expect, it } from 'vitest';
import { buildCoinbase } from '../../src/bitcoin/coinbase.ts';
import { fromHex } from '../../src/bitcoin/hex.ts';
import { heightOfCoinbase } from '../../src/source/stratum/coinbase-height.ts';
import { V2, V3 } from '../stratum/vectors.ts';

const spec = {
  value: 0n,
  payoutScript: Uint8Array.of(0x51),
  aux: [],
  tag: '',
  extranonceBytes: 8,
  witnessCommitment: undefined,
};

it.each([
  1,
  16,
  17,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  840_000,
  8_388_607,
  8_388_608,
  2 ** 31 - 1,
])('reads %d as it is written', (height) => {
  expect(heightOfCoinbase(buildCoinbase({ ...spec, height }).coinbase1)).toBe(height);
});

it('reads what pools send', () => {
  expect(heightOfCoinbase(fromHex(V2.notify[2] as string))).toBe(791_433);
  expect(heightOfCoinbase(fromHex(V3.notify[2] as string))).toBe(2_442_185);
});

it.each([
  ['nothing', ''],
  ['a transaction of version 2 alone', '02000000'],
  ['a script that starts behind the end', `0100000001${'00'.repeat(32)}ffffffff10`],
  ['a push that is cut', `0100000001${'00'.repeat(32)}ffffffff10034501`],
  ['a push longer than the script', `0100000001${'00'.repeat(32)}ffffffff0203450100`],
  ['a negative number', `0100000001${'00'.repeat(32)}ffffffff1003450181`],
  ['five bytes', `0100000001${'00'.repeat(32)}ffffffff10050000000001`],
  ['text', `0100000001${'00'.repeat(32)}ffffffff102f706f6f6c2f`],
  ['two inputs', `0100000002${'00'.repeat(32)}ffffffff1003450101`],
])('finds none in %s', (_, hex) => {
  expect(heightOfCoinbase(fromHex(hex))).toBeUndefined();
});
