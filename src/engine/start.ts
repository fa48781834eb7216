/** Starting what a user asked for: engines on the CPU and on a GPU, with a sentence for everything that was passed over. */
import type { MinerEventBody } from '../events.ts';
import type { HashEngine } from '../work/ports.ts';
import type { UsableAdapter } from './gpu/choose.ts';
import { findGpu } from './gpu/find.ts';
import type { GpuListing } from './gpu/list.ts';
import { type KnownTuning, openTuningMemory, type TuningMemory } from './gpu/memory.ts';
import { startTunedGpu, type TunedGpu } from './gpu/tuned.ts';
import { type EnginePlan, type EngineWish, planEngines } from './plan.ts';
import { selectKernel, startEngine } from './select.ts';

/** What to start, and who is told. */
export interface EnginesRequest extends EngineWish {
  /** Threads of each engine on the CPU. */
  readonly threads: number;
  readonly place: TuningPlace;
  /** Told warnings and hardware errors, now and while the engines run. */
  readonly emit: (event: MinerEventBody) => void;
  /** Ends the start. */
  readonly signal: AbortSignal;
  /** The program of the GPU's processes. @default the real one */
  readonly childPath?: string;
}

/** Where tunings are kept, and for which version of this program they hold. */
export interface TuningPlace {
  readonly path: string;
  readonly version: string;
}

/**
 * Starts engines. A GPU that nobody asked for may fail to start: that is a warning. One that is not tuned yet, and in hardware, is tuned while it
 * mines.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` or `GPU_UNKNOWN` for a GPU that was asked for; `KERNEL_UNKNOWN`, `KERNEL_UNSUPPORTED`,
 * `SELF_TEST_FAILED`, `ENGINE_UNAVAILABLE`, `ENGINE_FAILED` as the engines say.
 */
export async function startEngines(request: EnginesRequest): Promise<readonly HashEngine[]> {
  const plan = planEngines(request);
  const started: HashEngine[] = [];
  try {
    for (const chosen of plan.cpu) started.push(startCpu(request, chosen));
    const gpu = await startGpu({ ...request, kernel: plan.gpu.kernel }, plan.gpu.wanted);
    return gpu === undefined ? started : [...started, gpu];
  } catch (error) {
    await Promise.all(started.map((engine) => engine.close()));
    throw error;
  }
}

function startCpu({ threads, emit }: EnginesRequest, chosen: EnginePlan['cpu'][number]): HashEngine {
  const { kernel, warnings } = selectKernel(chosen);
  for (const message of warnings) emit({ type: 'warning', message });
  return startEngine(kernel, threads);
}

/** Where nobody asked for it what is wrong with it is worth a warning, and that there is none is worth nothing. */
async function startGpu(
  request: EnginesRequest,
  wanted: EnginePlan['gpu']['wanted'],
): Promise<HashEngine | undefined> {
  const { emit, signal, gpu } = request;
  const warn = (why: string) => emit({ type: 'warning', message: `Mining without a GPU. ${why}` });
  const { asked, listing, adapter } = await findGpu({ wanted, gpu }, request);
  signal.throwIfAborted();
  if (adapter === undefined) {
    for (const { failure } of listing.adapters) if (failure !== undefined) warn(failure);
    return undefined;
  }
  try {
    return await openToMine(request, listing, adapter);
  } catch (error) {
    signal.throwIfAborted();
    if (asked) throw error;
    warn((error as Error).message);
    return undefined;
  }
}

/** What is known of an adapter's kernels from earlier runs. */
export function recallTuning(
  place: TuningPlace,
  listing: GpuListing,
  adapter: UsableAdapter,
  onWarning: (sentence: string) => void,
): KnownTuning {
  return memoryOf(place, listing, adapter, onWarning).recall();
}

function memoryOf(
  { path, version }: TuningPlace,
  { webgpu = 'unknown' }: GpuListing,
  { backend, name, info }: UsableAdapter,
  onWarning: (sentence: string) => void,
): TuningMemory {
  return openTuningMemory(
    path,
    { backend, name, description: info.description, hashgap: version, webgpu },
    onWarning,
  );
}

/** How an adapter is opened: with a kernel by name, or with the best one known. */
export type OpenRequest = Pick<EnginesRequest, 'kernel' | 'place' | 'emit' | 'signal' | 'childPath'>;

/**
 * Opens an adapter.
 *
 * @throws {HashgapError} what {@link startTunedGpu} throws.
 */
export function openTuned(
  request: OpenRequest,
  listing: GpuListing,
  adapter: UsableAdapter,
): Promise<TunedGpu> {
  const { kernel, place, emit, signal, childPath } = request;
  const onWarning = (message: string) => emit({ type: 'warning', message });
  return startTunedGpu({
    adapter,
    memory: memoryOf(place, listing, adapter, onWarning),
    kernel,
    onWarning,
    onMismatch: (name) => emit({ type: 'hardware-error', engine: 'gpu', kernel: name }),
    signal,
    ...(childPath === undefined ? {} : { childPath }),
  });
}

/** A software adapter is tuned only when asked: it would take the CPU away from the engine that uses it best. */
async function openToMine(
  request: EnginesRequest,
  listing: GpuListing,
  adapter: UsableAdapter,
): Promise<HashEngine> {
  const { engine, untuned, tune } = await openTuned(request, listing, adapter);
  const before = engine.kernel;
  const tellBetter = () => {
    if (engine.kernel !== before) request.emit(engineEvent(engine));
  };
  if (untuned && !engine.info.software) tune({}).then(tellBetter, () => {}); // that a GPU was lost is told by its scans
  return engine;
}

/** The event that shows an engine. */
export function engineEvent({ name, device, kernel, parallelism }: HashEngine): MinerEventBody {
  const on = device === undefined ? {} : { device };
  return { type: 'engine', engine: name, ...on, kernel, threads: parallelism };
}
