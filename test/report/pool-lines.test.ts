/** What the lines and JSON reporters say about a pool: shares, payout, messages, and the summary of it all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MinerEvent, MinerEventBody } from '../../src/events.ts';
import { createJsonReporter } from '../../src/report/json.ts';
import { createLinesReporter, type LinesOptions } from '../../src/report/lines.ts';
import { NO_STATS, reduceStats, summarize } from '../../src/stats.ts';
import type { ShareVerdict } from '../../src/work/ports.ts';

const ADDRESS = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
type Timed = readonly [ms: number, body: MinerEventBody];

const share = (hash: string, difficulty = 12.3, block = false): MinerEventBody => ({
  type: 'share',
  hash,
  difficulty,
  shareDifficulty: 8,
  block,
});
const judged = (hash: string, verdict: ShareVerdict): MinerEventBody => ({
  type: 'share-verdict',
  hash,
  shareDifficulty: 8,
  verdict,
});
const ACCEPTED: ShareVerdict = { outcome: 'accepted', roundTripMs: 43.2 };
const STALE: ShareVerdict = { outcome: 'rejected', class: 'stale', reason: 'Job not found', roundTripMs: 61 };
const scan: MinerEventBody = { type: 'scan', hashes: 1_000_000, seconds: 0.2 };
const job = (shareDifficulty: number, clean: boolean): MinerEventBody => ({
  type: 'job',
  id: 'a',
  height: 850_123,
  prevHash: '00',
  difficulty: 83_148_355_189_239,
  shareDifficulty,
  transactions: undefined,
  coinbaseValue: undefined,
  clean,
});

function written(events: readonly Timed[], options: LinesOptions = {}, colour = false) {
  const lines: { readonly atMs: number; readonly line: string }[] = [];
  let nowMs = 0;
  const take = (stream: string) => (line: string) => lines.push({ atMs: nowMs, line: `${stream}  ${line}` });
  const reporter = createLinesReporter(
    {
      width: 80,
      out: take('out'),
      err: take('err'),
      paint: (name, text) => (colour ? `<${name}>${text}</${name}>` : text),
    },
    options,
  );
  let stats = NO_STATS;
  for (const [ms, body] of events) {
    const event: MinerEvent = { ...body, atMs: 1_000_000 + ms };
    nowMs = ms;
    stats = reduceStats(stats, event);
    reporter.event(event);
  }
  reporter.summary(summarize(stats, 100));
  return lines;
}
const textOf = (...args: Parameters<typeof written>) => written(...args).map(({ line }) => line);

describe('the lines reporter at a pool', () => {
  it('tells of jobs, payout, messages and each share while they are rare, and sums up in the end', () => {
    expect(
      textOf([
        [0, { type: 'source-up', source: 'stratum+tcp://pool:3333' }],
        [1, { type: 'pool-message', text: 'Welcome\u001b[2J' }],
        [
          2,
          {
            type: 'payout',
            satoshis: 319_203_411n,
            outputs: [
              { to: ADDRESS, satoshis: 312_819_343n, percent: 98 },
              { to: 'bc1qpool', satoshis: 6_384_068n, percent: 2 },
            ],
            percent: 98,
          },
        ],
        [3, job(8, true)],
        [500, job(8, false)],
        [1_500, job(16, false)],
        [2_000, share('01')],
        [2_043, judged('01', ACCEPTED)],
        [4_000, share('02')],
        [4_061, judged('02', STALE)],
        [6_000, share('03')],
        [6_001, judged('03', { outcome: 'withheld', reason: 'its job is over' })],
        [8_000, share('04')],
        [9_000, judged('04', { outcome: 'unknown', reason: 'the connection is gone' })],
        [11_000, share('05', 9e15, true)],
        [11_045, judged('05', ACCEPTED)],
        [12_000, share('06')],
        [12_100, scan],
        [22_200, scan],
      ]),
    ).toMatchInlineSnapshot(`
      [
        "err  connected to stratum+tcp://pool:3333",
        "err  the pool says: Welcome[2J",
        "err  a block of this pool pays 3.19203411 BTC: 98% to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq, 2% to bc1qpool; 98% to the expected address",
        "err  job for height 850123, difficulty 83.1 T, share difficulty 8",
        "err  job for height 850123, difficulty 83.1 T, share difficulty 16",
        "out  share accepted  difficulty 12.3 of 8  43 ms",
        "out  share rejected  difficulty 12.3 of 8  61 ms  stale: Job not found",
        "out  share withheld  difficulty 12.3 of 8  its job is over",
        "out  share unknown  difficulty 12.3 of 8  the connection is gone",
        "out  BLOCK  share 05 meets the network target: sent to the pool first of all",
        "out  share accepted  difficulty 9 P of 8  43 ms",
        "err  99 kH/s, shares: 2 accepted, 1 rejected, 1 pending",
        "out  no block in 1.67 minutes; 2 Mhashes, 90.1 kH/s",
        "out  6 shares: 2 accepted, 1 rejected (1 stale), 1 without an answer, 1 withheld, 1 pending",
        "out  best difficulty 9 P; round trip 49 ms on average, 61 ms at the longest",
        "out  accepted work is worth 3.1 GH/s of 90.1 kH/s measured (3.44e6%); luck 1.03e7%",
      ]
    `);
  });

  it('adds up shares that come often, and shows what is left at the end', () => {
    expect(
      textOf([
        [0, judged('01', ACCEPTED)],
        [200, judged('02', STALE)],
        [300, judged('03', ACCEPTED)],
        [400, judged('04', { ...STALE, reason: 'Stale prevblk' })],
        [
          500,
          judged('05', {
            outcome: 'rejected',
            class: 'duplicate',
            reason: 'Duplicate share',
            roundTripMs: 50,
          }),
        ],
        [600, judged('06', { outcome: 'unknown', reason: 'the connection is gone' })],
        [1_000, scan],
        [1_100, judged('07', ACCEPTED)],
      ]).slice(0, 3),
    ).toMatchInlineSnapshot(`
      [
        "out  share accepted  difficulty 8  43 ms",
        "out  5 shares: 1 accepted, 3 rejected (2 stale: Stale prevblk; 1 duplicate: Duplicate share), 1 unknown  54 ms on average",
        "out  share accepted  difficulty 8  43 ms",
      ]
    `);
  });

  it('does not call it waiting when one pool is gone and another delivers', () => {
    const down = (source: string): MinerEventBody => ({
      type: 'source-down',
      source,
      reason: 'It is silent.',
    });
    expect(
      textOf([
        [0, down('a')],
        [1, { type: 'source-up', source: 'b' }],
        [2, down('a')],
        [3, down('b')],
      ]).slice(0, 4),
    ).toEqual([
      'err  waiting for work: It is silent.',
      'err  connected to b',
      'err  no work from a: It is silent.',
      'err  waiting for work: It is silent.',
    ]);
  });

  it('shows a payout that is short in red, and names no more outputs than a line holds', () => {
    const outputs = ['a', 'b', 'c', 'd', 'e'].map((to) => ({ to, satoshis: 1n, percent: 20 }));
    const payout: MinerEventBody = { type: 'payout', satoshis: 5n, outputs, percent: 20 };
    const line = 'a block of this pool pays 0.00000005 BTC: 20% to a, 20% to b, 20% to c, 2 more';
    expect(textOf([[0, payout]], {}, true)[0]).toBe(
      `err  <red>${line}; only 20% to the expected address</red>`,
    );
    expect(textOf([[0, payout]], { minPayoutPercent: 20 }, true)[0]).toBe(
      `err  ${line}; <green>20% to the expected address</green>`,
    );
    const { percent: _, ...unexpected } = payout;
    expect(textOf([[0, unexpected]])[0]).toBe(`err  ${line}`);
  });

  it('writes at most one line a second about shares, and loses none of them', () => {
    const anyVerdict = fc.constantFrom<ShareVerdict>(ACCEPTED, STALE, { outcome: 'unknown', reason: 'gone' });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900), anyVerdict), { maxLength: 80 }), (steps) => {
        let ms = 0;
        const events = steps.map(([pause, verdict], i): Timed => {
          ms += pause;
          return [ms, judged(String(i), verdict)];
        });
        const shown = written(events).filter(({ line }) => /^out {2}(share |\d+ shares?: )/.test(line));
        const counted = shown.map(({ line }) => Number(/^out {2}(\d+) shares/.exec(line)?.[1] ?? 1));
        expect(counted.reduce((sum, count) => sum + count, 0)).toBe(steps.length);
        // The last one is what was left at the end.
        shown.slice(0, -1).forEach(({ atMs }, i, all) => {
          if (i > 0) expect(atMs - all[i - 1]!.atMs).toBeGreaterThanOrEqual(1_000);
        });
      }),
    );
  });
});

describe('the JSON reporter at a pool', () => {
  it('writes every event whole, and the shares in the summary', () => {
    const lines: string[] = [];
    const reporter = createJsonReporter({ out: (line) => lines.push(line) });
    const bodies = [
      job(8, true),
      share('01'),
      judged('01', STALE),
      { type: 'payout', satoshis: 5n, outputs: [{ to: 'a', satoshis: 5n, percent: 100 }], percent: 100 },
      { type: 'pool-message', text: 'Welcome' },
    ] satisfies MinerEventBody[];
    const events = bodies.map((body): MinerEvent => ({ ...body, atMs: 7 }));
    for (const event of events) reporter.event(event);
    reporter.summary(summarize(events.reduce(reduceStats, NO_STATS), 100));
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects.slice(1, 5)).toEqual([
      { type: 'share', hash: '01', difficulty: 12.3, shareDifficulty: 8, block: false, atMs: 7 },
      { type: 'share-verdict', hash: '01', shareDifficulty: 8, verdict: STALE, atMs: 7 },
      {
        type: 'payout',
        satoshis: 5,
        outputs: [{ to: 'a', satoshis: 5, percent: 100 }],
        percent: 100,
        atMs: 7,
      },
      { type: 'pool-message', text: 'Welcome', atMs: 7 },
    ]);
    expect(objects[0]).toMatchObject({ difficulty: 83_148_355_189_239, shareDifficulty: 8 });
    expect(objects[5].shares).toEqual({
      found: 1,
      accepted: 0,
      rejected: { stale: 1, duplicate: 0, 'low-difficulty': 0, unauthorized: 0, other: 0 },
      unknown: 0,
      withheld: 0,
      pending: 0,
      acceptedDifficulty: 0,
      bestDifficulty: 12.3,
      roundTripMs: { mean: 61, longest: 61 },
      effectiveHashesPerSecond: 0,
      luck: null,
    });
  });
});
