/** The native engine: scans on the addon's own threads. */
import { setMaxListeners } from 'node:events';
import { HashgapError } from '../../errors.ts';
import type { HashEngine, ScanResult } from '../../work/ports.ts';
import { NOTHING_SCANNED } from '../../work/scan.ts';
import { type NativeBinding, type NativePool, nativeArguments, nativeHits } from './binding.ts';

/** What a native engine is made of. */
export interface NativeEngineOptions {
  readonly binding: NativeBinding;
  /** A kernel this CPU supports. */
  readonly kernel: string;
  /** Versions at which that kernel is fastest. */
  readonly preferredMidstates: number;
  /** How many threads, and so scans side by side. */
  readonly threads: number;
  /**
   * Whether each thread keeps to CPUs of its own, where the system allows it and the process has as many CPUs as threads.
   *
   * @default true
   */
  readonly pin?: boolean;
  /**
   * Whether the threads let every ordinary thread of the machine go first: nice 10 on Linux, utility on macOS, below normal
   * on Windows.
   *
   * @default true
   */
  readonly lowPriority?: boolean;
}

/**
 * Starts the threads.
 *
 * @throws {HashgapError} `ENGINE_FAILED` when the operating system does not grant the threads.
 * @example
 * ```ts
 * const engine = createNativeEngine({ binding, kernel: 'scalar', preferredMidstates: 4, threads: 2 });
 * engine.parallelism; // 2
 * ```
 */
export function createNativeEngine(options: NativeEngineOptions): HashEngine {
  const { kernel, threads, preferredMidstates } = options;
  const pool = startPool(options);
  const pending = new Set<Promise<ScanResult>>();
  let closed = false;

  return {
    name: 'native',
    kernel,
    parallelism: threads,
    preferredMidstates,
    async scan(request, signal) {
      if (closed || signal.aborted) return NOTHING_SCANNED;
      setMaxListeners(0, signal); // as many scans as threads share one signal: that is no leak
      const result = new Promise<ScanResult>((resolve) => {
        const cancel = () => pool.cancel(id);
        // The addon calls back on a later turn of the event loop, when `id` is known.
        const id = pool.scan(...nativeArguments(request), (noncesScanned, hits) => {
          signal.removeEventListener('abort', cancel);
          resolve({ noncesScanned, hits: nativeHits(hits) });
        });
        signal.addEventListener('abort', cancel, { once: true });
      });
      pending.add(result);
      return result.finally(() => pending.delete(result));
    },
    async close() {
      closed = true;
      pool.close();
      await Promise.allSettled(pending);
    },
    cpuSeconds: () => pool.cpuSeconds(),
  };
}

function startPool(options: NativeEngineOptions): NativePool {
  const { binding, kernel, threads, pin = true, lowPriority = true } = options;
  try {
    return new binding.Pool(kernel, threads, { pin, lowPriority });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HashgapError(
      'ENGINE_FAILED',
      `The native engine did not start: ${reason} Try fewer --threads.`,
      {
        details: { kernel, threads },
        cause,
      },
    );
  }
}
