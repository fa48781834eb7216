/** Compiling a kernel: from WGSL to a pipeline that has run once. */
import { dispatchWords, type ShaderKernel } from '../../shaders/kernel.ts';
import { HashgapError } from '../errors.ts';
import { createLane } from './lane.ts';

const COMPUTE = 0x4; // GPUShaderStage.COMPUTE, WebGPU section 8.1

/** A kernel that a device can run. */
export interface CompiledKernel {
  readonly kernel: ShaderKernel;
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
  /** From the WGSL to the end of the first dispatch. */
  readonly compileMs: number;
}

/** What may be changed about a compilation. */
export interface CompileOptions {
  /** @default 20,000: some drivers take minutes over long straight-line code */
  readonly timeLimitMs?: number;
  /** A clock, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

/**
 * Compiles a kernel and runs it once, because llvmpipe compiles at the first dispatch only (0.5 to 4 s, measured).
 *
 * @throws {HashgapError} `GPU_KERNEL_REFUSED` with the driver's first message, or when it takes longer than the time limit.
 */
export async function compileKernel(
  device: GPUDevice,
  kernel: ShaderKernel,
  { timeLimitMs = 20_000, now = () => performance.now() }: CompileOptions = {},
): Promise<CompiledKernel> {
  const startedMs = now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no pipeline within ${timeLimitMs / 1000} s`)), timeLimitMs);
  });
  try {
    const built = await Promise.race([build(device, kernel), tooLong]);
    await Promise.race([warmUp(device, { kernel, ...built, compileMs: 0 }), tooLong]);
    return { kernel, ...built, compileMs: now() - startedMs };
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new HashgapError(
      'GPU_KERNEL_REFUSED',
      `Expected the GPU's driver to take kernel ${kernel.name}, received "${reason}". Update the driver, or choose another kernel.`,
      { details: { kernel: kernel.name, reason }, cause },
    );
  } finally {
    clearTimeout(timer);
  }
}

async function build(
  device: GPUDevice,
  kernel: ShaderKernel,
): Promise<Pick<CompiledKernel, 'layout' | 'pipeline'>> {
  // The scope is closed before anything is awaited, or it would catch the errors of dispatches beside it.
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel.name, code: kernel.wgsl });
  const layout = device.createBindGroupLayout({
    label: kernel.name,
    entries: (['uniform', 'uniform', 'storage'] as const).map((type, binding) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type },
    })),
  });
  const pipelineLayout = device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] });
  const refused = await device.popErrorScope();
  if (refused !== null) throw new Error(refused.message);
  const pipeline = await device.createComputePipelineAsync({
    label: kernel.name,
    layout: pipelineLayout,
    compute: { module, entryPoint: 'scan' },
  });
  return { layout, pipeline };
}

/** One nonce of a header of zeros, whose hash no mask lets pass. */
async function warmUp(device: GPUDevice, compiled: CompiledKernel): Promise<void> {
  const { kernel } = compiled;
  const job = kernel.wordsOfJob(new Uint32Array(8 * kernel.midstates), new Uint32Array(3));
  // A kernel whose WGSL wants more words than it has is found here, not by the first dispatch of a miner.
  device.pushErrorScope('validation');
  const lane = createLane(device, 'warm-up', false);
  try {
    lane.submit({ kernel: compiled, job, words: dispatchWords(0, 1, 0xffffffff), count: 1 });
    const refused = await device.popErrorScope();
    if (refused !== null) throw new Error(refused.message);
    await lane.result();
  } finally {
    lane.destroy();
  }
}
