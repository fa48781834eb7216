/** Blocks of a node, the newest first, with nothing of them decoded but the coinbase. */
import { Reader } from '../../bitcoin/codec.ts';
import { decodeHeader, HEADER_BYTES } from '../../bitcoin/header.ts';
import { fromHex, hashToDisplay } from '../../bitcoin/hex.ts';
import type { NetworkName } from '../../bitcoin/network.ts';
import { readTransaction } from '../../bitcoin/transaction.ts';
import { HashgapError } from '../../errors.ts';
import type { RpcClient } from '../../source/node/rpc.ts';
import { type BlockRecord, bundledAttributor, marksOf, recordOf } from './concentration-blocks.ts';

/** Where a node's chain ends. */
export interface ChainTip {
  readonly chain: string;
  readonly height: number;
  /** Display order. */
  readonly hash: string;
  /** The node is still catching up, so that its newest blocks are not the network's. */
  readonly downloading: boolean;
}

/**
 * Asks a node for the end of its chain.
 *
 * @throws {HashgapError} those of {@link RpcClient.call}, `NETWORK_MISMATCH`, and `NODE_NOT_JSON` for an answer of another form.
 */
export async function chainTip(
  rpc: RpcClient,
  network: NetworkName | undefined,
  signal: AbortSignal,
): Promise<ChainTip> {
  const info = (await rpc.call('getblockchaininfo', [], { signal })) as Record<string, unknown> | null;
  const { chain, blocks, bestblockhash, initialblockdownload } = info ?? {};
  if (typeof chain !== 'string' || typeof blocks !== 'number' || typeof bestblockhash !== 'string') {
    throw new HashgapError(
      'NODE_NOT_JSON',
      `Expected chain, blocks and bestblockhash from getblockchaininfo of ${rpc.url}, received none. Check --node.`,
    );
  }
  if (network !== undefined && network !== chain) {
    throw new HashgapError(
      'NETWORK_MISMATCH',
      `Expected a node of the ${network} network at ${rpc.url}, received one of ${chain}. Correct --network or --node.`,
      { details: { expected: network, received: chain } },
    );
  }
  return { chain, height: blocks, hash: bestblockhash, downloading: initialblockdownload === true };
}

/**
 * The newest blocks, walking back from the tip by the hashes in their headers, so that a reorganisation meanwhile mixes nothing. One call for each
 * block, in hex: as JSON with every transaction a block is several times as much. The genesis block, which nobody could compete for, is left out.
 */
export async function* nodeBlocks(
  rpc: RpcClient,
  tip: ChainTip,
  count: number,
  signal: AbortSignal,
): AsyncGenerator<BlockRecord> {
  const attribute = bundledAttributor();
  let { hash } = tip;
  for (let height = tip.height; height > Math.max(0, tip.height - count); height--) {
    const reader = new Reader(fromHex(String(await rpc.call('getblock', [hash, 0], { signal }))));
    hash = hashToDisplay(decodeHeader(reader.bytes(HEADER_BYTES)).prevHash);
    reader.compactSize(); // the number of transactions, of which the coinbase is the first
    yield recordOf(height, marksOf(readTransaction(reader)), attribute);
  }
}
