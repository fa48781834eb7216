/** mining.notify: the parameters of a job, decoded. */
import { targetFromBits } from '../bitcoin/target.ts';
import { isHashgapError } from '../errors.ts';
import { createFieldReader, type Decoded, type FieldReader } from './fields.ts';

/** A job as the pool announced it. Hashes are in internal byte order. */
export interface Notify {
  /** The pool's name for the job: sent back with each share, as it is. */
  readonly jobId: string;
  readonly prevHash: Uint8Array;
  /** The stripped coinbase is `coinbase1 || extranonce1 || extranonce2 || coinbase2`. */
  readonly coinbase1: Uint8Array;
  readonly coinbase2: Uint8Array;
  /** Siblings of the coinbase, bottom first, each to be hashed on the right. */
  readonly merkleBranch: readonly Uint8Array[];
  readonly version: number;
  readonly nBits: number;
  /** What `nBits` stands for. */
  readonly networkTarget: bigint;
  /** Unix seconds. */
  readonly nTime: number;
  readonly cleanJobs: boolean;
}

/** A branch of 32 would prove a block of 2^32 transactions; a full block today needs 14. */
export const MAX_BRANCH = 32;
const MAX_JOB_ID_LENGTH = 256;
/** Both parts of a coinbase together, bytes: room for some 3,000 outputs. Each one costs time, and each block found costs so much of the journal. */
export const MAX_COINBASE_BYTES = 100_000;

/**
 * Decodes the parameters of mining.notify: job id, previous hash, coinbase1, coinbase2, merkle branch, version, nBits, nTime, clean_jobs. More parameters
 * are let pass, and clean_jobs is the last boolean after nTime (some pools put something before it); without one it is false.
 *
 * @example
 * ```ts
 * decodeNotify(['1', '00'.repeat(32), '', '', [], '20000000', '207fffff', '5', true]).ok; // true
 * decodeNotify(['1', '00'.repeat(32), '', '', [null], '20000000', '207fffff', '5', true]).ok; // false
 * ```
 */
export function decodeNotify(params: readonly unknown[]): Decoded<Notify> {
  const fields = createFieldReader();
  const notify = {
    jobId: fields.text(params[0], 'a job id', MAX_JOB_ID_LENGTH),
    prevHash: swapWords(fields.bytes(params[1], 'a previous hash', 32, 32)),
    coinbase1: fields.bytes(params[2], 'a first coinbase part', 0, MAX_COINBASE_BYTES),
    coinbase2: fields.bytes(params[3], 'a second coinbase part', 0, MAX_COINBASE_BYTES),
    merkleBranch: fields
      .array(params[4], 'a merkle branch', MAX_BRANCH)
      .map((element) => fields.bytes(element, 'a branch element', 32, 32)),
    version: fields.word(params[5], 'a version'),
    nBits: fields.word(params[6], 'nBits'),
    nTime: fields.word(params[7], 'nTime'),
    cleanJobs: params.findLast((value) => typeof value === 'boolean') === true,
  };
  const coinbaseBytes = notify.coinbase1.length + notify.coinbase2.length;
  if (coinbaseBytes > MAX_COINBASE_BYTES)
    fields.refuse(`coinbase parts of at most ${MAX_COINBASE_BYTES} bytes together`, coinbaseBytes);
  if (hasSegwitMarker(notify.coinbase1))
    fields.warn(
      'The coinbase carries the BIP 144 marker, which a merkle root must not hash: its blocks may be invalid.',
    );
  return fields.result({ ...notify, networkTarget: networkTarget(notify.nBits, params[6], fields) });
}

/**
 * The previous hash is sent as eight 4-byte words, each in reverse; this turns it into internal byte order, and back.
 *
 * @example
 * ```ts
 * swapWords(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)); // Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5)
 * ```
 */
export function swapWords(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) swapped[i] = bytes[i ^ 3] ?? 0;
  return swapped;
}

function networkTarget(nBits: number, received: unknown, fields: FieldReader): bigint {
  try {
    return targetFromBits(nBits);
  } catch (error) {
    if (!isHashgapError(error)) throw error;
    fields.refuse('nBits of a target', received);
    return 0n;
  }
}

/** A stripped transaction has its input count where BIP 144 puts the marker 0 and the flag 1, and a coinbase has one input. */
const hasSegwitMarker = (coinbase1: Uint8Array) => coinbase1[4] === 0 && coinbase1[5] === 1;
