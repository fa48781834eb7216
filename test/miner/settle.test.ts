/** A block that a pool and one's own node both have: either can settle it, and neither keeps it open. */
import { expect, it } from 'vitest';
import type { MinerEventBody } from '../../src/events.ts';
import { createEntry } from '../../src/miner/entry.ts';
import type { FinalVerdict } from '../../src/miner/journal.ts';
import { mine } from '../../src/miner/mine.ts';
import { type SharedBlock, settleShared } from '../../src/miner/settle.ts';
import type { BlockSink, ShareVerdict, Verdict } from '../../src/work/ports.ts';
import { regtestJob } from '../support/jobs.ts';
import { gentleEngine, noJournal } from '../support/pool-run.ts';

const ACCEPTED: ShareVerdict = { outcome: 'accepted', roundTripMs: 1 };
const REFUSED: ShareVerdict = { outcome: 'rejected', class: 'other', reason: 'no', roundTripMs: 1 };
const GONE: ShareVerdict = { outcome: 'unknown', reason: 'gone' };
const DOWN: Verdict = { outcome: 'unknown', reason: 'node down' };
const INVALID: Verdict = { outcome: 'rejected', reason: 'bad-cb-amount' };
const BLOCK = { hash: new Uint8Array(32), height: 9, bytes: new Uint8Array(81) };
const never = new Promise<never>(() => {});

function start(share: Promise<ShareVerdict>, node: () => Verdict | Promise<Verdict>) {
  const events: MinerEventBody[] = [];
  const settled: FinalVerdict[] = [];
  const over = new AbortController();
  const calls = { count: 0 };
  const sink: BlockSink = {
    async submit() {
      calls.count++;
      return node();
    },
  };
  const journal = {
    ...noJournal(),
    settle: async (_: unknown, verdict: FinalVerdict) => void settled.push(verdict),
  };
  const emit = (event: MinerEventBody) => events.push(event);
  const entry = createEntry(BLOCK, { journal, emit }, true);
  const options = { sink, entry, emit, signal: over.signal, retryMs: 1 };
  const shared: SharedBlock = settleShared(BLOCK, share, { foundAtMs: 0 }, options);
  const verdicts = () => events.flatMap((event) => (event.type === 'verdict' ? [event.verdict.outcome] : []));
  return { ...shared, events, settled, over, calls, verdicts };
}

it('is settled by the pool while the node is down, and the node gets it when it is back', async () => {
  let isUp = false;
  let tries = 0;
  const { verdict, node, settled, calls, verdicts } = start(
    Promise.resolve(ACCEPTED),
    () => (isUp ? { outcome: 'accepted' } : { ...DOWN, reason: `try ${tries++}` }), // each reason would be told
  );
  expect(await verdict).toEqual({ outcome: 'accepted' });
  const before = calls.count;
  while (calls.count < before + 3) await new Promise(setImmediate);
  isUp = true;
  await node;
  expect(calls.count).toBeGreaterThan(before);
  expect(settled).toEqual([{ outcome: 'accepted' }]);
  expect(verdicts().filter((outcome) => outcome !== 'unknown')).toEqual(['accepted']);
  expect(verdicts().at(-1)).toBe('accepted');
});

it.each<[string, Promise<ShareVerdict>, Verdict, Verdict['outcome']]>([
  ['the node accepts and the pool never answers', never, { outcome: 'accepted' }, 'accepted'],
  ['the node accepts and the pool refuses', Promise.resolve(REFUSED), { outcome: 'accepted' }, 'accepted'],
  ['the pool accepts and the node refuses', Promise.resolve(ACCEPTED), INVALID, 'accepted'],
  ['both refuse', Promise.resolve(REFUSED), INVALID, 'rejected'],
  ['the node refuses and the pool is gone', Promise.resolve(GONE), INVALID, 'rejected'],
])('%s', async (_, share, node, outcome) => {
  const { verdict, settled, verdicts } = start(share, () => node);
  expect((await verdict).outcome).toBe(outcome);
  expect(settled.map((final) => final.outcome)).toEqual([outcome]);
  expect(verdicts()).toEqual([outcome]);
});

it('says so when the node refuses what the pool accepted', async () => {
  const { node, events } = start(Promise.resolve(ACCEPTED), () => INVALID);
  await node;
  expect(events.filter(({ type }) => type === 'warning')).toEqual([
    { type: 'warning', message: expect.stringContaining('received "bad-cb-amount"') },
  ]);
});

it('stays in the journal when neither has answered at the end', async () => {
  const { verdict, node, settled, over } = start(
    new Promise((resolve) => setTimeout(() => resolve(GONE), 5)),
    () => DOWN,
  );
  setTimeout(() => over.abort(), 10);
  expect((await verdict).outcome).toBe('unknown');
  await node;
  expect(settled).toEqual([]);
});

it('--blocks ends with a node that is down', async () => {
  let accepted = 0;
  await mine({
    source: {
      async *jobs(signal) {
        yield regtestJob();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
      refresh() {},
    },
    shares: { submit: async () => ACCEPTED },
    sink: { submit: async () => DOWN },
    engines: [gentleEngine(0)],
    journal: { ...noJournal(), settle: async () => void accepted++ },
    emit: () => {},
    signal: new AbortController().signal,
    blocks: 15,
    graceMs: 20,
  });
  expect(accepted).toBeGreaterThanOrEqual(15);
});

it('many blocks may wait for a node that is down, without a warning of Node about listeners', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  const over = new AbortController();
  let tries = 0;
  await mine({
    source: { async *jobs() {}, refresh() {} },
    sink: {
      async submit() {
        if (++tries === 60) over.abort();
        return DOWN;
      },
    },
    engines: [],
    journal: { ...noJournal(), pending: Array.from({ length: 20 }, () => BLOCK) },
    emit: () => {},
    signal: over.signal,
    graceMs: 20,
  });
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
