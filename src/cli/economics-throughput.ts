/** Measuring what this machine moves and computes: its CPU, and a GPU by the same choice as for hashing. */
import { availableParallelism, totalmem } from 'node:os';
import type { CpuThroughput, MeasuredGpu } from '../economics/throughput.ts';
import { findGpu } from '../engine/gpu/find.ts';
import { measureGpu } from '../engine/gpu/throughput.ts';
import { measureThroughput } from '../engine/throughput.ts';
import type { Context } from './context.ts';
import { gpuWish, type MeasureWish } from './economics-measure.ts';

/** What was measured. */
export interface Throughput {
  readonly cpu: CpuThroughput;
  readonly gpu: MeasuredGpu | null;
  /** Of the machine, or what a container leaves of it, bytes. */
  readonly memoryBytes: number;
}

/**
 * Measures the CPU, then the GPU.
 *
 * @returns undefined when it was interrupted.
 * @throws {HashgapError} as `measureThroughput` does, and as `measureGpu` does for a GPU that was asked for.
 */
export async function measureThroughputs(
  wish: MeasureWish,
  context: Context,
): Promise<Throughput | undefined> {
  const { output, interrupted } = context;
  output.err(`measuring memory and arithmetic for ${wish.seconds} s each`);
  const cpu = await measureThroughput(
    { seconds: wish.seconds, threads: availableParallelism() },
    interrupted,
  );
  if (cpu === undefined) return undefined;
  const gpu = await gpuThroughput(wish, context);
  return interrupted.aborted ? undefined : { cpu, gpu, memoryBytes: usableMemory() };
}

/** A GPU that nobody asked for may be missing or broken. */
async function gpuThroughput(
  wish: MeasureWish,
  { output, interrupted }: Context,
): Promise<MeasuredGpu | null> {
  const { asked, adapter } = await findGpu(gpuWish(wish), { signal: interrupted });
  if (adapter === undefined) return null;
  const { backend, name } = adapter;
  output.err(`measuring memory and arithmetic of ${name}`);
  try {
    const gpu = await measureGpu({ backend, name }, wish.seconds, { signal: interrupted });
    return gpu === undefined ? null : { ...gpu, name };
  } catch (error) {
    if (asked) throw error;
    output.err(`Contrasting without the GPU. ${(error as Error).message}`);
    return null;
  }
}

/** The limit is 0, or beyond every machine, where there is none. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
