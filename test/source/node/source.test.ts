/** The source against a scripted node: outages, odd answers, and the order in which answers arrive. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashToDisplay } from '../../../src/bitcoin/hex.ts';
import type { MinerEventBody } from '../../../src/events.ts';
import { fileCredentials } from '../../../src/source/node/credentials.ts';
import { createRpcClient } from '../../../src/source/node/rpc.ts';
import { createNodeSource } from '../../../src/source/node/source.ts';
import type { Job } from '../../../src/work/job.ts';
import { type Answer, type FakeNode, startFakeNode, TEMPLATE } from '../../support/fake-node.ts';

const TIP = (n: number) => n.toString(16).padStart(64, '0');
const templateAt = (tip: number, changes: object = {}) => ({
  ...TEMPLATE,
  previousblockhash: TIP(tip),
  longpollid: `${TIP(tip)}1`,
  ...changes,
});

let folder: string;
const cleanUps: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  await writeFile(join(folder, '.cookie'), 'a:b');
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await rm(folder, { recursive: true });
});

/** A longpoll is a call that names a longpollid; `plain` counts the others. */
async function start(
  answer: (longpollid: string | undefined, plain: number) => Answer | Promise<Answer>,
  refreshMs = 60_000,
) {
  let plain = 0;
  const node: FakeNode = await startFakeNode(({ params }) => {
    const { longpollid } = params[0] as { longpollid?: string };
    return answer(longpollid, longpollid === undefined ? ++plain : plain);
  });
  const rpc = createRpcClient(new URL(node.url), fileCredentials(join(folder, '.cookie')));
  const events: MinerEventBody[] = [];
  const source = createNodeSource({
    rpc,
    network: 'regtest',
    payout: { script: new Uint8Array(22), tag: '' },
    session: Uint8Array.of(1, 2, 3, 4),
    emit: (event) => events.push(event),
    refreshMs,
    retryMs: 5,
    maxRetryMs: 20,
  });
  const stop = new AbortController();
  const jobs = source.jobs(stop.signal)[Symbol.asyncIterator]();
  cleanUps.push(
    () => node.close(),
    () => rpc.close(),
    async () => {
      stop.abort();
      await jobs.return?.(undefined);
    },
  );
  const next = async (): Promise<Job> => {
    const { value, done } = await jobs.next();
    if (done) throw new Error('the source ended');
    return value;
  };
  return { next, stop, jobs, source, node, events };
}

const tipOf = (job: Job) => hashToDisplay(job.prevHash);

describe('createNodeSource', () => {
  it('names the rules, polls once and then keeps one longpoll open', async () => {
    const { next, node } = await start((longpollid) =>
      longpollid === undefined ? { result: templateAt(1) } : 'hang',
    );
    expect(await next()).toMatchObject({ cleanJobs: true, height: 1 });
    expect(node.calls[0]?.params).toEqual([
      { capabilities: ['longpoll', 'coinbasevalue'], rules: ['segwit'] },
    ]);
  });

  it('yields a clean job when the longpoll brings another tip, also at the same height', async () => {
    let release: (answer: Answer) => void = () => {};
    const { next } = await start((longpollid) => {
      if (longpollid === undefined) return { result: templateAt(1) };
      if (longpollid === `${TIP(1)}1`) return new Promise<Answer>((resolve) => (release = resolve));
      return 'hang';
    });
    expect(tipOf(await next())).toBe(TIP(1));
    const following = next();
    await expect.poll(() => release.length).toBe(1);
    release({ result: templateAt(2) });
    const job = await following;
    expect([tipOf(job), job.cleanJobs, job.height]).toEqual([TIP(2), true, 1]);
  });

  it('yields a job that is not clean when only the transactions changed', async () => {
    const { next } = await start((longpollid) => {
      if (longpollid === undefined) return { result: templateAt(1) };
      return longpollid.endsWith('2') ? 'hang' : { result: templateAt(1, { longpollid: `${TIP(1)}2` }) };
    });
    await next();
    expect(await next()).toMatchObject({ cleanJobs: false });
  });

  it.each<[string, Answer, RegExp]>([
    ['-28', { error: { code: -28, message: 'Loading block index...' } }, /-28: Loading/],
    ['-10', { error: { code: -10, message: 'is in initial sync' } }, /-10/],
    ['-9', { error: { code: -9, message: 'is not connected!' } }, /-9/],
    ['503', { status: 503, body: 'busy' }, /503/],
    ['401', { status: 401, body: '' }, /401/],
    ['a reset', 'reset', /Expected a node/],
    ['HTML', { status: 200, body: '<html>' }, /HTML/],
    ['half a JSON document', { status: 200, body: '{"resu' }, /no JSON-RPC/],
    ['a template with a field missing', { result: { ...TEMPLATE, bits: undefined } }, /"bits"/],
    ['a template with an unknown rule', { result: { ...TEMPLATE, rules: ['!new'] } }, /!new/],
  ])('waits through %s and says so once', async (_, trouble, reason) => {
    const { next, events } = await start((longpollid, plain) => {
      if (longpollid !== undefined) return 'hang';
      return plain <= 5 ? trouble : { result: templateAt(1) };
    });
    expect(tipOf(await next())).toBe(TIP(1));
    const told = events.filter(({ type }) => type === 'source-down' || type === 'source-up');
    expect(told).toMatchObject([
      { type: 'source-down', reason: expect.stringMatching(reason) },
      { type: 'source-up' },
    ]);
  });

  it('asks again at once when the longpoll breaks, and finds the new tip', async () => {
    const { next, events } = await start((longpollid, plain) => {
      if (longpollid === undefined) return { result: templateAt(plain) };
      return longpollid === `${TIP(1)}1` ? 'reset' : 'hang';
    });
    expect(tipOf(await next())).toBe(TIP(1));
    expect(tipOf(await next())).toBe(TIP(2));
    expect(events.map(({ type }) => type)).toContain('source-down');
  });

  it('drops a refresh that was overtaken by a longpoll', async () => {
    let releaseOld: (answer: Answer) => void = () => {};
    const { next, source } = await start((longpollid, plain) => {
      if (longpollid === undefined && plain === 1) return { result: templateAt(1) };
      if (longpollid === undefined && plain === 2)
        return new Promise<Answer>((resolve) => (releaseOld = resolve));
      if (longpollid === undefined) return { result: templateAt(3) };
      return longpollid === `${TIP(1)}1`
        ? new Promise<Answer>((resolve) => (releaseLongpoll = resolve))
        : 'hang';
    });
    let releaseLongpoll: (answer: Answer) => void = () => {};
    await next();
    source.refresh();
    await expect.poll(() => [releaseOld.length, releaseLongpoll.length], { timeout: 5000 }).toEqual([1, 1]);
    releaseLongpoll({ result: templateAt(2) });
    expect(tipOf(await next())).toBe(TIP(2));
    releaseOld({ result: templateAt(1) }); // older than what the longpoll brought
    source.refresh();
    expect(tipOf(await next())).toBe(TIP(3));
  });

  it('gives up a longpoll that slept through a new tip', async () => {
    const longpolls: string[] = [];
    const { next, source } = await start((longpollid, plain) => {
      if (longpollid === undefined) return { result: templateAt(plain) };
      longpolls.push(longpollid);
      return 'hang';
    });
    await next();
    source.refresh();
    expect(tipOf(await next())).toBe(TIP(2));
    await expect.poll(() => longpolls).toEqual([`${TIP(1)}1`, `${TIP(2)}1`]);
  });

  it('refreshes on its own, and lives without longpoll', async () => {
    const { next, node } = await start(
      (_, plain) => ({ result: templateAt(plain, { longpollid: undefined }) }),
      10,
    );
    expect([tipOf(await next()), tipOf(await next())]).toEqual([TIP(1), TIP(2)]);
    expect(node.calls.every(({ params }) => !('longpollid' in (params[0] as object)))).toBe(true);
  });

  it('ends at the abort, also while the node is silent', async () => {
    const { jobs, stop } = await start(() => 'hang');
    const end = jobs.next();
    stop.abort();
    expect(await end).toMatchObject({ done: true });
  });
});
