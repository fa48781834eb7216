/** RPC methods that read the chain. */
import { type Block, encodeBlock } from '../bitcoin/block.ts';
import { encodeHeader } from '../bitcoin/header.ts';
import { toHex } from '../bitcoin/hex.ts';
import { describeBits, describeBlock, describeHeader } from './block-description.ts';
import { type BlockIndex, medianTimePast } from './block-index.ts';
import type { Chain } from './chain.ts';
import { readHash, readInteger } from './rpc-arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcMethod } from './rpc-method.ts';

/** The methods that read the chain. */
export const BLOCKCHAIN_METHODS: readonly RpcMethod[] = [
  {
    name: 'getbestblockhash',
    description: 'Returns the hash of the best (tip) block in the most-work fully-validated chain.',
    arguments: [],
    call: ({ chain }) => chain.tip.hash,
  },
  {
    name: 'getblock',
    description:
      'Returns a block: as hex (verbosity 0), as JSON with transaction ids (1) or with transactions (2, 3).',
    arguments: [
      { name: 'blockhash', type: 'string' },
      { name: 'verbosity', type: 'any', optional: true },
    ],
    call: ({ chain }, [hash, verbosity]) => getBlock(chain, hash, verbosity),
  },
  {
    name: 'getblockchaininfo',
    description: 'Returns an object containing various state info regarding blockchain processing.',
    arguments: [],
    call: ({ chain }) => chainInfo(chain),
  },
  {
    name: 'getblockcount',
    description:
      'Returns the height of the most-work fully-validated chain.\nThe genesis block has height 0.',
    arguments: [],
    call: ({ chain }) => chain.tip.height,
  },
  {
    name: 'getblockhash',
    description: 'Returns hash of block in best-block-chain at height provided.',
    arguments: [{ name: 'height', type: 'number' }],
    call: ({ chain }, [height]) => getBlockHash(chain, readInteger(height)),
  },
  {
    name: 'getblockheader',
    description: 'Returns a block header: as JSON (verbose, the default) or as hex.',
    arguments: [
      { name: 'blockhash', type: 'string' },
      { name: 'verbose', type: 'bool', optional: true },
    ],
    call: ({ chain }, [hash, verbose]) => {
      const entry = findEntry(chain, readHash(hash, 'hash'));
      return verbose === false ? toHex(encodeHeader(entry.header)) : describeHeader(chain, entry);
    },
  },
];

function findEntry(chain: Chain, hash: string): BlockIndex {
  const entry = chain.find(hash);
  if (entry === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Block not found');
  return entry;
}

function getBlockHash(chain: Chain, height: number): string {
  const entry = chain.at(height);
  if (height < 0 || entry === undefined)
    throw new RpcError(RPC.invalidParameter, 'Block height out of range');
  return entry.hash;
}

function getBlock(chain: Chain, hash: unknown, verbosity: unknown) {
  const text = readHash(hash, 'blockhash');
  const level = typeof verbosity === 'boolean' ? Number(verbosity) : readInteger(verbosity, 1);
  const entry = findEntry(chain, text);
  const block = readBody(entry);
  return level <= 0
    ? toHex(encodeBlock(block))
    : describeBlock(chain, entry, block, level === 1 ? 'ids' : 'full');
}

/** The body may be missing: its header was good, but every body that came with it was damaged. */
function readBody(entry: BlockIndex): Block {
  if (entry.block !== undefined) return entry.block;
  throw new RpcError(RPC.miscError, 'Block not available (not fully downloaded)');
}

function chainInfo(chain: Chain) {
  const { tip } = chain;
  return {
    chain: 'regtest',
    blocks: tip.height,
    headers: chain.bestHeader.height,
    bestblockhash: tip.hash,
    ...describeBits(tip.header.nBits),
    time: tip.header.nTime,
    mediantime: medianTimePast(tip),
    verificationprogress: 1,
    initialblockdownload: chain.isInitialDownload,
    chainwork: tip.chainWork.toString(16).padStart(64, '0'),
    size_on_disk: chain.storedBytes,
    pruned: false,
    warnings: [],
  };
}
