/** What events do to the dashboard's state, where the frames alone do not show it. */
import { describe, expect, it } from 'vitest';
import type { MinerEventBody } from '../../../src/events.ts';
import { newDashboard, reduceDashboard } from '../../../src/report/dashboard/state.ts';
import { START_MS } from './states.ts';

const A = 'stratum+tcp://pool-a:1 as ann.rig';
const B = 'stratum+tcp://pool-b:2 as bob as ever';
const ABOUT = { version: '0.1.0', source: A };
const stateOf = (bodies: readonly MinerEventBody[]) =>
  bodies
    .map((body, i) => ({ ...body, atMs: START_MS + i * 1000 }))
    .reduce(reduceDashboard, newDashboard(ABOUT, START_MS));
const engine = (name: string, kernel = 'sha-ni'): MinerEventBody => ({
  type: 'engine',
  engine: name,
  kernel,
  threads: 1,
});
const scan = (name?: string): MinerEventBody => ({
  type: 'scan',
  hashes: 10,
  seconds: 0.1,
  ...(name === undefined ? {} : { engine: name }),
});
const hash = '00ff';

describe('engines', () => {
  it('get the hashes of their own scans', () => {
    const { engines, rate } = stateOf([
      engine('native'),
      engine('gpu'),
      scan('gpu'),
      scan('native'),
      scan('native'),
    ]);
    expect(engines.map((each) => each.rate.past.concat(each.rate.hashes).reduce((a, b) => a + b))).toEqual([
      20, 10,
    ]);
    expect(rate.past.concat(rate.hashes).reduce((a, b) => a + b)).toBe(30);
  });

  it('need no name where there is only one, and get nothing where there are several', () => {
    expect(stateOf([engine('native'), scan()]).engines[0]!.rate.hashes).toBe(10);
    expect(stateOf([engine('native'), engine('gpu'), scan()]).engines.map(({ rate }) => rate.hashes)).toEqual(
      [0, 0],
    );
  });

  it('keep their history with another kernel, and are named once', () => {
    const { engines } = stateOf([engine('gpu', 'one'), scan('gpu'), engine('gpu', 'two')]);
    expect(engines).toHaveLength(1);
    expect(engines[0]).toMatchObject({ kernel: 'two', rate: { hashes: 10 } });
  });

  it('can be lost', () => {
    const lost: MinerEventBody = {
      type: 'engine-lost',
      engine: 'gpu',
      kernel: 'one',
      message: 'Restart it.',
    };
    const state = stateOf([engine('gpu', 'one'), engine('native'), lost]);
    expect(state.engines.map(({ lost }) => lost)).toEqual([true, false]);
    expect(state.messages.at(-1)).toMatchObject({ kind: 'error' });
  });
});

describe('the source', () => {
  const down = (reason: string): MinerEventBody => ({ type: 'source-down', source: A, reason });

  it('is down since it first was, and for its latest reason', () => {
    expect(stateOf([down('one'), down('two')]).source).toEqual({
      status: 'down',
      name: 'stratum+tcp://pool-a:1',
      user: 'ann.rig',
      reason: 'two',
      told: `no work from ${A}: two`,
      sinceMs: START_MS,
    });
  });

  it('of a node has the user that was known beforehand', () => {
    const about = { version: '0.1.0', source: 'http://node/', users: { 'http://node/': 'bc1q' } };
    expect(newDashboard(about, 0).source).toMatchObject({ name: 'http://node/', user: 'bc1q' });
    expect(newDashboard({ version: '0.1.0' }, 0).source).toMatchObject({ name: undefined, user: undefined });
  });

  it('is not down because another one is, as the first pool after a fail-over', () => {
    const up: MinerEventBody = { type: 'source-up', source: B };
    const state = stateOf([up, down('one')]);
    expect(state.source).toMatchObject({ status: 'up', name: 'stratum+tcp://pool-b:2' });
    expect(state.messages.at(-1)).toMatchObject({ text: `no work from ${A}: one` });
    expect(stateOf([up, { ...down('two'), source: B } as MinerEventBody]).source.status).toBe('down');
  });

  it('brings its own user after a fail-over', () => {
    const { source } = stateOf([down('one'), { type: 'source-up', source: B }]);
    expect(source).toEqual({
      status: 'up',
      name: 'stratum+tcp://pool-b:2',
      user: 'bob as ever',
      sinceMs: START_MS + 1000,
    });
  });
});

describe('blocks', () => {
  const share: MinerEventBody = { type: 'share', hash, difficulty: 9, shareDifficulty: 1, block: true };
  const taken: MinerEventBody = {
    type: 'share-verdict',
    hash,
    shareDifficulty: 1,
    verdict: { outcome: 'accepted', roundTripMs: 1 },
  };
  const block: MinerEventBody = { type: 'block', hash, height: 7 };
  const verdict: MinerEventBody = {
    type: 'verdict',
    hash,
    height: 7,
    recovered: false,
    verdict: { outcome: 'accepted' },
  };

  it('sent to a pool are only taken: nobody has said yet that they are blocks of the chain', () => {
    expect(stateOf([share, taken]).blocks).toMatchObject([{ outcome: 'sent', from: 'pool' }]);
  });

  it.each([
    [[share, block, taken, verdict]],
    [[block, share, verdict, taken]],
    [[share, taken, block, verdict]],
  ])('that go to a pool and to a node are one, and the node has the last word', (bodies) => {
    const state = stateOf(bodies);
    expect(state.blocksFound).toBe(1);
    expect(state.blocks).toMatchObject([{ height: 7, outcome: 'accepted' }]);
  });

  it('without an answer from the pool are not settled', () => {
    const gone: MinerEventBody = {
      type: 'share-verdict',
      hash,
      shareDifficulty: 1,
      verdict: { outcome: 'unknown', reason: 'the connection is gone' },
    };
    expect(stateOf([share, gone]).blocks).toMatchObject([{ outcome: 'unknown' }]);
  });
});

describe('messages', () => {
  it('that repeat are counted, and those of many shares do not push out the rest', () => {
    const refused: MinerEventBody = {
      type: 'share-verdict',
      hash,
      shareDifficulty: 1,
      verdict: { outcome: 'rejected', class: 'stale', reason: 'Job not found', roundTripMs: 1 },
    };
    const { messages } = stateOf([
      { type: 'warning', message: 'The disk is full.' },
      ...Array(500).fill(refused),
    ]);
    expect(messages.map(({ text, count }) => [text, count])).toEqual([
      ['The disk is full.', 1],
      ['share rejected (stale): Job not found', 500],
    ]);
  });

  it('are bounded', () => {
    const many = Array.from(
      { length: 500 },
      (_, i): MinerEventBody => ({ type: 'warning', message: `${i}` }),
    );
    expect(stateOf(many).messages).toHaveLength(30);
  });
});
