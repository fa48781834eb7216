/** The best share difficulty ever found on each network: kept in a small file across runs. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkName } from '../bitcoin/network.ts';
import type { MinerEvent } from '../events.ts';
import { makeFolder } from '../folder.ts';

/** A record: a hash of this difficulty was found at this time. */
interface Best {
  readonly network: NetworkName;
  readonly difficulty: number;
  /** Display order. */
  readonly hash: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The best so far, and a listener that keeps it. */
export interface BestKeeper {
  /** Of all earlier runs; 0 when there was none. */
  readonly difficulty: number;
  /** Writes what is new at once; a file that cannot be written loses a record and nothing else. */
  readonly onEvent: (event: MinerEvent) => void;
}

/**
 * Reads the records of a state folder. Records are lines that are only ever added, so miners that run side by side lose none of each other's; they are few,
 * since every one is better than all before it.
 *
 * @param folder - such as `~/.local/state/hashgap`. Lines that are torn or not ours are passed over.
 */
export function createBestKeeper(folder: string, network: NetworkName): BestKeeper {
  const path = join(folder, 'best-difficulty.jsonl');
  const earlier = bestOf(path, network);
  let best = earlier;
  return {
    difficulty: earlier,
    onEvent(event) {
      if (event.type !== 'share' || event.difficulty <= best) return;
      best = event.difficulty;
      const { difficulty, hash, atMs } = event;
      add(folder, path, { network, difficulty, hash, at: new Date(atMs).toISOString() });
    },
  };
}

function add(folder: string, path: string, best: Best): void {
  try {
    makeFolder(folder);
    appendFileSync(path, `\n${JSON.stringify(best)}\n`); // a line of its own, also behind one that is torn
  } catch {
    // A record is a pleasure, not a block: mining must not fail for it.
  }
}

function bestOf(path: string, network: NetworkName): number {
  const difficulties = linesOf(path)
    .map(parse)
    .filter((best) => best?.network === network && Number.isFinite(best.difficulty))
    .map((best) => best!.difficulty!);
  return difficulties.reduce((most, difficulty) => Math.max(most, difficulty), 0);
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function parse(line: string): Partial<Best> | null {
  try {
    return JSON.parse(line) as Partial<Best> | null;
  } catch {
    return null;
  }
}
