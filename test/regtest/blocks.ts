/** Blocks for the tests of the regtest node: a valid one on any parent, and every part of it open to change. */
import { type Block, blockCommitment, commitmentScript } from '../../src/bitcoin/block.ts';
import { type Header, headerHash } from '../../src/bitcoin/header.ts';
import { concatBytes, hashFromDisplay } from '../../src/bitcoin/hex.ts';
import { merkleRoot } from '../../src/bitcoin/merkle.ts';
import { heightScript, pushData } from '../../src/bitcoin/script.ts';
import { hashToNumber, targetFromBits } from '../../src/bitcoin/target.ts';
import { NULL_INDEX, type Transaction, type TxOutput, transactionId } from '../../src/bitcoin/transaction.ts';

/** The fields of a template that a block is made from. */
export interface Slot {
  readonly previousblockhash: string;
  readonly height: number;
  readonly version: number;
  readonly curtime: number;
  readonly mintime: number;
  readonly coinbasevalue: number;
  readonly bits: string;
}

/** What to change in a valid block; every field replaces what would be there. */
export interface Changes {
  readonly header?: Partial<Header>;
  /** Tells blocks of one slot apart. @default 0 */
  readonly extranonce?: number;
  readonly script?: Uint8Array;
  readonly sequence?: number;
  readonly lockTime?: number;
  /** Added to what the first output pays, satoshis. */
  readonly extraValue?: bigint;
  /** The outputs before the commitment. */
  readonly outputs?: readonly TxOutput[];
  /** What commits to the witnesses; an empty list leaves it out. @default one valid commitment */
  readonly commitments?: readonly Uint8Array[];
  /** Witness of the coinbase. @default 32 zero bytes */
  readonly witness?: readonly Uint8Array[];
  /** Transactions behind the coinbase. */
  readonly others?: readonly Transaction[];
  /** All transactions, the coinbase among them; the merkle root follows unless the header names one. */
  readonly transactions?: (coinbase: Transaction) => readonly Transaction[];
  /** Whether the hash shall meet the target. @default true */
  readonly work?: boolean;
}

/** Pays to OP_TRUE: anyone can spend it. */
export const ANYONE = Uint8Array.of(0x51);

/** 32 zero bytes: the reserved value that every miner uses. */
export const ZERO_NONCE = new Uint8Array(32);

/** A block on `slot`, valid but for `changes`. */
export function makeBlock(slot: Slot, changes: Changes = {}): Block {
  const coinbase = makeCoinbase(slot, changes);
  const transactions = changes.transactions?.(coinbase) ?? [coinbase, ...(changes.others ?? [])];
  const header: Header = {
    version: slot.version,
    prevHash: hashFromDisplay(slot.previousblockhash),
    merkleRoot: merkleRoot(transactions.map(transactionId)).root,
    nTime: slot.curtime,
    nBits: Number.parseInt(slot.bits, 16),
    nonce: 0,
    ...changes.header,
  };
  return { header: solve(header, changes.work ?? true), transactions };
}

function makeCoinbase(slot: Slot, changes: Changes): Transaction {
  const witness = changes.witness ?? [ZERO_NONCE];
  const script =
    changes.script ??
    concatBytes(heightScript(slot.height), pushData(Uint8Array.of(changes.extranonce ?? 0)));
  const value = BigInt(slot.coinbasevalue) + (changes.extraValue ?? 0n);
  const input = {
    prevHash: new Uint8Array(32),
    prevIndex: NULL_INDEX,
    script,
    sequence: changes.sequence ?? 0xffffffff,
    witness,
  };
  const bare = {
    version: 2,
    inputs: [input],
    outputs: changes.outputs ?? [{ value, script: ANYONE }],
    lockTime: changes.lockTime ?? 0,
  };
  const commitments = changes.commitments ?? [commit(changes.others ?? [], witness[0] ?? ZERO_NONCE)];
  return {
    ...bare,
    outputs: [...bare.outputs, ...commitments.map((output) => ({ value: 0n, script: output }))],
  };
}

/** The commitment output's script for `others` behind a coinbase whose witness is `nonce`. */
export function commit(others: readonly Transaction[], nonce: Uint8Array = ZERO_NONCE): Uint8Array {
  // Only the transactions behind the first count, so any first one will do.
  const block = { header: NO_HEADER, transactions: [EMPTY_TRANSACTION, ...others] };
  return commitmentScript(blockCommitment(block, nonce));
}

const NO_HEADER: Header = {
  version: 0,
  prevHash: ZERO_NONCE,
  merkleRoot: ZERO_NONCE,
  nTime: 0,
  nBits: 0,
  nonce: 0,
};
const EMPTY_TRANSACTION: Transaction = { version: 0, inputs: [], outputs: [], lockTime: 0 };

/** The header with the first nonce whose hash does, or does not, meet the target; an impossible target is left alone. */
export function solve(header: Header, work = true): Header {
  let target: bigint;
  try {
    target = targetFromBits(header.nBits);
  } catch {
    return header;
  }
  for (let nonce = 0; ; nonce++) {
    const tried = { ...header, nonce };
    if (hashToNumber(headerHash(tried)) <= target === work) return tried;
  }
}

/** A transaction that spends `prevHash` (internal byte order) to anyone, with an empty script. */
export function spend(prevHash: Uint8Array, prevIndex = 0, changes: Partial<Transaction> = {}): Transaction {
  const input = { prevHash, prevIndex, script: new Uint8Array(0), sequence: 0xffffffff, witness: [] };
  return {
    version: 2,
    inputs: [input],
    outputs: [{ value: 1000n, script: ANYONE }],
    lockTime: 0,
    ...changes,
  };
}

/** An outpoint's hash that no transaction has. */
export const NOBODY = new Uint8Array(32).fill(0xab);
