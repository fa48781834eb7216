/** The public API of hashgap: re-exports, and one second name. docs/api.md shows how they fit together. */
import {
  type StratumClient as Client,
  createStratumClient,
  type StratumClientOptions,
} from './source/stratum/client.ts';

// Bitcoin
export type { Network, NetworkName } from './bitcoin/network.ts';
export { NETWORK_NAMES, NETWORKS } from './bitcoin/network.ts';
export { payoutScript } from './bitcoin/script.ts';
export { bitsFromTarget, difficultyFromTarget, targetFromBits } from './bitcoin/target.ts';
// Economics: what mining brings and costs
export { attackerSuccess, confirmationsFor } from './economics/attack.ts';
export {
  bestShareQuantile,
  chanceBestAtMost,
  hashesForShare,
  medianBestShare,
} from './economics/best-share.ts';
export type { Concentration } from './economics/concentration.ts';
export { concentration, effectiveNumber, gini, hhi, nakamotoCoefficient } from './economics/concentration.ts';
export type { Device, DeviceKind } from './economics/devices.ts';
export { DEVICES, deviceById, findDevice } from './economics/devices.ts';
export type { DailyCosts } from './economics/energy.ts';
export {
  breakEvenBtcUsd,
  breakEvenUsdPerKwh,
  electricityUsdPerBtc,
  kwhPerBtc,
  marginUsdPerThDay,
} from './economics/energy.ts';
export type { EnergyGap, Gap, MeasuredMachine } from './economics/gap.ts';
export { energyGapTo, gapTo, joulesPerTH } from './economics/gap.ts';
export type { Search, WaitingTime } from './economics/odds.ts';
export {
  chanceOfBlock,
  chanceWithin,
  expectedBlocks,
  hashesForChance,
  secondsForChance,
  timeToBlock,
} from './economics/odds.ts';
export type { Region } from './economics/regions.ts';
export { REGIONS, regionById } from './economics/regions.ts';
export type { BlockTerms, KeptTerms } from './economics/revenue.ts';
export { btcPerDay, hashprice, keptShare } from './economics/revenue.ts';
export type { NetworkSnapshot } from './economics/snapshots.ts';
export { SNAPSHOTS, snapshotById } from './economics/snapshots.ts';
export { subsidyBtc, subsidySats } from './economics/subsidy.ts';
export {
  difficultyFromHashrate,
  hashesFromDifficulty,
  hashesFromTarget,
  networkHashrate,
} from './economics/work.ts';
// Engines
export type { GpuListing } from './engine/gpu/list.ts';
export { listGpus } from './engine/gpu/list.ts';
export type { Measurement, MeasureOptions } from './engine/measure.ts';
export { measureEngine } from './engine/measure.ts';
export type { EngineName, EngineSelection, EngineWish } from './engine/plan.ts';
export type { EngineChoice, KernelEntry, TestedKernel } from './engine/select.ts';
export { listKernels, selectKernel, startEngine, testKernel } from './engine/select.ts';
export type { EnginesRequest, TuningPlace } from './engine/start.ts';
export { engineEvent, startEngines } from './engine/start.ts';
// Errors and events
export type { ErrorCode, ExitCode } from './errors.ts';
export { ERROR_EXITS, EXIT, HashgapError, isHashgapError } from './errors.ts';
export type { Emit, MinerEvent, MinerEventBody } from './events.ts';
// The miner
export type { Journal } from './miner/journal.ts';
export { openJournal } from './miner/journal.ts';
export type { MineOptions } from './miner/mine.ts';
export { mine } from './miner/mine.ts';
export type { RegtestNode, RegtestNodeOptions } from './regtest/node.ts';
export { startRegtestNode } from './regtest/node.ts';
// A node of one's own
export { createBlockCompleter } from './source/complete.ts';
export type { Connection, ConnectOptions } from './source/node/connect.ts';
export { connectNode } from './source/node/connect.ts';
export type { Credentials } from './source/node/credentials.ts';
export { defaultCookiePath, fileCredentials } from './source/node/credentials.ts';
export type { CoinbaseTerms } from './source/node/job.ts';
export type { RpcClient } from './source/node/rpc.ts';
export { createRpcClient } from './source/node/rpc.ts';
export type { NodeSourceOptions } from './source/node/source.ts';
export { createNodeSource } from './source/node/source.ts';
export { createNodeSink } from './source/node/submit.ts';
// Pools
export type { ClientTimes, StratumClientOptions } from './source/stratum/client.ts';
export { createStratumClient } from './source/stratum/client.ts';
export type { PoolEndpoint, PoolScheme } from './source/stratum/endpoint.ts';
export { parsePoolUrl } from './source/stratum/endpoint.ts';
export type { PayoutExpectation } from './source/stratum/payout-check.ts';
export type { PoolOptions } from './source/stratum/pool-link.ts';
export type { SocksProxy } from './source/stratum/proxy.ts';
export { parseProxyUrl } from './source/stratum/proxy.ts';
export type { StratumSession } from './source/stratum/session.ts';
export { createSession } from './source/stratum/session.ts';
export type {
  SessionEvent,
  SessionInput,
  SessionLimits,
  SessionOptions,
  SessionOutput,
} from './source/stratum/session-types.ts';
export { connectTransport } from './source/stratum/transport/connect.ts';
export type { TlsOptions, Transport, TransportOptions } from './source/stratum/transport/transport.ts';
// What a run came to
export type { ShareStats, ShareSummary, Stats, Summary } from './stats.ts';
export { NO_STATS, reduceStats, summarize } from './stats.ts';
// Work
export type { Job } from './work/job.ts';
export type { Payout, PayoutOutput } from './work/payout.ts';
export { decodePayout, percentPaidTo } from './work/payout.ts';
export type {
  BlockSink,
  HashEngine,
  Hit,
  JobSource,
  ScanRequest,
  ScanResult,
  ShareSink,
  ShareVerdict,
  Verdict,
} from './work/ports.ts';
export type { FoundBlock, FoundShare } from './work/verify.ts';

/** A Stratum client: jobs of the best pool that works, and the way back for shares of any of them. */
export type StratumClient = Client;

/**
 * {@link createStratumClient} under the name of what it makes, for callers who expect a class: `new StratumClient(options)` is the same call.
 *
 * @example
 * ```ts
 * const client = new StratumClient({ pools: [], emit: () => {} });
 * typeof client.submit; // 'function'
 * ```
 */
export const StratumClient = createStratumClient as unknown as new (options: StratumClientOptions) => Client;
