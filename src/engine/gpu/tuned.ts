/** A GPU engine that starts with the best kernel known for its adapter, and remembers what is found out on the way. */
import { didYouMean, HashgapError } from '../../errors.ts';
import type { TuneRow } from '../../gpu/tune.ts';
import type { UsableAdapter } from './choose.ts';
import { type GpuEngine, type GpuEngineOptions, startGpuEngine } from './engine.ts';
import { candidateNames, isGpuKernel, READABLE, SAFE_KERNEL, shapeOf } from './kernels.ts';
import type { TuningMemory } from './memory.ts';
import { bestOf, type GpuTuning } from './tuning.ts';

/** What is started. */
export interface TunedGpuOptions
  extends Pick<GpuEngineOptions, 'onWarning' | 'onMismatch' | 'signal' | 'childPath' | 'restart'> {
  readonly adapter: UsableAdapter;
  readonly memory: TuningMemory;
  /** A kernel by name, and no other. @default the best known, else one that is right everywhere */
  readonly kernel?: string | undefined;
}

/** How a GPU is tuned. */
export type TuningWish = Omit<GpuTuning, 'kernels' | 'onUnexplainedLoss'>;

/** A GPU engine and what is known of its speed. */
export interface TunedGpu {
  readonly engine: GpuEngine;
  /** Nobody has found out yet which kernel is the fastest here. */
  readonly untuned: boolean;
  /**
   * Measures every kernel worth trying here but those known to be wrong, which come last as rows of their own; the fastest is used, and remembered
   * unless the GPU was lost on the way and nobody knows which kernel was the reason.
   *
   * @returns undefined when the engine was closed on the way.
   * @throws {HashgapError} `GPU_LOST`.
   */
  tune(options: TuningWish): Promise<readonly TuneRow[] | undefined>;
  /**
   * Tests every kernel worth trying here, also those known to be wrong, and remembers which are. The best one stays what it was.
   *
   * @returns undefined when the engine was closed on the way.
   * @throws {HashgapError} `GPU_LOST`.
   */
  check(): Promise<readonly TuneRow[] | undefined>;
}

/** Long enough for one dispatch: a check is no measurement. */
const CHECK_SECONDS = 0.001;

/** How long a dispatch should take, milliseconds; a software driver takes the CPU away from others meanwhile. */
const TARGET_MS = { hardware: 80, software: 50 } as const;

/**
 * Starts the engine.
 *
 * @throws {HashgapError} `KERNEL_UNKNOWN` for a name that no kernel has; `SELF_TEST_FAILED` for one that is wrong here; and what
 * {@link startGpuEngine} throws.
 */
export async function startTunedGpu(options: TunedGpuOptions): Promise<TunedGpu> {
  const { adapter, memory, kernel, onMismatch = () => {}, ...rest } = options;
  const known = memory.recall();
  const engine = await startGpuEngine({
    ...rest,
    adapter: { backend: adapter.backend, name: adapter.name },
    kernels: kernel === undefined ? kernelsToStartWith(known) : [namedKernel(kernel, known, adapter)],
    singles: known.wrong.includes(SAFE_KERNEL) ? [] : [SAFE_KERNEL],
    targetMs: TARGET_MS[adapter.info.software ? 'software' : 'hardware'],
    onMismatch(name) {
      memory.rememberWrong([name]);
      onMismatch(name);
    },
  });
  return {
    engine,
    untuned: kernel === undefined && engine.kernel !== known.best,
    tune: (tuning) => tuneAndRemember(engine, options, tuning),
    check: () =>
      tryAll(engine, memory, { kernels: candidateNames(engine.info.family), seconds: CHECK_SECONDS }),
  };
}

type Known = ReturnType<TuningMemory['recall']>;

function kernelsToStartWith({ best, wrong }: Known): string[] {
  const names = [...(best === undefined ? [] : [best]), SAFE_KERNEL, READABLE];
  return names.filter((name) => isGpuKernel(name) && !wrong.includes(name));
}

function namedKernel(name: string, { wrong }: Known, { info, name: device }: UsableAdapter): string {
  if (!isGpuKernel(name)) {
    const names = candidateNames(info.family);
    throw new HashgapError(
      'KERNEL_UNKNOWN',
      `Expected a GPU kernel such as ${names.join(', ')}, received "${name}".${didYouMean(name, names)} hashgap tune shows what each does here.`,
      { details: { kernel: name, known: names } },
    );
  }
  if (!wrong.includes(name)) return name;
  throw new HashgapError(
    'SELF_TEST_FAILED',
    `Expected a kernel that is right on ${device}, received ${name}, which computed a wrong hash there before. Leave --kernel out to take the best one.`,
    { details: { kernel: name, device } },
  );
}

async function tuneAndRemember(
  engine: GpuEngine,
  { memory, onWarning }: TunedGpuOptions,
  tuning: TuningWish,
): Promise<readonly TuneRow[] | undefined> {
  const { wrong } = memory.recall();
  const kernels = candidateNames(engine.info.family).filter((name) => !wrong.includes(name));
  let unexplained = false;
  const onUnexplainedLoss = () => {
    unexplained = true;
    onWarning?.(
      `Expected to know which kernel GPU ${engine.device} was lost with, received none. The fastest is used but not remembered; run hashgap tune to try again.`,
    );
  };
  const rows = await tryAll(engine, memory, { ...tuning, kernels, onUnexplainedLoss });
  if (rows === undefined) return undefined;
  const best = bestOf(rows);
  const sure = tuning.signal?.aborted !== true && !unexplained; // of some kernels the best is not the best, and it may be what the GPU was lost with
  if (sure && best?.hashesPerSecond !== undefined) memory.rememberBest(best.kernel, best.hashesPerSecond);
  return [...rows, ...wrong.flatMap(wrongBefore)];
}

/** What is wrong is remembered at once: the program may end before the last kernel was tried. */
function tryAll(engine: GpuEngine, memory: TuningMemory, { onRow, ...tuning }: GpuTuning) {
  return engine.tune({
    ...tuning,
    onRow(row) {
      if (row.status === 'wrong') memory.rememberWrong([row.kernel]);
      onRow?.(row);
    },
  });
}

function wrongBefore(kernel: string): TuneRow[] {
  const shape = shapeOf(kernel);
  return shape === undefined ? [] : [{ ...shape, status: 'wrong', failure: 'was wrong here before' }];
}
