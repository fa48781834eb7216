/** The GPUs of `verify`: the engine that would mine, and every kernel worth trying. */
import { chooseGpu, isUsable, type UsableAdapter } from '../engine/gpu/choose.ts';
import { type GpuListing, listGpus } from '../engine/gpu/list.ts';
import type { TunedGpu } from '../engine/gpu/tuned.ts';
import { openTuned } from '../engine/start.ts';
import { testEngine } from '../engine/test-engine.ts';
import { isHashgapError } from '../errors.ts';
import type { TuneRow } from '../gpu/tune.ts';
import type { HashEngine } from '../work/ports.ts';
import type { Context } from './context.ts';
import { tuningPlace } from './options.ts';
import { withGpu } from './with-gpu.ts';

/** One GPU. */
export interface VerifiedGpu {
  readonly adapter: UsableAdapter;
  /** Why it could not be tested at all. */
  readonly failure?: string;
  readonly kernels: readonly VerifiedGpuKernel[];
}

/** One kernel of a GPU. */
export interface VerifiedGpuKernel {
  readonly name: string;
  /** Undefined for a kernel that the driver refuses. */
  readonly selfTest: 'passed' | 'failed' | undefined;
  readonly failure?: string;
}

/**
 * Tests GPUs.
 *
 * @param wish - of `--gpu`; undefined tests every one in hardware.
 * @throws {HashgapError} `GPU_UNAVAILABLE` or `GPU_UNKNOWN` for one that was named.
 */
export async function verifyGpus(wish: string | undefined, context: Context): Promise<VerifiedGpu[]> {
  const listing = await listGpus({ signal: context.interrupted });
  if (context.interrupted.aborted) return [];
  const all = () => listing.adapters.filter(isUsable).filter(({ info }) => !info.software);
  const adapters = wish === undefined ? all() : [chooseGpu(listing, wish)];
  const verified: VerifiedGpu[] = [];
  for (const adapter of adapters) verified.push(await verifyGpu(listing, adapter, context));
  return verified;
}

/** A GPU that cannot be opened because its kernels are wrong has failed; one that cannot be opened otherwise is not tested. */
async function verifyGpu(
  listing: GpuListing,
  adapter: UsableAdapter,
  { env, interrupted: signal }: Context,
): Promise<VerifiedGpu> {
  try {
    const request = { kernel: undefined, place: tuningPlace(env), emit: () => {}, signal };
    const gpu = await openTuned(request, listing, adapter);
    return await withGpu(gpu, signal, async () => ({ adapter, kernels: await verifyKernels(gpu, signal) }));
  } catch (error) {
    if (signal.aborted) return { adapter, kernels: [] };
    if (!isHashgapError(error)) throw error;
    const { message } = error;
    if (!isHashgapError(error, 'SELF_TEST_FAILED')) return { adapter, failure: message, kernels: [] };
    return { adapter, kernels: [{ name: 'every kernel', selfTest: 'failed', failure: message }] };
  }
}

/**
 * Tests the whole engine with the kernel it has, then every kernel worth trying.
 *
 * @returns none when `signal` aborted it, which closes the engine: what it got wrong then says nothing.
 * @throws {HashgapError} what the engine's scans throw.
 */
export async function verifyKernels(
  { engine, check }: { readonly engine: HashEngine; readonly check: TunedGpu['check'] },
  signal: AbortSignal,
): Promise<VerifiedGpuKernel[]> {
  const mining = engine.kernel;
  const failure = await testEngine(engine);
  if (signal.aborted) return [];
  const rows = (await check()) ?? [];
  return rows.map((row) => verified(row, row.kernel === mining ? failure : undefined));
}

/** `failure` is what the whole engine got wrong with this kernel. */
function verified(
  { kernel: name, status, failure: why }: TuneRow,
  failure: string | undefined,
): VerifiedGpuKernel {
  if (failure !== undefined) return { name, selfTest: 'failed', failure };
  const selfTest = status === 'right' ? 'passed' : status === 'wrong' ? 'failed' : undefined;
  return { name, selfTest, ...(why === undefined ? {} : { failure: why }) };
}

/** A GPU as JSON. */
export function verifiedGpuObject({ adapter, failure, kernels }: VerifiedGpu) {
  const { index, name, backend, info } = adapter;
  return {
    index,
    name,
    backend,
    driver: info.description,
    ...(failure === undefined ? {} : { failure }),
    kernels: kernels.map((kernel) => ({ ...kernel, selfTest: kernel.selfTest ?? null })),
  };
}
