/** The life of the client with one pool: connections, waits, redirects, refusals, silence, and what becomes of shares. */
import { describe, expect, it } from 'vitest';
import type { StratumClientOptions } from '../../src/source/stratum/client.ts';
import { shareOf } from '../stratum/drive.ts';
import { poolAt, poolFor, poolOf, startClient, testPool } from '../support/client.ts';
import { startTcpServer } from '../support/line-servers.ts';

/** Milliseconds between the connections of a pool. */
const gaps = (times: readonly number[]) => times.slice(1).map((ms, i) => ms - times[i]!);

describe('a client with one pool', () => {
  it('gives jobs and brings shares back with their verdicts', async () => {
    const pool = await testPool();
    const { job, submit, next } = startClient([poolAt(pool)]);
    const first = await job();
    expect(await next('source-up')).toMatchObject({ source: `stratum+tcp://127.0.0.1:${pool.port}` });
    const verdict = await submit(first, 1);
    expect(verdict).toMatchObject({ outcome: 'accepted' });
    expect(await submit(first, 1)).toMatchObject({ outcome: 'withheld' });
    expect(await submit(first, 2)).toMatchObject({ outcome: 'accepted' });
    pool.announce({ nTime: 1_700_000_001 }, true);
    const second = await job(({ nTime }) => nTime === 1_700_000_001);
    expect(await submit(second, 1)).toMatchObject({ outcome: 'accepted' });
    expect(await submit(first, 3)).toMatchObject({ outcome: 'withheld' }); // its job is over
    expect(pool.accepted.size).toBe(3);
  });

  it('hands every job out once, also when the pool lets the worker in after it', async () => {
    const pool = await testPool({ ignore: ({ method }) => method === 'mining.authorize' });
    const { job, jobs, next } = startClient([poolAt(pool)]);
    const client = await pool.connections.next(() => true);
    await pool.requests.next(({ method }) => method === 'mining.authorize');
    pool.announce(); // before authorize is answered
    await job();
    client.say(JSON.stringify({ id: client.requests.at(-1)!.id, result: true, error: null }));
    client.call('client.show_message', ['hello']); // behind the answer
    await next('pool-message');
    expect(jobs.items).toHaveLength(1);
  });

  it('answers a share of a job that is of none of its pools', async () => {
    const pool = await testPool();
    const { job, client } = startClient([poolAt(pool)]);
    const { origin: _, ...foreign } = await job();
    const { signal } = new AbortController();
    expect(await client.submit(shareOf(foreign), signal)).toMatchObject({ outcome: 'withheld' });
  });

  it('gives the same share one verdict, however often it is handed in', async () => {
    const pool = await testPool();
    const { job, client } = startClient([poolAt(pool)]);
    const share = shareOf(await job());
    const { signal } = new AbortController();
    const verdicts = await Promise.all([client.submit(share, signal), client.submit(share, signal)]);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect(pool.shares.items).toHaveLength(1);
  });
});

/** A server that hangs up on everyone, until so many came: when each of them came. */
async function hangUp(count: number, options: Partial<StratumClientOptions>) {
  const times: number[] = [];
  let enough = () => {};
  const all = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const server = await startTcpServer((socket) => {
    if (times.push(performance.now()) === count) enough();
    socket.destroy();
  });
  const { all: told } = startClient([poolFor(`stratum+tcp://127.0.0.1:${server.port}`)], options);
  await all;
  return { waits: gaps(times), down: told('source-down') };
}

describe('C21 a connection that is gone', () => {
  it('is made again after waits that double up to a limit, and told once', async () => {
    const { waits, down } = await hangUp(7, { retryMs: 40, maxRetryMs: 160, random: () => 0.5 });
    [40, 80, 160, 160, 160, 160].forEach((ms, i) => {
      expect(waits[i], `wait ${i}`).toBeGreaterThan(ms - 3);
    });
    expect(waits.slice(2).every((ms) => ms < 640)).toBe(true); // the last would be 1,280 without the limit
    expect(down).toHaveLength(1);
  });

  it.each([
    [0, 0.75],
    [0.999, 1.2],
  ])('random %d makes the wait %d times as long', async (random, factor) => {
    const { waits } = await hangUp(3, { retryMs: 100, maxRetryMs: 100, random: () => random });
    for (const ms of waits) expect(ms).toBeGreaterThan(100 * factor - 3);
  });

  it('is no reason to hammer a pool that gives a job and hangs up', async () => {
    const pool = await testPool();
    startClient([poolAt(pool)], { retryMs: 30, maxRetryMs: 1_000, random: () => 0.5 });
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      const client = await pool.connections.next(() => true);
      times.push(client.connectedMs);
      await pool.requests.next(
        (request) => request.client === client && request.method === 'mining.authorize',
      );
      client.close();
    }
    [30, 60, 120].forEach((ms, i) => {
      expect(gaps(times)[i]).toBeGreaterThan(ms - 3);
    });
  });

  it('client.reconnect leads to the configured endpoint', async () => {
    const [pool, other] = [await testPool(), await testPool({ name: 'bb' })];
    const { job, next } = startClient([poolAt(pool)]);
    await job();
    pool.clients[0]!.call('client.reconnect', []);
    await next('source-up');
    await next('source-up');
    expect(pool.clients).toHaveLength(2);
    pool.clients[1]!.call('client.reconnect', ['127.0.0.1', other.port, 0]);
    const { message } = await next('warning');
    expect(message).toContain(`127.0.0.1:${other.port}`);
    expect(message).toContain('--allow-redirect 127.0.0.1');
    await next('source-up');
    expect(pool.clients).toHaveLength(3);
    expect(other.clients).toHaveLength(0);
  });

  it('waits as long as the pool asks for', async () => {
    const pool = await testPool();
    const { job } = startClient([poolAt(pool)], { random: () => 0 });
    await job();
    const askedMs = performance.now();
    pool.clients[0]!.call('client.reconnect', [null, null, '0.3']);
    await pool.connections.next(({ index }) => index === 1);
    expect(performance.now() - askedMs).toBeGreaterThan(297);
  });

  it('client.reconnect leads to a host that the user allowed, and back home when that ends', async () => {
    const [pool, other] = [await testPool(), await testPool({ name: 'bb' })];
    const { job } = startClient([poolAt(pool, 'ann.rig')], { allowRedirect: ['localhost', '127.0.0.1'] });
    expect(poolOf(await job())).toBe('aa');
    pool.clients[0]!.call('client.reconnect', ['127.0.0.1', String(other.port), 0]);
    expect(poolOf(await job())).toBe('bb');
    expect(other.clients[0]!.user).toBe('ann.rig');
    other.drop();
    expect(poolOf(await job())).toBe('aa');
  });
});

describe('C28 a pool that refuses the worker', () => {
  it('is told, and left alone for a while', async () => {
    const pool = await testPool({ authorize: () => false });
    const { next } = startClient([poolAt(pool, 'bob.x')], { unwantedMs: 150 });
    expect((await next('source-down')).reason).toContain('unauthorized worker');
    const [first, second] = [
      await pool.connections.next(() => true),
      await pool.connections.next(() => true),
    ];
    expect(second.connectedMs - first.connectedMs).toBeGreaterThan(147);
  });

  it('stops getting shares when it refuses after jobs', async () => {
    const pool = await testPool({ ignore: ({ method }) => method === 'mining.authorize' });
    const { job, submit, next } = startClient([poolAt(pool)]);
    const asked = await pool.requests.next(({ method }) => method === 'mining.authorize');
    pool.announce();
    const early = await job();
    asked.client.say(JSON.stringify({ id: asked.id, result: false, error: null }));
    await next('source-down');
    expect(['withheld', 'unknown']).toContain((await submit(early)).outcome);
    expect(pool.requests.items.filter(({ method }) => method === 'mining.submit')).toEqual([]);
  });
});

describe('a pool that is alive and useless', () => {
  it.each([
    ['says nothing', { silenceMs: 100 }, 'said nothing for 0.1 s'],
    ['has no new job', { noNewJobMs: 100 }, 'no new job for 0.1 s'],
  ])('is left when it %s', async (_, limits, words) => {
    const pool = await testPool();
    const { job, next } = startClient([poolAt(pool, 'ann.rig', { limits })]);
    await job();
    const startedMs = pool.clients[0]!.connectedMs;
    const down = await next('source-down');
    expect(down.reason).toContain(words);
    expect(performance.now() - startedMs).toBeGreaterThan(97);
    expect((await pool.connections.next(({ index }) => index === 1)).index).toBe(1);
  });

  it('is left when it repeats its job for ever, however much it talks', async () => {
    const pool = await testPool();
    const { job, next } = startClient([poolAt(pool, 'ann.rig', { limits: { noNewJobMs: 150 } })]);
    await job();
    const chatter = setInterval(() => pool.clients[0]!.call('mining.ping', [], 1), 10);
    expect((await next('source-down')).reason).toContain('no new job');
    clearInterval(chatter);
  });

  it('C31 is left after lines that are no messages', async () => {
    const pool = await testPool();
    const { job, next } = startClient([poolAt(pool)]);
    await job();
    for (let i = 0; i < 20; i++) pool.clients[0]!.say(`<html>${i}`);
    expect((await next('source-down')).reason).toContain('20 lines in a row');
  });

  it('C30 is left after a line without an end', async () => {
    const pool = await testPool();
    const { job, next } = startClient([poolAt(pool)]);
    await job();
    pool.clients[0]!.say('x'.repeat(2_000_000));
    expect((await next('source-down')).reason).toContain('1048576 bytes');
    await next('source-up');
  });

  it('cannot fill the log with messages', async () => {
    const pool = await testPool();
    const { job, all } = startClient([poolAt(pool)]);
    await job();
    for (let i = 0; i < 500; i++) pool.clients[0]!.call('client.show_message', [`buy now ${i}`]);
    pool.announce({ nTime: 1_700_000_009 });
    await job();
    expect(all('pool-message')).toHaveLength(100);
  });
});

describe('C34 shares in flight', () => {
  const silent = { ignore: ({ method }: { method: string }) => method === 'mining.submit' };

  it('are sent again when the session is resumed', async () => {
    let deaf = true;
    const pool = await testPool({ ignore: ({ method }) => method === 'mining.submit' && deaf });
    const { job, submit } = startClient([poolAt(pool)]);
    const verdict = submit(await job(), 5);
    await pool.requests.next(({ method }) => method === 'mining.submit');
    deaf = false;
    pool.drop();
    expect(await verdict).toMatchObject({ outcome: 'accepted' });
    expect(pool.clients).toHaveLength(2);
    expect(pool.clients[1]!.extranonce1).toBe(pool.clients[0]!.extranonce1);
    expect(pool.accepted.size).toBe(1);
  });

  it('are found for the job at hand, which the pool sends again: it is searched on, not anew', async () => {
    const pool = await testPool();
    const { job, jobs, submit, next } = startClient([poolAt(pool)]);
    const first = await job();
    expect(await submit(first, 1)).toMatchObject({ outcome: 'accepted' });
    for (let round = 1; round <= 3; round++) {
      pool.drop();
      await next('source-up');
      expect(await submit(first, 1 + round)).toMatchObject({ outcome: 'accepted' });
    }
    expect(jobs.items).toHaveLength(1);
    pool.announce({ nTime: 1_700_000_001 });
    await job();
    expect(await submit(first, 9)).toMatchObject({ outcome: 'withheld' });
  });

  it('are unknown when the pool names no session', async () => {
    const pool = await testPool({ ...silent, resumes: false });
    const { job, submit } = startClient([poolAt(pool)]);
    const verdict = submit(await job());
    await pool.requests.next(({ method }) => method === 'mining.submit');
    pool.drop();
    expect(await verdict).toMatchObject({ outcome: 'unknown' });
  });

  it('are found while there is no connection, and sent on the next one', async () => {
    const pool = await testPool();
    const { job, submit, next } = startClient([poolAt(pool)]);
    const old = await job();
    await pool.close();
    await next('source-down');
    const verdict = submit(old, 9);
    await pool.reopen();
    expect(await verdict).toMatchObject({ outcome: 'accepted' });
  });

  it('are unknown when the client is closed, or the run is over', async () => {
    const pool = await testPool(silent);
    const { job, submit, client } = startClient([poolAt(pool)]);
    const open = await job();
    const pending = [submit(open, 1), submit(open, 2)];
    const over = new AbortController();
    const given = client.submit(shareOf(open, { nonce: 3 }), over.signal);
    over.abort();
    expect(await given).toMatchObject({ outcome: 'unknown' });
    await client.close();
    for (const verdict of pending) expect(await verdict).toMatchObject({ outcome: 'unknown' });
    expect(await submit(open, 4)).toMatchObject({ outcome: 'withheld' });
  });
});
