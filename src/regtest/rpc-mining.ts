/** RPC methods of miners: templates, proposals, submissions, and the state of mining. */
import { type Block, decodeBlock } from '../bitcoin/block.ts';
import { fromHex } from '../bitcoin/hex.ts';
import { isHashgapError } from '../errors.ts';
import { describeBits, rpcDouble } from './block-description.ts';
import type { BlockIndex } from './block-index.ts';
import type { Chain } from './chain.ts';
import { waitForNewWork } from './longpoll.ts';
import { DIFFICULTY_INTERVAL } from './params.ts';
import { jsonType, readInteger, readString } from './rpc-arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-method.ts';
import { blockTemplate } from './template.ts';

/** Weight that a template of bitcoind 29 leaves for the coinbase (`-blockreservedweight`). */
const RESERVED_WEIGHT = 8000;

/** The methods of miners. */
export const MINING_METHODS: readonly RpcMethod[] = [
  {
    name: 'getblocktemplate',
    description:
      'Returns data needed to construct a block to work on, or judges a proposal (BIP 22, 23, 9, 145).',
    arguments: [{ name: 'template_request', type: 'object' }],
    call: (context, [request], gone) => getBlockTemplate(context, request as Record<string, unknown>, gone),
  },
  {
    name: 'getmininginfo',
    description: 'Returns a json object containing mining-related information.',
    arguments: [],
    call: miningInfo,
  },
  {
    name: 'getnetworkhashps',
    description:
      'Returns the estimated network hashes per second based on the last n blocks.\n' +
      'Pass in [nblocks] to override # of blocks, -1 specifies since last difficulty change.\n' +
      'Pass in [height] to estimate the network speed at the time when a certain block was found.',
    arguments: [
      { name: 'nblocks', type: 'number', optional: true },
      { name: 'height', type: 'number', optional: true },
    ],
    call: ({ chain }, [blocks, height]) =>
      networkHashesPerSecond(chain, readInteger(blocks, 120), readInteger(height, -1)),
  },
  {
    name: 'submitblock',
    description: 'Attempts to submit new block to network (BIP 22). The second argument is ignored.',
    arguments: [
      { name: 'hexdata', type: 'string' },
      { name: 'dummy', type: 'string', optional: true },
    ],
    call: ({ chain }, [hex]) => submitBlock(chain, readString(hex)),
  },
];

/** `DecodeHexBlk`: trailing bytes are ignored, everything else must be there and in its shortest form. */
function decodeHexBlock(hex: string): Block {
  try {
    return decodeBlock(fromHex(hex));
  } catch (error) {
    if (!isHashgapError(error, 'BLOCK_MALFORMED')) throw error;
    throw new RpcError(RPC.deserializationError, 'Block decode failed');
  }
}

function submitBlock(chain: Chain, hex: string): string | null {
  const block = decodeHexBlock(hex);
  try {
    return chain.submit(block);
  } catch (error) {
    if (!isHashgapError(error, 'DATADIR_UNUSABLE')) throw error;
    throw new RpcError(RPC.verifyError, `System error while saving block to disk: ${error.message}`);
  }
}

async function getBlockTemplate(context: RpcContext, request: Record<string, unknown>, gone: AbortSignal) {
  const { chain } = context;
  const { mode, data, rules, longpollid } = request;
  if (mode === 'proposal') {
    if (typeof data !== 'string') throw new RpcError(RPC.typeError, 'Missing data String key for proposal');
    return chain.propose(decodeHexBlock(data));
  }
  if (jsonType(mode) !== 'null' && mode !== 'template')
    throw new RpcError(RPC.invalidParameter, 'Invalid mode');
  const clientRules = Array.isArray(rules) ? rules.map(readString) : [];
  if (jsonType(longpollid) !== 'null') await waitForNewWork(context, longpollid, gone);
  if (!clientRules.includes('segwit')) {
    const message =
      'getblocktemplate must be called with the segwit rule set (call with {"rules": ["segwit"]})';
    throw new RpcError(RPC.invalidParameter, message);
  }
  context.mining.templateMade = true;
  return blockTemplate(chain, context.now());
}

function miningInfo({ chain, mining }: RpcContext) {
  const next = describeBits(chain.bits);
  return {
    blocks: chain.tip.height,
    ...(mining.templateMade ? { currentblockweight: RESERVED_WEIGHT, currentblocktx: 0 } : {}),
    ...inMiningOrder(describeBits(chain.tip.header.nBits)),
    networkhashps: networkHashesPerSecond(chain, 120, -1),
    pooledtx: 0,
    chain: 'regtest',
    next: { height: chain.tip.height + 1, ...inMiningOrder(next) },
    warnings: [],
  };
}

/** getmininginfo shows the difficulty before the target, every other method after it. */
const inMiningOrder = ({ bits, difficulty, target }: ReturnType<typeof describeBits>) => ({
  bits,
  difficulty,
  target,
});

/** `GetNetworkHashPS`: work of the last `lookup` blocks over the span of their times, hashes per second. */
function networkHashesPerSecond(chain: Chain, lookup: number, height: number): number {
  if (lookup < -1 || lookup === 0) {
    throw new RpcError(RPC.invalidParameter, 'Invalid nblocks. Must be a positive number or -1.');
  }
  if (height < -1 || height > chain.tip.height) {
    throw new RpcError(RPC.invalidParameter, 'Block does not exist at specified height');
  }
  const last = height < 0 ? chain.tip : chain.at(height)!;
  const wanted = lookup === -1 ? (last.height % DIFFICULTY_INTERVAL) + 1 : lookup;
  const blocks = Math.min(wanted, last.height);
  const times = Array.from({ length: blocks + 1 }, (_, i) => chain.at(last.height - i)!.header.nTime);
  const seconds = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
  if (seconds === 0) return 0;
  return rpcDouble(Number(workSince(last, chain.at(last.height - blocks)!)) / seconds);
}

const workSince = (last: BlockIndex, first: BlockIndex): bigint => last.chainWork - first.chainWork;
