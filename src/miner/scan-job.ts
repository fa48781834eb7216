/** Scanning one job: every engine draws work units from one planner until a block is found or the job is over. */
import { hashToDisplay } from '../bitcoin/hex.ts';
import type { Emit } from '../events.ts';
import type { Job } from '../work/job.ts';
import { createPlanner, type Planner } from '../work/planner.ts';
import type { HashEngine } from '../work/ports.ts';
import type { WorkUnit } from '../work/unit.ts';
import { type FoundBlock, verifyHit } from '../work/verify.ts';

/** A scan should last about this long, milliseconds: long enough to cost nothing, short enough for a live hashrate. */
const SCAN_MS = 200;
const FIRST_NONCES = 2 ** 16;

/** What the lanes of one job share. */
interface JobScan {
  readonly planner: Planner;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly onBlock: (block: FoundBlock) => void;
}

/**
 * Runs as many lanes on each engine as it has room for, until `signal` aborts, the space is exhausted or a block is found: a second block of
 * the same job would only compete with the first.
 *
 * @param onBlock - called at most once.
 */
export async function scanJob(
  job: Job,
  engines: readonly HashEngine[],
  signal: AbortSignal,
  emit: Emit,
  onBlock: (block: FoundBlock) => void,
): Promise<void> {
  const found = new AbortController();
  const scan: JobScan = {
    planner: createPlanner(job),
    emit,
    signal: AbortSignal.any([signal, found.signal]),
    onBlock(block) {
      if (found.signal.aborted) return;
      found.abort();
      onBlock(block);
    },
  };
  const lanes = engines.flatMap((engine) =>
    Array.from({ length: engine.parallelism }, () => runLane(engine, scan)),
  );
  await Promise.all(lanes);
}

/** One scan after the other; each is sized so that it lasts about SCAN_MS at the speed of the one before. */
async function runLane(engine: HashEngine, scan: JobScan): Promise<void> {
  let nonceCount = FIRST_NONCES;
  let unit: WorkUnit | undefined;
  while (!scan.signal.aborted) {
    unit ??= scan.planner.next(nonceCount, engine.preferredMidstates);
    if (unit === undefined) return;
    const startedMs = performance.now();
    const { noncesScanned, hits } = await engine.scan(unit, scan.signal);
    const ms = performance.now() - startedMs;
    scan.emit({ type: 'scan', hashes: noncesScanned * unit.versions.length, seconds: ms / 1000 });
    for (const hit of hits) checkHit(engine, scan, unit, hit);
    if (noncesScanned === unit.nonceCount) nonceCount = nextSize(nonceCount, noncesScanned, ms);
    unit = restOf(unit, noncesScanned);
  }
}

/** A scan ends early at its first hits; what it left of the unit is searched next. */
function restOf(unit: WorkUnit, noncesScanned: number): WorkUnit | undefined {
  if (noncesScanned >= unit.nonceCount) return undefined;
  return {
    ...unit,
    nonceStart: unit.nonceStart + noncesScanned,
    nonceCount: unit.nonceCount - noncesScanned,
  };
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
  if (verified.kind === 'block') scan.onBlock(verified.block);
  if (verified.kind === 'wrong') {
    scan.emit({
      type: 'hardware-error',
      engine: engine.name,
      kernel: engine.kernel,
      hash: hashToDisplay(verified.hash),
    });
  }
}
