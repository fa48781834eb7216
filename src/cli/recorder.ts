/** The recorder of a run: stamps its events, shows them, and adds them up. */
import { type Emit, eventTimeMs, type MinerEvent } from '../events.ts';
import type { Reporter } from '../report/lines.ts';
import { NO_STATS, reduceStats, type Stats } from '../stats.ts';

/** Shows what happens, and adds it up. */
export interface Recorder {
  readonly emit: Emit;
  readonly stats: () => Stats;
}

/** A recorder that stamps events for a reporter, and for another listener where there is one. */
export function createRecorder(reporter: Reporter, listener?: (event: MinerEvent) => void): Recorder {
  let stats = NO_STATS;
  return {
    emit(body) {
      const event: MinerEvent = { ...body, atMs: eventTimeMs() };
      stats = reduceStats(stats, event);
      reporter.event(event);
      listener?.(event);
    },
    stats: () => stats,
  };
}
