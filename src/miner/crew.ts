/** The crew: the engines of a run, those that work and those that have failed. */
import type { Emit } from '../events.ts';
import type { HashEngine } from '../work/ports.ts';

/** Who works. */
export interface Crew {
  /** The engines for a new job: all but those that have failed and do not say that they are back. */
  muster(): readonly HashEngine[];
  /** Whether this engine still works. */
  works(engine: HashEngine): boolean;
  /**
   * An engine has failed; the others go on without it.
   *
   * @throws {Error} its error, when no engine is left.
   */
  fail(engine: HashEngine, error: unknown): void;
}

/** A crew of these engines, all of which work. */
export function createCrew(engines: readonly HashEngine[], emit: Emit): Crew {
  const failed = new Set<HashEngine>();
  return {
    muster() {
      for (const engine of failed) if (engine.lost === false) failed.delete(engine);
      return engines.filter((engine) => !failed.has(engine));
    },
    works: (engine) => !failed.has(engine),
    fail(engine, error) {
      if (failed.has(engine)) return; // told by another of its lanes
      failed.add(engine);
      if (failed.size === engines.length) throw error;
      const { name, kernel } = engine;
      const message = error instanceof Error ? error.message : String(error);
      emit({ type: 'engine-lost', engine: name, kernel, message });
    },
  };
}
