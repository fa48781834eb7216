/** Blocks: bytes to fields and back, weight, and the witness commitment of BIP 141. */
import { compactSize, Reader } from './codec.ts';
import { decodeHeader, encodeHeader, HEADER_BYTES, type Header } from './header.ts';
import { concatBytes, equalBytes, joinBytes } from './hex.ts';
import { merkleRoot } from './merkle.ts';
import { sha256d } from './sha256.ts';
import { encodeTransaction, readTransaction, type Transaction, witnessId } from './transaction.ts';

/** A block: the header and every transaction, the coinbase first. */
export interface Block {
  readonly header: Header;
  readonly transactions: readonly Transaction[];
}

/** The most a block may weigh (BIP 141), weight units. */
export const MAX_BLOCK_WEIGHT = 4_000_000;

/** BIP 141: what a commitment output's script starts with: OP_RETURN, a push of 36 bytes, and a tag. */
export const COMMITMENT_PREFIX = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);

/**
 * Reads a serialised block. Bytes behind it are ignored, as bitcoind's submitblock does.
 *
 * @throws {HashgapError} `BLOCK_MALFORMED` when the bytes are not a block.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  const reader = new Reader(bytes);
  const header = decodeHeader(reader.bytes(HEADER_BYTES));
  return { header, transactions: reader.list(() => readTransaction(reader)) };
}

/** The block as bytes, as submitblock takes it. */
export function encodeBlock(block: Block, form: 'full' | 'stripped' = 'full'): Uint8Array {
  return assembleBlock(
    block.header,
    block.transactions.map((transaction) => encodeTransaction(transaction, form)),
  );
}

/** A block of a header and transactions that are already serialised, the coinbase first. */
export function assembleBlock(header: Header, transactions: readonly Uint8Array[]): Uint8Array {
  return joinBytes([encodeHeader(header), compactSize(transactions.length), ...transactions]);
}

/** Weight of a block (BIP 141): three times the stripped size plus the full size, weight units. */
export function blockWeight(block: Block): number {
  return 3 * encodeBlock(block, 'stripped').length + encodeBlock(block).length;
}

/**
 * The hash a coinbase commits to: sha256d(witness root || reserved value) (BIP 141).
 *
 * @param witnessIds - wtxids of every transaction but the coinbase (whose own counts as zero), internal byte order.
 * @param reservedValue - the 32 bytes in the coinbase's witness.
 */
export function witnessCommitment(witnessIds: readonly Uint8Array[], reservedValue: Uint8Array): Uint8Array {
  const { root } = merkleRoot([new Uint8Array(32), ...witnessIds]);
  return sha256d(concatBytes(root, reservedValue));
}

/** The output script that carries a commitment. */
export function commitmentScript(commitment: Uint8Array): Uint8Array {
  return concatBytes(COMMITMENT_PREFIX, commitment);
}

/** Index of the coinbase output that carries the commitment, -1 for none: the last one that fits (BIP 141). */
export function commitmentIndex(coinbase: Transaction): number {
  return coinbase.outputs.findLastIndex(
    ({ script }) =>
      script.length >= 38 && equalBytes(script.subarray(0, COMMITMENT_PREFIX.length), COMMITMENT_PREFIX),
  );
}

/** The commitment that a block's own transactions and reserved value demand. */
export function blockCommitment(block: Block, reservedValue: Uint8Array): Uint8Array {
  return witnessCommitment(block.transactions.slice(1).map(witnessId), reservedValue);
}
