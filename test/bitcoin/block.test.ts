/** Blocks and transactions: real bytes there and back, strictness, coinbases, commitments. */
import { Transaction as BitcoinJsTransaction } from 'bitcoinjs-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockCommitment,
  blockWeight,
  commitmentIndex,
  commitmentScript,
  decodeBlock,
  encodeBlock,
} from '../../src/bitcoin/block.ts';
import { compactSize, Reader } from '../../src/bitcoin/codec.ts';
import { addCoinbaseWitness, buildCoinbase, WITNESS_RESERVED_VALUE } from '../../src/bitcoin/coinbase.ts';
import { headerHash } from '../../src/bitcoin/header.ts';
import { concatBytes, fromHex, hashToDisplay, toHex } from '../../src/bitcoin/hex.ts';
import {
  encodeTransaction,
  isCoinbase,
  readTransaction,
  transactionId,
  witnessId,
} from '../../src/bitcoin/transaction.ts';

const GENESIS =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000';

// BIP 143, the signed example of native P2WPKH: two inputs, one with a witness.
const SEGWIT =
  '01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000';

const read = (hex: string) => readTransaction(new Reader(fromHex(hex)));

describe('the mainnet genesis block', () => {
  const block = decodeBlock(fromHex(GENESIS));

  it('decodes to one coinbase and encodes to the same bytes', () => {
    expect(block.transactions).toHaveLength(1);
    expect(isCoinbase(block.transactions[0]!)).toBe(true);
    expect(toHex(encodeBlock(block))).toBe(GENESIS);
  });

  it('has the known ids and weight', () => {
    expect(hashToDisplay(headerHash(block.header))).toBe(
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    );
    expect(hashToDisplay(transactionId(block.transactions[0]!))).toBe(
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    );
    expect(blockWeight(block)).toBe(4 * 285);
  });
});

describe('a segwit transaction', () => {
  it('survives decoding and encoding', () => {
    expect(toHex(encodeTransaction(read(SEGWIT)))).toBe(SEGWIT);
  });

  it('has a txid without and a wtxid with its witness', () => {
    const reference = BitcoinJsTransaction.fromHex(SEGWIT);
    expect(hashToDisplay(transactionId(read(SEGWIT)))).toBe(reference.getId());
    expect(toHex(witnessId(read(SEGWIT)))).toBe(toHex(reference.getHash(true)));
  });
});

describe('a malformed block', () => {
  it.each([
    ['cut anywhere', GENESIS.slice(0, -2), /more bytes/],
    [
      'with a compact size that is not the shortest',
      `${GENESIS.slice(0, 160)}fd0100${GENESIS.slice(162)}`,
      /shortest form/,
    ],
    ['with a compact size above the limit', `${GENESIS.slice(0, 160)}feffffffff`, /at most 33554432/],
  ])('%s is refused', (_, hex, message) => {
    expect(() => decodeBlock(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'BLOCK_MALFORMED', message: expect.stringMatching(message) }),
    );
  });

  it('is refused at every length, never read past its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: GENESIS.length / 2 - 1 }), (length) => {
        expect(() => decodeBlock(fromHex(GENESIS).subarray(0, length))).toThrow(/Expected/);
      }),
    );
  });

  it('with a superfluous witness is refused', () => {
    const stripped = encodeTransaction(read(SEGWIT), 'stripped');
    const superfluous = concatBytes(
      stripped.subarray(0, 4),
      Uint8Array.of(0, 1),
      stripped.subarray(4, -4),
      Uint8Array.of(0, 0),
      stripped.subarray(-4),
    );
    expect(() => readTransaction(new Reader(superfluous))).toThrow(/received none/);
  });

  it('with unknown transaction flags is refused', () => {
    expect(() => read(`${SEGWIT.slice(0, 10)}03${SEGWIT.slice(12)}`)).toThrow(/flags 0 or 1/);
  });
});

describe('buildCoinbase', () => {
  const spec = {
    height: 200,
    value: 5_000_000_123n,
    payoutScript: fromHex('0014751e76e8199196d454941c45d1b3a323f1433bd6'),
    aux: [fromHex('0102')],
    tag: '/tag/',
    extranonceBytes: 12,
    witnessCommitment: new Uint8Array(32).fill(9),
  };

  it('puts height, aux, tag and extranonce into the script, in this order', () => {
    const { coinbase1, coinbase2 } = buildCoinbase(spec);
    const extranonce = new Uint8Array(12).fill(0xee);
    const transaction = readTransaction(new Reader(concatBytes(coinbase1, extranonce, coinbase2)));
    expect(isCoinbase(transaction)).toBe(true);
    expect(toHex(transaction.inputs[0]!.script)).toBe(
      `02c8000102${toHex(Uint8Array.of(5))}2f7461672f0c${'ee'.repeat(12)}`,
    );
    expect(transaction.outputs).toEqual([
      { value: 5_000_000_123n, script: spec.payoutScript },
      { value: 0n, script: commitmentScript(spec.witnessCommitment) },
    ]);
    expect(commitmentIndex(transaction)).toBe(1);
  });

  it('takes a witness without changing its id', () => {
    const { coinbase1, coinbase2 } = buildCoinbase(spec);
    const stripped = concatBytes(coinbase1, new Uint8Array(12), coinbase2);
    const full = readTransaction(new Reader(addCoinbaseWitness(stripped)));
    expect(full.inputs[0]!.witness).toEqual([WITNESS_RESERVED_VALUE]);
    expect(toHex(encodeTransaction(full, 'stripped'))).toBe(toHex(stripped));
  });

  it('leaves the tag out when it is empty and the commitment where there is no segwit', () => {
    const { coinbase1, coinbase2 } = buildCoinbase({
      ...spec,
      height: 1,
      aux: [],
      tag: '',
      witnessCommitment: undefined,
    });
    const transaction = readTransaction(new Reader(concatBytes(coinbase1, new Uint8Array(12), coinbase2)));
    expect(toHex(transaction.inputs[0]!.script)).toBe(`510c${'00'.repeat(12)}`);
    expect(transaction.outputs).toHaveLength(1);
  });

  it('refuses a tag that does not fit 100 bytes, and says how many do', () => {
    const room = 100 - 3 - 2 - 13 - 2; // height, aux, extranonce with its push, the tag's own push
    expect(() => buildCoinbase({ ...spec, tag: 'x'.repeat(room) })).not.toThrow();
    expect(() => buildCoinbase({ ...spec, tag: 'x'.repeat(room + 1) })).toThrow(
      expect.objectContaining({
        code: 'COINBASE_TOO_LONG',
        message: expect.stringContaining(`at most ${room} bytes, received ${room + 1}`),
      }),
    );
  });
});

it('computes the commitment of a block without other transactions as bitcoind does', () => {
  const block = decodeBlock(fromHex(GENESIS));
  // default_witness_commitment of an empty template on any chain.
  expect(toHex(commitmentScript(blockCommitment(block, WITNESS_RESERVED_VALUE)))).toBe(
    '6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9',
  );
});

it('writes compact sizes in their shortest form, and reads them back', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 0x02000000 })),
      (size) => {
        return new Reader(compactSize(size)).compactSize() === size;
      },
    ),
  );
});
