/** What a block must satisfy before it is stored: bitcoind's checks in bitcoind's order, with its reject reasons. */
import {
  type Block,
  blockCommitment,
  blockWeight,
  COMMITMENT_PREFIX,
  commitmentIndex,
  encodeBlock,
  MAX_BLOCK_WEIGHT,
} from '../bitcoin/block.ts';
import { WITNESS_RESERVED_VALUE } from '../bitcoin/coinbase.ts';
import { type Header, headerHash } from '../bitcoin/header.ts';
import { equalBytes } from '../bitcoin/hex.ts';
import { merkleRoot } from '../bitcoin/merkle.ts';
import { heightScript } from '../bitcoin/script.ts';
import { hashToNumber, targetFromBits } from '../bitcoin/target.ts';
import { hasWitness, isCoinbase, transactionId } from '../bitcoin/transaction.ts';
import { type BlockIndex, medianTimePast } from './block-index.ts';
import { checkTransaction, isFinal } from './check-transaction.ts';
import {
  MAX_BLOCK_SIGOPS_COST,
  MAX_FUTURE_BLOCK_SECONDS,
  POW_LIMIT,
  WITNESS_SCALE_FACTOR,
} from './params.ts';
import { legacySigops } from './sigops.ts';

/** Why a block is refused. */
export interface Refusal {
  /** The reject reason submitblock answers. */
  readonly reason: string;
  /**
   * The header may still be good under another body (`BLOCK_MUTATED`): the refusal must not be remembered, or anybody
   * could have a good block refused by being the first to send a damaged copy.
   */
  readonly mutated: boolean;
}

const invalid = (reason: string): Refusal => ({ reason, mutated: false });
const mutated = (reason: string): Refusal => ({ reason, mutated: true });

/** Checks that need nothing but the block (`CheckBlock`). */
export function checkBlock(block: Block, checkProofOfWork = true): Refusal | undefined {
  if (checkProofOfWork && !hasProofOfWork(block.header)) return invalid('high-hash');
  return checkMerkleRoot(block) ?? checkStructure(block) ?? checkTransactions(block);
}

/** True when the header's hash meets its own nBits and those are within regtest's limit (`CheckProofOfWork`). */
export function hasProofOfWork(header: Header): boolean {
  const target = proofTarget(header.nBits);
  return target !== undefined && target <= POW_LIMIT && hashToNumber(headerHash(header)) <= target;
}

function proofTarget(nBits: number): bigint | undefined {
  try {
    return targetFromBits(nBits);
  } catch {
    return undefined; // negative, zero or overflowing: no proof at all
  }
}

function checkMerkleRoot({ header, transactions }: Block): Refusal | undefined {
  const { root, mutated: repeated } = merkleRoot(transactions.map(transactionId));
  if (!equalBytes(root, header.merkleRoot)) return mutated('bad-txnmrklroot');
  return repeated ? mutated('bad-txns-duplicate') : undefined; // CVE-2012-2459
}

function checkStructure(block: Block): Refusal | undefined {
  const [first, ...others] = block.transactions;
  const strippedBytes = encodeBlock(block, 'stripped').length;
  const units = Math.max(block.transactions.length, strippedBytes) * WITNESS_SCALE_FACTOR;
  if (first === undefined || units > MAX_BLOCK_WEIGHT) return invalid('bad-blk-length');
  if (!isCoinbase(first)) return invalid('bad-cb-missing');
  return others.some(isCoinbase) ? invalid('bad-cb-multiple') : undefined;
}

function checkTransactions({ transactions }: Block): Refusal | undefined {
  for (const transaction of transactions) {
    const reason = checkTransaction(transaction);
    if (reason !== undefined) return invalid(reason);
  }
  const sigops = transactions.reduce((count, transaction) => count + legacySigops(transaction), 0);
  return sigops * WITNESS_SCALE_FACTOR > MAX_BLOCK_SIGOPS_COST ? invalid('bad-blk-sigops') : undefined;
}

/** What a header's neighbourhood demands of it. */
export interface HeaderRules {
  /** The nBits every block after genesis carries. */
  readonly bits: number;
  /** The node's clock, Unix seconds. */
  readonly now: number;
}

/** Checks of a header against its parent and the clock (`ContextualCheckBlockHeader`). */
export function checkHeaderInContext(
  header: Header,
  parent: BlockIndex,
  rules: HeaderRules,
): Refusal | undefined {
  if (header.nBits !== rules.bits) return invalid('bad-diffbits');
  if (header.nTime <= medianTimePast(parent)) return invalid('time-too-old');
  if (header.nTime > rules.now + MAX_FUTURE_BLOCK_SECONDS) return invalid('time-too-new');
  // BIP 34, 66 and 65 hold from height 1: versions 1, 2 and 3 are outdated. Versions are signed.
  if ((header.version | 0) >= 4) return undefined;
  return invalid(`bad-version(0x${header.version.toString(16).padStart(8, '0')})`);
}

/** Checks of a body against the headers before it (`ContextualCheckBlock`). */
export function checkBlockInContext(block: Block, parent: BlockIndex): Refusal | undefined {
  const height = parent.height + 1;
  const medianTime = medianTimePast(parent);
  if (!block.transactions.every((transaction) => isFinal(transaction, height, medianTime))) {
    return invalid('bad-txns-nonfinal');
  }
  const expected = heightScript(height);
  const { script } = block.transactions[0]!.inputs[0]!;
  if (!equalBytes(script.subarray(0, expected.length), expected)) return invalid('bad-cb-height'); // BIP 34
  const malleated = checkWitness(block);
  if (malleated !== undefined) return malleated;
  // Only now, because a coinbase witness of any size would leave the block hash as it is.
  return blockWeight(block) > MAX_BLOCK_WEIGHT ? invalid('bad-blk-weight') : undefined;
}

/** BIP 141: the commitment and the reserved value, or no witness at all (`CheckWitnessMalleation`). */
function checkWitness(block: Block): Refusal | undefined {
  const coinbase = block.transactions[0]!;
  const index = commitmentIndex(coinbase);
  if (index < 0) return block.transactions.some(hasWitness) ? mutated('unexpected-witness') : undefined;
  const [reservedValue, ...more] = coinbase.inputs[0]!.witness;
  if (reservedValue?.length !== 32 || more.length > 0) return mutated('bad-witness-nonce-size');
  const start = COMMITMENT_PREFIX.length;
  const committed = coinbase.outputs[index]!.script.subarray(start, start + 32);
  return equalBytes(committed, blockCommitment(block, reservedValue))
    ? undefined
    : mutated('bad-witness-merkle-match');
}

/**
 * The block with the reserved value its miner may leave out of the coinbase (`UpdateUncommittedBlockStructures`): an old
 * miner that copies `default_witness_commitment` without knowing of witnesses still makes a valid block.
 */
export function addReservedValue(block: Block): Block {
  const [coinbase, ...others] = block.transactions;
  if (coinbase === undefined || commitmentIndex(coinbase) < 0 || hasWitness(coinbase)) return block;
  const [first, ...inputs] = coinbase.inputs;
  if (first === undefined) return block;
  const witnessed = { ...coinbase, inputs: [{ ...first, witness: [WITNESS_RESERVED_VALUE] }, ...inputs] };
  return { header: block.header, transactions: [witnessed, ...others] };
}
