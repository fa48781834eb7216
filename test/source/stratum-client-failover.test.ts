/** C33: the next pool in the list works while a better one does not, with its own user, jobs and difficulty, and the better one is returned to. */
import { describe, expect, it } from 'vitest';
import type { StratumClientOptions } from '../../src/source/stratum/client.ts';
import type { SessionLimits } from '../../src/source/stratum/session-types.ts';
import { poolAt, poolFor, poolOf, startClient, testPool } from '../support/client.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { startTcpServer } from '../support/line-servers.ts';

const from = (name: string) => (job: Parameters<typeof poolOf>[0]) => poolOf(job) === name;
const DOWN = 'stratum+tcp://127.0.0.1:1';

/** Two pools with different users and difficulties. */
async function twoPools() {
  const primary = await testPool({ name: 'aa', difficulty: 1e-10 });
  const fallback = await testPool({ name: 'bb', difficulty: 2.4e-10 });
  return { primary, fallback, pools: [poolAt(primary, 'ann.1'), poolAt(fallback, 'bob.2')] };
}

/** The first pool is back beside the second, which is mined on: it has sent one job, and not answered authorize. */
async function unprovenBeside(
  limits: Partial<SessionLimits> = { authorizeMs: 600_000 },
  options: Partial<StratumClientOptions> = {},
) {
  const primary = await testPool({ name: 'aa', ignore: ({ method }) => method === 'mining.authorize' });
  const fallback = await testPool({ name: 'bb' });
  await primary.close();
  const started = startClient([poolAt(primary, 'ann.1', { limits }), poolAt(fallback, 'bob.2')], options);
  await started.job(from('bb'));
  await primary.reopen();
  const { client, id } = await primary.requests.next(({ method }) => method === 'mining.authorize');
  primary.announce();
  client.call('client.show_message', ['That was the job.']);
  await started.next('pool-message');
  const answer = (result: unknown) => client.say(JSON.stringify({ id, result, error: null }));
  return { ...started, fallback, answer };
}

const submits = (pool: Awaited<ReturnType<typeof testPool>>) =>
  pool.requests.items.filter(({ method }) => method === 'mining.submit');

describe('C33 fail-over', () => {
  it('the first pool alone is connected while it works', async () => {
    const { primary, fallback, pools } = await twoPools();
    const { job, submit } = startClient(pools);
    expect(await submit(await job())).toMatchObject({ outcome: 'accepted' });
    expect(primary.clients).toHaveLength(1);
    expect(fallback.clients).toHaveLength(0);
  });

  it('goes to the next pool with its user, job ids and difficulty, and back when the first is there again', async () => {
    const { primary, fallback, pools } = await twoPools();
    const { job, submit, all } = startClient(pools);
    const old = await job(from('aa'));
    await primary.close();
    const spare = await job(from('bb'));
    expect(spare.shareTarget).not.toBe(old.shareTarget);
    expect(await submit(spare, 1)).toMatchObject({ outcome: 'accepted' });
    expect(submits(fallback)[0]!.params.slice(0, 2)).toEqual(['bob.2', spare.id]);
    await primary.reopen();
    const back = await job(from('aa'));
    expect(await submit(back, 2)).toMatchObject({ outcome: 'accepted' });
    expect(submits(primary)[0]!.params.slice(0, 2)).toEqual(['ann.1', back.id]);
    expect(submits(fallback)).toHaveLength(1);
    expect(all('source-up').map(({ source }) => source)).toEqual(
      [primary, fallback, primary].map(({ port }) => `stratum+tcp://127.0.0.1:${port}`),
    );
  });

  it("a share of one pool's job never goes to another", async () => {
    const { primary, fallback, pools } = await twoPools();
    const { job, submit, client } = startClient(pools);
    const old = await job(from('aa'));
    await primary.close();
    await job(from('bb'));
    const parked = submit(old, 3);
    await client.close();
    expect(await parked).toMatchObject({ outcome: 'unknown' });
    expect(submits(fallback)).toEqual([]);
  });

  it('a share of the first pool waits for it while the next one is mined on', async () => {
    const { primary, pools } = await twoPools();
    const { job, submit } = startClient(pools);
    const old = await job(from('aa'));
    await primary.close();
    await job(from('bb'));
    const parked = submit(old, 3);
    await primary.reopen();
    expect(await parked).toMatchObject({ outcome: 'accepted' });
    expect(primary.accepted.size).toBe(1);
  });

  it('a share on its way to the lesser pool gets its answer after the return', async () => {
    let held: (() => void) | undefined;
    const primary = await testPool({ name: 'aa' });
    const fallback = await testPool({
      name: 'bb',
      ignore: ({ id, method }, { say }) => {
        held = () => say(JSON.stringify({ id, result: true, error: null }));
        return method === 'mining.submit';
      },
    });
    await primary.close();
    const { job, submit } = startClient([poolAt(primary), poolAt(fallback)], { lingerMs: 5_000 });
    const spare = await job(from('bb'));
    const verdict = submit(spare);
    await fallback.requests.next(({ method }) => method === 'mining.submit');
    await primary.reopen();
    await job(from('aa'));
    held?.();
    expect(await verdict).toMatchObject({ outcome: 'accepted' });
  });

  it('the lesser pool is let go after that', async () => {
    const { primary, fallback, pools } = await twoPools();
    await primary.close();
    const { job } = startClient(pools, { lingerMs: 30 });
    await job(from('bb'));
    await primary.reopen();
    await job(from('aa'));
    await fallback.gone(0);
    primary.announce({ nTime: 1_700_000_001 });
    expect(poolOf(await job())).toBe('aa');
    expect(fallback.clients).toHaveLength(1);
  });

  it('a lesser pool that is still connected goes on at once with its job when the better one is gone again', async () => {
    const { primary, fallback, pools } = await twoPools();
    await primary.close();
    const { job, all } = startClient(pools, { lingerMs: 500 });
    const spare = await job(from('bb'));
    await primary.reopen();
    await job(from('aa'));
    await primary.close();
    expect(await job(from('bb'))).toBe(spare);
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than it would have lingered
    fallback.announce({ nTime: 1_700_000_001 });
    expect(await job(from('bb'))).toMatchObject({ nTime: 1_700_000_001 });
    expect(fallback.clients).toHaveLength(1);
    expect(all('source-up').map(({ source }) => source)).toEqual(
      [fallback, primary, fallback].map(({ port }) => `stratum+tcp://127.0.0.1:${port}`),
    );
  });

  it('a pool that takes long to its first job is no reason to wait: the next one is tried beside it', async () => {
    const silent = await startTcpServer(() => {});
    const fallback = await testPool({ name: 'bb' });
    const slow = poolFor(`stratum+tcp://127.0.0.1:${silent.port}`);
    const { job, next } = startClient([slow, poolAt(fallback)], { firstJobMs: 50 });
    expect((await next('source-down')).reason).toContain('no work for 0.05 s');
    expect(poolOf(await job())).toBe('bb');
    expect(silent.sockets).toHaveLength(1); // and it still may come
  });

  it('takes the pools in order, and each that is better than the one at work', async () => {
    const [second, third] = [await testPool({ name: 'bb' }), await testPool({ name: 'cc' })];
    await second.close();
    const { job } = startClient([poolFor(DOWN), poolAt(second), poolAt(third)]);
    expect(poolOf(await job())).toBe('cc');
    await second.reopen();
    await job(from('bb'));
    await second.close();
    await job(from('cc'));
  });

  it('a better pool that gives jobs and then refuses the worker does not interrupt', async () => {
    const primary = await testPool({ name: 'aa', ignore: ({ method }) => method === 'mining.authorize' });
    const fallback = await testPool({ name: 'bb' });
    await primary.close();
    const { job, jobs, next } = startClient([poolAt(primary), poolAt(fallback)]);
    await job(from('bb'));
    await primary.reopen();
    for (let round = 0; round < 3; round++) {
      const { client, id } = await primary.requests.next(({ method }) => method === 'mining.authorize');
      primary.announce();
      client.say(JSON.stringify({ id, result: false, error: null }));
      await primary.gone(client.index);
    }
    expect(jobs.items.filter(from('aa'))).toEqual([]);
    expect(fallback.clients).toHaveLength(1);
    void next;
  });

  it('a better pool that has a job goes on at once when the one at work is gone, also before it has let the worker in', async () => {
    const { job, jobs, client, fallback } = await unprovenBeside();
    expect(jobs.items.map(poolOf)).toEqual(['bb']);
    await fallback.close();
    expect(poolOf(await job())).toBe('aa');
    expect(client.room?.()).toBeUndefined();
  });

  it('a better pool that never answers authorize takes over when its time is over, with the one job it has sent', async () => {
    const { job, fallback } = await unprovenBeside({ authorizeMs: 100 });
    expect(poolOf(await job(from('aa')))).toBe('aa');
    await fallback.gone(0);
  });

  it('a better pool that answers authorize with neither yes nor no takes over', async () => {
    const { job, answer } = await unprovenBeside();
    answer(null);
    expect(poolOf(await job())).toBe('aa');
  });

  it('a pool that has given a job is not said to give no work, though another is mined on', async () => {
    const { all, answer, job } = await unprovenBeside(undefined, { firstJobMs: 3_000 });
    await new Promise((resolve) => setTimeout(resolve, 3_500)); // until it would have been said
    answer(true);
    await job(from('aa'));
    expect(all('source-down').filter(({ reason }) => reason.includes('no work'))).toEqual([]);
  });

  it('two users at one pool are two places', async () => {
    const pool = await testPool({ authorize: (user) => user === 'bob.2' });
    const { job, submit } = startClient([poolAt(pool, 'ann.1'), poolAt(pool, 'bob.2')]);
    expect(await submit(await job())).toMatchObject({ outcome: 'accepted' });
    expect(pool.shares.items[0]).toMatchObject({ user: 'bob.2' });
  });

  it('goes on when a connection is half open: the silent pool is left', async () => {
    const primary = await testPool({ name: 'aa' });
    const fallback = await testPool({ name: 'bb' });
    const proxy = await startFaultProxy({
      targetPort: primary.port,
      seed: 3,
      faults: ['half-open'],
      meanBytes: 700,
    });
    const limits = { silenceMs: 100, subscribeMs: 100 };
    const { job } = startClient([poolAt(proxy, 'ann.1', { limits }), poolAt(fallback, 'bob.2')]);
    await job(from('bb'));
    await proxy.close();
  });
});
