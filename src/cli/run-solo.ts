/** Joins source, engine, journal and sink for one run against a node, and reports it. */
import { randomBytes } from 'node:crypto';
import type { NetworkName } from '../bitcoin/network.ts';
import { engineEvent } from '../engine/start.ts';
import { openJournal } from '../miner/journal.ts';
import { mine } from '../miner/mine.ts';
import type { CoinbaseTerms } from '../source/node/job.ts';
import type { RpcClient } from '../source/node/rpc.ts';
import { createNodeSource } from '../source/node/source.ts';
import { createNodeSink } from '../source/node/submit.ts';
import { type Summary, summarize } from '../stats.ts';
import type { HashEngine } from '../work/ports.ts';
import type { Recorder } from './recorder.ts';

/** One run. */
export interface SoloRun {
  readonly rpc: RpcClient;
  readonly network: NetworkName;
  readonly payout: CoinbaseTerms;
  readonly engines: readonly HashEngine[];
  readonly journalPath: string;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly blocks: number | undefined;
}

/** Mines until the run's end; the caller owns the engines and the client. */
export async function runSolo(run: SoloRun): Promise<Summary> {
  const { rpc, network, payout, engines, journalPath, recorder, signal, blocks } = run;
  const { emit } = recorder;
  const onWait = (message: string) => emit({ type: 'warning', message });
  const journal = await openJournal(journalPath, network, () => new Date(), { onWait, signal });
  const startedMs = performance.now();
  try {
    for (const engine of engines) emit(engineEvent(engine));
    const source = createNodeSource({ rpc, network, payout, session: randomBytes(4), emit });
    const sink = createNodeSink(rpc);
    await mine({
      source,
      sink,
      engines,
      journal,
      emit,
      signal,
      ...(blocks === undefined ? {} : { blocks }),
    });
  } finally {
    await journal.close();
  }
  return summarize(recorder.stats(), (performance.now() - startedMs) / 1000);
}
