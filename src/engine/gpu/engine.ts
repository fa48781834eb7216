/** The GPU engine: scans on a child process that has the adapter, and that may crash without taking a range along. */
import { HashgapError } from '../../errors.ts';
import type { GpuInfo } from '../../gpu/adapter.ts';
import { groupVersions } from '../../gpu/search.ts';
import type { TuneRow } from '../../gpu/tune.ts';
import type { HashEngine, ScanRequest, ScanResult } from '../../work/ports.ts';
import { NOTHING_SCANNED } from '../../work/scan.ts';
import { PATIENCE_MS, PendingScans } from './pending.ts';
import { CHILD_PATH } from './process.ts';
import type { AdapterName, FromChild, KernelInUse, Usage, WireError } from './protocol.ts';
import { RESTART_POLICY, type RestartPolicy } from './restart.ts';
import { Supervisor } from './supervisor.ts';
import { type GpuTuning, Tuning } from './tuning.ts';

/** What a GPU engine is made of. */
export interface GpuEngineOptions {
  readonly adapter: AdapterName;
  /** Names of kernels in the order they are tried: `readable`, or a variant's. */
  readonly kernels: readonly string[];
  /** Names of kernels for a single version, which are only used beside one for several. @default those among `kernels` */
  readonly singles?: readonly string[];
  /** How long a dispatch should take, milliseconds; halved whenever the GPU was lost, since drivers end what takes too long. @default 80 */
  readonly targetMs?: number;
  /** Told in a sentence that the GPU was lost and is started again. @default nobody */
  readonly onWarning?: (sentence: string) => void;
  /** Told the name of a kernel that claimed a hash that is none; it is not used again. @default nobody */
  readonly onMismatch?: (kernel: string) => void;
  /** Ends the start. @default never */
  readonly signal?: AbortSignal;
  /** When a lost GPU is started again. @default at once, and up to three losses in ten minutes */
  readonly restart?: RestartPolicy;
  /** How long a child may take to answer an abort before it is ended, milliseconds. @default 10_000 */
  readonly patienceMs?: number;
  /** The program of the child. @default the real one */
  readonly childPath?: string;
}

/** An engine on a GPU. */
export interface GpuEngine extends HashEngine {
  readonly name: 'gpu';
  /** The adapter's name. */
  readonly device: string;
  readonly adapter: AdapterName;
  readonly info: GpuInfo;
  /** The process that has the GPU at present. */
  readonly childPid: number | undefined;
  readonly lost: boolean;
  cpuSeconds(): number;
  gpuSeconds(): number | undefined;
  /** Names of the kernels that a request of so many versions runs on: where they do not fill the best one, others take what is left. */
  kernelsFor(versions: number): readonly string[];
  /**
   * Measures kernels while scans go on, and takes the fastest into use. One tuning at a time.
   *
   * @returns undefined when the engine was closed before, or on the way.
   * @throws {HashgapError} `GPU_LOST` when the engine was given up on the way.
   */
  tune(tuning: GpuTuning): Promise<readonly TuneRow[] | undefined>;
}

/** Shorter dispatches cost more in overhead than they give. */
const LEAST_TARGET_MS = 10;

/**
 * Starts a child process that opens the adapter.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` when the child dies, hangs, or does not find the adapter; `SELF_TEST_FAILED` or `GPU_KERNEL_REFUSED`
 * when no kernel can be used.
 */
export async function startGpuEngine(options: GpuEngineOptions): Promise<GpuEngine> {
  const engine = new ChildEngine(options);
  await engine.start();
  return engine;
}

/** Owns the child through its supervisor. */
class ChildEngine implements GpuEngine {
  readonly name = 'gpu';
  readonly adapter: AdapterName;
  readonly device: string;
  readonly #options: GpuEngineOptions;
  readonly #supervisor: Supervisor;
  readonly #scans: PendingScans;
  #info!: GpuInfo; // both are there before anybody has the engine
  #parallelism!: number;
  /** The best first. */
  #kernels: readonly [KernelInUse, ...KernelInUse[]] = [{ name: '', midstates: 1 }];
  readonly #wrong = new Set<string>();
  /** The GPU was lost while they were tried: used only where there is nothing else. */
  readonly #blamed = new Set<string>();
  #tuning: Tuning | undefined;
  #closed = false;
  #givenUp: HashgapError | undefined;
  /** Of the children that have gone, and of the one there is. */
  #usedBefore: Usage = { cpuSeconds: 0 };
  #used: Usage = { cpuSeconds: 0 };

  constructor(options: GpuEngineOptions) {
    this.#options = options;
    this.adapter = options.adapter;
    this.device = options.adapter.name;
    this.#supervisor = new Supervisor({
      path: options.childPath ?? CHILD_PATH,
      device: this.device,
      restart: options.restart ?? RESTART_POLICY,
      opening: (restarts) => this.#opening(restarts),
      onMessage: (message) => this.#onMessage(message),
      onUp: () => this.#onUp(),
      onDown: (sentence) => this.#onDown(sentence),
      onGivenUp: (error) => this.#end(error),
    });
    this.#scans = new PendingScans({
      isUp: () => this.#supervisor.up,
      send: (message) => this.#supervisor.send(message),
      onHang: () => this.#supervisor.kill(),
      onBusy: () => this.#keepAlive(),
      patienceMs: options.patienceMs ?? PATIENCE_MS,
    });
  }

  get info(): GpuInfo {
    return this.#info;
  }

  get parallelism(): number {
    return this.#parallelism;
  }

  get kernel(): string {
    return this.#kernels[0].name;
  }

  get preferredMidstates(): number {
    return this.#kernels[0].midstates;
  }

  get childPid(): number | undefined {
    return this.#supervisor.pid;
  }

  get lost(): boolean {
    return this.#givenUp !== undefined;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const onAbort = () => this.#supervisor.kill();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const { info, parallelism } = await this.#supervisor.start();
      this.#info = info;
      this.#parallelism = parallelism;
      this.#keepAlive();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult> {
    if (this.#givenUp !== undefined) throw this.#givenUp;
    return this.#closed || signal.aborted ? NOTHING_SCANNED : this.#scans.scan(request, signal);
  }

  tune(tuning: GpuTuning): Promise<readonly TuneRow[] | undefined> {
    if (this.#givenUp !== undefined) return Promise.reject(this.#givenUp);
    if (this.#closed) return Promise.resolve(undefined);
    const { signal } = tuning;
    return new Promise<readonly TuneRow[] | undefined>((resolve, reject) => {
      const stop = () => this.#supervisor.send({ type: 'stop-tuning' });
      signal?.addEventListener('abort', stop, { once: true });
      this.#tuning = new Tuning(tuning, (end) => {
        signal?.removeEventListener('abort', stop);
        this.#tuning = undefined;
        this.#keepAlive();
        if (end instanceof HashgapError) reject(end);
        else resolve(end);
      });
      this.#keepAlive();
      this.#sendTuning();
    });
  }

  kernelsFor(versions: number): readonly string[] {
    const inUse = this.#kernels.map((kernel) => ({ kernel }));
    return [...new Set(groupVersions(versions, inUse).map(({ kernel }) => kernel.kernel.name))];
  }

  cpuSeconds(): number {
    return this.#usedBefore.cpuSeconds + this.#used.cpuSeconds;
  }

  gpuSeconds(): number | undefined {
    const { gpuSeconds } = this.#used;
    return gpuSeconds === undefined ? undefined : (this.#usedBefore.gpuSeconds ?? 0) + gpuSeconds;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closing = this.#supervisor.close();
    this.#scans.settleAll(NOTHING_SCANNED);
    this.#tuning?.stop();
    await closing;
  }

  /** A driver that ends what takes too long gets shorter dispatches each time, and the kernel that was found best. */
  #opening(restarts: number) {
    const { adapter, targetMs = 80, kernels, singles = [] } = this.#options;
    const usable = (names: readonly string[]) => [
      ...new Set(names.filter((name) => name !== '' && !this.#wrong.has(name))),
    ];
    const isBlamed = (name: string) => this.#blamed.has(name);
    const names = usable([this.kernel, ...kernels]);
    return {
      type: 'open',
      adapter,
      kernels: [...names.filter((name) => !isBlamed(name)), ...names.filter(isBlamed)],
      singles: usable(singles).filter((name) => !isBlamed(name)),
      targetMs: Math.max(LEAST_TARGET_MS, targetMs / 2 ** restarts),
    } as const;
  }

  #onMessage(message: FromChild): void {
    switch (message.type) {
      case 'kernel':
        this.#kernels = [message, ...message.others];
        break;
      case 'mismatch':
        this.#wrong.add(message.kernel);
        this.#options.onMismatch?.(message.kernel);
        break;
      case 'scanned':
        this.#used = message.usage;
        this.#scans.settle(message.id, message.result);
        break;
      case 'failed':
        this.#scans.settle(message.id, errorOf(message.error));
        break;
      case 'trying':
        this.#tuning?.trying(message.kernel);
        break;
      case 'row':
        if (message.row.status === 'wrong') this.#wrong.add(message.row.kernel);
        this.#tuning?.add(message.row);
        break;
      case 'tuned':
        this.#tuning?.finish();
        break;
      default: // what the supervisor hears itself
    }
  }

  #onUp(): void {
    this.#scans.sendAgain();
    this.#sendTuning();
  }

  #onDown(sentence: string): void {
    const { cpuSeconds, gpuSeconds } = this.#used;
    this.#usedBefore = {
      cpuSeconds: this.#usedBefore.cpuSeconds + cpuSeconds,
      gpuSeconds: (this.#usedBefore.gpuSeconds ?? 0) + (gpuSeconds ?? 0),
    };
    this.#used = { cpuSeconds: 0, gpuSeconds: gpuSeconds === undefined ? undefined : 0 };
    const culprit = this.#tuning?.lost();
    if (culprit !== undefined) this.#blamed.add(culprit);
    this.#scans.dropAborted();
    this.#options.onWarning?.(sentence);
  }

  #end(error: HashgapError): void {
    this.#givenUp = error;
    this.#scans.settleAll(error);
    this.#tuning?.stop(error);
  }

  #sendTuning(): void {
    if (this.#tuning === undefined) return;
    const { seconds, stopped } = this.#tuning;
    if (stopped) this.#tuning.finish();
    else if (this.#supervisor.up)
      this.#supervisor.send({ type: 'tune', kernels: this.#tuning.ask(), seconds });
  }

  /** An idle engine does not keep the program alive. */
  #keepAlive(): void {
    this.#supervisor.keepAlive(this.#scans.busy || this.#tuning !== undefined);
  }
}

function errorOf({ code, message }: WireError): HashgapError {
  return new HashgapError(code, message);
}
