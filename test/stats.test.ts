/** Statistics: each event counts where it should, and nowhere else. */
import { expect, it } from 'vitest';
import { HASHES_PER_DIFFICULTY } from '../src/economics/work.ts';
import type { MinerEventBody } from '../src/events.ts';
import { NO_STATS, reduceStats, summarize } from '../src/stats.ts';
import type { ShareVerdict } from '../src/work/ports.ts';

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
    hashesPerSecond: 37_500,
    seconds: 3,
  });
  expect([stats.startedAtMs, stats.lastAtMs]).toEqual([1000, 1013]);
});

it('gives no rate for no time', () => {
  expect(summarize(NO_STATS, 0).hashesPerSecond).toBe(0);
});

const shareEvent = (difficulty: number, shareDifficulty: number): MinerEventBody => ({
  type: 'share',
  hash: '00',
  difficulty,
  shareDifficulty,
  block: false,
});
const shareVerdict = (verdict: ShareVerdict, shareDifficulty = 2): MinerEventBody => ({
  type: 'share-verdict',
  hash: '00',
  shareDifficulty,
  verdict,
});

it('accounts for every share, and weighs them by their difficulty', () => {
  const stats = statsOf([
    { type: 'scan', hashes: 5 * HASHES_PER_DIFFICULTY, seconds: 1 },
    ...[3, 9, 2, 2, 2, 2].map((difficulty) => shareEvent(difficulty, 2)),
    shareVerdict({ outcome: 'accepted', roundTripMs: 10 }),
    shareVerdict({ outcome: 'accepted', roundTripMs: 30 }),
    shareVerdict({ outcome: 'rejected', class: 'stale', reason: 'job not found', roundTripMs: 20 }),
    shareVerdict({ outcome: 'unknown', reason: 'the connection is gone' }),
    shareVerdict({ outcome: 'withheld', reason: 'the job is over' }),
  ]);
  const { shares } = summarize(stats, 10);
  expect(shares).toEqual({
    found: 6,
    accepted: 2,
    rejected: { stale: 1, duplicate: 0, 'low-difficulty': 0, unauthorized: 0, other: 0 },
    unknown: 1,
    withheld: 1,
    pending: 1,
    acceptedDifficulty: 4,
    bestDifficulty: 9,
    roundTripMs: { mean: 20, longest: 30 },
    effectiveHashesPerSecond: (4 * HASHES_PER_DIFFICULTY) / 10,
    luck: 12 / 5,
  });
});
