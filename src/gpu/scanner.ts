/** The scanner: scans side by side on two lanes, each piece by piece, with the kernels that have not been found wrong. */
import { hitMask } from '../../shaders/kernel.ts';
import { HashgapError } from '../errors.ts';
import type { ScanRequest, ScanResult } from '../work/ports.ts';
import { NOTHING_SCANNED } from '../work/scan.ts';
import type { CompiledKernel } from './compile.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Claim } from './hits.ts';
import type { Lane } from './lane.ts';
import { nextPiece } from './piece.ts';
import { groupVersions, searchPiece } from './search.ts';

/** What a scanner is made of. */
export interface ScannerOptions {
  readonly dispatcher: Dispatcher;
  /** One scan runs on each. */
  readonly lanes: readonly Lane[];
  /** At least one that passed its self-test, the best first; one of them for a single version where it can be had. */
  readonly kernels: readonly CompiledKernel[];
  /** Told when a kernel claimed a hash that is none; the kernel is not used again. */
  readonly onMismatch: (kernel: string, claim: Claim) => void;
  /** Asked for more kernels when the last one was found wrong. */
  readonly moreKernels: () => Promise<readonly CompiledKernel[]>;
}

/** Runs scans. */
export class Scanner {
  readonly #options: ScannerOptions;
  #kernels: readonly CompiledKernel[];
  #more: Promise<readonly CompiledKernel[]> | undefined;
  readonly #wrong = new Set<string>();
  readonly #free: Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.#kernels = options.kernels;
    this.#free = [...options.lanes];
  }

  /** The kernels in use, the best first. */
  get kernels(): readonly CompiledKernel[] {
    return this.#kernels;
  }

  /** Whether a kernel was found wrong while it was in use. */
  isWrong(name: string): boolean {
    return this.#wrong.has(name);
  }

  /** Takes other kernels from the next piece on. Those found wrong stay out. */
  use(kernels: readonly CompiledKernel[]): void {
    const right = kernels.filter(({ kernel }) => !this.#wrong.has(kernel.name));
    if (right.length > 0) this.#kernels = right;
  }

  /** Never uses a kernel again. */
  drop(dropped: CompiledKernel, claim: Claim): void {
    const { name } = dropped.kernel;
    if (this.#wrong.has(name)) return; // both lanes may find out
    this.#wrong.add(name);
    this.#kernels = this.#kernels.filter((kernel) => kernel !== dropped);
    this.#options.onMismatch(name, claim);
  }

  /**
   * `HashEngine.scan`: an abort takes effect when the dispatch in flight has ended, so that no work is lost.
   *
   * @throws {HashgapError} `GPU_LOST`, or `GPU_KERNEL_REFUSED` when every kernel was found wrong.
   */
  async scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult> {
    if (this.#closed || signal.aborted) return NOTHING_SCANNED;
    const lane = this.#free.pop() ?? (await this.#nextFree(signal));
    if (lane === undefined) return NOTHING_SCANNED;
    const result = this.#scanOn(lane, request, signal);
    this.#pending.add(result);
    try {
      return await result;
    } finally {
      this.#pending.delete(result);
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(lane);
      else next(lane);
    }
  }

  /** A lane as soon as one is free; undefined when the signal aborts first. */
  #nextFree(signal: AbortSignal): Promise<Lane | undefined> {
    return new Promise((resolve) => {
      const take = (lane: Lane) => {
        signal.removeEventListener('abort', leave);
        resolve(lane);
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        resolve(undefined);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Ends every scan after its dispatch in flight. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#pending.size > 0 || this.#waiting.length > 0) await Promise.allSettled(this.#pending);
  }

  async #scanOn(lane: Lane, request: ScanRequest, signal: AbortSignal): Promise<ScanResult> {
    const stopped = () => this.#closed || signal.aborted;
    const run = (dispatch: Parameters<Dispatcher['run']>[1]) => this.#options.dispatcher.run(lane, dispatch);
    let noncesScanned = 0;
    while (noncesScanned < request.nonceCount && !stopped()) {
      const kernels = await this.#usable();
      const first = request.nonceStart + noncesScanned;
      const count = this.#pieceOf(request, request.nonceCount - noncesScanned, kernels);
      const piece = await searchPiece({ request, first, count, kernels, run, stopped });
      if (piece.outcome === 'stopped') break;
      if (piece.outcome === 'wrong') {
        this.drop(piece.kernel, piece.claim);
        continue; // the same piece again, with the kernels that are left
      }
      noncesScanned += count;
      if (piece.hits.length > 0) return { noncesScanned, hits: piece.hits };
    }
    return { noncesScanned, hits: [] };
  }

  /** By the kernels that will run: one at hand for more versions would make dispatches so short that the device's pace is never learned. */
  #pieceOf(request: ScanRequest, remaining: number, kernels: readonly CompiledKernel[]): number {
    const running = groupVersions(request.midstates.length / 8, kernels).map(({ kernel }) => kernel.kernel);
    return nextPiece({
      hashes: this.#options.dispatcher.hashes,
      remaining,
      midstates: Math.max(...running.map(({ midstates }) => midstates)),
      workgroupNonces: Math.max(...running.map((k) => k.workgroupSize * k.noncesPerInvocation)),
      mask: hitMask(request.target[0]!),
    });
  }

  /** The kernels to search with; when none is left, once more from where they came. */
  async #usable(): Promise<readonly CompiledKernel[]> {
    if (this.#kernels.length > 0) return this.#kernels;
    this.#more ??= this.#options.moreKernels().finally(() => {
      this.#more = undefined;
    });
    this.use(await this.#more);
    if (this.#kernels.length > 0) return this.#kernels;
    throw new HashgapError(
      'GPU_KERNEL_REFUSED',
      `Expected a kernel whose hits are hits, received wrong ones from ${[...this.#wrong].join(', ')}. Update the GPU's driver, and check its memory and cooling.`,
      { details: { kernels: [...this.#wrong] } },
    );
  }
}
