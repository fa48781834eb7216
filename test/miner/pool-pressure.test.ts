/** Mining for a pool where nearly every hash is a find: sockets and timers get their turn, and no more is searched than a slow pool can take. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { scanJs } from '../../src/engine/js/kernel.ts';
import { mine } from '../../src/miner/mine.ts';
import type { Job } from '../../src/work/job.ts';
import type { HashEngine, JobSource, ShareSink, ShareVerdict } from '../../src/work/ports.ts';
import { regtestJob } from '../support/jobs.ts';
import { noJournal } from '../support/pool-run.ts';

/** Answers without letting the event loop turn. */
const rushing: HashEngine = {
  name: 'js',
  kernel: 'rushing',
  parallelism: 2,
  preferredMidstates: 1,
  scan: async (request) => scanJs({ ...request, nonceCount: Math.min(request.nonceCount, 16) }),
  close: async () => {},
};

const POOL_JOB = regtestJob({ body: undefined, shareTarget: 2n ** 256n - 1n });

/** One job, for as long as the run goes. */
const oneJob = (job: Job): JobSource => ({
  async *jobs(signal) {
    yield job;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  },
  refresh() {},
});

const run = (shares: ShareSink, signal: AbortSignal, blocks?: number) =>
  mine({
    source: oneJob(POOL_JOB),
    shares,
    engines: [rushing],
    journal: noJournal(),
    emit: () => {},
    signal,
    graceMs: 10,
    ...(blocks === undefined ? {} : { blocks }),
  });

it('the event loop turns after every find', async () => {
  const over = new AbortController();
  let finds = 0;
  let turns = 0;
  const mining = run(
    {
      submit: async () => {
        finds++;
        return { outcome: 'accepted', roundTripMs: 0 };
      },
    },
    over.signal,
  );
  while (finds < 1_000) {
    await nextTurn();
    turns++;
  }
  over.abort();
  await mining;
  expect(turns).toBeGreaterThanOrEqual(Math.floor(finds / 32)); // two scans of at most 16 finds
});

it('searching waits while a pool does not answer, and goes on when it does', async () => {
  const over = new AbortController();
  const open: ((verdict: ShareVerdict) => void)[] = [];
  let finds = 0;
  const mining = run(
    {
      submit: () => {
        finds++;
        return new Promise((resolve) => open.push(resolve));
      },
    },
    over.signal,
  );
  let before = -1;
  while (finds !== before) {
    before = finds;
    for (let turn = 0; turn < 100; turn++) await nextTurn();
  }
  expect(finds).toBeGreaterThanOrEqual(128);
  expect(finds).toBeLessThan(128 + 2 * 16); // what two scans may still bring
  for (const answer of open.splice(0)) answer({ outcome: 'accepted', roundTripMs: 1 });
  while (finds < before + 200) await nextTurn();
  over.abort();
  for (const answer of open) answer({ outcome: 'unknown', reason: 'the run is over' });
  await mining;
});

it('finds that nobody answers hold searching up for a second each, and not until their verdict', async () => {
  const over = new AbortController();
  let finds = 0;
  const submit: ShareSink['submit'] = (_, signal) =>
    new Promise((resolve) => {
      finds++;
      signal.addEventListener('abort', () => resolve({ outcome: 'unknown', reason: 'the run is over' }));
    });
  const mining = run({ submit }, over.signal);
  while (finds < 3 * 128) await new Promise((resolve) => setTimeout(resolve, 20));
  over.abort();
  await mining; // after its grace
});

it('--blocks goes on with the job at hand when the pool refuses a block: it need not send another', async () => {
  let blocks = 0;
  await run(
    {
      async submit({ meetsNetworkTarget }) {
        if (meetsNetworkTarget) blocks++;
        await nextTurn();
        return blocks > 50
          ? { outcome: 'accepted', roundTripMs: 1 }
          : { outcome: 'rejected', class: 'other', reason: 'not this one', roundTripMs: 1 };
      },
    },
    new AbortController().signal,
    2,
  );
  expect(blocks).toBeGreaterThan(50);
});
