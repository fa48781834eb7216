/** submitblock: every answer and failure is its own verdict, and doubt is settled by asking for the hash. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileCredentials } from '../../../src/source/node/credentials.ts';
import { createRpcClient } from '../../../src/source/node/rpc.ts';
import { createNodeSink } from '../../../src/source/node/submit.ts';
import { type Answer, startFakeNode } from '../../support/fake-node.ts';

const BLOCK = { hash: new Uint8Array(32).fill(1), height: 7, bytes: Uint8Array.of(1, 2, 3) };
const IN_CHAIN: Answer = { result: { confirmations: 3 } };
const BESIDE: Answer = { result: { confirmations: -1 } };
const NOT_FOUND: Answer = { error: { code: -5, message: 'Block not found' } };

async function verdictOf(submitblock: Answer, later?: Answer) {
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  const cookie = join(folder, '.cookie');
  await writeFile(cookie, 'a:b');
  const node = await startFakeNode(({ method }) =>
    method === 'submitblock' ? submitblock : (later ?? 'reset'),
  );
  const rpc = createRpcClient(new URL(node.url), fileCredentials(cookie));
  try {
    return {
      verdict: await createNodeSink(rpc).submit(BLOCK, new AbortController().signal),
      calls: node.calls,
    };
  } finally {
    rpc.close();
    await node.close();
    await rm(folder, { recursive: true });
  }
}

it.each<[string, Answer, Answer | undefined, string, RegExp | undefined]>([
  ['null', { result: null }, undefined, 'accepted', undefined],
  ['duplicate, in the chain', { result: 'duplicate' }, IN_CHAIN, 'accepted', undefined],
  ['duplicate, beside the chain', { result: 'duplicate' }, BESIDE, 'stale', /duplicate/],
  ['inconclusive, in the chain after all', { result: 'inconclusive' }, IN_CHAIN, 'accepted', undefined],
  ['inconclusive, beside the chain', { result: 'inconclusive' }, BESIDE, 'stale', /inconclusive/],
  [
    'inconclusive, and unknown to the node',
    { result: 'inconclusive' },
    NOT_FOUND,
    'unknown',
    /does not know/,
  ],
  ['duplicate, and then no answer', { result: 'duplicate' }, 'reset', 'unknown', /Expected a node/],
  ['duplicate-invalid', { result: 'duplicate-invalid' }, undefined, 'rejected', /^duplicate-invalid$/],
  ['high-hash', { result: 'high-hash' }, undefined, 'rejected', /^high-hash$/],
  ['bad-cb-amount', { result: 'bad-cb-amount' }, undefined, 'rejected', /^bad-cb-amount$/],
  [
    'prev-blk-not-found on a node that is behind',
    { result: 'prev-blk-not-found' },
    { result: 6 },
    'unknown',
    /prev-blk/,
  ],
  [
    'prev-blk-not-found on a node with another chain',
    { result: 'prev-blk-not-found' },
    { result: 7 },
    'stale',
    /prev-blk/,
  ],
  [
    'a block the node cannot read',
    { error: { code: -22, message: 'Block decode failed' } },
    undefined,
    'rejected',
    /decode failed/,
  ],
  ['a node warming up', { error: { code: -28, message: 'Loading' } }, undefined, 'unknown', /-28/],
  ['401', { status: 401, body: '' }, undefined, 'unknown', /401/],
  ['503', { status: 503, body: 'busy' }, undefined, 'unknown', /503/],
  ['500 with HTML', { status: 500, body: '<html>' }, undefined, 'unknown', /HTML/],
  ['a reset connection', 'reset', undefined, 'unknown', /Expected a node/],
])('%s', async (_, submitblock, later, outcome, reason) => {
  const { verdict, calls } = await verdictOf(submitblock, later);
  expect(verdict.outcome).toBe(outcome);
  if (reason !== undefined) expect('reason' in verdict && verdict.reason).toMatch(reason);
  expect(calls[0]).toMatchObject({ method: 'submitblock', params: ['010203'] });
});
