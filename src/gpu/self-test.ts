/** The self-test of a compiled kernel: the cases every engine passes, and windows of many workgroups. */
import { failureOf, type SelfTestCase, selfTestCases, testRequest } from '../work/self-test.ts';
import type { CompiledKernel } from './compile.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Lane } from './lane.ts';
import { searchPiece } from './search.ts';

/** Where the windows begin; their hits were found with the native engine. */
const WINDOW_START = 0x3fff1235;

/** Each hit is its distance from the window's start, and its version. */
interface Window {
  readonly nonces: number;
  /** Zero bits that a hit begins with. */
  readonly zeroBits: number;
  readonly hits: readonly (readonly [number, number])[];
}

/** Several workgroups of every kernel: a tenth of a second on the slowest software driver for each version. */
const MANY_WORKGROUPS: Window = {
  nonces: 2 ** 15,
  zeroBits: 14,
  // biome-ignore format: pairs
  hits: [
    [5176, 0], [7204, 2], [9185, 3], [15090, 0], [16696, 3], [22513, 0], [24357, 3],
    [25084, 3], [27179, 2], [27223, 1], [30279, 0], [31446, 0], [31846, 0],
  ],
};

/** More workgroups than one dimension of a dispatch holds: a millisecond on a GPU, half a minute on the slowest software driver. */
const TWO_DIMENSIONS: Window = {
  nonces: 2 ** 23,
  zeroBits: 21,
  // biome-ignore format: pairs
  hits: [
    [25084, 3], [513300, 3], [1097600, 0], [1613544, 2], [3468522, 1], [3804636, 1], [5168572, 1],
    [5366932, 0], [5664790, 0], [6046846, 1], [7089032, 1], [7441794, 3], [7984151, 0], [8045170, 2],
  ],
};

/**
 * The cases that a kernel passes before its device may mine with it.
 *
 * @param software - leaves out what a CPU that plays GPU would take half a minute for.
 * @example
 * ```ts
 * gpuSelfTestCases(true).length; // 15
 * ```
 */
export function gpuSelfTestCases(software: boolean): SelfTestCase[] {
  const many = windowCase('many workgroups', MANY_WORKGROUPS);
  const large = software ? [] : [windowCase('workgroups in two dimensions', TWO_DIMENSIONS)];
  return [...selfTestCases(), many, ...large];
}

function windowCase(name: string, { nonces, zeroBits, hits }: Window): SelfTestCase {
  return {
    name,
    request: testRequest(4, WINDOW_START, nonces, (1n << BigInt(256 - zeroBits)) - 1n),
    hits: hits.map(([distance, versionIndex]) => ({ nonce: WINDOW_START + distance, versionIndex })),
  };
}

/** What tests a kernel. */
export interface KernelTest {
  readonly dispatcher: Dispatcher;
  /** A lane of its own: scans may go on beside it. */
  readonly lane: Lane;
  readonly kernel: CompiledKernel;
  readonly cases: readonly SelfTestCase[];
  readonly signal?: AbortSignal | undefined;
  /**
   * A dispatch that takes longer is followed by no larger one, milliseconds: drivers end what takes seconds, and nobody knows the device's pace yet.
   * It may be passed once, by a factor of two.
   *
   * @default 300
   */
  readonly longestMs?: number;
}

const LONGEST_MS = 300;

/**
 * How many times as long the next part of a window may be. By two as long as one has not taken too long, since nobody knows how much of its time was
 * waiting (5 to 15 ms in Chrome, 100 in Firefox); not by more than eight, as the clock may have coarse steps.
 */
const GROWTH = { least: 2, most: 8 } as const;

/** The largest dispatch so far; of several of its size the quickest, since any of them may have waited for scans or for another program. */
class Largest {
  nonces = 0;
  tookMs = 0;

  add(nonces: number, tookMs: number): void {
    if (nonces < this.nonces) return;
    this.tookMs = nonces > this.nonces ? tookMs : Math.min(tookMs, this.tookMs);
    this.nonces = nonces;
  }
}

/**
 * Runs every case with one kernel, each in one dispatch for as many versions as the kernel has. A large window is preceded by parts of it that grow;
 * when one of these takes a slow GPU too long the window is left out: such a GPU never gets a dispatch of that size.
 *
 * @returns undefined when the kernel is right, else a sentence that names the first case it failed.
 * @throws {HashgapError} `GPU_LOST`.
 */
export async function gpuSelfTest(test: KernelTest): Promise<string | undefined> {
  const largest = new Largest();
  for (const each of test.cases) {
    if (test.signal?.aborted === true) return undefined;
    const large = each.request.nonceCount > MANY_WORKGROUPS.nonces;
    const failure = await (large ? failureOfWindow : failureOfCase)(test, each, largest);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Part after part, then the whole window, unless a part takes too long twice. */
async function failureOfWindow(
  test: KernelTest,
  window: SelfTestCase,
  largest: Largest,
): Promise<string | undefined> {
  const { longestMs = LONGEST_MS, signal } = test;
  const { midstates } = test.kernel.kernel;
  while (signal?.aborted !== true) {
    if (largest.tookMs > longestMs) {
      const failure = await failureOfCase(test, partOf(window, largest.nonces, midstates), largest);
      if (failure !== undefined || largest.tookMs > longestMs) return failure;
    }
    const growth = Math.min(GROWTH.most, Math.max(GROWTH.least, longestMs / largest.tookMs));
    const nonces = Math.max(MANY_WORKGROUPS.nonces, Math.floor(growth * largest.nonces));
    if (nonces >= window.request.nonceCount) return failureOfCase(test, window, largest);
    const failure = await failureOfCase(test, partOf(window, nonces, midstates), largest);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The first nonces of a window, for so many versions that one dispatch takes them all. */
function partOf({ name, request, hits }: SelfTestCase, nonces: number, versions: number): SelfTestCase {
  const end = request.nonceStart + nonces;
  return {
    name: `the first ${nonces} nonces of ${name}`,
    request: { ...request, midstates: request.midstates.slice(0, 8 * versions), nonceCount: nonces },
    hits: hits.filter(({ nonce, versionIndex }) => nonce < end && versionIndex < versions),
  };
}

async function failureOfCase(
  { dispatcher, lane, kernel, signal }: KernelTest,
  test: SelfTestCase,
  largest: Largest,
): Promise<string | undefined> {
  const { request } = test;
  const piece = await searchPiece({
    request,
    first: request.nonceStart,
    count: request.nonceCount,
    kernels: [kernel],
    run: async (dispatch) => {
      const { hits, tookMs } = await dispatcher.runUnpaced(lane, dispatch);
      largest.add(dispatch.count, tookMs);
      return hits;
    },
    stopped: () => signal?.aborted === true,
  });
  if (piece.outcome === 'stopped') return undefined;
  if (piece.outcome === 'searched') {
    return failureOf(test, { noncesScanned: request.nonceCount, hits: piece.hits });
  }
  const { nonce, midstate } = piece.claim;
  return `${test.name}: expected hits that are hits, received ${nonce.toString(16)}/${midstate}`;
}
