/** A work unit: a job with extranonce2 and versions fixed, and a range of nonces to search. */
import { encodeHeader, type Header } from '../bitcoin/header.ts';
import { concatBytes } from '../bitcoin/hex.ts';
import { rootFromBranch } from '../bitcoin/merkle.ts';
import { sha256d } from '../bitcoin/sha256.ts';
import { targetToWords } from '../bitcoin/target.ts';
import type { Job } from './job.ts';
import type { ScanRequest } from './ports.ts';
import { scanConstants } from './scan.ts';

/** What an engine searches, and what is needed to turn one of its hits back into a header and a block. */
export interface WorkUnit extends ScanRequest {
  readonly job: Job;
  readonly extranonce2: Uint8Array;
  /** The stripped coinbase with both extranonces in place. */
  readonly coinbase: Uint8Array;
  readonly merkleRoot: Uint8Array;
  /** Header versions, one for each midstate. */
  readonly versions: readonly number[];
}

/** The part of a work unit that stays the same from one nonce range to the next. */
export type HeaderSpace = Omit<WorkUnit, 'nonceStart' | 'nonceCount'>;

/**
 * Fixes extranonce2 and versions of a job: builds the coinbase, the merkle root, one midstate for each version, and the tail
 * that all of them share.
 *
 * @example
 * ```ts
 * headerSpace(job, Uint8Array.of(0, 0, 0, 1), [job.version]).midstates.length; // 8
 * ```
 */
export function headerSpace(job: Job, extranonce2: Uint8Array, versions: readonly number[]): HeaderSpace {
  const coinbase = concatBytes(job.coinbase1, job.extranonce1, extranonce2, job.coinbase2);
  const merkleRoot = rootFromBranch(sha256d(coinbase), job.merkleBranch);
  const headers = versions.map((version) => encodeHeader(headerOf(job, merkleRoot, version, 0)));
  return {
    job,
    extranonce2,
    coinbase,
    merkleRoot,
    versions,
    ...scanConstants(headers),
    target: searchTarget(job),
  };
}

/** The easier of the two targets, 8 words: neither a share nor a block may be missed. */
function searchTarget(job: Job): Uint32Array {
  return targetToWords(job.shareTarget > job.networkTarget ? job.shareTarget : job.networkTarget);
}

/** The unit as one of another job that has the same headers: what is found counts for that one. */
export function unitOf(job: Job, unit: WorkUnit): WorkUnit {
  return { ...unit, job, target: searchTarget(job) };
}

/** The header that a hit of `unit` claims. */
export function headerOfHit(unit: HeaderSpace, version: number, nonce: number): Header {
  return headerOf(unit.job, unit.merkleRoot, version, nonce);
}

function headerOf(job: Job, merkleRoot: Uint8Array, version: number, nonce: number): Header {
  return { version, prevHash: job.prevHash, merkleRoot, nTime: job.nTime, nBits: job.nBits, nonce };
}
