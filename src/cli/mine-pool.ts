/** Mining for pools: joins the Stratum client, the engines, the journal and, where there is one, one's own node. */
import { randomBytes } from 'node:crypto';
import { NETWORKS, type Network, type NetworkName } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { engineEvent } from '../engine/start.ts';
import { openJournal } from '../miner/journal.ts';
import { mine } from '../miner/mine.ts';
import { createBlockCompleter } from '../source/complete.ts';
import type { RpcClient } from '../source/node/rpc.ts';
import { createNodeSource } from '../source/node/source.ts';
import { createNodeSink } from '../source/node/submit.ts';
import { createStratumClient } from '../source/stratum/client.ts';
import type { PayoutExpectation } from '../source/stratum/payout-check.ts';
import type { PoolOptions } from '../source/stratum/pool-link.ts';
import { type Summary, summarize } from '../stats.ts';
import { networksOfAddress } from '../work/payout.ts';
import type { HashEngine, JobSource } from '../work/ports.ts';
import type { PoolFlags } from './pool-flags.ts';
import type { Recorder } from './run-miner.ts';

/** One run for pools. */
export interface PoolRun {
  readonly pools: readonly PoolOptions[];
  readonly flags: PoolFlags;
  readonly network: NetworkName;
  /** One's own node, for blocks that are known in full. */
  readonly rpc: RpcClient | undefined;
  readonly engines: readonly HashEngine[];
  readonly journalPath: string;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly blocks: number | undefined;
  /** How long no pool may give work at first, milliseconds; Infinity waits. */
  readonly patienceMs: number;
}

/** Mines until the run's end; the caller owns the engines and the RPC client. */
export async function runPool(run: PoolRun): Promise<Summary> {
  const { pools, flags, network, rpc, engines, journalPath, recorder, signal, blocks, patienceMs } = run;
  const { emit } = recorder;
  const journal = await openJournal(journalPath, network, () => new Date());
  const client = createStratumClient({
    pools,
    emit,
    patienceMs,
    payout: expectation(flags, NETWORKS[network]),
    allowRedirect: flags.allowRedirect ?? [],
  });
  const startedMs = performance.now();
  const ended = new AbortController();
  try {
    for (const engine of engines) emit(engineEvent(engine));
    await mine({
      source: client,
      shares: client,
      complete: createBlockCompleter(rpc && templatesOf(rpc, run), AbortSignal.any([signal, ended.signal])),
      engines,
      journal,
      emit,
      signal,
      ...(rpc === undefined ? {} : { sink: createNodeSink(rpc) }),
      ...(blocks === undefined ? {} : { blocks }),
    });
  } finally {
    ended.abort();
    await client.close();
    await journal.close();
  }
  return summarize(recorder.stats(), (performance.now() - startedMs) / 1000);
}

/** The node's templates are wanted for their transactions alone: the coinbase they would pay with is never used. */
function templatesOf(rpc: RpcClient, { network, recorder }: PoolRun): JobSource {
  const payout = { script: new Uint8Array(), tag: '' };
  return createNodeSource({ rpc, network, payout, session: randomBytes(4), emit: recorder.emit });
}

function expectation(flags: PoolFlags, network: Network): PayoutExpectation {
  const { expectAddress, minPayoutPercent, enforcePayout } = flags;
  if (expectAddress !== undefined) payoutScript(expectAddress, network); // wrong addresses are told before mining starts
  return {
    network,
    ...(expectAddress === undefined ? {} : { address: expectAddress }),
    ...(minPayoutPercent === undefined ? {} : { minPercent: minPayoutPercent }),
    ...(enforcePayout === undefined ? {} : { enforce: enforcePayout }),
  };
}

/**
 * The network of a pool's coinbases, which no pool tells: the one that was named, else that of an address among the options, else mainnet. A name like
 * `ADDRESS.worker` tells too.
 */
export function networkOfPools(
  named: NetworkName | undefined,
  { expectAddress, user = [] }: PoolFlags,
): NetworkName {
  if (named !== undefined) return named;
  const candidates = [
    ...(expectAddress === undefined ? [] : [expectAddress]),
    ...user.map((name) => name.split('.')[0]!),
  ];
  for (const candidate of candidates) {
    const [first] = networksOfAddress(candidate);
    if (first !== undefined) return first.name;
  }
  return 'main';
}
