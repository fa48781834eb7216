/** Pieces: how much of a range one dispatch takes, and in which shape. */

/** The most nonces of one dispatch: kernels count them in 32 bits, and compare sums of two. */
export const MOST_NONCES = 2 ** 31;

/** WebGPU's limit on the workgroups along one dimension, the same on every device that has no higher one. */
export const MOST_WORKGROUPS = 65_535;

/** Expected hits of one dispatch: far enough from the 63 that it can report. */
export const EXPECTED_HITS = 16;

/** What decides the size of a piece. */
export interface PieceLimits {
  /** Hashes that take the time a dispatch should take. */
  readonly hashes: number;
  /** Nonces left in the range. */
  readonly remaining: number;
  /** Versions hashed in one dispatch. */
  readonly midstates: number;
  /** Nonces that one workgroup tests. */
  readonly workgroupNonces: number;
  /** A hash is a hit when it has none of these bits. */
  readonly mask: number;
}

/**
 * How many nonces the next dispatch should test: whole workgroups, but for the end of a range and for targets so easy that a
 * workgroup would find more than it can report.
 *
 * @example
 * ```ts
 * nextPiece({ hashes: 1e6, remaining: 2 ** 32, midstates: 2, workgroupNonces: 256, mask: 0xffffffff }); // 499968
 * nextPiece({ hashes: 1e6, remaining: 2 ** 32, midstates: 2, workgroupNonces: 256, mask: 0x80 }); // 16
 * ```
 */
export function nextPiece({ hashes, remaining, midstates, workgroupNonces, mask }: PieceLimits): number {
  const wanted = Math.max(1, Math.floor(hashes / midstates / workgroupNonces)) * workgroupNonces;
  const fewHits = Math.max(1, Math.floor((EXPECTED_HITS * 2 ** bitCount(mask)) / midstates));
  return Math.min(wanted, fewHits, MOST_NONCES, remaining);
}

/** The workgroups of a dispatch: two dimensions when one does not hold them. Some of the last row may be idle. */
export interface Grid {
  readonly x: number;
  readonly y: number;
}

/**
 * The shape that covers `count` nonces.
 *
 * @example
 * ```ts
 * gridOf(1000, 256); // { x: 4, y: 1 }
 * gridOf(2 ** 23, 64); // { x: 43691, y: 3 }
 * ```
 */
export function gridOf(count: number, workgroupNonces: number): Grid {
  const workgroups = Math.ceil(count / workgroupNonces);
  const y = Math.ceil(workgroups / MOST_WORKGROUPS);
  return { x: Math.ceil(workgroups / y), y };
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
