/** Mining for pools: joins the Stratum client, the engines, the journal and, where there is one, one's own node. */
import { randomBytes } from 'node:crypto';
import { NETWORKS, type Network, type NetworkName } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { engineEvent } from '../engine/start.ts';
import type { Emit } from '../events.ts';
import { openJournal } from '../miner/journal.ts';
import { mine } from '../miner/mine.ts';
import { createBlockCompleter } from '../source/complete.ts';
import type { RpcClient } from '../source/node/rpc.ts';
import { createNodeSource } from '../source/node/source.ts';
import { createNodeSink } from '../source/node/submit.ts';
import { createStratumClient, type StratumClient } from '../source/stratum/client.ts';
import type { PayoutExpectation } from '../source/stratum/payout-check.ts';
import type { PoolOptions } from '../source/stratum/pool-link.ts';
import { type Summary, summarize } from '../stats.ts';
import { networksOfAddress } from '../work/payout.ts';
import type { HashEngine, JobSource } from '../work/ports.ts';
import { emitBeside, type NodeFlags, networkBeside } from './node-client.ts';
import type { PoolFlags } from './pool-flags.ts';
import type { Recorder } from './recorder.ts';

/** One run for pools. */
export interface PoolRun {
  readonly pools: readonly PoolOptions[];
  readonly flags: PoolFlags & NodeFlags;
  /** One's own node, for blocks that are known in full. */
  readonly rpc: RpcClient | undefined;
  readonly engines: readonly HashEngine[];
  /** Where the journal of a network lies. */
  readonly journalPath: (network: NetworkName) => string;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly blocks: number | undefined;
  /** How long no pool may give work at first, milliseconds; Infinity waits. */
  readonly patienceMs: number;
}

/**
 * Mines until the run's end; the caller owns the engines and the RPC client.
 *
 * @throws {HashgapError} `NETWORK_MISMATCH` when one's own node is of another network than the options say; what opening the journal and mining throw.
 */
export async function runPool(run: PoolRun): Promise<Summary> {
  const { flags, rpc, engines, recorder, signal, blocks } = run;
  const { emit } = recorder;
  const possible = networksOfPools(flags.network, flags);
  const aside = emitBeside(emit);
  const ofNode = rpc && (await networkBeside({ flags, rpc, possible, emit: aside, signal }));
  const network = ofNode ?? networkOfPools(flags.network, flags);
  const onWait = (message: string) => emit({ type: 'warning', message });
  const journal = await openJournal(run.journalPath(network), network, () => new Date(), { onWait, signal });
  const client = poolClientOf(run, network, ofNode === undefined ? possible : [ofNode]);
  const startedMs = performance.now();
  const ended = new AbortController();
  try {
    for (const engine of engines) emit(engineEvent(engine));
    await mine({
      source: client,
      shares: client,
      complete: createBlockCompleter(
        rpc && templatesOf(rpc, network, aside),
        AbortSignal.any([signal, ended.signal]),
      ),
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

function poolClientOf(
  { pools, flags, recorder, patienceMs }: PoolRun,
  network: NetworkName,
  possible: readonly NetworkName[],
): StratumClient {
  const limits = (possible.length === 0 ? [network] : possible).map((name) => NETWORKS[name].powLimit);
  return createStratumClient({
    pools,
    emit: recorder.emit,
    patienceMs,
    payout: expectation(flags, NETWORKS[network]),
    powLimit: limits.reduce((a, b) => (a > b ? a : b)),
    allowRedirect: flags.allowRedirect ?? [],
  });
}

/** The node's templates are wanted for their transactions alone: the coinbase they would pay with is never used. */
function templatesOf(rpc: RpcClient, network: NetworkName, emit: Emit): JobSource {
  const payout = { script: new Uint8Array(), tag: '' };
  return createNodeSource({ rpc, network, payout, session: randomBytes(4), emit });
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

/** The network of a pool's coinbases as far as the options tell it: of several the first, without any mainnet. */
export function networkOfPools(named: NetworkName | undefined, flags: PoolFlags): NetworkName {
  return networksOfPools(named, flags)[0] ?? 'main';
}

/**
 * The networks that a pool's coinbases can be of, which no pool tells: the one that was named, else those of an address among the options; a name like
 * `ADDRESS.worker` tells too. testnet, testnet4 and signet share their addresses. Empty where nothing tells.
 */
function networksOfPools(
  named: NetworkName | undefined,
  { expectAddress, user = [] }: PoolFlags,
): readonly NetworkName[] {
  if (named !== undefined) return [named];
  const candidates = [
    ...(expectAddress === undefined ? [] : [expectAddress]),
    ...user.map((name) => name.split('.')[0]!),
  ];
  const networks = candidates.map((candidate) => networksOfAddress(candidate).map(({ name }) => name));
  return networks.find(({ length }) => length > 0) ?? [];
}
