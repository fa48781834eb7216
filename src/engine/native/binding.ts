/** The native addon as TypeScript sees it, and how it is found. */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Hit, ScanRequest, ScanResult } from '../../work/ports.ts';

/** The CPU, as native/cpu_features.cc finds it. */
export interface NativeCpu {
  readonly brand: string;
  readonly vendor: string;
  /** Instruction sets that the CPU has and the operating system allows. */
  readonly features: readonly string[];
}

/** A kernel of native/dispatch.cc. */
export interface NativeKernel {
  readonly name: string;
  /** Nonces hashed side by side. */
  readonly lanes: number;
  /** CPU features it needs. */
  readonly needs: readonly string[];
  /** Whether this CPU has them. */
  readonly supported: boolean;
}

/** The arguments every native scan starts with; see {@link ScanRequest}. */
export type NativeScanArguments = [
  midstates: Uint32Array,
  tail: Uint32Array,
  target: Uint32Array,
  nonceStart: number,
  nonceCount: number,
];

/** Native threads. An idle pool does not keep the process alive, a pending scan does. */
export interface NativePool {
  /**
   * Queues a scan. The callback comes exactly once, on a later turn of the event loop, with `[nonce, versionIndex, ...]`.
   *
   * @returns the id to cancel it by.
   */
  scan(
    ...args: [...NativeScanArguments, callback: (noncesScanned: number, hits: Uint32Array) => void]
  ): number;
  /** Ends a scan soon; its callback still comes. Does nothing for a scan that is over. */
  cancel(id: number): void;
  /** Cancels every scan and joins the threads, waiting about a millisecond at most. */
  close(): void;
  /** Processor time of all its threads so far, in seconds. */
  cpuSeconds(): number;
}

/** What native/addon.cc exports. */
export interface NativeBinding {
  cpu(): NativeCpu;
  /** Such as `g++ 12.2.0`. */
  readonly compiler: string;
  /** In order of preference. */
  kernels(): readonly NativeKernel[];
  /**
   * Searches a range on this very thread, past its first hits, until the range ends or `capacity` hits (65,536 by default)
   * are found. For self-tests.
   */
  scanOnce(
    kernel: string,
    ...args: [...NativeScanArguments, capacity?: number]
  ): { readonly noncesScanned: number; readonly hits: Uint32Array };
  readonly Pool: new (kernel: string, threads: number) => NativePool;
}

/** The addon, or one sentence on why there is none. */
export type NativeLoad = { readonly binding: NativeBinding } | { readonly unavailable: string };

/** The package's root, from src/engine/native and from dist/engine/native alike. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Loads the addon: the one compiled here, else a prebuilt one.
 *
 * @example
 * ```ts
 * const native = loadNativeBinding();
 * 'binding' in native ? native.binding.kernels().at(-1)?.name : 'scalar'; // 'scalar'
 * ```
 */
export function loadNativeBinding(root: string = PACKAGE_ROOT): NativeLoad {
  const require = createRequire(import.meta.url);
  const { resolve } = require('node-gyp-build') as { resolve(root: string): string };
  const remedy = `run "node ${root}scripts/build-native.mjs"`;
  let path: string;
  try {
    path = resolve(root);
  } catch {
    const outcome = lastBuildOutcome(root);
    return {
      unavailable: `the native engine is not built${outcome === undefined ? '' : ` (${outcome})`}: ${remedy}.`,
    };
  }
  try {
    return { binding: require(path) as NativeBinding };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { unavailable: `the native engine does not load (${reason}): ${remedy}.` };
  }
}

/** The first line of the log of scripts/build-native.mjs, whose own words npm does not show during an install. */
function lastBuildOutcome(root: string): string | undefined {
  try {
    const file = openSync(`${root}build/native-build.log`, 'r');
    const start = Buffer.alloc(200);
    const length = readSync(file, start);
    closeSync(file);
    return start.toString('utf8', 0, length).split('\n')[0];
  } catch {
    return undefined;
  }
}

/** A request as the addon takes it. */
export function nativeArguments({
  midstates,
  tail,
  target,
  nonceStart,
  nonceCount,
}: ScanRequest): NativeScanArguments {
  return [midstates, tail, target, nonceStart, nonceCount];
}

/** The addon's `[nonce, versionIndex, ...]` as hits. */
export function nativeHits(words: Uint32Array): Hit[] {
  return Array.from({ length: words.length / 2 }, (_, i) => ({
    nonce: words[2 * i]!,
    versionIndex: words[2 * i + 1]!,
  }));
}

/** Searches a range on this thread and past its first hits, as self-tests want it: up to 65,536 hits. */
export function scanNative(binding: NativeBinding, kernel: string, request: ScanRequest): ScanResult {
  const { noncesScanned, hits } = binding.scanOnce(kernel, ...nativeArguments(request));
  return { noncesScanned, hits: nativeHits(hits) };
}
