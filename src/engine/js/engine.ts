/** The JavaScript engine: one worker thread for each scan in flight. */
import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { HashgapError } from '../../errors.ts';
import type { HashEngine, ScanResult } from '../../work/ports.ts';
import { NOTHING_SCANNED, plainRequest } from '../../work/scan.ts';
import type { ScanAnswer } from './worker.ts';

/** The worker's compiled file: workers need JavaScript, also when this file runs as TypeScript under the tests. */
const WORKER_PATH = createRequire(import.meta.url).resolve('#dist/engine/js/worker.js');

/** What a JavaScript engine is made of. */
export interface JsEngineOptions {
  /** How many workers, and so scans side by side. */
  readonly threads: number;
  /** Versions at which the kernel is fastest. */
  readonly preferredMidstates: number;
}

/**
 * Starts `threads` workers.
 *
 * @example
 * ```ts
 * const engine = createJsEngine({ threads: 2, preferredMidstates: 8 });
 * engine.parallelism; // 2
 * ```
 */
export function createJsEngine({ threads, preferredMidstates }: JsEngineOptions): HashEngine {
  const idle = Array.from({ length: threads }, startThread);
  const all = [...idle];
  const queue: ((thread: Thread) => void)[] = [];
  const cpuAtStart = processCpuSeconds();
  let closed = false;

  const release = (thread: Thread) => {
    const next = queue.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  const acquire = () => {
    const thread = idle.pop();
    return thread === undefined
      ? new Promise<Thread>((resolve) => queue.push(resolve))
      : Promise.resolve(thread);
  };

  return {
    name: 'js',
    kernel: 'js',
    parallelism: threads,
    preferredMidstates,
    async scan(request, signal) {
      if (closed || signal.aborted) return NOTHING_SCANNED;
      const thread = await acquire();
      try {
        return signal.aborted || closed ? NOTHING_SCANNED : await thread.scan(request, signal);
      } finally {
        release(thread);
      }
    },
    async close() {
      closed = true;
      await Promise.all(all.map((thread) => thread.close()));
    },
    cpuSeconds: () => processCpuSeconds() - cpuAtStart,
  };
}

/** Of the whole process, since Node 20 has no clock for one worker: exact as long as nothing else runs in it. */
function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

type Thread = ReturnType<typeof startThread>;

function startThread() {
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WORKER_PATH, { workerData: cancelled, name: 'hashgap-js' });
  worker.unref(); // an idle engine does not keep the program alive
  let lastId = 0;
  let settle: { resolve(result: ScanResult): void; reject(error: Error): void } | undefined;
  let failure: HashgapError | undefined;

  const end = (result: ScanResult | HashgapError) => {
    worker.unref();
    if (result instanceof HashgapError) settle?.reject(result);
    else settle?.resolve(result);
    settle = undefined;
  };
  worker.on('message', (answer: ScanAnswer) => end(answer));
  worker.on('error', (cause) => {
    failure = new HashgapError(
      'ENGINE_FAILED',
      `Expected a worker thread to run, received "${cause.message}". Start the miner again.`,
      {
        cause,
      },
    );
    end(failure);
  });
  worker.on('exit', () => end(failure ?? NOTHING_SCANNED));

  return {
    scan(request: Parameters<HashEngine['scan']>[0], signal: AbortSignal): Promise<ScanResult> {
      if (failure !== undefined) return Promise.reject(failure);
      const id = ++lastId;
      const cancel = () => Atomics.store(cancelled, 0, id);
      setMaxListeners(0, signal); // one for each scan in flight is no leak
      signal.addEventListener('abort', cancel, { once: true });
      worker.ref();
      return new Promise<ScanResult>((resolve, reject) => {
        settle = { resolve, reject };
        worker.postMessage({ id, request: plainRequest(request) });
      }).finally(() => signal.removeEventListener('abort', cancel));
    },
    async close() {
      await worker.terminate();
    },
  };
}
