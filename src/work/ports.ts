/** The ports of the data flow: where jobs come from, what hashes them, and where blocks and shares go. */
import type { Job } from './job.ts';
import type { FoundBlock, FoundShare } from './verify.ts';

/**
 * What a kernel needs to search a nonce range. All versions of one request share the tail, so one message schedule
 * of the header's second block serves every midstate.
 */
export interface ScanRequest {
  /** SHA-256 states after header bytes 0..63, 8 words for each version, in the order of the versions. */
  readonly midstates: Uint32Array;
  /** Header bytes 64..75 (merkle root tail, nTime, nBits) as 3 big-endian words, the order SHA-256 reads them in. */
  readonly tail: Uint32Array;
  /** The easier of share and network target as 8 words, most significant first: a hash at or below it, read as a number, is a hit. */
  readonly target: Uint32Array;
  /** First nonce, as the header's little-endian integer. */
  readonly nonceStart: number;
  /** How many nonces, 1..2^32, never reaching past 0xffffffff. */
  readonly nonceCount: number;
}

/** One claim of an engine: the header with this nonce and this version hashes to the target or below. */
export interface Hit {
  readonly nonce: number;
  readonly versionIndex: number;
}

/** What a scan did: it stops at the first hits, at an abort, or at the end of the range. */
export interface ScanResult {
  /** Nonces searched from `nonceStart` on, each for every version. The rest of the range is still to be done. */
  readonly noncesScanned: number;
  /** Every hit among the nonces searched, ordered by nonce. */
  readonly hits: readonly Hit[];
}

/** Something that searches nonces. Owns its threads or devices; never blocks the event loop. */
export interface HashEngine {
  /** `native`, `js` or `gpu`. */
  readonly name: string;
  /** What it runs on where that is not the CPU: the adapter's name. */
  readonly device?: string;
  /** The kernel it runs, such as `sha-ni`; tuning may change it. */
  readonly kernel: string;
  /** How many scans it runs side by side; the miner keeps that many in flight. */
  readonly parallelism: number;
  /** How many versions a request should have where the job allows it: they share one message schedule. Changes with the kernel. */
  readonly preferredMidstates: number;
  /** Whether it will never scan again. An engine that does not say so is gone with its first failure. */
  readonly lost?: boolean;
  /**
   * Searches until the first hits, the end of the range, or the abort, whichever comes first.
   *
   * @throws {HashgapError} `ENGINE_FAILED` when a thread died; `GPU_LOST` when a GPU was lost for good. Nothing of the request is done then.
   */
  scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult>;
  /** Stops every scan and releases the threads. */
  close(): Promise<void>;
  /** Processor time that hashing has taken since the start, seconds; absent where the engine cannot tell. */
  cpuSeconds?(): number;
  /** Time that a GPU has worked since the start by its own clock, seconds; absent or undefined where there is no such clock. */
  gpuSeconds?(): number | undefined;
}

/** Where jobs come from. */
export interface JobSource {
  /** Yields a job at once and then whenever the work changes; ends when `signal` aborts; outlives every outage. */
  jobs(signal: AbortSignal): AsyncIterable<Job>;
  /** Asks for a fresh job soon, as after a block that did not move the tip; does nothing where the source pushes jobs. */
  refresh(): void;
}

/** What became of a submitted block or share. */
export type Verdict =
  /** The block is in the active chain. */
  | { readonly outcome: 'accepted' }
  /** The block is valid but another one won: it is not in the active chain. */
  | { readonly outcome: 'stale'; readonly reason: string }
  /** The node will never take it, and said why. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  /** No answer, or none that settles it: try again. */
  | { readonly outcome: 'unknown'; readonly reason: string };

/** Where found blocks go. One call is one try; the caller owns the journal and the retries. */
export interface BlockSink {
  submit(block: FoundBlock, signal: AbortSignal): Promise<Verdict>;
}

/** Why a pool refused a share. */
export type RejectClass = 'stale' | 'duplicate' | 'low-difficulty' | 'unauthorized' | 'other';

/** The classes in the order reports list them. */
export const REJECT_CLASSES: readonly RejectClass[] = [
  'stale',
  'duplicate',
  'low-difficulty',
  'unauthorized',
  'other',
];

/** What became of a share: exactly one of these for each. */
export type ShareVerdict =
  | { readonly outcome: 'accepted'; readonly roundTripMs: number }
  | {
      readonly outcome: 'rejected';
      readonly class: RejectClass;
      /** The pool's own words. */
      readonly reason: string;
      readonly roundTripMs: number;
    }
  /** It was sent, or was about to be, and no answer will come: the connection is gone. */
  | { readonly outcome: 'unknown'; readonly reason: string }
  /** It was not sent, because the pool has said that it would not count: its job is over, or it is a duplicate. */
  | { readonly outcome: 'withheld'; readonly reason: string };

/** Where shares go. */
export interface ShareSink {
  /**
   * Sends a share, in the same turn of the event loop where there is a connection. The verdict may take long, and comes for every share.
   *
   * @param signal - ends the wait: the verdict is `unknown` then.
   */
  submit(share: FoundShare, signal: AbortSignal): Promise<ShareVerdict>;
  /** Something to wait for while no share could count any more, as after a pool is gone for good; asked for before each scan. @default there always is hope */
  room?(): Promise<void> | undefined;
}
