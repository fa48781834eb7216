/** A whole miner on test pools in this process: client, mine() and an engine that finds shares at a gentle pace; and the books of its shares. */
import { setTimeout as delay } from 'node:timers/promises';
import { scanJs } from '../../src/engine/js/kernel.ts';
import type { MinerEventBody } from '../../src/events.ts';
import type { Journal } from '../../src/miner/journal.ts';
import { mine } from '../../src/miner/mine.ts';
import { createStratumClient, type StratumClientOptions } from '../../src/source/stratum/client.ts';
import { NO_STATS, reduceStats, type ShareStats } from '../../src/stats.ts';
import type { HashEngine } from '../../src/work/ports.ts';

/** Searches one nonce at a time and rests in between. */
export function gentleEngine(restMs: number): HashEngine {
  return {
    name: 'js',
    kernel: 'gentle',
    parallelism: 2,
    preferredMidstates: 1,
    async scan(request, signal) {
      await delay(restMs, undefined, { signal }).catch(() => {});
      return scanJs({ ...request, nonceCount: 1 });
    },
    close: async () => {},
  };
}

/** A journal that keeps nothing. */
export function noJournal(): Journal {
  return { path: '', pending: [], add: async () => {}, settle: async () => {}, close: async () => {} };
}

/** One run. */
export interface PoolRunOptions extends Omit<StratumClientOptions, 'emit'> {
  readonly engine: HashEngine;
  readonly journal?: Journal;
  /** Ends the run. */
  readonly signal: AbortSignal;
  readonly graceMs?: number;
  readonly onEvent?: (event: MinerEventBody) => void;
}

/** What became of the shares of a run. */
export interface Books {
  readonly shares: ShareStats;
  /** Hashes of the shares that the miner counts as accepted. */
  readonly accepted: readonly string[];
  /** What is wrong with the books; empty when every share has exactly one verdict. */
  readonly wrong: readonly string[];
}

/** Mines to the end of the signal and adds up. */
export async function runOnPools(options: PoolRunOptions): Promise<Books> {
  const { engine, journal = noJournal(), signal, graceMs = 200, onEvent = () => {} } = options;
  const books = openBooks();
  const emit = (event: MinerEventBody) => {
    books.enter(event);
    onEvent(event);
  };
  const client = createStratumClient({ ...options, emit });
  try {
    await mine({ source: client, shares: client, engines: [engine], journal, emit, signal, graceMs });
  } finally {
    await client.close();
  }
  return books.close();
}

/** Enters what is told of shares, and finds what does not add up. A hash can be found again, on another connection: it is counted each time. */
export function openBooks() {
  const balance = new Map<string, number>();
  const accepted: string[] = [];
  const wrong: string[] = [];
  let stats = NO_STATS;
  return {
    enter(event: MinerEventBody) {
      stats = reduceStats(stats, { ...event, atMs: 0 });
      if (event.type !== 'share' && event.type !== 'share-verdict') return;
      const open = (balance.get(event.hash) ?? 0) + (event.type === 'share' ? 1 : -1);
      balance.set(event.hash, open);
      if (open < 0) wrong.push(`judged twice: ${event.hash}`);
      if (event.type === 'share-verdict' && event.verdict.outcome === 'accepted') accepted.push(event.hash);
    },
    close(): Books {
      const { shares } = stats;
      const { found, accepted: yes, rejected, unknown, withheld } = shares;
      const no = Object.values(rejected).reduce((sum, count) => sum + count, 0);
      if (found !== yes + no + unknown + withheld)
        wrong.push(`${found} shares are ${yes}+${no}+${unknown}+${withheld}`);
      for (const [hash, open] of balance) if (open !== 0) wrong.push(`never judged: ${hash}`);
      if (new Set(accepted).size !== accepted.length) wrong.push('a share was accepted twice');
      return { shares, accepted, wrong };
    },
  };
}
