/** Trying a kernel on a device: does the driver take it, and is it right? */
import type { ShaderKernel } from '../../shaders/kernel.ts';
import { isHashgapError } from '../errors.ts';
import type { SelfTestCase } from '../work/self-test.ts';
import { type CompiledKernel, compileKernel } from './compile.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Lane } from './lane.ts';
import { gpuSelfTest } from './self-test.ts';

/** What kernels are tried on. */
export interface Bench {
  readonly device: GPUDevice;
  readonly dispatcher: Dispatcher;
  /** Makes a lane that no scan uses, to be destroyed after use. */
  readonly newLane: (label: string) => Lane;
  readonly cases: readonly SelfTestCase[];
  readonly now: () => number;
}

/** What came of it: `wrong` failed the self-test, `refused` did not compile. */
export type Tried =
  | { readonly status: 'right'; readonly compiled: CompiledKernel }
  | { readonly status: 'wrong'; readonly compiled: CompiledKernel; readonly failure: string }
  | { readonly status: 'refused'; readonly failure: string };

/**
 * Compiles a kernel and tests it.
 *
 * @throws {HashgapError} `GPU_LOST`.
 */
export async function tryKernel(bench: Bench, kernel: ShaderKernel): Promise<Tried> {
  const { device, dispatcher, cases, now } = bench;
  const lane = bench.newLane(`self-test of ${kernel.name}`);
  try {
    const compiled = await compileKernel(device, kernel, { now });
    const failure = await gpuSelfTest({ dispatcher, lane, kernel: compiled, cases });
    return failure === undefined ? { status: 'right', compiled } : { status: 'wrong', compiled, failure };
  } catch (error) {
    if (dispatcher.failure !== undefined) throw dispatcher.failure; // a lost device refuses everything
    if (!isHashgapError(error, 'GPU_KERNEL_REFUSED')) throw error;
    return { status: 'refused', failure: String(error.details.reason) };
  } finally {
    lane.destroy();
  }
}
