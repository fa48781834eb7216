/** The work of one job: units from the planner, and what engines that failed handed back. */
import type { Planner } from '../work/planner.ts';
import type { WorkUnit } from '../work/unit.ts';

/** Where lanes get their units. Every unit taken is either done or handed back. */
export interface WorkPool {
  /**
   * The next unit of at most `nonceCount` nonces, for about `versionCount` versions. Where the planner has no more it waits for what others may
   * still hand back.
   *
   * @returns undefined when nothing is left, or the job is over.
   */
  take(nonceCount: number, versionCount: number): Promise<WorkUnit | undefined>;
  /** A unit was searched to its end. */
  done(): void;
  /** A unit, or the rest of one, that was not searched. */
  handBack(unit: WorkUnit): void;
}

/**
 * The pool of one job.
 *
 * @param signal - the end of the job.
 */
export function createWorkPool(planner: Planner, signal: AbortSignal): WorkPool {
  const returned: WorkUnit[] = [];
  let taken = 0;
  let wake = () => {};
  let change = nextChange();

  function nextChange(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
    });
  }
  const changed = () => {
    wake();
    change = nextChange();
  };
  signal.addEventListener('abort', changed, { once: true });

  /** What was handed back may be far too much for the engine that takes it up: it gets as much as it asked for. */
  const takeReturned = (nonceCount: number): WorkUnit | undefined => {
    const unit = returned.pop();
    if (unit === undefined || unit.nonceCount <= nonceCount) return unit;
    returned.push(restOf(unit, nonceCount)!);
    return { ...unit, nonceCount };
  };

  return {
    async take(nonceCount, versionCount) {
      while (!signal.aborted) {
        const unit = takeReturned(nonceCount) ?? planner.next(nonceCount, versionCount);
        if (unit !== undefined) {
          taken++;
          return unit;
        }
        if (taken === 0) return undefined;
        await change;
      }
      return undefined;
    },
    done() {
      taken--;
      changed();
    },
    handBack(unit) {
      returned.push(unit);
      taken--;
      changed();
    },
  };
}

/** What is left of a unit after its first `noncesScanned`; undefined when nothing is. */
export function restOf(unit: WorkUnit, noncesScanned: number): WorkUnit | undefined {
  if (noncesScanned >= unit.nonceCount) return undefined;
  return {
    ...unit,
    nonceStart: unit.nonceStart + noncesScanned,
    nonceCount: unit.nonceCount - noncesScanned,
  };
}
