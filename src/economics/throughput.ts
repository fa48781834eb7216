/** What a processor moves and computes, as it was measured: the figures that bound inference. */

/** A rate: the best of several samples, since what else runs can only lower it. */
export interface Rate {
  /** Bytes, or operations of which a multiplication with an addition is two. */
  readonly perSecond: number;
  /** Which code ran. */
  readonly loop: string;
  readonly samples: number;
}

/** What a CPU can do. */
export interface CpuThroughput {
  /** `js` is one thread of JavaScript: less than the machine can do. */
  readonly by: 'native' | 'js';
  readonly threads: number;
  /** Bytes counted as STREAM does. */
  readonly memory: Rate;
  /** Of each of the three arrays. */
  readonly arrayBytes: number;
  /** All last caches together; null where the system does not say. */
  readonly cacheBytes: number | null;
  readonly fp32: Rate;
  readonly int32: Rate;
  /** Null where no loop is written for this CPU. */
  readonly int8: Rate | null;
}

/** What a GPU can do in WGSL, which reaches no matrix units (tensor cores). */
export interface GpuThroughput {
  /** Bytes counted as STREAM does. */
  readonly memory: Rate;
  /** Of each of the three arrays. */
  readonly arrayBytes: number;
  readonly fp32: Rate;
  readonly int32: Rate;
  /** Null without the feature `shader-f16`. */
  readonly fp16: Rate | null;
  /** Null where the driver has no dot product of packed bytes. */
  readonly int8: Rate | null;
}

/** A GPU and what it can do. */
export interface MeasuredGpu extends GpuThroughput {
  readonly name: string;
  /** The CPU pretends to be a GPU. */
  readonly software: boolean;
}
