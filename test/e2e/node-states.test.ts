/** States a healthy node can be in: its clock was wrong, segwit is not active yet, it closes connections that are idle. */
import { expect, it, onTestFinished } from 'vitest';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient } from '../../src/source/node/rpc.ts';
import { createNodeSink } from '../../src/source/node/submit.ts';
import type { Job } from '../../src/work/job.ts';
import { createPlanner } from '../../src/work/planner.ts';
import type { BlockSink } from '../../src/work/ports.ts';
import { type FoundBlock, verifyHit } from '../../src/work/verify.ts';
import type { RealNode } from '../support/bitcoind.ts';
import { describeWithNode, REGTEST_ADDRESS, startNode } from './harness.ts';
import { NEVER_MS, startSource } from './source.ts';

/** The first block of a job; on regtest every second hash is one. */
function solve(job: Job): FoundBlock {
  const unit = createPlanner(job).next(1000);
  if (unit === undefined) throw new Error('Expected a job with room for 1000 nonces.');
  for (let nonce = 0; nonce < unit.nonceCount; nonce++) {
    const verified = verifyHit(unit, { nonce, versionIndex: 0 });
    if (verified.kind === 'block') return verified.block;
  }
  throw new Error('Expected a block among 1000 hashes on regtest.');
}

function sinkOf(node: RealNode): BlockSink {
  const rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
  onTestFinished(rpc.close);
  return createNodeSink(rpc);
}

const never = new AbortController().signal;

/** Seconds that a clock was ahead: more than the two hours that consensus allows. */
const AHEAD = 3 * 3600;

describeWithNode('a node whose clock was ahead', () => {
  it('refuses a block of that time until the time has come, and then takes it', async () => {
    const node = await startNode();
    const now = Math.floor(Date.now() / 1000);
    await node.rpc('setmocktime', now + AHEAD);
    const block = solve(await startSource(node, NEVER_MS).nextJob());
    await node.rpc('setmocktime', now);
    const sink = sinkOf(node);
    expect(await sink.submit(block, never)).toEqual({ outcome: 'unknown', reason: 'time-too-new' });
    await node.rpc('setmocktime', now + AHEAD);
    expect(await sink.submit(block, never)).toEqual({ outcome: 'accepted' });
    expect(await node.rpc('getblockcount')).toBe(1);
  });

  it('leaves such a block behind when its chain has grown', async () => {
    const node = await startNode();
    const now = Math.floor(Date.now() / 1000);
    await node.rpc('setmocktime', now + AHEAD);
    const block = solve(await startSource(node, NEVER_MS).nextJob());
    await node.rpc('setmocktime', now);
    await node.rpc('generatetoaddress', 1, REGTEST_ADDRESS);
    expect(await sinkOf(node).submit(block, never)).toEqual({ outcome: 'stale', reason: 'time-too-new' });
  });
});

describeWithNode('a node on which segwit activates', () => {
  it('takes the blocks before and after', async () => {
    const node = await startNode({ extraArgs: ['-testactivationheight=segwit@3'] });
    const source = startSource(node, NEVER_MS);
    const sink = sinkOf(node);
    const witnesses: unknown[] = [];
    for (let height = 1; height <= 4; height++) {
      const job = await source.nextJob(await node.rpc<string>('getbestblockhash'));
      witnesses.push(job.body?.coinbaseWitness);
      expect(await sink.submit(solve(job), never)).toEqual({ outcome: 'accepted' });
    }
    expect(witnesses).toEqual([false, false, true, true]);
    expect(await node.rpc('getblockcount')).toBe(4);
  });
});

describeWithNode('a node that closes idle connections as often as it is asked', () => {
  it('is never down', async () => {
    const node = await startNode({ extraArgs: ['-rpcservertimeout=1'] });
    const source = startSource(node, 1_000);
    for (let refreshes = 0; refreshes < 8; refreshes++) await source.nextJob();
    expect(source.events.items).toEqual([{ type: 'source-up', source: expect.any(String) }]);
  });
});
