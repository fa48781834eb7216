/** The work of one job: units from the planner, and what engines that failed handed back. */
import { createChange } from '../work/change.ts';
import type { Planner } from '../work/planner.ts';
import { restOf } from '../work/scan.ts';
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
  const change = createChange();
  signal.addEventListener('abort', change.happened, { once: true });

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
        await change.next();
      }
      return undefined;
    },
    done() {
      taken--;
      change.happened();
    },
    handBack(unit) {
      returned.push(unit);
      taken--;
      change.happened();
    },
  };
}
