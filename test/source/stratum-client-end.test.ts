/** What ends a client, and what ends its work: pools that fail, refuse, or never give any. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { createStratumClient } from '../../src/source/stratum/client.ts';
import {
  ADDRESS,
  type ClientUnderTest,
  poolAt,
  poolFor,
  poolOf,
  startClient,
  testPool,
  WORK,
} from '../support/client.ts';
import { startTcpServer } from '../support/line-servers.ts';
import type { TestPool } from '../support/pool.ts';

describe('work that is worth nothing', () => {
  it('there is something to wait for while the only pool is gone, until it is back', async () => {
    const pool = await testPool({ resumes: false });
    const { job, client, next } = startClient([poolAt(pool)]);
    await job();
    expect(client.room?.()).toBeUndefined();
    await pool.close();
    await next('source-down');
    const room = client.room?.();
    expect(room).toBeDefined();
    await pool.reopen();
    await room;
    await job();
    expect(client.room?.()).toBeUndefined();
  });

  it('a session that can be resumed is worth working for, as long as shares may wait', async () => {
    const pool = await testPool();
    const { job, client, next } = startClient([poolAt(pool, 'ann.rig', { limits: { resubmitMs: 300 } })]);
    await job();
    await pool.close();
    await next('source-down');
    expect(client.room?.()).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(client.room?.()).toBeDefined();
  });

  it('a pool that refuses the worker leaves nothing to work for', async () => {
    const pool = await testPool({ ignore: ({ method }) => method === 'mining.authorize' });
    const { job, client, next } = startClient([poolAt(pool)]);
    const asked = await pool.requests.next(({ method }) => method === 'mining.authorize');
    pool.announce();
    await job();
    asked.client.say(JSON.stringify({ id: asked.id, result: false, error: null }));
    await next('source-down');
    expect(client.room?.()).toBeDefined();
  });

  it('a job easier than its network allows is not mined, and the pool is left', async () => {
    const easy = await testPool({ name: 'aa', work: { ...WORK, nBits: '207fffff' } });
    const main = await testPool({ name: 'bb' });
    const options = { powLimit: NETWORKS.main.powLimit };
    const { job, next, jobs } = startClient([poolAt(easy), poolAt(main)], options);
    expect((await next('source-down')).reason).toBe(
      'Expected jobs with nBits of 1d00ffff or harder, the limit of this network, received 207fffff. ' +
        'Pass the --network that the pool mines on, or choose another pool.',
    );
    expect(poolOf(await job())).toBe('bb');
    expect(jobs.items.map(poolOf)).toEqual(['bb']);
    const regtest = startClient([poolAt(easy)], { powLimit: NETWORKS.regtest.powLimit });
    expect(poolOf(await regtest.job())).toBe('aa');
  });
});

describe('the end of a client', () => {
  it('POOL_NO_WORK when no pool gives work in time: it names the pools, and why', async () => {
    const refused = await testPool({ authorize: () => false });
    const { ended } = startClient(
      [poolAt(refused, 'bob.x', {}), poolFor('stratum+tcp://127.0.0.1:1', 'ann.rig')],
      { patienceMs: 300 },
    );
    const error = await ended;
    expect(error).toMatchObject({ code: 'POOL_NO_WORK' });
    expect((error as Error).message).toContain('bob.x');
    expect((error as Error).message).toContain('unauthorized worker');
    expect((error as Error).message).toContain('refused');
    expect((error as Error).message).toContain('within 0.3 s');
  });

  it('POOL_NO_WORK also when a pool gives jobs and refuses the worker behind them, as ckpool does', async () => {
    const pool: TestPool = await testPool({
      ignore({ id, method }, { say }) {
        if (method !== 'mining.authorize') return false;
        pool.announce();
        setTimeout(() => say(JSON.stringify({ id, result: false, error: null })), 30);
        return true;
      },
    });
    const { job, ended } = startClient([poolAt(pool)], { patienceMs: 300 });
    await job();
    const error = await ended;
    expect(error).toMatchObject({ code: 'POOL_NO_WORK' });
    expect((error as Error).message).toContain('refuses this worker');
  });

  it('patience waits for a pool that has given a job and not yet answered authorize', async () => {
    const pool = await testPool({ ignore: ({ method }) => method === 'mining.authorize' });
    const { job, ended } = startClient([poolAt(pool)], { patienceMs: 50 });
    const asked = await pool.requests.next(({ method }) => method === 'mining.authorize');
    pool.announce();
    await job();
    await new Promise((resolve) => setTimeout(resolve, 100));
    pool.announce({ nTime: 1_700_000_001 });
    await job(); // it is not over
    asked.client.say(JSON.stringify({ id: asked.id, result: false, error: null }));
    expect(await ended).toMatchObject({ code: 'POOL_NO_WORK' });
  });

  it('patience is over with the first job of a pool that lets the worker in', async () => {
    const pool = await testPool();
    const { job, ended, client } = startClient([poolAt(pool)], { patienceMs: 200 });
    await job();
    const { ended: later } = startClient([poolFor('stratum+tcp://127.0.0.1:1')], { patienceMs: 200 });
    expect(await later).toMatchObject({ code: 'POOL_NO_WORK' });
    pool.announce({ nTime: 1_700_000_001 });
    await job();
    await client.close();
    void ended;
  });

  it.each([
    [
      'accepts a share',
      30_000,
      async ({ job, submit }: ClientUnderTest) => {
        expect(await submit(await job())).toMatchObject({ outcome: 'accepted' });
      },
    ],
    [
      'has not said in time whether it lets the worker in',
      30,
      async ({ job, next }: ClientUnderTest) => {
        await job();
        expect((await next('warning')).message).toContain('Mining goes on');
      },
    ],
  ])(
    'patience is over with one notify of a pool that %s, also when it hangs up then',
    async (_, authorizeMs, prove) => {
      const pool = await testPool({
        ignore({ id, method }, { say }) {
          if (method === 'mining.submit') say(JSON.stringify({ id, result: true, error: null }));
          return method === 'mining.submit' || method === 'mining.authorize';
        },
      });
      const patienceMs = 1_000;
      const client = startClient([poolAt(pool, 'ann.rig', { limits: { authorizeMs } })], { patienceMs });
      const asked = await pool.requests.next(({ method }) => method === 'mining.authorize');
      asked.client.call('mining.set_difficulty', [1e-10]);
      pool.announce();
      await prove(client);
      await pool.close();
      await client.next('source-down');
      const isOver = client.ended.then(() => 'over');
      expect(await Promise.race([isOver, delay(patienceMs + 100, 'it goes on')])).toBe('it goes on');
    },
  );

  it('close() works before the first connection, in the middle of one, and twice', async () => {
    const client = createStratumClient({ pools: [poolFor('stratum+tcp://127.0.0.1:1')], emit: () => {} });
    await client.close();
    await client.close();
    const server = await startTcpServer(() => {}); // accepts and says nothing
    const { client: second, ended } = startClient([poolFor(`stratum+tcp://127.0.0.1:${server.port}`)]);
    await new Promise(setImmediate);
    await Promise.all([second.close(), second.close()]);
    void ended;
  });

  it('an expected address of another network is told at once', () => {
    const make = (address: string) => () =>
      createStratumClient({
        pools: [poolFor('stratum+tcp://127.0.0.1:1')],
        emit: () => {},
        payout: { network: NETWORKS.main, address },
      });
    expect(make('nonsense')).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }));
    expect(make(ADDRESS)).toThrow(expect.objectContaining({ code: 'ADDRESS_WRONG_NETWORK' }));
  });
});
