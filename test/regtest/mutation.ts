/** A block that must be judged exactly as bitcoind judges it, and the parts that such blocks are made of. */
import { concatBytes } from '../../src/bitcoin/hex.ts';
import { heightScript, pushData } from '../../src/bitcoin/script.ts';
import type { Transaction } from '../../src/bitcoin/transaction.ts';
import { ANYONE, type Changes, NOBODY, type Slot, spend } from './blocks.ts';

/** One block to submit. */
export interface Mutation {
  readonly name: string;
  /** What submitblock answers; null when the block is connected. */
  readonly expect: string | null;
  /** Megabytes of hashing: judged once and not at every height. */
  readonly slow?: true;
  readonly change: (slot: Slot) => Changes;
}

export const MAX_MONEY = 21_000_000n * 100_000_000n;
export const bytes = (length: number, fill = 0) => new Uint8Array(length).fill(fill);
export const pad = (script: Uint8Array, length: number) => concatBytes(script, bytes(length - script.length));
export const pay = (value: bigint, script: Uint8Array = ANYONE) => ({ value, script });
export const OP_CHECKSIG = 0xac;
export const OP_CHECKMULTISIG = 0xae;

/** A transaction whose witness makes a block as heavy as it must be; it needs a commitment, and inputs nobody has. */
export function heavy(witnessBytes: number): Transaction {
  const base = spend(NOBODY);
  return { ...base, inputs: [{ ...base.inputs[0]!, witness: [bytes(witnessBytes)] }] };
}

/** Weight of a block of a coinbase with a script of 8 bytes and {@link heavy}, besides the bytes of its witness. */
export const HEAVY_OVERHEAD = 1076;

/** Stripped size of a block of a coinbase with a script of 8 bytes and no commitment, besides a long output script. */
export const LONE_OVERHEAD = 153;

/** A height that says the same as the demanded one, with a byte more. */
export function longHeight(height: number): Uint8Array {
  if (height <= 16) return pushData(Uint8Array.of(height));
  return pushData(concatBytes(heightScript(height).subarray(1), bytes(1)));
}

/** A block without witness of exactly this stripped size. */
export function lone(slot: Slot, strippedBytes: number): Changes {
  const outputs = [pay(0n, bytes(strippedBytes - LONE_OVERHEAD, 0x6a))];
  return { script: eightBytes(slot), commitments: [], witness: [], outputs };
}

export const eightBytes = ({ height }: Slot) => pad(heightScript(height), 8);

export const WITNESSED = { ...spend(NOBODY), inputs: [{ ...spend(NOBODY).inputs[0]!, witness: [bytes(4)] }] };
