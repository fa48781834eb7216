/** Completes a pool's blocks: a pool keeps its transactions to itself, but one's own node often works on the very same ones. */
import { assembleBlock, commitmentIndex } from '../bitcoin/block.ts';
import { Reader } from '../bitcoin/codec.ts';
import { addCoinbaseWitness } from '../bitcoin/coinbase.ts';
import { toHex } from '../bitcoin/hex.ts';
import { readTransaction } from '../bitcoin/transaction.ts';
import type { Job } from '../work/job.ts';
import type { JobSource } from '../work/ports.ts';
import type { FoundShare } from '../work/verify.ts';

/** The whole block of a share that is one; undefined where its transactions are not known. */
export type CompleteBlock = (share: FoundShare) => Uint8Array | undefined;

/** Templates to remember: a pool's job can be older than the node's newest one. */
const REMEMBERED = 32;

/**
 * Listens to a node's jobs and remembers their transactions. A pool's job on the same tip with the same merkle branch has the same transactions; one with an
 * empty branch has none.
 *
 * @param node - undefined where there is no node: then only blocks without transactions are completed.
 * @param signal - ends the listening.
 */
export function createBlockCompleter(node: JobSource | undefined, signal: AbortSignal): CompleteBlock {
  const known = new Map<string, readonly Uint8Array[]>();
  const listen = async () => {
    for await (const job of node?.jobs(signal) ?? []) {
      if (job.body !== undefined) known.set(keyOf(job), job.body.transactions);
      for (const key of known.keys()) if (known.size > REMEMBERED) known.delete(key);
    }
  };
  listen().catch(() => {}); // without the node a block still goes to the pool, and the node's own troubles are told as its events
  return ({ job, header, coinbase }) => {
    const transactions = job.merkleBranch.length === 0 ? [] : known.get(keyOf(job));
    if (transactions === undefined) return undefined;
    return assembleBlock(header, [withWitness(coinbase), ...transactions]);
  };
}

const keyOf = ({ prevHash, merkleBranch }: Pick<Job, 'prevHash' | 'merkleBranch'>) =>
  [prevHash, ...merkleBranch].map(toHex).join(' ');

/** A coinbase with a commitment needs the BIP 141 witness in a block. */
function withWitness(coinbase: Uint8Array): Uint8Array {
  try {
    return commitmentIndex(readTransaction(new Reader(coinbase))) < 0
      ? coinbase
      : addCoinbaseWitness(coinbase);
  } catch {
    return coinbase;
  }
}
