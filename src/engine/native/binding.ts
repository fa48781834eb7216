/** The native addon as TypeScript sees it, and how it is found. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
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
  /** Versions at which it is fastest when they share one message schedule. */
  readonly preferredMidstates: number;
}

/** The arguments every native scan starts with; see {@link ScanRequest}. */
export type NativeScanArguments = [
  midstates: Uint32Array,
  tail: Uint32Array,
  target: Uint32Array,
  nonceStart: number,
  nonceCount: number,
];

/** How native threads share the machine; both are true unless given. */
export interface NativePoolOptions {
  /** Each thread keeps to CPUs of its own, where there are enough of them and the system allows it. */
  readonly pin?: boolean;
  /** Every ordinary thread of the machine goes first. */
  readonly lowPriority?: boolean;
}

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

/** What a throughput measurement can be of. */
export type NativeMeasurand = 'triad' | 'fp32' | 'int32' | 'int8';

/** What a throughput measurement says. */
export interface NativeThroughput {
  /** Which code ran. */
  readonly loop: string;
  /** Empty when all is well. */
  readonly failure: '' | 'no memory' | 'no threads' | 'wrong result';
  /** Samples: bytes per second of the triad, counted as STREAM does, else operations per second; empty after a cancellation. */
  readonly perSecond: Float64Array;
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
  /**
   * Measures beside the event loop for about `seconds`, with `bytes` in each of the triad's three arrays. The callback comes exactly once.
   *
   * @returns what ends the measurement soon; undefined, and no callback, where no loop is written for this CPU.
   */
  measure(
    what: NativeMeasurand,
    threads: number,
    seconds: number,
    bytes: number,
    callback: (result: NativeThroughput) => void,
  ): (() => void) | undefined;
  readonly Pool: new (kernel: string, threads: number, options?: NativePoolOptions) => NativePool;
}

/** The addon, or one sentence on why there is none. */
export type NativeLoad = { readonly binding: NativeBinding } | { readonly unavailable: string };

const require = createRequire(import.meta.url);

const PACKAGE_ROOT = require.resolve('#root/package.json').slice(0, -'package.json'.length);

/** What the name of an addon file says of it. */
interface AddonTags {
  readonly file: string;
}

/** How node-gyp-build reads and ranks the names of prebuilt addons. */
interface NodeGypBuild {
  parseTags(file: string): AddonTags | undefined;
  matchTags(runtime: string, abi: string): (tags: AddonTags | undefined) => tags is AddonTags;
  compareTags(runtime: string): (a: AddonTags, b: AddonTags) => number;
}

/**
 * The addon files for this machine, the one to load first: a prebuilt one, which clang made, unless what was compiled here
 * is newer. `choice` leaves one kind alone.
 */
export function addonFiles(root: string = PACKAGE_ROOT, choice?: string): readonly string[] {
  const prebuilt = choice === 'build' ? [] : prebuiltFiles(root);
  const built = choice === 'prebuild' ? [] : [`${root}build/Release/hashgap.node`].filter(existsSync);
  const age = ([path]: readonly string[]) => (path === undefined ? 0 : statSync(path).mtimeMs);
  return age(built) > age(prebuilt) ? [...built, ...prebuilt] : [...prebuilt, ...built];
}

/** Those in `prebuilds/<platform>-<arch>` that suit this C library, the most specific one first. */
function prebuiltFiles(root: string): string[] {
  const folder = `${root}prebuilds/${process.platform}-${process.arch}`;
  if (!existsSync(folder)) return [];
  const { parseTags, matchTags, compareTags } = require('node-gyp-build') as NodeGypBuild;
  const fitting = readdirSync(folder).map(parseTags).filter(matchTags('node', process.versions.modules));
  return fitting.sort(compareTags('node')).map(({ file }) => `${folder}/${file}`);
}

/**
 * Loads the first of {@link addonFiles} that loads.
 *
 * @param choice `build` takes only what was compiled here, `prebuild` only what came prebuilt; `HASHGAP_NATIVE` in the environment by default.
 * @example
 * ```ts
 * const native = loadNativeBinding();
 * 'binding' in native ? native.binding.kernels().at(-1)?.name : 'scalar'; // 'scalar'
 * ```
 */
export function loadNativeBinding(
  root: string = PACKAGE_ROOT,
  choice: string | undefined = process.env.HASHGAP_NATIVE,
): NativeLoad {
  if (choice !== undefined && choice !== 'build' && choice !== 'prebuild') {
    return {
      unavailable: `HASHGAP_NATIVE is "${choice}", expected build or prebuild: correct it or unset it.`,
    };
  }
  const remedy = `run "node ${root}scripts/build-native.mjs"`;
  const reasons: string[] = [];
  for (const path of addonFiles(root, choice)) {
    try {
      return { binding: require(path) as NativeBinding };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message.split('\n')[0]! : String(error));
    }
  }
  if (reasons.length > 0) {
    return { unavailable: `the native engine does not load (${reasons.join('; ')}): ${remedy}.` };
  }
  const outcome = lastBuildOutcome(root);
  return {
    unavailable: `the native engine is not built${outcome === undefined ? '' : ` (${outcome})`}: ${remedy}.`,
  };
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
