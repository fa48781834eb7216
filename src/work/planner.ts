/** The planner: hands out a job's extranonce2 x version x nonce space, every header exactly once. */
import { haveSameHeaders, type Job } from './job.ts';
import { type HeaderSpace, headerSpace, unitOf, type WorkUnit } from './unit.ts';

const NONCES = 2 ** 32;

/** Hands out the space of one job; every engine of a miner draws from the same one. */
export interface Planner {
  /**
   * The next `nonceCount` nonces, or the fewer that are left under one extranonce2, for `versionCount` versions at once.
   *
   * @param versionCount - versions that share one message schedule; fewer come where the job's mask has no room, and 1 keeps the job's
   * own version; any number comes at the very end of the space. @default 1
   * @returns undefined once the space is exhausted: wait for the next job.
   */
  next(nonceCount: number, versionCount?: number): WorkUnit | undefined;
}

/**
 * Plans one job. Nonces come first, then groups of versions, then extranonce2. Engines that ask for different numbers of versions never share
 * an extranonce2, so that no header is handed out twice whatever they ask for. Time is not rolled: getblocktemplate and Stratum both give
 * extranonce2 to spare, and on the test networks a changed time can change the target that consensus demands.
 *
 * @example
 * ```ts
 * const planner = createPlanner(job);
 * planner.next(1000)?.nonceStart; // 0
 * planner.next(1000)?.nonceStart; // 1000
 * planner.next(1000, 4)?.versions.length; // 4
 * ```
 */
export function createPlanner(job: Job): Planner {
  const extranonce2s = countedBytes(job.extranonce2Bytes);
  const streams = new Map<number, Stream>();
  return {
    next(nonceCount, versionCount = 1) {
      const stream = streams.get(versionCount) ?? createStream(job, extranonce2s, versionCount);
      streams.set(versionCount, stream);
      return stream(nonceCount) ?? leftOver(streams.values(), nonceCount);
    },
  };
}

/** Jobs whose space is remembered: a pool alternates between few, and each keeps its transactions in memory. */
const REMEMBERED = 4;

/**
 * Plans jobs as they come. One with the headers of a recent one goes on where that one was: pools send the same template again when they change the
 * difficulty, after a resumed session and after a fail-over and back, and the same header twice is a duplicate share.
 *
 * @example
 * ```ts
 * const plannerOf = createPlanners();
 * plannerOf(job).next(1000)?.nonceStart; // 0
 * plannerOf({ ...job, shareTarget: 1n }).next(1000)?.nonceStart; // 1000
 * ```
 */
export function createPlanners(): (job: Job) => Planner {
  let recent: readonly { readonly job: Job; readonly planner: Planner }[] = [];
  return (job) => {
    const known = recent.find((other) => haveSameHeaders(other.job, job));
    const planner = known?.planner ?? createPlanner(job);
    recent = [{ job, planner }, ...recent.filter((other) => other !== known)].slice(0, REMEMBERED);
    return {
      next(nonceCount, versionCount) {
        const unit = planner.next(nonceCount, versionCount);
        return unit && unitOf(job, unit);
      },
    };
  };
}

/** When all extranonce2 are given out: what those left who no longer ask, as an engine that was lost or that has changed its kernel. */
function leftOver(streams: Iterable<Stream>, nonceCount: number): WorkUnit | undefined {
  for (const stream of streams) {
    const unit = stream(nonceCount);
    if (unit !== undefined) return unit;
  }
  return undefined;
}

/** Nonce ranges for groups of one size. */
type Stream = (nonceCount: number) => WorkUnit | undefined;

function createStream(job: Job, extranonce2s: Iterator<Uint8Array, undefined>, versionCount: number): Stream {
  const spaces = headerSpaces(job, extranonce2s, versionCount);
  let space: HeaderSpace | undefined;
  let nonceStart = NONCES;
  return (nonceCount) => {
    if (nonceStart === NONCES) {
      space = spaces.next().value;
      nonceStart = 0;
    }
    if (space === undefined) return undefined;
    const unit = { ...space, nonceStart, nonceCount: Math.min(nonceCount, NONCES - nonceStart) };
    nonceStart += unit.nonceCount;
    return unit;
  };
}

function* headerSpaces(
  job: Job,
  extranonce2s: Iterator<Uint8Array, undefined>,
  versionCount: number,
): Generator<HeaderSpace, undefined> {
  for (let next = extranonce2s.next(); !next.done; next = extranonce2s.next()) {
    for (const versions of versionGroups(job, versionCount)) yield headerSpace(job, next.value, versions);
  }
  return undefined;
}

/** Every value of `length` bytes, big-endian; counted in bigint, since 8 bytes pass 2^53. */
function* countedBytes(length: number): Generator<Uint8Array, undefined> {
  for (let counter = 0n; counter < 256n ** BigInt(length); counter++) {
    yield Uint8Array.from({ length }, (_, i) => Number((counter >> BigInt(8 * (length - 1 - i))) & 0xffn));
  }
  return undefined;
}

/** Every version inside the job's mask, in groups; the first group starts with the mask's bits all zero. */
function* versionGroups(job: Job, versionCount: number): Generator<number[]> {
  const maskBits = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (job.versionMask >>> bit) & 1);
  const groupSize = Math.min(versionCount, 2 ** maskBits.length);
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
