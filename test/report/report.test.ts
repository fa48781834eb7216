/** What people and programs read: lines at 40, 80 and 120 columns, JSON, the closing table. */
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { gapTo } from '../../src/economics/gap.ts';
import type { MinerEvent } from '../../src/events.ts';
import { comparisonLines } from '../../src/report/comparison.ts';
import { createJsonReporter } from '../../src/report/json.ts';
import { createLinesReporter } from '../../src/report/lines.ts';
import { NO_STATS, reduceStats, summarize } from '../../src/stats.ts';

const HASH = `00000042f88f6525075b4479${'c'.repeat(40)}`;
const EVENTS: MinerEvent[] = [
  { type: 'engine', engine: 'native', kernel: 'sha-ni', threads: 2, atMs: 1000 },
  {
    type: 'source-down',
    source: 'http://127.0.0.1:18443/',
    reason: 'Expected a node, received none.',
    atMs: 1001,
  },
  { type: 'source-up', source: 'http://127.0.0.1:18443/', atMs: 1002 },
  {
    type: 'job',
    id: 'a',
    height: 7,
    prevHash: HASH,
    difficulty: 4.656e-10,
    shareDifficulty: 4.656e-10,
    transactions: 3,
    coinbaseValue: 5_000_000_000n,
    clean: true,
    atMs: 1003,
  },
  { type: 'scan', hashes: 1_510_000, seconds: 0.05, atMs: 1050 },
  { type: 'hardware-error', engine: 'native', kernel: 'sha-ni', hash: HASH, atMs: 1051 },
  { type: 'block', hash: HASH, height: 7, atMs: 1052 },
  {
    type: 'verdict',
    hash: HASH,
    height: 7,
    recovered: false,
    verdict: { outcome: 'accepted' },
    foundToSentMs: 1.5,
    atMs: 1060,
  },
  { type: 'block', hash: HASH, height: 8, atMs: 1070 },
  {
    type: 'verdict',
    hash: HASH,
    height: 8,
    recovered: false,
    verdict: { outcome: 'rejected', reason: 'bad-cb-amount' },
    atMs: 1080,
  },
  { type: 'recovered', hash: HASH, height: 5, atMs: 1081 },
  {
    type: 'verdict',
    hash: HASH,
    height: 5,
    recovered: true,
    verdict: { outcome: 'unknown', reason: 'no answer within 60 s' },
    atMs: 1082,
  },
  { type: 'verdict', hash: HASH, height: 5, recovered: true, verdict: { outcome: 'accepted' }, atMs: 1083 },
  { type: 'warning', message: 'The disk is full.', atMs: 1090 },
  { type: 'scan', hashes: 90_000_000, seconds: 1, atMs: 12_000 },
];
const SUMMARY = summarize(EVENTS.reduce(reduceStats, NO_STATS), 11);

function written(width: number, colour = false) {
  const lines: string[] = [];
  const reporter = createLinesReporter({
    width,
    out: (line) => lines.push(`out  ${line}`),
    err: (line) => lines.push(`err  ${line}`),
    paint: (name, text) => (colour ? `<${name}>${text}</${name}>` : text),
  });
  for (const event of EVENTS) reporter.event(event);
  reporter.summary(SUMMARY);
  return lines;
}

describe('the lines reporter', () => {
  it('writes results to stdout and progress to stderr', () => {
    expect(written(80)).toMatchInlineSnapshot(`
      [
        "err  engine native, kernel sha-ni, 2 threads",
        "err  waiting for work: Expected a node, received none.",
        "err  connected to http://127.0.0.1:18443/",
        "err  job for height 7, difficulty 4.66e-10, 3 transactions",
        "err  hardware error: kernel sha-ni claimed 00000042f88f6525075b4479cccccccccccccccccccccccccccccccccccccccc; the claim is dropped",
        "out  block 7      accepted  00000042f88f6525075b...  1.51 Mhashes in 52 ms",
        "out  block 8      rejected  00000042f88f6525075b...  bad-cb-amount",
        "err  block 5 was found by an earlier run and never answered: submitting it again",
        "out  block 5      no answer yet  00000042f88f6525075b...  no answer within 60 s",
        "out  block 5      accepted  00000042f88f6525075b...  found by an earlier run",
        "err  warning: The disk is full.",
        "err  8.22 MH/s, 2 accepted",
        "out  3 blocks in 11 s: 2 accepted, 1 rejected, 0 stale; 91.5 Mhashes, 8.32 MH/s",
        "out  1 of them found by an earlier run",
        "out  1 hardware error: run hashgap verify",
      ]
    `);
  });

  it('shows the whole hash where there is room', () => {
    expect(written(120).filter((line) => line.includes(HASH) && line.startsWith('out'))).toHaveLength(4);
    expect(
      written(Number.POSITIVE_INFINITY)
        .filter((line) => line.startsWith('out'))
        .join('\n'),
    ).toContain(HASH);
    expect(
      written(40)
        .filter((line) => line.startsWith('out'))
        .join('\n'),
    ).not.toContain(HASH);
  });

  it('has one meaning for each colour', () => {
    const text = written(80, true).join('\n');
    expect(text).toContain('<green>accepted</green>');
    expect(text).toContain('<red>rejected</red>');
    expect(text).toContain('<yellow>no answer yet</yellow>');
  });
});

describe('the JSON reporter', () => {
  it('writes every event but the scans, and the summary last', () => {
    const lines: string[] = [];
    const reporter = createJsonReporter({ out: (line) => lines.push(line) });
    for (const event of EVENTS) reporter.event(event);
    reporter.summary(SUMMARY);
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects).toHaveLength(EVENTS.length - 2 + 1);
    expect(objects.find(({ type }) => type === 'job')).toMatchObject({ coinbaseValue: 5_000_000_000 });
    expect(objects.at(-1)).toEqual({ ...SUMMARY });
  });
});

describe('the closing table', () => {
  const comparison = {
    machine: 'this machine (sha-ni x2)',
    hashesPerSecond: 57e6,
    gaps: gapTo([deviceById('s21'), deviceById('bitaxe-gamma')], 57e6),
  };

  it.each([40, 80, 120])('fits %i columns', (width) => {
    const lines = comparisonLines(comparison, width);
    // A URL is one word and is never broken.
    for (const line of lines.filter((each) => !each.includes('https://')))
      expect(line.length).toBeLessThanOrEqual(width);
    expect(lines).toMatchSnapshot();
  });
});
