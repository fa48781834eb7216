/** The planner: hands out a job's extranonce2 x version x nonce space, every header exactly once. */
import type { Job } from './job.ts';
import { type HeaderSpace, headerSpace, type WorkUnit } from './unit.ts';

const NONCES = 2 ** 32;

/** Hands out the space of one job; every engine of a miner draws from the same one. */
export interface Planner {
  /**
   * The next `nonceCount` nonces, or the fewer that are left under this extranonce2.
   *
   * @returns undefined once the space is exhausted: wait for the next job.
   */
  next(nonceCount: number): WorkUnit | undefined;
}

/**
 * Plans one job. Nonces come first, then groups of versions, then extranonce2. Time is not rolled: getblocktemplate and
 * Stratum both give extranonce2 to spare, and on the test networks a changed time can change the target that consensus demands.
 *
 * @param versionsPerUnit - versions that share one message schedule; 1 keeps the job's own version.
 * @example
 * ```ts
 * const planner = createPlanner(job);
 * planner.next(1000)?.nonceStart; // 0
 * planner.next(1000)?.nonceStart; // 1000
 * ```
 */
export function createPlanner(job: Job, versionsPerUnit = 1): Planner {
  const spaces = headerSpaces(job, versionsPerUnit);
  let space: HeaderSpace | undefined = spaces.next().value ?? undefined;
  let nonceStart = 0;
  return {
    next(nonceCount) {
      if (nonceStart === NONCES) {
        space = spaces.next().value ?? undefined;
        nonceStart = 0;
      }
      if (space === undefined) return undefined;
      const unit = { ...space, nonceStart, nonceCount: Math.min(nonceCount, NONCES - nonceStart) };
      nonceStart += unit.nonceCount;
      return unit;
    },
  };
}

function* headerSpaces(job: Job, versionsPerUnit: number): Generator<HeaderSpace, undefined> {
  const extranonce2s = 256n ** BigInt(job.extranonce2Bytes);
  for (let counter = 0n; counter < extranonce2s; counter++) {
    const extranonce2 = extranonce2Bytes(counter, job.extranonce2Bytes);
    for (const versions of versionGroups(job, versionsPerUnit)) yield headerSpace(job, extranonce2, versions);
  }
  return undefined;
}

/** The counter as big-endian bytes: counted in bigint, since 8 bytes pass 2^53. */
function extranonce2Bytes(counter: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((counter >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

/** Every version inside the job's mask, in groups; the first group starts with the mask's bits all zero. */
function* versionGroups(job: Job, versionsPerUnit: number): Generator<number[]> {
  const maskBits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (job.versionMask >>> bit) & 1);
  const groupSize = Math.min(versionsPerUnit, 2 ** maskBits.length);
  if (groupSize === 1) {
    yield [job.version];
    return;
  }
  const fixed = job.version & ~job.versionMask;
  for (let first = 0; first + groupSize <= 2 ** maskBits.length; first += groupSize) {
    yield Array.from({ length: groupSize }, (_, i) => (fixed | deposit(first + i, maskBits)) >>> 0);
  }
}

/** Spreads the low bits of `value` over the given bit positions. */
function deposit(value: number, bits: readonly number[]): number {
  return bits.reduce((spread, bit, i) => spread | (((value >>> i) & 1) << bit), 0);
}
