/** Transactions: bytes to fields and back (BIP 144), txid, wtxid and weight (BIP 141). */
import { compactSize, int64le, malformed, type Reader, sized, uint32le } from './codec.ts';
import { joinBytes } from './hex.ts';
import { sha256d } from './sha256.ts';

/** A transaction input. */
export interface TxInput {
  /** Transaction id of the output spent, internal byte order; 32 zero bytes in a coinbase. */
  readonly prevHash: Uint8Array;
  /** Output index; 0xffffffff in a coinbase. */
  readonly prevIndex: number;
  readonly script: Uint8Array;
  readonly sequence: number;
  /** Witness stack; empty for an input without one. */
  readonly witness: readonly Uint8Array[];
}

/** A transaction output. */
export interface TxOutput {
  /** Amount in satoshis. */
  readonly value: bigint;
  readonly script: Uint8Array;
}

/** A transaction. */
export interface Transaction {
  readonly version: number;
  readonly inputs: readonly TxInput[];
  readonly outputs: readonly TxOutput[];
  readonly lockTime: number;
}

/** The output index of a coinbase input, which spends nothing. */
export const NULL_INDEX = 0xffffffff;

/**
 * Reads one transaction, with the strictness of Bitcoin Core's `UnserializeTransaction`.
 *
 * @throws {HashgapError} `BLOCK_MALFORMED` for truncation, unknown optional data or a superfluous witness.
 */
export function readTransaction(reader: Reader): Transaction {
  const version = reader.uint32();
  let inputs = reader.list(() => readInput(reader));
  let outputs: TxOutput[] = [];
  let flags = 0;
  if (inputs.length === 0) {
    flags = reader.uint8(); // BIP 144: no inputs here is the marker of the extended form
    if (flags !== 0) inputs = reader.list(() => readInput(reader));
  }
  if (inputs.length > 0 || flags !== 0) outputs = reader.list(() => readOutput(reader));
  if (flags === 1) inputs = inputs.map((input) => ({ ...input, witness: reader.list(() => reader.sized()) }));
  if (flags > 1) throw malformed(`transaction flags 0 or 1, received ${flags}`);
  if (flags === 1 && !inputs.some((input) => input.witness.length > 0)) {
    throw malformed('a witness behind the segwit marker, received none');
  }
  return { version, inputs, outputs, lockTime: reader.uint32() };
}

function readInput(reader: Reader): TxInput {
  return {
    prevHash: reader.bytes(32),
    prevIndex: reader.uint32(),
    script: reader.sized(),
    sequence: reader.uint32(),
    witness: [],
  };
}

function readOutput(reader: Reader): TxOutput {
  return { value: reader.int64(), script: reader.sized() };
}

/** True when some input carries a witness. */
export function hasWitness(transaction: Transaction): boolean {
  return transaction.inputs.some((input) => input.witness.length > 0);
}

/** True when the transaction is a coinbase: one input, and it spends nothing. */
export function isCoinbase(transaction: Transaction): boolean {
  return transaction.inputs.length === 1 && isNullOutpoint(transaction.inputs[0]!);
}

/** True when the input names no output, as only a coinbase's may. */
export function isNullOutpoint(input: TxInput): boolean {
  return input.prevIndex === NULL_INDEX && input.prevHash.every((byte) => byte === 0);
}

/**
 * The transaction as bytes.
 *
 * @param form - `full` writes the witness where there is one (BIP 144), `stripped` never does.
 */
export function encodeTransaction(transaction: Transaction, form: 'full' | 'stripped' = 'full'): Uint8Array {
  const withWitness = form === 'full' && hasWitness(transaction);
  const { inputs, outputs } = transaction;
  return joinBytes([
    uint32le(transaction.version),
    withWitness ? Uint8Array.of(0, 1) : new Uint8Array(0),
    compactSize(inputs.length),
    ...inputs.flatMap((input) => [
      input.prevHash,
      uint32le(input.prevIndex),
      sized(input.script),
      uint32le(input.sequence),
    ]),
    compactSize(outputs.length),
    ...outputs.flatMap((output) => [int64le(output.value), sized(output.script)]),
    ...(withWitness
      ? inputs.flatMap((input) => [compactSize(input.witness.length), ...input.witness.map(sized)])
      : []),
    uint32le(transaction.lockTime),
  ]);
}

/** Transaction id: the double SHA-256 of the stripped form, internal byte order. */
export function transactionId(transaction: Transaction): Uint8Array {
  return sha256d(encodeTransaction(transaction, 'stripped'));
}

/** Witness transaction id (BIP 141): the double SHA-256 of the full form, internal byte order. */
export function witnessId(transaction: Transaction): Uint8Array {
  return sha256d(encodeTransaction(transaction));
}
