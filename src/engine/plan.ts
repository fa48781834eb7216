/** The plan of what to start: which engines, and which of them gets a kernel that was named. */
import { HashgapError } from '../errors.ts';
import { isGpuKernel } from './gpu/kernels.ts';
import { type EngineChoice, type KernelEntry, listKernels } from './select.ts';

/** An engine by its name. */
export type EngineName = 'native' | 'js' | 'gpu';

/** Every engine, in the order help lists them. */
export const ENGINE_NAMES: readonly EngineName[] = ['native', 'js', 'gpu'];

/** Which engines a user asks for: `auto` is the best of the CPU, and a GPU in hardware where there is one. */
export type EngineSelection = 'auto' | readonly EngineName[];

/** What a user asks for. */
export interface EngineWish {
  readonly engines: EngineSelection;
  /** A kernel by name: the engine that has it runs it, and with `auto` that engine runs alone. */
  readonly kernel: string | undefined;
  /** Which GPU: an index, a part of its name, or `software`; undefined takes one in hardware. */
  readonly gpu: string | undefined;
}

/** What to start. */
export interface EnginePlan {
  /** On the CPU, each with the kernel it must take. */
  readonly cpu: readonly { readonly engine: EngineChoice; readonly kernel: string | undefined }[];
  readonly gpu: {
    /** `if there` is a GPU that nobody asked for, and that may be missing or broken. */
    readonly wanted: 'asked for' | 'if there' | 'no';
    readonly kernel: string | undefined;
  };
}

/**
 * Makes the plan.
 *
 * @param kernels - of the CPU.
 * @throws {HashgapError} `USAGE` for a GPU that is named beside engines without one.
 * @example
 * ```ts
 * planEngines({ engines: ['native', 'gpu'], kernel: 'readable', gpu: undefined }).gpu; // { wanted: 'asked for', kernel: 'readable' }
 * planEngines({ engines: 'auto', kernel: undefined, gpu: undefined }).gpu.wanted; // 'if there'
 * ```
 */
export function planEngines(
  wish: EngineWish,
  kernels: readonly Pick<KernelEntry, 'name' | 'engine'>[] = listKernels(),
): EnginePlan {
  const { engines, kernel, gpu } = wish;
  if (engines === 'auto') return planAuto(wish);
  if (gpu !== undefined && !engines.includes('gpu')) throw gpuWithoutEngine(engines);
  const owner = isGpuKernel(kernel ?? '') ? 'gpu' : kernels.find(({ name }) => name === kernel)?.engine;
  // A name that none of these engines has goes to the first, which then says so.
  const taker = engines.find((name) => name === owner) ?? engines[0];
  const kernelOf = (engine: EngineName) => (engine === taker ? kernel : undefined);
  return {
    cpu: engines.flatMap((engine) => (engine === 'gpu' ? [] : [{ engine, kernel: kernelOf(engine) }])),
    gpu: { wanted: engines.includes('gpu') ? 'asked for' : 'no', kernel: kernelOf('gpu') },
  };
}

function planAuto({ kernel, gpu }: EngineWish): EnginePlan {
  if (kernel !== undefined && isGpuKernel(kernel)) return { cpu: [], gpu: { wanted: 'asked for', kernel } };
  const unasked = kernel === undefined ? 'if there' : 'no';
  const wanted = gpu === undefined ? unasked : 'asked for';
  return { cpu: [{ engine: 'auto', kernel }], gpu: { wanted, kernel: undefined } };
}

function gpuWithoutEngine(engines: readonly EngineName[]): HashgapError {
  const names = engines.join(',');
  return new HashgapError(
    'USAGE',
    `Expected gpu among the engines beside --gpu, received ${names}. Pass --engine ${names},gpu, or leave --gpu out.`,
  );
}
