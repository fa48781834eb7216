/** A job: everything a header needs, whatever its source. */
import { equalBytes } from '../bitcoin/hex.ts';

/** The transactions of a job whose full block is known, as with getblocktemplate; a Stratum pool keeps them to itself. */
export interface BlockBody {
  /** Every transaction but the coinbase, serialised in full, in block order. */
  readonly transactions: readonly Uint8Array[];
  /** True when the coinbase needs the BIP 141 witness because it carries a commitment. */
  readonly coinbaseWitness: boolean;
}

/** Work from a node or a pool. Hashes are in internal byte order; targets are numbers a hash must not exceed. */
export interface Job {
  /** The source's name for it; unique within a session. */
  readonly id: string;
  /** Height of the block to be mined, where the source tells. */
  readonly height: number | undefined;
  readonly version: number;
  /** Version bits that may be rolled; 0 where none may. */
  readonly versionMask: number;
  readonly prevHash: Uint8Array;
  /** The stripped coinbase is `coinbase1 || extranonce1 || extranonce2 || coinbase2`. */
  readonly coinbase1: Uint8Array;
  readonly coinbase2: Uint8Array;
  /** Sets this session's coinbases apart from every other session's. */
  readonly extranonce1: Uint8Array;
  /** Length of the part the planner counts through, bytes. */
  readonly extranonce2Bytes: number;
  /** Siblings from the coinbase to the merkle root, bottom first. */
  readonly merkleBranch: readonly Uint8Array[];
  /** The node's or pool's time, Unix seconds: the host's clock may be wrong. */
  readonly nTime: number;
  readonly nBits: number;
  /** What makes a block. */
  readonly networkTarget: bigint;
  /** What makes a share; equal to `networkTarget` when mining solo. */
  readonly shareTarget: bigint;
  /** True when work for earlier jobs is worthless now. */
  readonly cleanJobs: boolean;
  /** What the coinbase claims, satoshis, where the source tells. */
  readonly coinbaseValue: bigint | undefined;
  readonly body: BlockBody | undefined;
  /** What the source knows the job by when a share of it comes back. Nobody else reads it; a copy of a job keeps it. */
  readonly origin?: object;
}

/**
 * Whether two jobs have the same headers to search: they may differ in their target and in what they are called, as when a pool changes the difficulty.
 *
 * @example
 * ```ts
 * haveSameHeaders(job, { ...job, id: 'later', shareTarget: 1n }); // true
 * haveSameHeaders(job, { ...job, nTime: job.nTime + 1 }); // false
 * ```
 */
export function haveSameHeaders(a: Job, b: Job): boolean {
  const bytes = ['prevHash', 'coinbase1', 'coinbase2', 'extranonce1'] as const;
  const numbers = ['version', 'versionMask', 'extranonce2Bytes', 'nTime', 'nBits'] as const;
  return (
    numbers.every((key) => a[key] === b[key]) &&
    bytes.every((key) => equalBytes(a[key], b[key])) &&
    a.merkleBranch.length === b.merkleBranch.length &&
    a.merkleBranch.every((element, i) => equalBytes(element, b.merkleBranch[i]!))
  );
}
