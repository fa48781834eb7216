/** What the GPU engine and its child process say to each other: plain messages, with typed arrays as they are. */
import type { MeasuredGpu } from '../../economics/throughput.ts';
import type { ErrorCode } from '../../errors.ts';
import type { GpuInfo } from '../../gpu/adapter.ts';
import type { TuneRow } from '../../gpu/tune.ts';
import type { ScanRequest, ScanResult } from '../../work/ports.ts';

/** What names an adapter to Dawn. */
export interface AdapterName {
  /** Such as `vulkan`, `metal` or `d3d12`. */
  readonly backend: string;
  readonly name: string;
}

/** An error of the child's, to be made one again by the parent. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A kernel and how many versions it hashes side by side. */
export interface KernelInUse {
  readonly name: string;
  readonly midstates: number;
}

/** What the child has used since it started. */
export interface Usage {
  /** Processor time of the whole process. */
  readonly cpuSeconds: number;
  /** Time the GPU worked by its own clock; absent where it has none. */
  readonly gpuSeconds?: number | undefined;
}

/** To the child. The first message is `list`, `describe`, `measure` or `open`, and says what the child is for. */
export type ToChild =
  /** List the adapters' names. */
  | { readonly type: 'list' }
  /** Say what each of these adapters is, in this order. */
  | { readonly type: 'describe'; readonly adapters: readonly AdapterName[] }
  /** Measure what this adapter moves and computes. */
  | { readonly type: 'measure'; readonly adapter: AdapterName; readonly seconds: number }
  /** Take this adapter, and start with the first of these kernels that it can run; `singles` are only used beside one for several versions. */
  | {
      readonly type: 'open';
      readonly adapter: AdapterName;
      readonly kernels: readonly string[];
      readonly singles: readonly string[];
      readonly targetMs: number;
    }
  | { readonly type: 'scan'; readonly id: number; readonly request: ScanRequest }
  | { readonly type: 'abort'; readonly id: number }
  /** Try these kernels, and keep the best. */
  | { readonly type: 'tune'; readonly kernels: readonly string[]; readonly seconds: number }
  /** No further kernel: `tuned` follows when the one under way is done. */
  | { readonly type: 'stop-tuning' }
  | { readonly type: 'close' };

/** From the child. */
export type FromChild =
  | { readonly type: 'listed'; readonly adapters: readonly AdapterName[]; readonly webgpu: string }
  /** The adapter at `index` of those asked about; undefined when Dawn does not give it. */
  | { readonly type: 'described'; readonly index: number; readonly info: GpuInfo | undefined }
  | { readonly type: 'measured'; readonly gpu: MeasuredGpu }
  | { readonly type: 'opened'; readonly info: GpuInfo; readonly parallelism: number }
  /** It cannot do what its first message asked for. */
  | { readonly type: 'cannot'; readonly error: WireError }
  /** Which kernel scans run on from now on, and which are there for versions that do not fill it. */
  | ({ readonly type: 'kernel'; readonly others: readonly KernelInUse[] } & KernelInUse)
  | { readonly type: 'scanned'; readonly id: number; readonly result: ScanResult; readonly usage: Usage }
  /** A scan that failed while the device lives on. */
  | { readonly type: 'failed'; readonly id: number; readonly error: WireError }
  /** The next kernel of a tuning: what happens from now until its row comes has to do with it. */
  | { readonly type: 'trying'; readonly kernel: string }
  | { readonly type: 'row'; readonly row: TuneRow }
  | { readonly type: 'tuned' }
  /** A kernel in use claimed a hit that is none. It is not used again, and the claim is dropped. */
  | { readonly type: 'mismatch'; readonly kernel: string }
  /** The device is lost; the child ends itself. */
  | { readonly type: 'lost'; readonly reason: string };
