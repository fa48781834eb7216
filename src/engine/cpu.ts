/** The CPU as a user should see it: brand, threads, and the features that kernels ask for. */
import { availableParallelism, cpus } from 'node:os';
import { loadNativeBinding, type NativeLoad } from './native/binding.ts';

/** A CPU. */
export interface Cpu {
  readonly brand: string;
  readonly architecture: string;
  /** Threads this process may use. */
  readonly threads: number;
  /** Instruction sets that the CPU has and the operating system allows; empty without the native addon. */
  readonly features: readonly string[];
  /** The compiler behind the native addon, or why there is none. */
  readonly addon: string;
}

/** Describes the CPU of this machine. */
export function describeCpu(native: NativeLoad = loadNativeBinding()): Cpu {
  const loaded = 'binding' in native ? native.binding : undefined;
  return {
    brand: (loaded?.cpu().brand || cpus()[0]?.model || 'unknown CPU').trim(),
    architecture: process.arch,
    threads: availableParallelism(),
    features: loaded?.cpu().features ?? [],
    addon: 'binding' in native ? `built with ${native.binding.compiler}` : native.unavailable,
  };
}
