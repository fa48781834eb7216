/** Latencies of mining on the embedded node: template to first hash, and block found to submitblock sent with the disk flush. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { selectKernel, startEngine } from '../dist/src/engine/select.js';
import { openJournal } from '../dist/src/miner/journal.js';
import { mine } from '../dist/src/miner/mine.js';
import { startRegtestNode } from '../dist/src/regtest/node.js';
import { fileCredentials } from '../dist/src/source/node/credentials.js';
import { createRpcClient } from '../dist/src/source/node/rpc.js';
import { createNodeSource } from '../dist/src/source/node/source.js';
import { createNodeSink } from '../dist/src/source/node/submit.js';
import { printSpread } from './harness.mjs';

const BLOCKS = 200;
const BITS = 0x1f7fffff; // about 512 hashes a block: the engine is at work when the block is found

/** Mines BLOCKS blocks with taps on the client and the engine. The journal lies beside the project: that is the disk meant. */
export async function benchLatency() {
  const folder = await mkdtemp(join(resolve('build'), 'bench-'));
  const node = await startRegtestNode({ port: 0, bits: BITS });
  const rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
  const { kernel } = selectKernel({ engine: 'auto', kernel: undefined });
  const engine = startEngine(kernel, availableParallelism());
  const journal = await openJournal(join(folder, 'blocks.jsonl'), 'regtest', () => new Date());
  const toFirstHash = [];
  const toSent = [];
  let templateAtMs;

  const tappedRpc = {
    ...rpc,
    async call(method, ...rest) {
      const result = await rpc.call(method, ...rest);
      if (method === 'getblocktemplate') templateAtMs = performance.now();
      return result;
    },
  };
  const tappedEngine = {
    ...engine,
    scan(request, signal) {
      if (templateAtMs !== undefined) toFirstHash.push(performance.now() - templateAtMs);
      templateAtMs = undefined;
      return engine.scan(request, signal);
    },
  };
  const emit = (event) => {
    if (event.type === 'verdict' && event.foundToSentMs !== undefined) toSent.push(event.foundToSentMs);
  };
  const payout = { script: new Uint8Array(22), tag: '/bench/' };
  const source = createNodeSource({
    rpc: tappedRpc,
    network: 'regtest',
    payout,
    session: new Uint8Array(4),
    emit,
  });
  const signal = new AbortController().signal;
  await mine({
    source,
    sink: createNodeSink(rpc),
    engines: [tappedEngine],
    journal,
    emit,
    signal,
    blocks: BLOCKS,
  });

  await journal.close();
  await engine.close();
  rpc.close();
  await node.close();
  await rm(folder, { recursive: true });
  console.log(`latency of mining ${BLOCKS} blocks on the embedded node, ${kernel.name}:`);
  printSpread('template received to first hash', toFirstHash);
  printSpread('block found to submitblock sent, on disk', toSent);
}
