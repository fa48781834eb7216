/** Joins source, engine, journal and sink for one run against a node, and reports it. */
import { randomBytes } from 'node:crypto';
import type { NetworkName } from '../bitcoin/network.ts';
import type { Emit, MinerEvent } from '../events.ts';
import { openJournal } from '../miner/journal.ts';
import { mine } from '../miner/mine.ts';
import type { Reporter } from '../report/lines.ts';
import type { Payout } from '../source/node/job.ts';
import type { RpcClient } from '../source/node/rpc.ts';
import { createNodeSource } from '../source/node/source.ts';
import { createNodeSink } from '../source/node/submit.ts';
import { NO_STATS, reduceStats, type Summary, summarize } from '../stats.ts';
import type { HashEngine } from '../work/ports.ts';

/** One run. */
export interface MinerRun {
  readonly rpc: RpcClient;
  readonly network: NetworkName;
  readonly payout: Payout;
  readonly engine: HashEngine;
  readonly journalPath: string;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly blocks: number | undefined;
}

/** An emitter that stamps events with the host's time for a reporter. */
export function stamped(reporter: Reporter): Emit {
  return (event) => reporter.event({ ...event, atMs: Date.now() });
}

/** Mines until the run's end; the caller owns the engine and the client. */
export async function runMiner(run: MinerRun): Promise<Summary> {
  const { rpc, network, payout, engine, journalPath, reporter, signal, blocks } = run;
  let stats = NO_STATS;
  const emit: Emit = (body) => {
    const event: MinerEvent = { ...body, atMs: Date.now() };
    stats = reduceStats(stats, event);
    reporter.event(event);
  };
  const journal = await openJournal(journalPath, network, () => new Date());
  const startedMs = performance.now();
  try {
    emit({ type: 'engine', engine: engine.name, kernel: engine.kernel, threads: engine.parallelism });
    const source = createNodeSource({ rpc, network, payout, session: randomBytes(4), emit });
    const sink = createNodeSink(rpc);
    await mine({
      source,
      sink,
      engines: [engine],
      journal,
      emit,
      signal,
      ...(blocks === undefined ? {} : { blocks }),
    });
  } finally {
    await journal.close();
  }
  return summarize(stats, (performance.now() - startedMs) / 1000);
}
