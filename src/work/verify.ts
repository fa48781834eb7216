/** Verification: every hit is hashed again outside the engine before it counts. */
import { assembleBlock } from '../bitcoin/block.ts';
import { addCoinbaseWitness } from '../bitcoin/coinbase.ts';
import { encodeHeader, type Header } from '../bitcoin/header.ts';
import { sha256d } from '../bitcoin/sha256.ts';
import { hashToNumber } from '../bitcoin/target.ts';
import type { Job } from './job.ts';
import type { Hit } from './ports.ts';
import { headerOfHit, type WorkUnit } from './unit.ts';

/** What a hit turned out to be. `wrong` is a hardware error: the engine claimed a hash it did not find. */
export type Verified =
  | { readonly kind: 'wrong'; readonly header: Header; readonly hash: Uint8Array }
  | {
      readonly kind: 'share';
      readonly header: Header;
      readonly hash: Uint8Array;
      readonly share: FoundShare;
    }
  | {
      readonly kind: 'block';
      readonly header: Header;
      readonly hash: Uint8Array;
      readonly share: FoundShare;
      readonly block: FoundBlock;
    };

/** A header that meets the share target or the network target, with what a pool needs to build it again. */
export interface FoundShare {
  readonly job: Job;
  readonly header: Header;
  /** Block hash, internal byte order. */
  readonly hash: Uint8Array;
  readonly extranonce2: Uint8Array;
  /** The stripped coinbase, both extranonces in place. */
  readonly coinbase: Uint8Array;
  /** True when it is a block. */
  readonly meetsNetworkTarget: boolean;
}

/** A block that meets the network target, ready to be journalled and submitted. */
export interface FoundBlock {
  /** Block hash, internal byte order. */
  readonly hash: Uint8Array;
  readonly height: number | undefined;
  /** The serialised block; undefined when the source keeps the transactions to itself. */
  readonly bytes: Uint8Array | undefined;
  /** What is known of such a block: its header, 80 bytes, and its stripped coinbase. */
  readonly parts?: { readonly header: Uint8Array; readonly coinbase: Uint8Array };
}

/**
 * Re-hashes a hit of `unit` and says what it is; the example's unit is of the mainnet genesis header.
 *
 * @example
 * ```ts
 * verifyHit(unit, { nonce: 2083236893, versionIndex: 0 }).kind; // 'block'
 * ```
 */
export function verifyHit(unit: WorkUnit, hit: Hit): Verified {
  const version = unit.versions[hit.versionIndex] ?? unit.job.version;
  const header = headerOfHit(unit, version, hit.nonce);
  const hash = sha256d(encodeHeader(header));
  const value = hashToNumber(hash);
  const inUnit = hit.nonce >= unit.nonceStart && hit.nonce < unit.nonceStart + unit.nonceCount;
  const known = hit.versionIndex < unit.versions.length;
  // The block test comes first: on a test network the share target can be the harder of the two.
  const isBlock = value <= unit.job.networkTarget;
  if (!inUnit || !known || (!isBlock && value > unit.job.shareTarget)) return { kind: 'wrong', header, hash };
  const share = { ...shareOf(unit), header, hash, meetsNetworkTarget: isBlock };
  if (!isBlock) return { kind: 'share', header, hash, share };
  const bytes = blockBytes(unit, header);
  const parts = { header: encodeHeader(header), coinbase: unit.coinbase };
  const block = { hash, height: unit.job.height, bytes, ...(bytes === undefined ? { parts } : {}) };
  return { kind: 'block', header, hash, share, block };
}

function shareOf({
  job,
  extranonce2,
  coinbase,
}: WorkUnit): Pick<FoundShare, 'job' | 'extranonce2' | 'coinbase'> {
  return { job, extranonce2, coinbase };
}

function blockBytes(unit: WorkUnit, header: Header): Uint8Array | undefined {
  const { body } = unit.job;
  if (body === undefined) return undefined;
  const coinbase = body.coinbaseWitness ? addCoinbaseWitness(unit.coinbase) : unit.coinbase;
  return assembleBlock(header, [coinbase, ...body.transactions]);
}
