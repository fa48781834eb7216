/** What this machine's CPU moves and computes: memory bandwidth and arithmetic, by the native loops, else by JavaScript. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuThroughput, Rate } from '../economics/throughput.ts';
import { HashgapError } from '../errors.ts';
import {
  loadNativeBinding,
  type NativeBinding,
  type NativeLoad,
  type NativeMeasurand,
} from './native/binding.ts';
import { measureInJs } from './throughput-js.ts';

/** How to measure. */
export interface ThroughputWish {
  /** For the memory; each of the three kinds of arithmetic has a third of it. */
  readonly seconds: number;
  readonly threads: number;
  /** Of each array. @default four times the last caches, within an eighth of the free memory */
  readonly arrayBytes?: number;
}

const MIB = 2 ** 20;

/** As many as the addon starts. */
const MOST_THREADS = 1024;

/** Where nobody says how large the caches are: larger than those of any PC. */
const USUAL_ARRAY = 256 * MIB;

/**
 * Bytes of each array: four times the last caches, as STREAM's rules want it, and no more than memory allows.
 *
 * @example
 * ```ts
 * arrayBytesFor(32 * 2 ** 20, 16e9); // 134217728
 * ```
 */
export function arrayBytesFor(cacheBytes: number | null, freeBytes: number): number {
  const wanted = cacheBytes === null ? USUAL_ARRAY : Math.max(4 * cacheBytes, 64 * MIB);
  return Math.max(MIB, Math.min(wanted, Math.floor(freeBytes / 8 / MIB) * MIB));
}

/**
 * Bytes of all last caches together, as Linux shows them; null elsewhere.
 *
 * @param folder - of the CPUs.
 */
export function lastCacheBytes(folder = '/sys/devices/system/cpu'): number | null {
  const caches = new Map<string, number>(); // by the CPUs that share one
  let highest = 0;
  for (const cache of cacheFolders(folder)) {
    const [level, size] = [Number(read(cache, 'level')), kibibytes(read(cache, 'size'))];
    if (read(cache, 'type') === 'Instruction' || !(size > 0) || level < highest) continue;
    if (level > highest) caches.clear();
    highest = level;
    caches.set(read(cache, 'shared_cpu_list'), size * 1024);
  }
  return caches.size === 0 ? null : [...caches.values()].reduce((sum, size) => sum + size, 0);
}

const cacheFolders = (folder: string) =>
  names(folder, /^cpu\d+$/).flatMap((cpu) => {
    const caches = join(folder, cpu, 'cache');
    return names(caches, /^index\d+$/).map((index) => join(caches, index));
  });

const kibibytes = (text: string) => Number(/^(\d+)K$/.exec(text)?.[1] ?? Number.NaN);

function names(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name));
  } catch {
    return []; // not Linux
  }
}

function read(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * Measures the memory with every thread, then each kind of arithmetic.
 *
 * @returns undefined when it was aborted.
 * @throws {HashgapError} `SELF_TEST_FAILED` when the machine computed wrong sums; `ENGINE_FAILED` without the memory or the threads.
 * @example
 * ```ts
 * const cpu = await measureThroughput({ seconds: 0.01, threads: 1, arrayBytes: 2 ** 20 }, new AbortController().signal);
 * cpu.memory.perSecond > 0; // true
 * ```
 */
export async function measureThroughput(
  wish: ThroughputWish,
  signal: AbortSignal,
  native: NativeLoad = loadNativeBinding(),
): Promise<CpuThroughput | undefined> {
  const cacheBytes = lastCacheBytes();
  const threads = Math.min(wish.threads, MOST_THREADS);
  const arrayBytes = wish.arrayBytes ?? arrayBytesFor(cacheBytes, process.availableMemory());
  const by = 'binding' in native ? 'native' : 'js';
  const run = (what: NativeMeasurand, seconds: number) =>
    'binding' in native
      ? measureNatively(native.binding, what, { seconds, threads, arrayBytes }, signal)
      : measureInJs(what, { seconds, arrayBytes }, signal);
  const memory = await run('triad', wish.seconds);
  const fp32 = await run('fp32', wish.seconds / 3);
  const int32 = await run('int32', wish.seconds / 3);
  const int8 = await run('int8', wish.seconds / 3);
  if (signal.aborted || !memory || !fp32 || !int32) return undefined;
  return { by, threads: by === 'native' ? threads : 1, memory, arrayBytes, cacheBytes, fp32, int32, int8 };
}

async function measureNatively(
  binding: NativeBinding,
  what: NativeMeasurand,
  { seconds, threads, arrayBytes }: Required<ThroughputWish>,
  signal: AbortSignal,
): Promise<Rate | null> {
  if (signal.aborted) return null;
  let cancel: (() => void) | undefined;
  const stop = () => cancel?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Rate | null>((resolve, reject) => {
      cancel = binding.measure(what, threads, seconds, arrayBytes, ({ loop, failure, perSecond }) => {
        if (failure !== '') return reject(failed(what, failure, threads, arrayBytes));
        resolve(bestOf(loop, perSecond));
      });
      if (cancel === undefined) resolve(null);
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function bestOf(loop: string, samples: Float64Array): Rate | null {
  return samples.length === 0 ? null : { perSecond: Math.max(...samples), loop, samples: samples.length };
}

function failed(what: NativeMeasurand, failure: string, threads: number, arrayBytes: number): HashgapError {
  if (failure === 'wrong result')
    return new HashgapError(
      'SELF_TEST_FAILED',
      `Expected right sums from the ${what} measurement, received wrong ones. Check the machine's memory and cooling.`,
      { details: { what } },
    );
  const expected =
    failure === 'no memory' ? `3 x ${Math.round(arrayBytes / MIB)} MiB of memory` : `${threads} threads`;
  return new HashgapError(
    'ENGINE_FAILED',
    `Expected ${expected} for the ${what} measurement, received a refusal of the system. Close other programs.`,
    { details: { what, failure } },
  );
}
