/** Tuning: which kernel is the fastest on this very device and driver, measured while mining goes on. */
import type { ShaderKernel } from '../../shaders/kernel.ts';
import { testRequest } from '../work/self-test.ts';
import type { CompiledKernel } from './compile.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Claim } from './hits.ts';
import type { Dispatch, Lane } from './lane.ts';
import { nextPiece } from './piece.ts';
import type { Scanner } from './scanner.ts';
import { searchPiece } from './search.ts';
import { type Bench, tryKernel } from './try-kernel.ts';

/** One kernel that was tried. */
export interface TuneRow {
  readonly kernel: string;
  readonly midstates: number;
  readonly workgroupSize: number;
  readonly noncesPerInvocation: number;
  /** `wrong` is never used; `refused` did not compile. */
  readonly status: 'right' | 'wrong' | 'refused';
  /** Why, for those that are not right. */
  readonly failure?: string;
  /** Absent for those refused. */
  readonly compileMs?: number;
  readonly hashesPerSecond?: number;
}

/** What is tried, and how. */
export interface TuneOptions {
  /** Kernels to try besides those in use. */
  readonly candidates: readonly ShaderKernel[];
  /** Told the name of each before anything is done with it, which waits for the answer. @default nobody */
  readonly onTry?: (kernel: string) => Promise<void>;
  /** Told after each. @default nobody */
  readonly onRow?: (row: TuneRow) => void;
  /** Ends it before the next kernel, with the fastest so far in use. @default never */
  readonly signal?: AbortSignal;
  /** How long each is measured. @default 0.3 */
  readonly seconds?: number;
}

interface Measured {
  readonly row: TuneRow;
  readonly compiled?: CompiledKernel;
}

/**
 * Tries every kernel and takes the fastest one into use, with the fastest for a single version beside it. Scans stop only while a kernel
 * is measured: compiling and the self-test go on beside them.
 *
 * @throws {HashgapError} `GPU_LOST`.
 */
export async function tune(bench: Bench, scanner: Scanner, options: TuneOptions): Promise<TuneRow[]> {
  const { candidates, onTry, onRow, signal, seconds = 0.3 } = options;
  const names = new Map(
    [...scanner.kernels.map(({ kernel }) => kernel), ...candidates].map((k) => [k.name, k]),
  );
  const measured: Measured[] = [];
  for (const kernel of names.values()) {
    if (signal?.aborted === true) break;
    await onTry?.(kernel.name);
    const one = await measureKernel(bench, scanner, kernel, seconds);
    measured.push(one);
    onRow?.(one.row);
  }
  useFastest(scanner, measured);
  return measured.map(({ row }) => row);
}

function useFastest(scanner: Scanner, measured: readonly Measured[]): void {
  const ranked = measured
    .filter(({ row }) => row.status === 'right')
    .sort((a, b) => b.row.hashesPerSecond! - a.row.hashesPerSecond!)
    .map(({ compiled }) => compiled!);
  const single = ranked.find(({ kernel }) => kernel.midstates === 1);
  // Those used so far stay behind them, should these be found wrong.
  scanner.use([
    ...new Set([...ranked.slice(0, 1), ...(single === undefined ? [] : [single]), ...scanner.kernels]),
  ]);
}

async function measureKernel(
  bench: Bench,
  scanner: Scanner,
  kernel: ShaderKernel,
  seconds: number,
): Promise<Measured> {
  const { name, midstates, workgroupSize, noncesPerInvocation } = kernel;
  const shape = { kernel: name, midstates, workgroupSize, noncesPerInvocation };
  if (scanner.isWrong(name))
    return { row: { ...shape, status: 'wrong', failure: 'it was found wrong in use' } };
  const inUse = scanner.kernels.find((compiled) => compiled.kernel.name === name);
  const tried =
    inUse === undefined ? await tryKernel(bench, kernel) : { status: 'right' as const, compiled: inUse };
  if (tried.status === 'refused') return { row: { ...shape, status: 'refused', failure: tried.failure } };
  const { compiled } = tried;
  const { compileMs } = compiled;
  if (tried.status === 'wrong')
    return { row: { ...shape, status: 'wrong', failure: tried.failure, compileMs } };
  const lane = bench.newLane(`measurement of ${name}`);
  const speed = await bench.dispatcher
    .exclusive(() => measureSpeed(bench.dispatcher, lane, compiled, seconds))
    .finally(() => lane.destroy());
  if (typeof speed === 'number') {
    return { row: { ...shape, status: 'right', compileMs, hashesPerSecond: speed }, compiled };
  }
  if (inUse !== undefined) scanner.drop(compiled, speed);
  const failure = `while measured: expected hits that are hits, received ${speed.nonce.toString(16)}/${speed.midstate}`;
  return { row: { ...shape, status: 'wrong', failure, compileMs } };
}

/** Hashes a second, or the claim that shows the kernel to be wrong. */
async function measureSpeed(
  dispatcher: Dispatcher,
  lane: Lane,
  compiled: CompiledKernel,
  seconds: number,
): Promise<number | Claim> {
  const { midstates, workgroupSize, noncesPerInvocation } = compiled.kernel;
  const workgroupNonces = workgroupSize * noncesPerInvocation;
  const request = testRequest(midstates, 0, 2 ** 32, 0n);
  let wanted = dispatcher.hashes / 8; // it may be that much slower than the one in use
  let counted = { hashes: 0, ms: 0 };
  while (counted.ms < 1000 * seconds) {
    const limits = { hashes: wanted, remaining: 2 ** 32, midstates, workgroupNonces, mask: 0xffffffff };
    const count = nextPiece(limits);
    let ms = 0;
    const run = async (dispatch: Dispatch) => {
      const end = await dispatcher.runUnpaced(lane, dispatch);
      ms = end.tookMs;
      return end.hits;
    };
    const piece = await searchPiece({
      request,
      first: 0,
      count,
      kernels: [compiled],
      run,
      stopped: () => false,
    });
    if (piece.outcome === 'wrong') return piece.claim;
    const hashes = count * midstates;
    const largest = hashes < wanted / 2; // dispatches have an end
    if (ms >= dispatcher.targetMs / 3 || largest)
      counted = { hashes: counted.hashes + hashes, ms: counted.ms + ms };
    else wanted *= 2; // short ones measure the driver's overhead
  }
  return counted.hashes / (counted.ms / 1000);
}
