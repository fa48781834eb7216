/** The block index: what the node knows of every header it accepted, and questions about a header's ancestors. */
import type { Block } from '../bitcoin/block.ts';
import { type Header, headerHash } from '../bitcoin/header.ts';
import { hashToDisplay } from '../bitcoin/hex.ts';
import { targetFromBits, workFromTarget } from '../bitcoin/target.ts';

/** One accepted header (`CBlockIndex`). The chain alone changes the fields that are not readonly. */
export interface BlockIndex {
  readonly header: Header;
  /** Block hash as RPC shows it. */
  readonly hash: string;
  readonly height: number;
  readonly parent: BlockIndex | undefined;
  /** Expected hashes to build this header and all before it. */
  readonly chainWork: bigint;
  /** The transactions, once a body that fits the header has arrived. */
  block: Block | undefined;
  /** Transactions up to and with this block; undefined while some body on the way from genesis is missing. */
  chainTxCount: number | undefined;
  /** Rank by the time at which the block became connectable: of two chains with equal work, the first seen wins. */
  sequence: number;
  /** Was part of the active chain at some time, so every check has passed (`BLOCK_VALID_SCRIPTS`). */
  connected: boolean;
  /** Is invalid, or descends from an invalid block (`BLOCK_FAILED_MASK`). */
  failed: boolean;
}

/** The entry of a header that has just been accepted: no body yet. */
export function indexHeader(header: Header, parent: BlockIndex | undefined): BlockIndex {
  return {
    header,
    hash: hashToDisplay(headerHash(header)),
    height: parent === undefined ? 0 : parent.height + 1,
    parent,
    chainWork: (parent?.chainWork ?? 0n) + workFromTarget(targetFromBits(header.nBits)),
    block: undefined,
    chainTxCount: undefined,
    sequence: 0,
    connected: false,
    failed: false,
  };
}

/** `entry` and everything before it, newest first. */
export function* ancestors(entry: BlockIndex | undefined): Generator<BlockIndex> {
  for (let at = entry; at !== undefined; at = at.parent) yield at;
}

/** Median of the times of `entry` and the ten before it, Unix seconds (BIP 113, `GetMedianTimePast`). */
export function medianTimePast(entry: BlockIndex): number {
  const times: number[] = [];
  for (const { header } of ancestors(entry)) {
    if (times.push(header.nTime) === 11) break;
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}

/** True when `ancestor` is `entry` or lies on the way from it to genesis. */
export function descendsFrom(entry: BlockIndex, ancestor: BlockIndex): boolean {
  for (const at of ancestors(entry)) {
    if (at.height <= ancestor.height) return at === ancestor;
  }
  return false;
}
