/** Everything a miner tells its observers: one discriminated union, consumed by the statistics and the reporters. */
import type { Verdict } from './work/ports.ts';

/** What happened, without the time it happened at. */
export type MinerEventBody =
  /** An engine was chosen and started. */
  | { readonly type: 'engine'; readonly engine: string; readonly kernel: string; readonly threads: number }
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
      readonly difficulty: number;
      readonly transactions: number | undefined;
      readonly coinbaseValue: bigint | undefined;
      readonly clean: boolean;
    }
  /** One scan ended: `hashes` double SHA-256 computed in `seconds` of one thread's wall time. */
  | { readonly type: 'scan'; readonly hashes: number; readonly seconds: number }
  /** An engine claimed a hash that is none; the claim is dropped. */
  | {
      readonly type: 'hardware-error';
      readonly engine: string;
      readonly kernel: string;
      readonly hash: string;
    }
  /** A block was found and is on disk; its verdict follows. */
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
  /** Something the user should know; `message` is a sentence with the next step. */
  | { readonly type: 'warning'; readonly message: string };

/** An event with its time, Unix milliseconds. */
export type MinerEvent = MinerEventBody & { readonly atMs: number };

/** Takes events; removing a listener changes nothing else. */
export type Emit = (event: MinerEventBody) => void;
