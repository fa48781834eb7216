/** Mines five blocks on the embedded regtest node, which stands in for a bitcoind: node examples/solo-on-regtest.mjs */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNodeSink,
  createNodeSource,
  createRpcClient,
  fileCredentials,
  mine,
  NETWORKS,
  openJournal,
  payoutScript,
  selectKernel,
  startEngine,
  startRegtestNode,
} from 'hashgap';

const BLOCKS = 5;
const ADDRESS = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'; // nobody has its key

const node = await startRegtestNode();
const rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
const folder = await mkdtemp(join(tmpdir(), 'hashgap-example-'));
const journal = await openJournal(join(folder, 'blocks.jsonl'), 'regtest', () => new Date());
const engine = startEngine(selectKernel({ engine: 'auto', kernel: undefined }).kernel, 1);

const emit = (event) => {
  if (event.type === 'verdict') console.log(`block ${event.height} ${event.hash}: ${event.verdict.outcome}`);
};
const payout = { script: payoutScript(ADDRESS, NETWORKS.regtest), tag: '/example/' };

await mine({
  source: createNodeSource({ rpc, network: 'regtest', payout, session: randomBytes(4), emit }),
  sink: createNodeSink(rpc),
  engines: [engine],
  journal,
  emit,
  signal: new AbortController().signal,
  blocks: BLOCKS,
});
console.log(`the chain has ${node.chain.tip.height} blocks`);

await Promise.all([engine.close(), journal.close(), node.close()]);
rpc.close();
await rm(folder, { recursive: true });
