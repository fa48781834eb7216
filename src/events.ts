/** Everything a miner tells its observers: one discriminated union, consumed by the statistics and the reporters, and its clock. */
import type { ShareVerdict, Verdict } from './work/ports.ts';

/** What happened, without the time it happened at. */
export type MinerEventBody =
  /** An engine was chosen and started, or tuning has found a better kernel for it. `device` is the adapter of a GPU. */
  | {
      readonly type: 'engine';
      readonly engine: string;
      readonly device?: string;
      readonly kernel: string;
      /** Scans side by side. */
      readonly threads: number;
    }
  /** An engine failed and the others go on without it; `message` is a sentence with the next step. */
  | {
      readonly type: 'engine-lost';
      readonly engine: string;
      readonly kernel: string;
      readonly message: string;
    }
  /** The source delivers work (again). */
  | { readonly type: 'source-up'; readonly source: string }
  /** The source cannot deliver work; it goes on trying. `reason` is a sentence. */
  | { readonly type: 'source-down'; readonly source: string; readonly reason: string }
  /** New work. Hashes are in display order. */
  | {
      readonly type: 'job';
      readonly id: string;
      readonly height: number | undefined;
      readonly prevHash: string;
      /** Of the network. */
      readonly difficulty: number;
      /** What a share must reach; the network's own when mining solo. */
      readonly shareDifficulty: number;
      readonly transactions: number | undefined;
      readonly coinbaseValue: bigint | undefined;
      readonly clean: boolean;
    }
  /** One scan ended: `hashes` double SHA-256 computed in `seconds` of one thread's wall time, by the engine of that name. */
  | {
      readonly type: 'scan';
      readonly hashes: number;
      readonly seconds: number;
      readonly engine?: string;
    }
  /** An engine claimed a hash that is none; the claim is dropped. The GPU engine drops it itself, and then `hash` is absent. */
  | {
      readonly type: 'hardware-error';
      readonly engine: string;
      readonly kernel: string;
      readonly hash?: string;
    }
  /** A block was found and is on disk, or a `warning` before this says why not yet; its verdict follows. */
  | { readonly type: 'block'; readonly hash: string; readonly height: number | undefined }
  /** Blocks that an earlier run journalled and never heard the verdict of. */
  | { readonly type: 'recovered'; readonly hash: string; readonly height: number | undefined }
  /** The node's answer to a block, or that there is none yet (`unknown`, tried again). */
  | {
      readonly type: 'verdict';
      readonly hash: string;
      readonly height: number | undefined;
      readonly verdict: Verdict;
      readonly recovered: boolean;
      /** From the moment the hit was verified to the moment submitblock was sent, milliseconds; absent for a recovered block. */
      readonly foundToSentMs?: number;
    }
  /** A share was found and goes to the pool; `difficulty` is that of its hash, `shareDifficulty` what it had to reach. */
  | {
      readonly type: 'share';
      readonly hash: string;
      readonly difficulty: number;
      readonly shareDifficulty: number;
      readonly block: boolean;
    }
  /** What became of a share; each gets exactly one. */
  | {
      readonly type: 'share-verdict';
      readonly hash: string;
      readonly shareDifficulty: number;
      readonly verdict: ShareVerdict;
    }
  /** Whom the pool's coinbase pays, told when that changes; `percent` is the part of the address that was expected. */
  | {
      readonly type: 'payout';
      readonly satoshis: bigint;
      readonly outputs: readonly {
        readonly to: string;
        readonly satoshis: bigint;
        readonly percent: number;
      }[];
      readonly percent?: number;
    }
  /** What the pool wants its users to read, made safe to print. */
  | { readonly type: 'pool-message'; readonly text: string }
  /** Something the user should know; `message` is a sentence with the next step. */
  | { readonly type: 'warning'; readonly message: string };

/** An event with its time, Unix milliseconds. */
export type MinerEvent = MinerEventBody & { readonly atMs: number };

/** Takes events; removing a listener changes nothing else. */
export type Emit = (event: MinerEventBody) => void;

/** Milliseconds between the two clocks, wall and monotonic; see {@link eventTimeMs}. */
let wallAheadMs = performance.timeOrigin;

/**
 * The time to stamp events with, Unix milliseconds. It never goes back, so that a clock that is set back makes no rate wrong; it jumps ahead with the
 * clock, since the monotonic one stands still while a laptop sleeps.
 */
export function eventTimeMs(): number {
  const monotonicMs = performance.now();
  wallAheadMs = Math.max(wallAheadMs, Date.now() - monotonicMs);
  return Math.round(wallAheadMs + monotonicMs);
}
