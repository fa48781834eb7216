/** The state of the network as the user's own node knows it. */
import { NETWORK_NAMES, type NetworkName } from '../bitcoin/network.ts';
import { targetFromBits } from '../bitcoin/target.ts';
import { HALVING_BLOCKS, SATS_PER_BTC, subsidyBtc } from '../economics/subsidy.ts';
import { hashesFromTarget } from '../economics/work.ts';
import { HashgapError, isHashgapError } from '../errors.ts';
import { type NetworkState, snapshotPrice } from '../report/network-state.ts';
import type { CallOptions, RpcClient } from '../source/node/rpc.ts';

/** Half a day of blocks: enough to even fees out, few enough to be read in a second or two. */
const FEE_BLOCKS = 72;

/** A week of blocks: the estimate of the hashrate is then good to about 3 %. */
const HASHRATE_BLOCKS = 1008;

/** bitcoind has four RPC threads by default; one stays free. */
const CALLS_AT_ONCE = 3;

/** A node whose newest block is older than this is behind, seconds. */
const STALE_SECONDS = 86_400;

/** Regtest halves faster (Bitcoin Core, `nSubsidyHalvingInterval`). */
const REGTEST_HALVING_BLOCKS = 150;

/**
 * Asks the node.
 *
 * @param nowMs - milliseconds since 1970.
 * @throws {HashgapError} what {@link RpcClient.call} throws; `NETWORK_MISMATCH` for another network than the one named, or an unknown one.
 */
export async function nodeState(
  rpc: RpcClient,
  wanted: NetworkName | undefined,
  nowMs: number,
  options: CallOptions,
): Promise<NetworkState> {
  const info = fields(await rpc.call('getblockchaininfo', [], options));
  const network = networkOf(info.chain, wanted, rpc.url);
  const { height, time, difficulty, bits } = await tipOf(rpc, info.bestblockhash, options);
  const ageSeconds = Math.max(0, nowMs / 1000 - time);
  return {
    from: 'node',
    source: rpc.url,
    network,
    date: new Date(time * 1000).toISOString(),
    ageSeconds,
    stale: ageSeconds > STALE_SECONDS || info.initialblockdownload === true,
    height,
    difficulty,
    hashesPerBlock: hashesFromTarget(targetFromBits(bits)),
    ...(await hashrateOf(rpc, height, options)),
    subsidyBtc: nextSubsidy(network, height + 1),
    ...(await meanFees(rpc, height, options)),
    btcUsd: snapshotPrice(),
    difficultyGiven: false,
  };
}

function networkOf(chain: unknown, wanted: NetworkName | undefined, url: string): NetworkName {
  const known = NETWORK_NAMES.find((name) => name === chain);
  if (known !== undefined && (wanted === undefined || wanted === known)) return known;
  const expected = wanted === undefined ? NETWORK_NAMES.join(', ') : wanted;
  throw new HashgapError(
    'NETWORK_MISMATCH',
    `Expected a node of ${expected} at ${url}, received one of ${chain}. Pass the --node of another one, or leave --network out.`,
    { details: { expected, received: chain } },
  );
}

async function tipOf(rpc: RpcClient, hash: unknown, options: CallOptions) {
  const header = await rpc.call('getblockheader', [hash], options);
  const { height, time, difficulty, bits } = fields(header);
  const numbers = [height, time, difficulty].map(Number) as [number, number, number];
  if (numbers.every(Number.isFinite) && typeof bits === 'string' && /^[0-9a-f]{8}$/.test(bits))
    return { height: numbers[0], time: numbers[1], difficulty: numbers[2], bits: Number.parseInt(bits, 16) };
  throw new HashgapError(
    'NODE_NOT_JSON',
    `Expected a header with height, time, difficulty and bits for getblockheader at ${rpc.url}, received ${JSON.stringify(header)?.slice(0, 60)}. ` +
      'Check that --node names the RPC port of bitcoind.',
    { details: { url: rpc.url } },
  );
}

async function hashrateOf(rpc: RpcClient, height: number, options: CallOptions) {
  const blocks = Math.min(height, HASHRATE_BLOCKS);
  const rate = blocks === 0 ? 0 : Number(await rpc.call('getnetworkhashps', [blocks], options));
  return {
    hashrateHps: Number.isFinite(rate) ? rate : 0,
    hashrateFrom: `from the times of the last ${blocks} blocks`,
  };
}

/** Mean fees of the newest blocks. A node that pruned them, or is too old for getblockstats, says less or nothing. */
async function meanFees(rpc: RpcClient, height: number, options: CallOptions) {
  const heights = Array.from({ length: Math.min(FEE_BLOCKS, height) }, (_, i) => height - i);
  const fees: number[] = [];
  const readNext = async (): Promise<void> => {
    const next = heights.shift();
    if (next === undefined) return;
    const fee = await feesAt(rpc, next, options);
    if (fee === undefined)
      heights.length = 0; // nothing below is there either
    else fees.push(fee);
    return readNext();
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, readNext));
  const sats = fees.reduce((sum, fee) => sum + fee, 0);
  return {
    feesBtc: fees.length === 0 ? null : sats / fees.length / Number(SATS_PER_BTC),
    feesOfBlocks: fees.length,
  };
}

async function feesAt(rpc: RpcClient, height: number, options: CallOptions): Promise<number | undefined> {
  try {
    const { totalfee } = fields(await rpc.call('getblockstats', [height, ['totalfee']], options));
    return typeof totalfee === 'number' ? totalfee : undefined;
  } catch (error) {
    if (isHashgapError(error, 'NODE_RPC')) return undefined;
    throw error;
  }
}

function nextSubsidy(network: NetworkName, height: number): number {
  if (network !== 'regtest') return subsidyBtc(height);
  return subsidyBtc(Math.floor(height / REGTEST_HALVING_BLOCKS) * HALVING_BLOCKS);
}

function fields(answer: unknown): Readonly<Record<string, unknown>> {
  return (answer ?? {}) as Readonly<Record<string, unknown>>;
}
