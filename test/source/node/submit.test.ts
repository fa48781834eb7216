/** submitblock: every answer and failure is its own verdict, and doubt is settled by asking for the hash. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fileCredentials } from '../../../src/source/node/credentials.ts';
import { createRpcClient } from '../../../src/source/node/rpc.ts';
import { createNodeSink } from '../../../src/source/node/submit.ts';
import { type Answer, type Call, startFakeNode } from '../../support/fake-node.ts';

const BLOCK = { hash: new Uint8Array(32).fill(1), height: 7, bytes: Uint8Array.of(1, 2, 3) };
const IN_CHAIN: Answer = { result: { confirmations: 3 } };
const BESIDE: Answer = { result: { confirmations: -1 } };
const NOT_FOUND: Answer = { error: { code: -5, message: 'Block not found' } };

const verdictOf = (submitblock: Answer, later: Answer = 'reset') =>
  submitTo(({ method }) => (method === 'submitblock' ? submitblock : later));

/** Submits to a fake, after `before` calls whose connection is kept. */
async function submitTo(answer: (call: Call) => Answer, before = 0) {
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  const cookie = join(folder, '.cookie');
  await writeFile(cookie, 'a:b');
  const node = await startFakeNode(answer);
  const rpc = createRpcClient(new URL(node.url), fileCredentials(cookie));
  try {
    for (let call = 0; call < before; call++) await rpc.call('getblockcount');
    await nextTurn(); // a connection is free for the next call a moment after the answer
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
    'time-too-new on a node without another block there',
    { result: 'time-too-new' },
    { result: 6 },
    'unknown',
    /^time-too-new$/,
  ],
  [
    'time-too-new on a node that has one',
    { result: 'time-too-new' },
    { result: 7 },
    'stale',
    /^time-too-new$/,
  ],
  ['time-too-new, and then no answer', { result: 'time-too-new' }, 'reset', 'unknown', /Expected a node/],
  ['time-too-old', { result: 'time-too-old' }, undefined, 'rejected', /^time-too-old$/],
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

it('accepts a block whose first submission went through on a connection that the node then closed', async () => {
  const submissions: Answer[] = ['reset', { result: 'duplicate' }];
  const { verdict, calls } = await submitTo(
    ({ method }) => (method === 'submitblock' ? (submissions.shift() ?? 'hang') : IN_CHAIN),
    1,
  );
  expect(verdict).toEqual({ outcome: 'accepted' });
  expect(calls.map(({ method }) => method)).toEqual([
    'getblockcount',
    'submitblock',
    'submitblock',
    'getblockheader',
  ]);
});
