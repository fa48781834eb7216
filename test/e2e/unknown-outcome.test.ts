/** Submissions without a clear answer: the connection dies, a proxy answers nonsense; the block is sent again and counted once. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  runMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';
import { type ProxiedCall, type Reply, startProxy } from './proxy.ts';

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** The answer is lost after the node has taken the block. */
const lost = (reply: Reply) => async (call: ProxiedCall) => {
  await call.forward();
  return reply;
};

/** The node never sees the call. */
const refused = (reply: Reply) => async () => reply;

/** Mines one block while each submission is treated as the next of `mishaps` says, and passed on after the last. */
async function mineThrough(mishaps: readonly ((call: ProxiedCall) => Promise<Reply>)[]) {
  const node = await startNode();
  const journal = join(await temporaryFolder(), 'journal');
  const submitted: unknown[] = [];
  const answers: string[] = [];
  const proxy = await startProxy(node, async (call) => {
    if (call.method !== 'submitblock') return call.forward();
    submitted.push(call.params[0]);
    const mishap = mishaps[submitted.length - 1];
    if (mishap !== undefined) return mishap(call);
    const answer = await call.forward();
    answers.push(JSON.parse(answer.body).result);
    return answer;
  });
  const run = await runMiner(proxy, journal, ['--blocks', '1']);
  const records = await readJournal(journal);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(new Set(submitted).size).toBe(1);
  expect(submitted).toHaveLength(mishaps.length + 1);
  expect(summaryOf(run)).toMatchObject({
    blocks: 1,
    accepted: 1,
    rejected: 0,
    stale: 0,
    pending: 0,
    recovered: 0,
  });
  expect(pendingOf(records)).toEqual([]);
  expect(settledAs(records, 'accepted')).toEqual(await activeChain(node));
  expect(run.lines.filter((line) => isVerdict(line, 'accepted'))).toHaveLength(1);
  return {
    reasons: run.lines.filter((line) => isVerdict(line, 'unknown')).map((line) => line.verdict.reason),
    answers,
  };
}

describeWithNode('a submission', () => {
  it('whose connection is reset after the node took the block is sent again: duplicate, and accepted', async () => {
    // Twice: on a connection that was kept the client submits again by itself, and says nothing of the first reset.
    const { reasons, answers } = await mineThrough([lost('reset'), lost('reset')]);
    expect(reasons).toEqual([expect.stringContaining('ECONNRESET')]);
    expect(answers).toEqual(['duplicate']);
  });

  it('whose connection is reset before the node saw it is sent again', async () => {
    const { answers } = await mineThrough([refused('reset')]);
    expect(answers).toEqual([null]);
  });

  it('that is answered by 503, by HTML, and by half a JSON document is sent again each time', async () => {
    const { reasons, answers } = await mineThrough([
      refused({ status: 503, body: 'Work queue depth exceeded' }),
      refused({ status: 502, body: HTML }),
      refused({ status: 200, body: '{"result":nu' }),
    ]);
    expect(reasons).toEqual([
      expect.stringContaining('503'),
      expect.stringMatching(/502.*HTML/),
      expect.stringMatching(/12 bytes that are no JSON-RPC/),
    ]);
    expect(answers).toEqual([null]);
  });

  it('whose answer is cut off in the middle, and an error of the node that says nothing of the block, are no verdict', async () => {
    const warmUp = JSON.stringify({
      result: null,
      error: { code: -28, message: 'Loading block index…' },
      id: 0,
    });
    const { reasons, answers } = await mineThrough([
      lost({ cutShort: '{"result":null' }),
      refused({ status: 500, body: warmUp }),
    ]);
    expect(reasons).toEqual([expect.stringMatching(/aborted/), expect.stringMatching(/error -28/)]);
    expect(answers).toEqual(['duplicate']);
  });
});
