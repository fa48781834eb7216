/** Scanning one job: every engine draws work units from one pool until a block is found or the job is over. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import type { Emit } from '../events.ts';
import type { Job } from '../work/job.ts';
import { createPlanner, type Planner } from '../work/planner.ts';
import type { HashEngine } from '../work/ports.ts';
import { restOf } from '../work/scan.ts';
import type { WorkUnit } from '../work/unit.ts';
import { type FoundBlock, type FoundShare, verifyHit } from '../work/verify.ts';
import type { Crew } from './crew.ts';
import { createWorkPool, type WorkPool } from './work-pool.ts';

/** A scan should last about this long, milliseconds: long enough to cost nothing, short enough for a live hashrate. */
const SCAN_MS = 200;
const FIRST_NONCES = 2 ** 16;

/** What one job's scan is made of. */
export interface ScanJobOptions {
  /** What of the job is still to be searched. @default all of it */
  readonly planner?: Planner;
  readonly crew: Crew;
  /** Ends the job. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /**
   * Takes every verified find, in the same turn of the event loop as the engine's answer. `block` is there when the share is one.
   *
   * @returns `enough` when the job is over for it: a second block of one's own job would only compete with the first.
   */
  readonly onFind: (share: FoundShare, block: FoundBlock | undefined) => 'enough' | 'more';
  /** Asked before each scan: something to wait for while too many finds are under way, else undefined. @default never waits */
  readonly room?: (() => Promise<void> | undefined) | undefined;
}

/** What the lanes of one job share. */
interface JobScan extends ScanJobOptions {
  readonly work: WorkPool;
  /** Resolves when the job is over. */
  readonly over: Promise<unknown>;
}

/**
 * Runs as many lanes on each engine as it has room for, until `signal` aborts, the space is exhausted or enough is found. What an engine that
 * fails was searching is searched by the others.
 *
 * @throws {Error} the failure of the last engine.
 */
export async function scanJob(job: Job, options: ScanJobOptions): Promise<void> {
  const { crew, planner = createPlanner(job) } = options;
  const enough = new AbortController();
  const signal = AbortSignal.any([options.signal, enough.signal]);
  const scan: JobScan = {
    ...options,
    work: createWorkPool(planner, signal),
    over: new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    signal,
    onFind(share, block) {
      if (enough.signal.aborted) return 'enough';
      const wish = options.onFind(share, block);
      if (wish === 'enough') enough.abort();
      return wish;
    },
  };
  const lanes = crew
    .muster()
    .flatMap((engine) => Array.from({ length: engine.parallelism }, () => runLane(engine, scan)));
  await Promise.all(lanes);
}

/** One scan after the other; each is sized so that it lasts about SCAN_MS at the speed of the one before. */
async function runLane(engine: HashEngine, scan: JobScan): Promise<void> {
  const { work, crew, signal } = scan;
  let nonceCount = FIRST_NONCES;
  let unit: WorkUnit | undefined;
  try {
    while (!signal.aborted && crew.works(engine)) {
      const room = scan.room?.();
      if (room !== undefined) {
        await Promise.race([room, scan.over]);
        continue;
      }
      unit ??= await work.take(nonceCount, engine.preferredMidstates);
      if (unit === undefined) return;
      const startedMs = performance.now();
      const result = await engine.scan(unit, signal).catch((error) => crew.fail(engine, error));
      if (result === undefined) return;
      const ms = performance.now() - startedMs;
      const { noncesScanned, hits } = result;
      scan.emit({
        type: 'scan',
        hashes: noncesScanned * unit.versions.length,
        seconds: ms / 1000,
        engine: engine.name,
      });
      for (const hit of hits) checkHit(engine, scan, unit, hit);
      if (hits.length > 0) await nextTurn(); // where every second hash is a find, sockets and timers must get their turn all the same
      if (noncesScanned === unit.nonceCount) nonceCount = nextSize(nonceCount, noncesScanned, ms);
      unit = restOf(unit, noncesScanned); // a scan ends early at its first hits; what it left is searched next
      if (unit === undefined) work.done();
    }
  } finally {
    if (unit !== undefined) work.handBack(unit);
  }
}

/** At most four times more or less from one scan to the next, so that one odd measurement does little harm. */
function nextSize(current: number, noncesScanned: number, ms: number): number {
  const ideal = (noncesScanned * SCAN_MS) / Math.max(ms, 0.01);
  return Math.round(Math.min(Math.max(ideal, current / 4, 1024), current * 4, 2 ** 31));
}

function checkHit(
  engine: HashEngine,
  scan: JobScan,
  unit: WorkUnit,
  hit: Parameters<typeof verifyHit>[1],
): void {
  const verified = verifyHit(unit, hit);
  if (verified.kind !== 'wrong') {
    scan.onFind(verified.share, verified.kind === 'block' ? verified.block : undefined);
    return;
  }
  scan.emit({
    type: 'hardware-error',
    engine: engine.name,
    kernel: engine.kernel,
    hash: hashToDisplay(verified.hash),
  });
}
