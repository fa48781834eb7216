/** What the page and its worker say to each other. */
import type { Measured } from './measure.ts';
import type { SearchProgress, SearchResult } from './search.ts';

/** Which of the two searches. */
export type EngineName = 'gpu' | 'plain';

/** A GPU as the browser describes it; empty where the browser keeps it to itself. */
export interface AdapterDescription {
  /** A name for people. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** The CPU plays the GPU. */
  readonly software: boolean;
}

/** Why there is no GPU: the page has advice for each. */
export type NoGpuReason =
  /** The page came over plain HTTP from another machine. */
  | 'insecure'
  /** The browser does not know WebGPU. */
  | 'no-webgpu'
  /** It does, and offers no adapter; `message` says why where the browser does. */
  | 'no-adapter'
  /** There is one, and it failed; `message` says how. */
  | 'failed';

/** There is no GPU. */
export interface NoGpu {
  readonly reason: NoGpuReason;
  /** What the browser or the driver says about it; may be empty. */
  readonly message: string;
}

/** What the browser offers. */
export type Offer = { readonly adapter: AdapterDescription } | NoGpu;

/** What a search needs, as a message can carry it. */
export interface SearchOrder {
  readonly engine: EngineName;
  /** 80 bytes as hex. */
  readonly header: string;
  readonly zeroBits: number;
  readonly nonceStart: number;
  readonly nonceCount: number;
  readonly stopAtFirst: boolean;
}

/** A kernel that has been tried. */
export interface TuneProgress {
  readonly kernel: string;
  /** Absent when the kernel was wrong, or refused. */
  readonly hashesPerSecond?: number | undefined;
  /** How many have been tried, of how many. */
  readonly tried: number;
  readonly of: number;
}

/** The kernel in use, and how many versions of a header it hashes at a time. */
export interface Tuned {
  readonly kernel: string;
  readonly versions: number;
}

/** The calls: what each takes, tells while it runs, and gives. */
export interface Calls {
  /** The progress is the adapter, before its kernel is compiled. */
  open: { order: null; progress: AdapterDescription; result: Offer };
  search: { order: SearchOrder; progress: SearchProgress; result: SearchResult };
  /** Tries the kernels for this GPU and keeps the fastest. */
  tune: { order: null; progress: TuneProgress; result: Tuned };
  measure: {
    order: {
      readonly engine: EngineName;
      readonly seconds: number;
      /** How many versions of a header to hash at a time; absent for as many as the kernel likes best. */
      readonly versions?: number;
    };
    progress: Measured;
    result: Measured;
  };
}

/** The name of a call. */
export type CallName = keyof Calls;

/** From the page to the worker. */
export type Command =
  | {
      [Name in CallName]: {
        readonly type: 'call';
        readonly id: number;
        readonly name: Name;
        readonly order: Calls[Name]['order'];
      };
    }[CallName]
  /** Ends the call under way with what it has. */
  | { readonly type: 'stop' }
  /** A page that nobody sees leaves the GPU more to others. */
  | { readonly type: 'visible'; readonly visible: boolean };

/** From the worker to the page. */
export type Report =
  | { readonly type: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string }
  /** The GPU is gone, with every call that used it. */
  | { readonly type: 'lost'; readonly reason: string }
  /** The GPU claimed a hit that is none. */
  | { readonly type: 'mismatch'; readonly nonce: number };
