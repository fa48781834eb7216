/** What RPC says of headers and blocks: getblockheader, and getblock in its verbose forms. */
import { type Block, blockWeight, encodeBlock } from '../bitcoin/block.ts';
import { hashToDisplay, toHex } from '../bitcoin/hex.ts';
import { bitsToHex, targetFromBits, targetToHex } from '../bitcoin/target.ts';
import {
  encodeTransaction,
  isCoinbase,
  type Transaction,
  type TxInput,
  transactionId,
  witnessId,
} from '../bitcoin/transaction.ts';
import { type BlockIndex, medianTimePast } from './block-index.ts';
import type { Chain } from './chain.ts';
import { WITNESS_SCALE_FACTOR } from './params.ts';
import { describeScript, disassemble } from './script-description.ts';

/** The verbose answer of getblockheader (`blockheaderToJSON`). */
export function describeHeader(chain: Chain, entry: BlockIndex) {
  const { header } = entry;
  const isActive = chain.isActive(entry);
  const next = isActive ? chain.at(entry.height + 1) : undefined;
  return {
    hash: entry.hash,
    confirmations: isActive ? chain.tip.height - entry.height + 1 : -1,
    height: entry.height,
    version: header.version | 0,
    versionHex: (header.version >>> 0).toString(16).padStart(8, '0'),
    merkleroot: hashToDisplay(header.merkleRoot),
    time: header.nTime,
    mediantime: medianTimePast(entry),
    nonce: header.nonce,
    ...describeBits(header.nBits),
    chainwork: entry.chainWork.toString(16).padStart(64, '0'),
    nTx: entry.block?.transactions.length ?? 0,
    ...(entry.parent === undefined ? {} : { previousblockhash: entry.parent.hash }),
    ...(next === undefined ? {} : { nextblockhash: next.hash }),
  };
}

/** nBits in the three forms RPC shows it. */
export function describeBits(nBits: number) {
  return {
    bits: bitsToHex(nBits),
    target: targetToHex(targetFromBits(nBits)),
    difficulty: difficulty(nBits),
  };
}

/** Difficulty to the last bit of a double, by Bitcoin Core's arithmetic (`GetDifficulty`). */
function difficulty(nBits: number): number {
  return rpcDouble((0xffff / (nBits & 0xffffff)) * 256 ** (29 - (nBits >>> 24)));
}

/** A number with the 16 significant digits that bitcoind's JSON writer gives doubles. */
export function rpcDouble(value: number): number {
  return Number(value.toPrecision(16));
}

/** The answer of getblock with verbosity 1 (ids) or 2 and 3 (`transactions`). */
export function describeBlock(chain: Chain, entry: BlockIndex, block: Block, transactions: 'ids' | 'full') {
  return {
    ...describeHeader(chain, entry),
    strippedsize: encodeBlock(block, 'stripped').length,
    size: encodeBlock(block).length,
    weight: blockWeight(block),
    tx: block.transactions.map((transaction) =>
      transactions === 'ids' ? hashToDisplay(transactionId(transaction)) : describeTransaction(transaction),
    ),
  };
}

/** A transaction as getblock with verbosity 2 shows it (`TxToUniv`). */
function describeTransaction(transaction: Transaction) {
  const bytes = encodeTransaction(transaction);
  const strippedBytes = encodeTransaction(transaction, 'stripped').length;
  const weight = strippedBytes * (WITNESS_SCALE_FACTOR - 1) + bytes.length;
  return {
    txid: hashToDisplay(transactionId(transaction)),
    hash: hashToDisplay(witnessId(transaction)),
    version: transaction.version,
    size: bytes.length,
    vsize: Math.ceil(weight / WITNESS_SCALE_FACTOR),
    weight,
    locktime: transaction.lockTime,
    vin: transaction.inputs.map((input) => describeInput(input, isCoinbase(transaction))),
    vout: transaction.outputs.map(({ value, script }, n) => ({
      value: Number(value) / 1e8,
      n,
      scriptPubKey: describeScript(script),
    })),
    hex: toHex(bytes),
  };
}

/** Only blocks off the active chain hold anything but coinbases here. */
function describeInput({ prevHash, prevIndex, script, witness, sequence }: TxInput, ofCoinbase: boolean) {
  const source = ofCoinbase
    ? { coinbase: toHex(script) }
    : {
        txid: hashToDisplay(prevHash),
        vout: prevIndex,
        scriptSig: { asm: disassemble(script), hex: toHex(script) },
      };
  return { ...source, ...(witness.length === 0 ? {} : { txinwitness: witness.map(toHex) }), sequence };
}
