/** The table of blocks that must be judged exactly as bitcoind judges them: a name, a change, and the expected answer. */
import { concatBytes, fromHex } from '../../src/bitcoin/hex.ts';
import { heightScript, pushData } from '../../src/bitcoin/script.ts';
import type { Transaction } from '../../src/bitcoin/transaction.ts';
import { ANYONE, type Changes, commit, NOBODY, type Slot, spend, ZERO_NONCE } from './blocks.ts';

/** One block to submit. */
export interface Mutation {
  readonly name: string;
  /** What submitblock answers; null when the block is connected. */
  readonly expect: string | null;
  /** Megabytes of hashing: judged once and not at every height. */
  readonly slow?: true;
  readonly change: (slot: Slot) => Changes;
}

const MAX_MONEY = 21_000_000n * 100_000_000n;
const bytes = (length: number, fill = 0) => new Uint8Array(length).fill(fill);
const pad = (script: Uint8Array, length: number) => concatBytes(script, bytes(length - script.length));
const pay = (value: bigint, script: Uint8Array = ANYONE) => ({ value, script });
const OP_CHECKSIG = 0xac;
const OP_CHECKMULTISIG = 0xae;

/** A transaction whose witness makes a block as heavy as it must be; it needs a commitment, and inputs nobody has. */
function heavy(witnessBytes: number): Transaction {
  const base = spend(NOBODY);
  return { ...base, inputs: [{ ...base.inputs[0]!, witness: [bytes(witnessBytes)] }] };
}

/** Weight of a block of a coinbase with a script of 8 bytes and {@link heavy}, besides the bytes of its witness. */
const HEAVY_OVERHEAD = 1076;

/** Stripped size of a block of a coinbase with a script of 8 bytes and no commitment, besides a long output script. */
const LONE_OVERHEAD = 153;

/** A height that says the same as the demanded one, with a byte more. */
function longHeight(height: number): Uint8Array {
  if (height <= 16) return pushData(Uint8Array.of(height));
  return pushData(concatBytes(heightScript(height).subarray(1), bytes(1)));
}

/** A block without witness of exactly this stripped size. */
function lone(slot: Slot, strippedBytes: number): Changes {
  const outputs = [pay(0n, bytes(strippedBytes - LONE_OVERHEAD, 0x6a))];
  return { script: eightBytes(slot), commitments: [], witness: [], outputs };
}

const eightBytes = ({ height }: Slot) => pad(heightScript(height), 8);

const WITNESSED = { ...spend(NOBODY), inputs: [{ ...spend(NOBODY).inputs[0]!, witness: [bytes(4)] }] };

/** Judged by the header: `CheckBlock` and `AcceptBlockHeader`. */
const HEADER_MUTATIONS: readonly Mutation[] = [
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
const BODY_MUTATIONS: readonly Mutation[] = [
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
