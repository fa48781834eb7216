/** The token bucket of a transport: its burst, its rate, and what is owed. */
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../src/source/stratum/transport/rate.ts';

describe('a token bucket', () => {
  it('never holds more than its burst, and charges several at once', () => {
    let nowMs = 0;
    const rate = createRateLimit({ perSecond: 1_000, burst: 3 }, () => nowMs);
    expect(rate.take(4)).toBe(false);
    expect(rate.take(3)).toBe(true);
    nowMs = 60_000;
    expect([rate.take(2), rate.take(2), rate.take()]).toEqual([true, false, true]);
  });
});

it('a token bucket charges nothing for what is owed, once', () => {
  const rate = createRateLimit({ perSecond: 0, burst: 2 }, () => 0);
  for (let i = 0; i < 3; i++) rate.owe();
  expect([rate.take(4), rate.take(), rate.take()]).toEqual([true, true, false]);
  rate.owe();
  expect([rate.take(), rate.take()]).toEqual([true, false]);
});
