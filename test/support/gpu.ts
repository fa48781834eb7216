/** A GPU for tests: a child process with one of the software drivers, and what can be asked of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { HashgapError } from '../../src/errors.ts';
import type { Gpu, GpuOptions } from '../../src/gpu/open.ts';
import type { TuneRow } from '../../src/gpu/tune.ts';
import type { ScanRequest, ScanResult } from '../../src/work/ports.ts';

/** A kernel changed on purpose. */
export interface ChangedKernel {
  /** The name of the kernel it was made from. */
  readonly base: string;
  readonly name: string;
  /** A regular expression that must be in its WGSL, and what takes its place. */
  readonly find?: string;
  readonly replace?: string;
  readonly jobWords?: number;
}

/** A kernel by name, or one changed on purpose. */
export type KernelSpec = string | ChangedKernel;

export type Description = Pick<Gpu, 'info' | 'kernel' | 'midstates' | 'parallelism'> & {
  readonly mismatches: readonly string[];
  readonly gpuSeconds: number | undefined;
};

export interface OpenSpec extends Pick<GpuOptions, 'targetMs' | 'timestamps'> {
  readonly kernels: readonly KernelSpec[];
  /** @default true */
  readonly sleeps?: boolean;
}

export interface Mined {
  readonly nonces: number;
  readonly tookMs: number;
  /** CPU time of the main thread, as a share of the time. */
  readonly mainThread: number;
  /** From the abort to the end of each scan, milliseconds. */
  readonly latencies: readonly number[];
}

/** One process with one GPU. */
export interface GpuChild {
  open(spec: OpenSpec): Promise<Description>;
  describe(): Promise<Description>;
  scan(request: ScanRequest, signal?: AbortSignal): Promise<ScanResult>;
  /** Scans a range past its first hits. */
  scanWhole(request: ScanRequest): Promise<ScanResult>;
  tune(candidates: readonly KernelSpec[], seconds: number): Promise<TuneRow[]>;
  mine(request: ScanRequest, ms: number, times?: number): Promise<Mined>;
  /** Runs the self-test of kernels on the open device, as software or as a GPU: the failure of each, if any. */
  selfTest(
    kernels: readonly KernelSpec[],
    as: 'software' | 'gpu',
    longestMs?: number,
  ): Promise<(string | undefined)[]>;
  setTargetMs(targetMs: number): Promise<void>;
  destroyDevice(): Promise<void>;
  disturbDevice(): Promise<void>;
  lost(): Promise<string>;
  /** Ends the process. */
  end(): Promise<void>;
}

type Call = (operation: string, argument?: unknown) => Promise<never>;

/** Starts the process with the variables of a driver. */
export async function startGpuChild(env: Readonly<Record<string, string>>): Promise<GpuChild> {
  const child = fork(join(import.meta.dirname, 'gpu-child.mjs'), {
    env: { ...process.env, ...env },
    execArgv: [], // vitest's own are for vitest
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // Dawn writes its errors to both
  });
  const call = callsOf(child);
  await call.ready;
  return childOf(child, call.call);
}

/** Answers come in any order; an end of the process ends every call with what it said. */
function callsOf(child: ChildProcess): { call: Call; ready: Promise<void> } {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  let last = 0;
  let readied = () => {};
  let failed = (_error: Error) => {};
  const ready = new Promise<void>((resolve, reject) => {
    readied = resolve;
    failed = reject;
  });
  child.on('message', (message: { id: number; result: never; error?: { code: never; message: string } }) => {
    const { id, result, error } = message;
    if (id === undefined) return readied();
    const call = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) call.resolve(result);
    else
      call.reject(
        error.code === undefined ? new Error(error.message) : new HashgapError(error.code, error.message),
      );
  });
  child.on('exit', (code, signal) => {
    const error = new Error(`The GPU process ended with ${code ?? signal}: ${said}`);
    failed(error);
    for (const { reject } of waiting.values()) reject(error);
  });
  const call: Call = (operation, argument) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      child.send({ id, operation, argument });
    });
  return { call, ready };
}

function childOf(child: ChildProcess, call: Call): GpuChild {
  let tokens = 0;
  const scan = (request: ScanRequest, signal?: AbortSignal): Promise<ScanResult> => {
    const token = ++tokens;
    signal?.addEventListener('abort', () => call('abort', { token }).catch(() => {}), { once: true });
    return call('scan', { request, token });
  };
  return {
    open: (spec) => call('open', spec),
    describe: () => call('describe'),
    scan,
    async scanWhole(request) {
      const hits = [];
      let noncesScanned = 0;
      while (noncesScanned < request.nonceCount) {
        const nonceStart = request.nonceStart + noncesScanned;
        const nonceCount = request.nonceCount - noncesScanned;
        const result = await scan({ ...request, nonceStart, nonceCount });
        if (result.noncesScanned === 0) break;
        noncesScanned += result.noncesScanned;
        hits.push(...result.hits);
      }
      return { noncesScanned, hits };
    },
    tune: (candidates, seconds) => call('tune', { candidates, seconds }),
    selfTest: (kernels, as, longestMs) =>
      call('selfTest', { kernels, software: as === 'software', longestMs }),
    mine: (request, ms, times) => call('mine', { request, ms, times }),
    setTargetMs: (targetMs) => call('setTargetMs', { targetMs }),
    destroyDevice: () => call('destroyDevice'),
    disturbDevice: () => call('disturbDevice'),
    lost: () => call('lost'),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await call('close');
      child.disconnect();
      await ended;
    },
  };
}
