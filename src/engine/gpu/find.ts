/** Finding the GPU to use: the one that was asked for, or one in hardware that nobody asked for. */
import type { EnginePlan } from '../plan.ts';
import type { AskOptions } from './ask.ts';
import { chooseGpu, hardwareGpu, type UsableAdapter } from './choose.ts';
import { type GpuListing, listGpus } from './list.ts';

/** Which GPU is wanted. */
export interface GpuWish {
  readonly wanted: EnginePlan['gpu']['wanted'];
  /** As `--gpu` names it; undefined takes one in hardware. */
  readonly gpu: string | undefined;
}

/** What was found. */
export interface FoundGpu {
  /** Whether a user asked for it, so that its failure is one of the program. */
  readonly asked: boolean;
  /** What was there to choose from. */
  readonly listing: GpuListing;
  /** Undefined where none is wanted, where nobody asked and there is none, or where the search was ended. */
  readonly adapter: UsableAdapter | undefined;
}

/** How long a driver that says nothing is waited for when nobody asked for its GPU, milliseconds. */
const UNASKED_PATIENCE_MS = 5_000;

/**
 * Finds it.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` or `GPU_UNKNOWN` for one that was asked for.
 */
export async function findGpu({ wanted, gpu }: GpuWish, options: AskOptions): Promise<FoundGpu> {
  const asked = wanted === 'asked for';
  if (wanted === 'no') return { asked, listing: { adapters: [] }, adapter: undefined };
  const listing = await listGpus(asked ? options : { patienceMs: UNASKED_PATIENCE_MS, ...options });
  if (options.signal?.aborted) return { asked, listing, adapter: undefined };
  return { asked, listing, adapter: asked ? chooseGpu(listing, gpu) : hardwareGpu(listing) };
}
