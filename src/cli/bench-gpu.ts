/** The rows of a benchmark that are measured on a GPU. */
import { type BenchResult, type BenchSampling, benchEngine } from '../engine/bench.ts';
import type { UsableAdapter } from '../engine/gpu/choose.ts';
import { findGpu, type GpuWish } from '../engine/gpu/find.ts';
import { candidateNames } from '../engine/gpu/kernels.ts';
import type { GpuListing } from '../engine/gpu/list.ts';
import { openTuned } from '../engine/start.ts';
import { isHashgapError } from '../errors.ts';
import type { MinerEventBody } from '../events.ts';
import type { Context } from './context.ts';
import { tuningPlace } from './options.ts';
import { withGpu } from './with-gpu.ts';

/** Measures one row; undefined when it was interrupted, or passed over with a line that says why. */
export type MeasureRow = () => Promise<(BenchResult & { readonly driver?: string }) | undefined>;

/** Which GPU and which of its kernels. */
export interface GpuRowsWish extends GpuWish {
  /** A kernel by name; undefined is the one that mines. */
  readonly kernel: string | undefined;
  /** Every kernel worth trying on this GPU instead. */
  readonly all: boolean;
  readonly sampling: BenchSampling;
}

/** A GPU to measure, and how. */
interface Benched {
  readonly listing: GpuListing;
  readonly adapter: UsableAdapter;
  readonly wish: GpuRowsWish;
}

/**
 * The rows to measure; none where a GPU that nobody asked for is not there.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` or `GPU_UNKNOWN` for one that was asked for.
 */
export async function gpuRows(wish: GpuRowsWish, context: Context): Promise<MeasureRow[]> {
  const { listing, adapter } = await findGpu(wish, { signal: context.interrupted });
  if (adapter === undefined) return [];
  const kernels = wish.all ? candidateNames(adapter.info.family) : [wish.kernel];
  return kernels.map((kernel) => () => measureGpu({ listing, adapter, wish }, kernel, context));
}

/** Measures one row on an engine of its own. What mines is found out first where nobody has tuned this GPU, unless it is software. */
async function measureGpu(benched: Benched, kernel: string | undefined, context: Context) {
  const { output, interrupted } = context;
  const gpu = await open(benched, kernel, context);
  if (gpu === undefined) return undefined;
  return withGpu(gpu, interrupted, async ({ engine, untuned, tune }) => {
    if (untuned && !engine.info.software) {
      output.err(`tuning ${engine.device} first`);
      await tune({});
    }
    const result = await benchEngine(engine, benched.wish.sampling, interrupted);
    return result && { ...result, driver: engine.info.description };
  });
}

/** Among all kernels one that this driver refuses or gets wrong is worth a line, and not an error. */
async function open({ listing, adapter, wish }: Benched, kernel: string | undefined, context: Context) {
  const { output, env, interrupted: signal } = context;
  const emit = (event: MinerEventBody) => {
    if (event.type === 'warning') output.err(event.message);
    if (event.type === 'hardware-error') output.err(`kernel ${event.kernel} computed a wrong hash`);
  };
  try {
    return await openTuned({ kernel, place: tuningPlace(env), emit, signal }, listing, adapter);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!wish.all || !isHashgapError(error)) throw error;
    output.err(`kernel ${kernel} is not measured: ${error.message}`);
    return undefined;
  }
}
