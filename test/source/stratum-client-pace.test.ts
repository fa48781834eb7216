/** C22 and the pace of notifies: what makes work stale counts at once, newer work for the same tip within a bound, and a flood costs little. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotifyPace, PACE_MS } from '../../src/source/stratum/notify-pace.ts';
import { call, notify } from '../stratum/pool-lines.ts';
import { poolAt, startClient, testPool } from '../support/client.ts';

const OTHER_TIP = `${'0102030405060709'.repeat(3)}0000000000000000`;

describe('the pace of notifies', () => {
  const acted: string[] = [];
  const start = () => createNotifyPace((line) => acted.push(line));
  const named = (jobId: string, changes = {}) => notify({ jobId, clean: false, ...changes });

  beforeEach(() => {
    acted.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes the first notify on at once, and of those that follow closely the last', () => {
    const pace = start();
    for (const id of ['a', 'b', 'c', 'd']) pace.push(named(id));
    expect(acted).toEqual([named('a')]);
    vi.advanceTimersByTime(PACE_MS - 1);
    expect(acted).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(acted).toEqual([named('a'), named('d')]);
    vi.advanceTimersByTime(PACE_MS + 1);
    pace.push(named('e'));
    expect(acted.at(-1)).toBe(named('e'));
  });

  it('passes on at once what makes earlier jobs stale, and drops what it supersedes', () => {
    const pace = start();
    for (const line of [named('a'), named('b'), named('c', { clean: true })]) pace.push(line);
    expect(acted).toEqual([named('a'), named('c', { clean: true })]);
    pace.push(named('d'));
    pace.push(named('e', { prevHash: OTHER_TIP }));
    expect(acted.slice(2)).toEqual([named('d'), named('e', { prevHash: OTHER_TIP })]);
    vi.advanceTimersByTime(10 * PACE_MS);
    expect(acted).toHaveLength(4);
  });

  it('keeps the order: what comes behind a notify counts after it', () => {
    const pace = start();
    const difficulty = call('mining.set_difficulty', [4]);
    for (const line of [named('a'), named('b'), difficulty, named('c')]) pace.push(line);
    expect(acted).toEqual([named('a'), named('b'), difficulty]);
    vi.advanceTimersByTime(PACE_MS + 1);
    expect(acted.at(-1)).toBe(named('c'));
  });

  it('judges notifies of every form, and passes on at once what it cannot read', () => {
    const params = JSON.parse(named('b')).params as unknown[];
    const forms = [
      JSON.stringify({ params, method: 'mining.notify', id: null }),
      JSON.stringify({ id: null, method: 'mining.notify', params }, undefined, 1).replaceAll('\n', ' '),
    ];
    for (const form of forms) {
      const pace = start();
      pace.push(named('a'));
      const before = acted.length;
      pace.push(form);
      expect(acted).toHaveLength(before);
      pace.close();
    }
    for (const form of ['{"method":"mining.notify"}', '"mining.notify"]', named('b').replace('false', '0')]) {
      const pace = start();
      pace.push(named('a'));
      pace.push(form);
      expect(acted.at(-1)).toBe(form);
      pace.close();
    }
  });

  it('forgets what it held when the connection is gone', () => {
    const pace = start();
    for (const id of ['a', 'b']) pace.push(named(id));
    pace.close();
    vi.advanceTimersByTime(10 * PACE_MS);
    expect(acted).toEqual([named('a')]);
  });
});

describe('C22 through the client', () => {
  it('work that is not clean is adopted within the bound, and earlier jobs stay valid', async () => {
    const pool = await testPool();
    const { job, submit } = startClient([poolAt(pool)]);
    const first = await job();
    for (let i = 1; i <= 40; i++) pool.announce({ nTime: 1_700_000_000 + i }, false);
    const sentMs = performance.now();
    const last = await job();
    expect(performance.now() - sentMs).toBeLessThan(PACE_MS + 5_000);
    expect(last.nTime).toBe(1_700_000_040); // the others were never handed out
    expect(await submit(first, 1)).toMatchObject({ outcome: 'accepted' });
    expect(await submit(last, 1)).toMatchObject({ outcome: 'accepted' });
  });
});
