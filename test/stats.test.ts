/** Statistics: each event counts where it should, and nowhere else. */
import { expect, it } from 'vitest';
import type { MinerEventBody } from '../src/events.ts';
import { NO_STATS, reduceStats, summarize } from '../src/stats.ts';

const verdict = (
  outcome: 'accepted' | 'stale' | 'rejected' | 'unknown',
  recovered = false,
): MinerEventBody => ({
  type: 'verdict',
  hash: '00',
  height: 1,
  recovered,
  verdict: outcome === 'accepted' ? { outcome } : { outcome, reason: 'x' },
});
const statsOf = (events: MinerEventBody[]) =>
  events.reduce((stats, event, i) => reduceStats(stats, { ...event, atMs: 1000 + i }), NO_STATS);

it('adds up a run', () => {
  const block: MinerEventBody = { type: 'block', hash: '00', height: 1 };
  const stats = statsOf([
    { type: 'scan', hashes: 100, seconds: 1 },
    block,
    verdict('unknown'),
    verdict('accepted'),
    { type: 'scan', hashes: 50, seconds: 1 },
    block,
    verdict('rejected'),
    block,
    verdict('stale'),
    { type: 'recovered', hash: '01', height: 2 },
    verdict('accepted', true),
    block,
    { type: 'hardware-error', engine: 'js', kernel: 'js', hash: '02' },
    { type: 'warning', message: 'x' },
  ]);
  expect(summarize(stats, 3)).toEqual({
    type: 'summary',
    blocks: 5,
    accepted: 2,
    rejected: 1,
    stale: 1,
    pending: 1,
    recovered: 1,
    hardwareErrors: 1,
    hashes: 150,
    hashesPerSecond: 50,
    seconds: 3,
  });
  expect([stats.startedAtMs, stats.lastAtMs]).toEqual([1000, 1013]);
});

it('gives no rate for no time', () => {
  expect(summarize(NO_STATS, 0).hashesPerSecond).toBe(0);
});
