/** C37 through the client: whom a pool's coinbase pays, told, warned about, and enforced. */
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import type { MinerEventBody } from '../../src/events.ts';
import {
  createPayoutCheck,
  PAYOUT_TOLD_MS,
  type PayoutExpectation,
} from '../../src/source/stratum/payout-check.ts';
import { ADDRESS, OTHER_SCRIPT, poolAt, poolOf, startClient, testPool, WORK } from '../support/client.ts';
import { regtestJob } from '../support/jobs.ts';
import { coinbaseParts, littleEndian, type PoolOutput } from '../support/pool-work.ts';
import { scriptOfUser } from '../support/solo-pool.ts';

const SUBSIDY = 312_500_001n; // odd: no percentage of it is a whole number of satoshis
const MINE = scriptOfUser(ADDRESS);

/** So many percent to the miner, rounded down as pools do, the rest to somebody else. */
const split = (percent: bigint): readonly PoolOutput[] => {
  const mine = (SUBSIDY * percent) / 100n;
  return [
    { satoshis: mine, script: MINE },
    { satoshis: SUBSIDY - mine, script: OTHER_SCRIPT },
  ];
};

const expecting = (changes: Partial<PayoutExpectation> = {}): PayoutExpectation => ({
  network: NETWORKS.regtest,
  address: ADDRESS,
  ...changes,
});

async function payoutOf(outputs: readonly PoolOutput[], payout: PayoutExpectation) {
  const pool = await testPool({ outputs: () => outputs });
  const client = startClient([poolAt(pool)], { payout });
  const event = await client.next('payout');
  return { pool, event, ...client };
}

describe('C37 whom the coinbase pays', () => {
  it.each([
    ['everything', [{ satoshis: SUBSIDY, script: MINE }]],
    ['all but a fee of 2%, rounded down', split(98n)],
    [
      'several outputs to the same address',
      [...split(50n), { satoshis: SUBSIDY * 49n, script: MINE }], // added up far more than 98%
    ],
    [
      'the address and an OP_RETURN of nothing',
      [
        { satoshis: SUBSIDY, script: MINE },
        { satoshis: 0n, script: '6a0401020304' },
      ],
    ],
  ])('is no alarm: %s', async (_, outputs) => {
    const { event, job, all, submit } = await payoutOf(outputs, expecting({ enforce: true }));
    expect(event.percent).toBeGreaterThan(97.99);
    expect(await submit(await job())).toMatchObject({ outcome: 'accepted' });
    expect(all('warning')).toEqual([]);
  });

  it.each([
    ['another address', [{ satoshis: SUBSIDY, script: OTHER_SCRIPT }], 'received 0% (and 100% to m'],
    ['2% only', split(2n), 'received 2% (and 98% to m'],
    ['97%', split(97n), 'received 97% (and 97% to bcrt1'],
    ['nobody', [{ satoshis: 0n, script: '6a00' }], 'received 0% (and nobody)'],
  ])('is warned about, and mined on: %s', async (_, outputs, words) => {
    const { next, job, submit } = await payoutOf(outputs, expecting());
    const { message } = await next('warning');
    expect(message).toContain(`pays ${ADDRESS} at least 98%`);
    expect(message).toContain(words);
    expect(await submit(await job())).toMatchObject({ outcome: 'accepted' });
  });

  it('another threshold is another judgement', async () => {
    const { job, all, events } = await payoutOf(split(2n), expecting({ minPercent: 2, enforce: true }));
    await job();
    expect([all('warning'), events.items.filter(({ type }) => type === 'source-down')]).toEqual([[], []]);
  });

  it('enforced: the pool is left before its job is worked on, and the next one mined for', async () => {
    const thief = await testPool({ name: 'aa', outputs: () => split(2n) });
    const honest = await testPool({ name: 'bb', outputs: () => split(99n) });
    const client = startClient([poolAt(thief), poolAt(honest)], { payout: expecting({ enforce: true }) });
    const { reason } = await client.next('source-down');
    expect(reason).toContain('received 2%');
    expect(poolOf(await client.job())).toBe('bb');
    const [first, second] = [
      await thief.connections.next(() => true),
      await thief.connections.next(() => true),
    ];
    expect(second.connectedMs - first.connectedMs).toBeGreaterThan(77); // it is looked at again, but not at once
    await thief.gone(1);
    expect(client.jobs.items.map(poolOf)).toEqual(['bb']);
    expect(client.all('source-down')).toHaveLength(1);
  });

  it('enforced: a pool that begins to steal is left', async () => {
    let outputs = split(99n);
    const pool = await testPool({ outputs: () => outputs });
    const { job, next } = startClient([poolAt(pool)], { payout: expecting({ enforce: true }) });
    await job();
    outputs = split(2n);
    pool.announce({ nTime: 1_700_000_001 });
    expect((await next('source-down')).reason).toContain('received 2%');
    outputs = split(99n);
    expect((await job()).nTime).toBe(1_700_000_001);
  });

  it('enforced: a coinbase whose outputs extranonce2 overlays is objected to', async () => {
    const pool = await testPool({ outputs: () => split(99n) });
    const { next, jobs, job } = startClient([poolAt(pool)], { payout: expecting({ enforce: true }) });
    await job();
    // One input; an output to the miner, and one whose amount is extranonce1 and extranonce2.
    const head = `01000000${'01'}${'00'.repeat(32)}${'ff'.repeat(4)}0403a0bb0d${'ff'.repeat(4)}02`;
    const paid = `e803000000000000${littleEndian(MINE.length / 2, 1)}${MINE}`;
    const params = [
      'over',
      '00'.repeat(32),
      head + paid,
      `01510000${'0000'}`,
      [],
      '20000000',
      '1705ae3a',
      '65000000',
      true,
    ];
    pool.clients[0]!.call('mining.notify', params);
    expect((await next('source-down')).reason).toContain('the same for every extranonce2');
    expect(jobs.items.every(({ id }) => id !== 'over')).toBe(true);
  });

  it('is told in few words, however many outputs there are', async () => {
    const many = Array.from({ length: 250 }, (_, i) => ({
      satoshis: 1_000n,
      script: `0014${littleEndian(i, 20)}`,
    }));
    const { event } = await payoutOf([...many, { satoshis: 1n, script: MINE }], expecting());
    expect(event.outputs).toHaveLength(12);
    expect(event.outputs[10]).toEqual({ to: ADDRESS, satoshis: 1n, percent: expect.any(Number) });
    expect(Object.keys(event).sort()).toEqual(['outputs', 'percent', 'satoshis', 'type']);
  });

  it('is told when it changes, not with every job', async () => {
    let outputs = split(99n);
    const pool = await testPool({ outputs: () => outputs });
    const { job, all } = startClient([poolAt(pool)], { payout: expecting() });
    await job();
    const announce = async (nTime: number) => {
      pool.announce({ nTime });
      await job((next) => next.nTime === nTime);
    };
    for (let second = 1; second <= 5; second++) {
      outputs = outputs.map(({ satoshis, script }) => ({ satoshis: satoshis + 1_000n, script })); // fees
      await announce(1_700_000_000 + second);
    }
    expect(all('payout')).toHaveLength(1);
    outputs = split(2n);
    await announce(1_700_000_010);
    await announce(1_700_000_011);
    outputs = split(99n);
    await announce(1_700_000_012);
    expect(all('payout')).toHaveLength(3);
    expect(all('warning')).toHaveLength(1);
  });

  it('is shown when nobody is expected, and coinbases that cannot be decoded are objected to only by those who expect somebody', async () => {
    const { event, pool, job, all } = await payoutOf(split(99n), { network: NETWORKS.regtest });
    expect(event.percent).toBeUndefined();
    expect(event.outputs.map(({ percent }) => Math.round(percent))).toEqual([99, 1]);
    await job();
    const broken = [
      'x',
      '00'.repeat(32),
      'ff'.repeat(10),
      'ff',
      [],
      '20000000',
      '1705ae3a',
      '65000000',
      true,
    ];
    pool.clients[0]!.call('mining.notify', broken);
    expect((await job()).id).toBe('x');
    expect(all('warning')).toEqual([]);
    const { next, jobs, job: first } = startClient([poolAt(pool)], { payout: expecting({ enforce: true }) });
    await first();
    pool.clients[1]!.call('mining.notify', broken);
    expect((await next('source-down')).reason).toContain('cannot be decoded');
    expect(jobs.items.every(({ id }) => id !== 'x')).toBe(true);
  });
});

/** A check on a clock that stands still unless a test moves it, and what it told of jobs that pay so many percent to the miner. */
function checkOn(changes: Partial<PayoutExpectation> = {}) {
  const events: MinerEventBody[] = [];
  const clock = { nowMs: 5 };
  const check = createPayoutCheck(
    expecting(changes),
    (event) => void events.push(event),
    () => clock.nowMs,
  );
  return {
    clock,
    /** The objection to a job, and the percent of payout events and the number of warnings that it led to. */
    look(percent: bigint) {
      const [coinbase1, coinbase2] = coinbaseParts(WORK, split(percent)).map(fromHex);
      const from = events.length;
      const objection = check(
        regtestJob({ coinbase1: coinbase1!, coinbase2: coinbase2!, extranonce1: new Uint8Array(4) }),
      );
      const told = events
        .slice(from)
        .flatMap((event) => (event.type === 'payout' ? [Math.round(event.percent ?? -1)] : []));
      const warnings = events.slice(from).filter(({ type }) => type === 'warning').length;
      return { objection, told, warnings };
    },
    count: (type: MinerEventBody['type']) => events.filter((event) => event.type === type).length,
  };
}

describe('coinbases that change all the time', () => {
  it.each([
    ['bad ones', [1n, 2n]],
    ['good ones', [99n, 100n]],
    ['good ones and bad ones', [99n, 2n]],
    ['all of these', [1n, 99n, 2n, 100n, 50n]],
  ])('%s do not fill the log', (_, percents) => {
    const { look, count } = checkOn();
    for (let i = 0; i < 100; i++) look(percents[i % percents.length]!);
    expect(count('payout')).toBeLessThanOrEqual(4);
    expect(count('warning')).toBeLessThanOrEqual(2);
  });

  it('a change to bad is told at once, whatever was told just before', () => {
    const { look } = checkOn();
    expect(look(99n)).toEqual({ objection: undefined, told: [99], warnings: 0 });
    expect(look(2n)).toEqual({ objection: undefined, told: [2], warnings: 1 });
    expect(look(99n).told).toEqual([99]);
    expect(look(3n)).toEqual({ objection: undefined, told: [3], warnings: 1 });
  });

  it('a second way back to good waits, and is told with a job of then, though its coinbase is known', () => {
    const { look, clock } = checkOn();
    for (const percent of [99n, 2n, 99n, 2n]) look(percent);
    expect(look(99n).told).toEqual([]);
    clock.nowMs += PAYOUT_TOLD_MS - 1;
    expect(look(99n).told).toEqual([]);
    clock.nowMs += 1;
    expect(look(99n).told).toEqual([99]);
    expect(look(2n)).toMatchObject({ told: [2], warnings: 1 });
  });

  it('any other change is told after a while, the latest alone, and the problem not again', () => {
    const { look, clock } = checkOn();
    expect(look(1n)).toMatchObject({ told: [1], warnings: 1 });
    expect(look(2n)).toMatchObject({ told: [], warnings: 0 });
    expect(look(3n)).toMatchObject({ told: [], warnings: 0 });
    clock.nowMs += PAYOUT_TOLD_MS;
    expect(look(3n)).toMatchObject({ told: [3], warnings: 0 });
    expect(look(3n)).toMatchObject({ told: [], warnings: 0 });
  });

  it('enforced: each bad job is objected to, told or not, and nothing is warned about', () => {
    const { look, count } = checkOn({ enforce: true });
    for (let i = 0; i < 10; i++) {
      expect(look(99n).objection).toBeUndefined();
      expect(look(2n).objection).toContain('received 2%');
    }
    expect(count('warning')).toBe(0);
  });
});
