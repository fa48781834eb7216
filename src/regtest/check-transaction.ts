/** What a transaction must satisfy on its own: bitcoind's `CheckTransaction` and `IsFinalTx`. */
import { MAX_BLOCK_WEIGHT } from '../bitcoin/block.ts';
import { MAX_COINBASE_SCRIPT_BYTES } from '../bitcoin/coinbase.ts';
import { toHex } from '../bitcoin/hex.ts';
import { encodeTransaction, isCoinbase, isNullOutpoint, type Transaction } from '../bitcoin/transaction.ts';
import { MAX_MONEY, WITNESS_SCALE_FACTOR } from './params.ts';

/** Shortest coinbase input script, bytes; the longest is {@link MAX_COINBASE_SCRIPT_BYTES}. */
const MIN_COINBASE_SCRIPT_BYTES = 2;

/** A lock time below this is a height, one from here on is Unix seconds (`LOCKTIME_THRESHOLD`). */
const LOCKTIME_THRESHOLD = 500_000_000;

/** The sequence of an input that takes no part in lock times (`SEQUENCE_FINAL`). */
const SEQUENCE_FINAL = 0xffffffff;

/** Why `transaction` can be in no block, as bitcoind says it; undefined when it may be (`CheckTransaction`). */
export function checkTransaction(transaction: Transaction): string | undefined {
  const { inputs, outputs } = transaction;
  if (inputs.length === 0) return 'bad-txns-vin-empty';
  if (outputs.length === 0) return 'bad-txns-vout-empty';
  const strippedBytes = encodeTransaction(transaction, 'stripped').length;
  if (strippedBytes * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT) return 'bad-txns-oversize';
  return checkValues(transaction) ?? checkInputs(transaction);
}

function checkValues({ outputs }: Transaction): string | undefined {
  let total = 0n; // CVE-2010-5139: a sum that wraps around is why every partial sum is checked
  for (const { value } of outputs) {
    if (value < 0n) return 'bad-txns-vout-negative';
    if (value > MAX_MONEY) return 'bad-txns-vout-toolarge';
    total += value;
    if (total > MAX_MONEY) return 'bad-txns-txouttotal-toolarge';
  }
  return undefined;
}

function checkInputs(transaction: Transaction): string | undefined {
  const { inputs } = transaction;
  const outpoints = new Set(inputs.map((input) => `${toHex(input.prevHash)}:${input.prevIndex}`));
  if (outpoints.size < inputs.length) return 'bad-txns-inputs-duplicate'; // CVE-2018-17144
  if (isCoinbase(transaction)) {
    const { length } = inputs[0]!.script;
    const fits = length >= MIN_COINBASE_SCRIPT_BYTES && length <= MAX_COINBASE_SCRIPT_BYTES;
    return fits ? undefined : 'bad-cb-length';
  }
  return inputs.some(isNullOutpoint) ? 'bad-txns-prevout-null' : undefined;
}

/**
 * True when the lock time has passed or is switched off (`IsFinalTx`).
 *
 * @param height - of the block the transaction is in.
 * @param medianTime - median time past of that block's parent (BIP 113), Unix seconds.
 */
export function isFinal(transaction: Transaction, height: number, medianTime: number): boolean {
  const { lockTime, inputs } = transaction;
  if (lockTime === 0 || lockTime < (lockTime < LOCKTIME_THRESHOLD ? height : medianTime)) return true;
  return inputs.every(({ sequence }) => sequence === SEQUENCE_FINAL);
}
