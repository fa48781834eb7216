/** submitblock: one try, its answer turned into a verdict, and doubt settled by asking the node for the hash. */
import { hashToDisplay, toHex } from '../../bitcoin/hex.ts';
import { isHashgapError } from '../../errors.ts';
import type { BlockSink, Verdict } from '../../work/ports.ts';
import type { FoundBlock } from '../../work/verify.ts';
import type { RpcClient } from './rpc.ts';

/** Milliseconds a node may take to validate a block and answer. */
const SUBMIT_TIMEOUT_MS = 60_000;

/** RPC error numbers of bitcoind. */
const RPC_DESERIALIZATION_ERROR = -22;
const RPC_INVALID_ADDRESS_OR_KEY = -5;

/**
 * Refusals that bitcoind does not remember, so the same bytes can be accepted later. A node that crashed can come back without its last
 * blocks, the parent of ours among them, and fetch them again; a node whose clock was ahead gave that time to our block, and refuses it
 * from when the clock is put right until that time is less than two hours away.
 */
const NOT_FINAL = ['prev-blk-not-found', 'time-too-new'];

/** Submits blocks to the node behind `rpc`. */
export function createNodeSink(rpc: RpcClient): BlockSink {
  return {
    async submit(block, signal) {
      if (block.bytes === undefined) return { outcome: 'rejected', reason: 'the full block is not known' };
      try {
        const answer = await rpc.call('submitblock', [toHex(block.bytes)], {
          signal,
          timeoutMs: SUBMIT_TIMEOUT_MS,
        });
        return await verdictOf(rpc, block, answer, signal);
      } catch (error) {
        return verdictOfFailure(error);
      }
    },
  };
}

/** BIP 22: null is acceptance; a string says why not. Acceptance is of the block, not of its place in the chain: that is asked. */
async function verdictOf(
  rpc: RpcClient,
  block: FoundBlock,
  answer: unknown,
  signal: AbortSignal,
): Promise<Verdict> {
  if (answer === null) return { outcome: 'accepted' };
  const reason = String(answer);
  const undecided =
    reason === 'duplicate' || reason === 'inconclusive' || reason === 'duplicate-inconclusive';
  if (NOT_FINAL.includes(reason)) return openVerdict(rpc, block, reason, signal);
  return undecided ? placeInChain(rpc, block, reason, signal) : { outcome: 'rejected', reason };
}

/** A refusal that may pass: while the node's chain is shorter than the block's height, nothing is decided. */
async function openVerdict(
  rpc: RpcClient,
  block: FoundBlock,
  reason: string,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    const count = await rpc.call('getblockcount', [], { signal });
    const behind = typeof count === 'number' && block.height !== undefined && count < block.height;
    return { outcome: behind ? 'unknown' : 'stale', reason };
  } catch (error) {
    return verdictOfFailure(error);
  }
}

/** Where the node has the block: in the active chain, beside it, or not at all. */
async function placeInChain(
  rpc: RpcClient,
  block: FoundBlock,
  reason: string,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    const header = await rpc.call('getblockheader', [hashToDisplay(block.hash)], { signal });
    const confirmations = (header as { confirmations?: unknown } | null)?.confirmations;
    if (typeof confirmations !== 'number')
      return { outcome: 'unknown', reason: `${reason}, and no confirmations named` };
    return confirmations >= 0 ? { outcome: 'accepted' } : { outcome: 'stale', reason };
  } catch (error) {
    if (isRpcError(error, RPC_INVALID_ADDRESS_OR_KEY))
      return { outcome: 'unknown', reason: `${reason}, but the node does not know the block` };
    return verdictOfFailure(error);
  }
}

/** A failed call settles nothing, but for a node that cannot read the block at all. */
function verdictOfFailure(error: unknown): Verdict {
  if (!isHashgapError(error)) throw error;
  const outcome = isRpcError(error, RPC_DESERIALIZATION_ERROR) ? 'rejected' : 'unknown';
  return { outcome, reason: error.message };
}

function isRpcError(error: unknown, rpcCode: number): boolean {
  return isHashgapError(error, 'NODE_RPC') && error.details.rpcCode === rpcCode;
}
