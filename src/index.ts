/** The public API of hashgap: re-exports only. */
export type { Network, NetworkName } from './bitcoin/network.ts';
export { NETWORKS } from './bitcoin/network.ts';
export { payoutScript } from './bitcoin/script.ts';
export type { Device } from './economics/devices.ts';
export { DEVICES, deviceById } from './economics/devices.ts';
export type { Gap } from './economics/gap.ts';
export { gapTo } from './economics/gap.ts';
export type { Measurement, MeasureOptions } from './engine/measure.ts';
export { measureEngine } from './engine/measure.ts';
export type { EngineChoice, KernelEntry, TestedKernel } from './engine/select.ts';
export { listKernels, selectKernel, startEngine, testKernel } from './engine/select.ts';
export type { ErrorCode, ExitCode } from './errors.ts';
export { ERROR_EXITS, EXIT, HashgapError, isHashgapError } from './errors.ts';
export type { Emit, MinerEvent, MinerEventBody } from './events.ts';
export type { Journal } from './miner/journal.ts';
export { openJournal } from './miner/journal.ts';
export type { MineOptions } from './miner/mine.ts';
export { mine } from './miner/mine.ts';
export type { RegtestNode, RegtestNodeOptions } from './regtest/node.ts';
export { startRegtestNode } from './regtest/node.ts';
export type { Connection, ConnectOptions } from './source/node/connect.ts';
export { connectNode } from './source/node/connect.ts';
export type { Credentials } from './source/node/credentials.ts';
export { defaultCookiePath, fileCredentials } from './source/node/credentials.ts';
export type { RpcClient } from './source/node/rpc.ts';
export { createRpcClient } from './source/node/rpc.ts';
export type { NodeSourceOptions } from './source/node/source.ts';
export { createNodeSource } from './source/node/source.ts';
export { createNodeSink } from './source/node/submit.ts';
export type { Stats, Summary } from './stats.ts';
export { NO_STATS, reduceStats, summarize } from './stats.ts';
export type { Job } from './work/job.ts';
export type {
  BlockSink,
  HashEngine,
  Hit,
  JobSource,
  ScanRequest,
  ScanResult,
  Verdict,
} from './work/ports.ts';
export type { FoundBlock } from './work/verify.ts';
