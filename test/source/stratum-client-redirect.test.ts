/** Whom a client tells the id of its session: the host that named it, and no other that client.reconnect leads to. */
import { expect, it } from 'vitest';
import { poolAt, poolOf, startClient, testPool } from '../support/client.ts';
import type { PoolClient } from '../support/pool.ts';

/** What a connection asked subscribe for, behind the name of the program. */
const resumedWith = ({ requests }: PoolClient) =>
  requests.find(({ method }) => method === 'mining.subscribe')?.params.slice(1);

it('resumes a session at the host that named it, and begins anew at another', async () => {
  const [pool, other] = [await testPool(), await testPool({ name: 'bb' })];
  const { job, next } = startClient([poolAt(pool)], { allowRedirect: ['localhost'] });
  await job();
  await next('source-up');
  pool.clients[0]!.call('client.reconnect', []);
  await next('source-up');
  expect(pool.clients.map(resumedWith)).toEqual([[], [expect.any(String)]]);
  pool.clients[1]!.call('client.reconnect', ['localhost', other.port, 0]);
  await job((latest) => poolOf(latest) === 'bb');
  other.drop();
  await job((latest) => poolOf(latest) === 'aa');
  expect(other.clients.map(resumedWith)).toEqual([[]]);
  expect(pool.clients.map(resumedWith)).toEqual([[], [expect.any(String)], []]);
});
