/** Mutations that a block shows by itself or by its header: what `CheckBlock` and `AcceptBlockHeader` refuse. */
import { concatBytes } from '../../src/bitcoin/hex.ts';
import { heightScript } from '../../src/bitcoin/script.ts';
import { NOBODY, spend, ZERO_NONCE } from './blocks.ts';
import {
  bytes,
  lone,
  MAX_MONEY,
  type Mutation,
  OP_CHECKMULTISIG,
  OP_CHECKSIG,
  pad,
  pay,
} from './mutation.ts';

/** Judged by the header: `CheckBlock` and `AcceptBlockHeader`. */
export const HEADER_MUTATIONS: readonly Mutation[] = [
  { name: 'hash above the target', expect: 'high-hash', change: () => ({ work: false }) },
  {
    name: 'nBits easier than the limit',
    expect: 'high-hash',
    change: () => ({ header: { nBits: 0x217fffff } }),
  },
  { name: 'nBits of zero', expect: 'high-hash', change: () => ({ header: { nBits: 0 } }) },
  { name: 'nBits that are negative', expect: 'high-hash', change: () => ({ header: { nBits: 0x20ffffff } }) },
  { name: 'nBits that overflow', expect: 'high-hash', change: () => ({ header: { nBits: 0xff123456 } }) },
  {
    name: 'nBits harder than asked for',
    expect: 'bad-diffbits',
    change: () => ({ header: { nBits: 0x207ffffe } }),
  },
  { name: 'unknown parent', expect: 'prev-blk-not-found', change: () => ({ header: { prevHash: NOBODY } }) },
  { name: 'no parent', expect: 'prev-blk-not-found', change: () => ({ header: { prevHash: ZERO_NONCE } }) },
  {
    name: 'time at the median',
    expect: 'time-too-old',
    change: ({ mintime }) => ({ header: { nTime: mintime - 1 } }),
  },
  { name: 'time zero', expect: 'time-too-old', change: () => ({ header: { nTime: 0 } }) },
  {
    name: 'time two hours and a second ahead',
    expect: 'time-too-new',
    change: ({ curtime }) => ({ header: { nTime: curtime + 7201 } }),
  },
  { name: 'time at its end', expect: 'time-too-new', change: () => ({ header: { nTime: 0xffffffff } }) },
  { name: 'version 1', expect: 'bad-version(0x00000001)', change: () => ({ header: { version: 1 } }) },
  { name: 'version 2', expect: 'bad-version(0x00000002)', change: () => ({ header: { version: 2 } }) },
  { name: 'version 3', expect: 'bad-version(0x00000003)', change: () => ({ header: { version: 3 } }) },
  { name: 'version 0', expect: 'bad-version(0x00000000)', change: () => ({ header: { version: 0 } }) },
  {
    name: 'wrong nBits and time: nBits come first',
    expect: 'bad-diffbits',
    change: () => ({ header: { nBits: 0x207ffffe, nTime: 0 } }),
  },
  {
    name: 'old time and version: time comes first',
    expect: 'time-too-old',
    change: () => ({ header: { nTime: 0, version: 1 } }),
  },
  {
    name: 'wrong merkle root and unknown parent: the merkle root comes first',
    expect: 'bad-txnmrklroot',
    change: () => ({ header: { merkleRoot: NOBODY, prevHash: NOBODY } }),
  },
  {
    name: 'two coinbases and an unknown parent: the body comes first',
    expect: 'bad-cb-multiple',
    change: () => ({
      header: { prevHash: NOBODY },
      transactions: (coinbase) => [coinbase, { ...coinbase, lockTime: 1 }],
    }),
  },
];

/**
 * Judged by the header as well, but not by the real node at hand: Bitcoin Knots 29.4.3 takes a set top bit for the mark of
 * an experimental longer header and refuses to decode the block. Bitcoin Core answers what stands here.
 */
export const NEGATIVE_VERSIONS: readonly Mutation[] = [
  {
    name: 'version -1',
    expect: 'bad-version(0xffffffff)',
    change: () => ({ header: { version: 0xffffffff } }),
  },
  {
    name: 'lowest version',
    expect: 'bad-version(0x80000000)',
    change: () => ({ header: { version: 0x80000000 } }),
  },
];

/** Judged by the body alone: `CheckBlock` and `CheckTransaction`. */
export const BODY_MUTATIONS: readonly Mutation[] = [
  {
    name: 'wrong merkle root',
    expect: 'bad-txnmrklroot',
    change: () => ({ header: { merkleRoot: NOBODY } }),
  },
  { name: 'no transactions', expect: 'bad-blk-length', change: () => ({ transactions: () => [] }) },
  {
    name: 'no transactions under the root of some',
    expect: 'bad-txnmrklroot',
    change: () => ({ transactions: () => [], header: { merkleRoot: NOBODY } }),
  },
  {
    name: 'the coinbase twice',
    expect: 'bad-txns-duplicate',
    change: () => ({ transactions: (coinbase) => [coinbase, coinbase] }),
  },
  {
    name: 'repeated last transaction',
    expect: 'bad-txns-duplicate',
    change: () => ({
      transactions: (coinbase) => [coinbase, spend(NOBODY), spend(NOBODY, 1), spend(NOBODY, 1)],
    }),
  },
  {
    name: 'repeated last pair',
    expect: 'bad-txns-duplicate',
    change: () => ({
      transactions: (coinbase) => {
        const [b, c, d, e, f] = [1, 2, 3, 4, 5].map((index) => spend(NOBODY, index));
        return [coinbase, b!, c!, d!, e!, f!, e!, f!];
      },
    }),
  },
  {
    name: 'second coinbase',
    expect: 'bad-cb-multiple',
    change: () => ({ transactions: (coinbase) => [coinbase, { ...coinbase, lockTime: 1 }] }),
  },
  {
    name: 'no coinbase',
    expect: 'bad-cb-missing',
    change: () => ({ transactions: () => [spend(NOBODY)] }),
  },
  {
    name: 'coinbase in the second place',
    expect: 'bad-cb-missing',
    change: () => ({ transactions: (coinbase) => [spend(NOBODY), coinbase] }),
  },
  {
    name: 'coinbase with a second input',
    expect: 'bad-cb-missing',
    change: () => ({
      transactions: (coinbase) => [{ ...coinbase, inputs: [...coinbase.inputs, ...spend(NOBODY).inputs] }],
    }),
  },
  {
    name: 'transaction without inputs',
    expect: 'bad-txns-vin-empty',
    change: () => ({
      transactions: (coinbase) => [coinbase, { version: 2, inputs: [], outputs: [], lockTime: 0 }],
    }),
  },
  {
    name: 'coinbase without outputs',
    expect: 'bad-txns-vout-empty',
    change: () => ({ outputs: [], commitments: [], witness: [] }),
  },
  {
    name: 'transaction without outputs',
    expect: 'bad-txns-vout-empty',
    change: () => ({ transactions: (coinbase) => [coinbase, spend(NOBODY, 0, { outputs: [] })] }),
  },
  { name: 'negative output', expect: 'bad-txns-vout-negative', change: () => ({ outputs: [pay(-1n)] }) },
  {
    name: 'output above all money',
    expect: 'bad-txns-vout-toolarge',
    change: () => ({ outputs: [pay(MAX_MONEY + 1n)] }),
  },
  {
    name: 'outputs above all money together',
    expect: 'bad-txns-txouttotal-toolarge',
    change: () => ({ outputs: [pay(MAX_MONEY), pay(1n)] }),
  },
  {
    name: 'outputs of all money exactly',
    expect: 'bad-cb-amount',
    change: () => ({ outputs: [pay(MAX_MONEY)] }),
  },
  {
    name: 'one outpoint twice in a transaction',
    expect: 'bad-txns-inputs-duplicate',
    change: () => ({
      others: [spend(NOBODY, 0, { inputs: [...spend(NOBODY).inputs, ...spend(NOBODY).inputs] })],
    }),
  },
  {
    name: 'null outpoint beside another',
    expect: 'bad-txns-prevout-null',
    change: () => ({
      others: [
        spend(NOBODY, 0, { inputs: [...spend(NOBODY).inputs, ...spend(ZERO_NONCE, 0xffffffff).inputs] }),
      ],
    }),
  },
  {
    name: 'coinbase script of 1 byte',
    expect: 'bad-cb-length',
    change: () => ({ script: Uint8Array.of(0x51) }),
  },
  {
    name: 'coinbase script of 101 bytes',
    expect: 'bad-cb-length',
    change: ({ height }) => ({ script: pad(heightScript(height), 101) }),
  },
  { name: 'empty coinbase script', expect: 'bad-cb-length', change: () => ({ script: bytes(0) }) },
  {
    name: '20001 signature operations',
    expect: 'bad-blk-sigops',
    change: ({ coinbasevalue }) => ({ outputs: [pay(BigInt(coinbasevalue), bytes(20_001, OP_CHECKSIG))] }),
  },
  {
    name: '1001 multisignature operations',
    expect: 'bad-blk-sigops',
    change: ({ coinbasevalue }) => ({ outputs: [pay(BigInt(coinbasevalue), bytes(1001, OP_CHECKMULTISIG))] }),
  },
  {
    name: 'signature operations in the coinbase script count too',
    expect: 'bad-blk-sigops',
    change: ({ coinbasevalue, height }) => ({
      script: concatBytes(heightScript(height), bytes(4, OP_CHECKSIG)),
      outputs: [pay(BigInt(coinbasevalue), bytes(19_997, OP_CHECKSIG))],
    }),
  },
  {
    name: 'stripped size of 1000001 bytes',
    slow: true,
    expect: 'bad-blk-length',
    change: (slot) => lone(slot, 1_000_001),
  },
];
