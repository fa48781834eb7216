/** One piece of nonces through every version: which kernel takes which versions, and what comes of too many hits. */
import { dispatchWords, HIT_CAPACITY, hitMask } from '../../shaders/kernel.ts';
import type { Hit, ScanRequest } from '../work/ports.ts';
import type { CompiledKernel } from './compile.ts';
import { byNonce, type Claim, checkClaims, readClaims } from './hits.ts';
import type { Dispatch } from './lane.ts';

/** A piece and what searches it. */
export interface PieceSearch {
  readonly request: ScanRequest;
  readonly first: number;
  readonly count: number;
  /** At least one, the best first. */
  readonly kernels: readonly CompiledKernel[];
  /** Runs a dispatch and gives binding 2. */
  readonly run: (dispatch: Dispatch) => Promise<Uint32Array>;
  /** Asked before each dispatch. */
  readonly stopped: () => boolean;
}

/** What became of a piece: all of its hits in order, nothing because it was stopped, or nothing because a kernel lied. */
export type PieceResult =
  | { readonly outcome: 'searched'; readonly hits: readonly Hit[] }
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'wrong'; readonly kernel: CompiledKernel; readonly claim: Claim };

/** Versions that one dispatch takes. */
export interface Group<K = CompiledKernel> {
  readonly kernel: K;
  readonly firstVersion: number;
  readonly versions: number;
}

/**
 * Divides versions among kernels: each group goes to the best kernel that it can fill. Where none is small enough the
 * smallest one gets copies of the last version.
 */
export function groupVersions<K extends { readonly kernel: { readonly midstates: number } }>(
  versions: number,
  kernels: readonly K[],
): Group<K>[] {
  const smallest = kernels.reduce((a, b) => (b.kernel.midstates < a.kernel.midstates ? b : a));
  const groups: Group<K>[] = [];
  for (let firstVersion = 0; firstVersion < versions; ) {
    const left = versions - firstVersion;
    const kernel = kernels.find((candidate) => candidate.kernel.midstates <= left) ?? smallest;
    groups.push({ kernel, firstVersion, versions: Math.min(left, kernel.kernel.midstates) });
    firstVersion += kernel.kernel.midstates;
  }
  return groups;
}

/** Searches a piece for every version of its request. */
export async function searchPiece(search: PieceSearch): Promise<PieceResult> {
  const { request, kernels, first, count } = search;
  const hits: Hit[] = [];
  for (const group of groupVersions(request.midstates.length / 8, kernels)) {
    const job = group.kernel.kernel.wordsOfJob(midstatesOf(request, group), request.tail);
    const result = await searchGroup(search, { ...group, job, first, count });
    if (result.outcome !== 'searched') return result;
    hits.push(...result.hits);
  }
  return { outcome: 'searched', hits: hits.sort(byNonce) };
}

interface GroupSearch extends Group {
  readonly job: Uint32Array<ArrayBuffer>;
  readonly first: number;
  readonly count: number;
}

/** One dispatch; where it found more than it can report, both halves of its nonces again. */
async function searchGroup(search: PieceSearch, group: GroupSearch): Promise<PieceResult> {
  if (search.stopped()) return { outcome: 'stopped' };
  const { request, run } = search;
  const { kernel, job, first, count } = group;
  const { midstates } = kernel.kernel;
  const mask = hitMask(request.target[0]!);
  const reported = readClaims(await run({ kernel, job, words: dispatchWords(first, count, mask), count }));
  const checked = checkClaims(reported.claims, { ...group, request, midstates, mask });
  if ('wrong' in checked) return { outcome: 'wrong', kernel, claim: checked.wrong };
  if (reported.count <= HIT_CAPACITY) return { outcome: 'searched', hits: checked.hits };
  // More hits than there are hashes: the claims at hand are right, the count is not.
  if (reported.count > count * midstates) return { outcome: 'wrong', kernel, claim: reported.claims[0]! };
  const half = Math.ceil(count / 2);
  const lower = await searchGroup(search, { ...group, count: half });
  if (lower.outcome !== 'searched') return lower;
  const upper = await searchGroup(search, { ...group, first: first + half, count: count - half });
  if (upper.outcome !== 'searched') return upper;
  return { outcome: 'searched', hits: [...lower.hits, ...upper.hits] };
}

/** The midstates of a group; a kernel with room for more gets the last one again. */
function midstatesOf({ midstates }: ScanRequest, { kernel, firstVersion, versions }: Group): Uint32Array {
  const words = new Uint32Array(8 * kernel.kernel.midstates);
  for (let i = 0; i < kernel.kernel.midstates; i++) {
    const version = firstVersion + Math.min(i, versions - 1);
    words.set(midstates.subarray(8 * version, 8 * version + 8), 8 * i);
  }
  return words;
}
