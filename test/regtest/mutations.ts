/** The table of blocks that must be judged exactly as bitcoind judges them: a name, a change, and the expected answer. */
import { concatBytes, fromHex } from '../../src/bitcoin/hex.ts';
import { heightScript } from '../../src/bitcoin/script.ts';
import { commit, NOBODY, spend, ZERO_NONCE } from './blocks.ts';
import {
  bytes,
  eightBytes,
  HEAVY_OVERHEAD,
  heavy,
  LONE_OVERHEAD,
  lone,
  longHeight,
  type Mutation,
  OP_CHECKSIG,
  pad,
  pay,
  WITNESSED,
} from './mutation.ts';

import { BODY_MUTATIONS, HEADER_MUTATIONS } from './mutations-alone.ts';

/** Judged against the headers before it: `ContextualCheckBlock`. */
const CONTEXT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'lock time at the own height',
    expect: 'bad-txns-nonfinal',
    change: ({ height }) => ({ lockTime: height, sequence: 0 }),
  },
  {
    name: 'lock time at the median time',
    expect: 'bad-txns-nonfinal',
    change: ({ mintime }) => ({ lockTime: mintime - 1, sequence: 0xfffffffe }),
  },
  {
    name: 'lock time of another transaction',
    expect: 'bad-txns-nonfinal',
    change: ({ height }) => ({
      others: [
        spend(NOBODY, 0, { lockTime: height, inputs: [{ ...spend(NOBODY).inputs[0]!, sequence: 0 }] }),
      ],
    }),
  },
  {
    name: 'height one too high',
    expect: 'bad-cb-height',
    change: ({ height }) => ({ script: pad(heightScript(height + 1), 8) }),
  },
  {
    name: 'height one too low',
    expect: 'bad-cb-height',
    change: ({ height }) => ({ script: pad(heightScript(height - 1), 8) }),
  },
  { name: 'no height', expect: 'bad-cb-height', change: () => ({ script: bytes(8, 0x61) }) },
  {
    name: 'height in a longer form: as a push up to 16, with a zero behind it above',
    expect: 'bad-cb-height',
    change: ({ height }) => ({ script: pad(longHeight(height), 8) }),
  },
  {
    name: 'height behind something else',
    expect: 'bad-cb-height',
    change: ({ height }) => ({ script: concatBytes(Uint8Array.of(0x61), heightScript(height)) }),
  },
  {
    name: 'commitment to other witnesses',
    expect: 'bad-witness-merkle-match',
    change: () => ({ commitments: [commit([WITNESSED])] }),
  },
  {
    name: 'reserved value other than the committed one',
    expect: 'bad-witness-merkle-match',
    change: () => ({ commitments: [commit([])], witness: [bytes(32, 1)] }),
  },
  {
    name: 'reserved value of 31 bytes',
    expect: 'bad-witness-nonce-size',
    change: () => ({ commitments: [commit([])], witness: [bytes(31)] }),
  },
  {
    name: 'reserved value of 33 bytes',
    expect: 'bad-witness-nonce-size',
    change: () => ({ commitments: [commit([])], witness: [bytes(33)] }),
  },
  {
    name: 'two witness items',
    expect: 'bad-witness-nonce-size',
    change: () => ({ commitments: [commit([])], witness: [ZERO_NONCE, ZERO_NONCE] }),
  },
  {
    name: 'empty witness item',
    expect: 'bad-witness-nonce-size',
    change: () => ({ commitments: [commit([])], witness: [bytes(0)] }),
  },
  {
    name: 'coinbase witness of 4 MB',
    slow: true,
    expect: 'bad-witness-nonce-size',
    change: () => ({ commitments: [commit([])], witness: [bytes(4_000_000)] }),
  },
  {
    name: 'good commitment before a bad one',
    expect: 'bad-witness-merkle-match',
    change: () => ({ commitments: [commit([]), commit([WITNESSED])] }),
  },
  {
    name: 'coinbase witness without commitment',
    expect: 'unexpected-witness',
    change: () => ({ commitments: [] }),
  },
  {
    name: 'witness elsewhere without commitment',
    expect: 'unexpected-witness',
    change: () => ({ commitments: [], witness: [], others: [WITNESSED] }),
  },
  {
    name: 'commitment one byte too short is none',
    expect: 'unexpected-witness',
    change: () => ({ commitments: [commit([]).slice(0, 37)] }),
  },
  {
    name: 'commitment under a wrong tag is none',
    expect: 'unexpected-witness',
    change: () => ({ commitments: [commit([]).with(2, 0xab)] }),
  },
  {
    name: 'one weight unit too heavy',
    slow: true,
    expect: 'bad-blk-weight',
    change: (slot) => ({ script: eightBytes(slot), others: [heavy(4_000_001 - HEAVY_OVERHEAD)] }),
  },
  {
    name: 'stripped size of 1000000 bytes and a witness',
    slow: true,
    expect: 'bad-blk-weight',
    change: (slot) => ({
      script: eightBytes(slot),
      outputs: [pay(0n, bytes(1_000_000 - LONE_OVERHEAD - 47, 0x6a))],
    }),
  },
  {
    name: 'bad height and a reserved value of 31 bytes: the height comes first',
    expect: 'bad-cb-height',
    change: ({ height }) => ({ script: pad(heightScript(height + 1), 8), witness: [bytes(31)] }),
  },
];

/** Judged when the block is connected: `ConnectBlock`. */
const CONNECT_MUTATIONS: readonly Mutation[] = [
  { name: 'coinbase pays one satoshi too much', expect: 'bad-cb-amount', change: () => ({ extraValue: 1n }) },
  {
    name: 'as heavy as allowed, but with an unknown input',
    slow: true,
    expect: 'bad-txns-inputs-missingorspent',
    change: (slot) => ({ script: eightBytes(slot), others: [heavy(4_000_000 - HEAVY_OVERHEAD)] }),
  },
  {
    name: 'unknown input',
    expect: 'bad-txns-inputs-missingorspent',
    change: () => ({ others: [spend(NOBODY)] }),
  },
  {
    name: 'unknown input and too much value: the input comes first',
    expect: 'bad-txns-inputs-missingorspent',
    change: () => ({ extraValue: 1n, others: [spend(NOBODY)] }),
  },
  {
    name: 'unknown input with a witness that is committed to',
    expect: 'bad-txns-inputs-missingorspent',
    change: () => ({ others: [WITNESSED] }),
  },
  {
    name: 'spends the output of genesis',
    expect: 'bad-txns-inputs-missingorspent',
    change: () => ({
      others: [spend(fromHex('4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b').reverse())],
    }),
  },
];

/** Unusual and valid: each becomes the tip. */
const VALID_MUTATIONS: readonly Mutation[] = [
  { name: 'plain block', expect: null, change: () => ({}) },
  { name: 'version 4', expect: null, change: () => ({ header: { version: 4 } }) },
  { name: 'highest version', expect: null, change: () => ({ header: { version: 0x7fffffff } }) },
  { name: 'all BIP 320 bits', expect: null, change: () => ({ header: { version: 0x3fffe000 } }) },
  { name: 'earliest time', expect: null, change: ({ mintime }) => ({ header: { nTime: mintime } }) },
  {
    name: 'time two hours ahead',
    expect: null,
    change: ({ curtime }) => ({ header: { nTime: curtime + 7200 } }),
  },
  { name: 'no commitment and no witness', expect: null, change: () => ({ commitments: [], witness: [] }) },
  { name: 'commitment whose witness was left out', expect: null, change: () => ({ witness: [] }) },
  {
    name: 'another reserved value',
    expect: null,
    change: () => ({ witness: [bytes(32, 7)] }),
  },
  {
    name: 'bad commitment before a good one',
    expect: null,
    change: () => ({ commitments: [commit([WITNESSED]), commit([])] }),
  },
  {
    name: 'commitment with bytes behind it',
    expect: null,
    change: () => ({ commitments: [concatBytes(commit([]), bytes(20, 0x51))] }),
  },
  { name: 'less than the subsidy', expect: null, change: () => ({ extraValue: -1n }) },
  { name: 'nothing at all claimed', expect: null, change: () => ({ outputs: [pay(0n)] }) },
  {
    name: 'coinbase script of 2 bytes or the height alone',
    expect: null,
    change: ({ height }) => ({ script: pad(heightScript(height), Math.max(2, heightScript(height).length)) }),
  },
  {
    name: 'coinbase script of 100 bytes',
    expect: null,
    change: ({ height }) => ({ script: pad(heightScript(height), 100) }),
  },
  {
    name: 'lock time one below the own height',
    expect: null,
    change: ({ height }) => ({ lockTime: height - 1, sequence: 0 }),
  },
  {
    name: 'lock time one below the median time',
    expect: null,
    change: ({ mintime }) => ({ lockTime: mintime - 2, sequence: 0 }),
  },
  {
    name: 'lock time switched off by a final sequence',
    expect: null,
    change: () => ({ lockTime: 0xffffffff }),
  },
  {
    name: '20000 signature operations',
    expect: null,
    change: ({ coinbasevalue }) => ({ outputs: [pay(BigInt(coinbasevalue), bytes(20_000, OP_CHECKSIG))] }),
  },
  {
    name: 'signature operations behind a push that runs over the end',
    expect: null,
    change: ({ coinbasevalue }) => ({
      outputs: [
        pay(
          BigInt(coinbasevalue),
          concatBytes(Uint8Array.of(0x4e, 0xff, 0xff, 0, 0), bytes(20_001, OP_CHECKSIG)),
        ),
      ],
    }),
  },
  {
    name: 'signature operations inside a push',
    expect: null,
    change: ({ coinbasevalue }) => ({
      outputs: [
        pay(BigInt(coinbasevalue), concatBytes(Uint8Array.of(0x4d, 0x21, 0x4e), bytes(0x4e21, OP_CHECKSIG))),
      ],
    }),
  },
  {
    name: 'stripped size of 1000000 bytes without witness',
    slow: true,
    expect: null,
    change: (slot) => lone(slot, 1_000_000),
  },
];

/** Every mutation of one block on the tip, the valid ones last. */
export const MUTATIONS: readonly Mutation[] = [
  ...HEADER_MUTATIONS,
  ...BODY_MUTATIONS,
  ...CONTEXT_MUTATIONS,
  ...CONNECT_MUTATIONS,
  ...VALID_MUTATIONS,
];
