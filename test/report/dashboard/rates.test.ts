/** Hashrates over windows: what counts, and from when on a window has a rate. */
import { describe, expect, it } from 'vitest';
import {
  addHashes,
  HISTORY_SECONDS,
  NO_HASHES,
  type RateHistory,
  rateOver,
  sparkOf,
} from '../../../src/report/dashboard/rates.ts';

const T = 1_800_000_000;
/** `hashes` in each of some seconds from `from` on. */
const steady = (hashes: number, from: number, seconds: number, history: RateHistory = NO_HASHES) =>
  Array.from({ length: seconds }).reduce<RateHistory>(
    (all, _, i) => addHashes(all, hashes, (from + i + 1) * 1000 - 1, 0.999),
    history,
  );

describe('rateOver', () => {
  it('is the mean over whole seconds', () => {
    const history = steady(700, T, 10);
    expect(rateOver(history, (T + 10) * 1000, 5)).toBe(700);
    expect(rateOver(history, (T + 10) * 1000 + 999, 5)).toBe(700);
    expect(rateOver(history, (T + 11) * 1000, 5)).toBe(560);
    expect(rateOver(history, (T + 99) * 1000, 5)).toBe(0);
  });

  it('is unknown before the first whole second', () => {
    expect(rateOver(NO_HASHES, T * 1000, 5)).toBeUndefined();
    expect(rateOver(addHashes(NO_HASHES, 1, T * 1000, 0.1), T * 1000 + 500, 5)).toBeUndefined();
  });

  it('counts from the beginning of hashing, not of a second', () => {
    const history = addHashes(NO_HASHES, 500, T * 1000 + 999, 0.499);
    expect(rateOver(history, (T + 1) * 1000, 5)).toBeCloseTo(1000);
  });

  it('has no mean of a minute before a minute is over, if it is asked for a whole one', () => {
    expect(rateOver(steady(10, T, 59), (T + 59) * 1000, 60, 'whole')).toBeUndefined();
    expect(rateOver(steady(10, T, 61), (T + 61) * 1000, 60, 'whole')).toBe(10);
  });

  it('takes a clock that goes back for one that stands still', () => {
    const history = addHashes(steady(10, T, 5), 7, (T - 3_600) * 1000);
    expect(rateOver(history, (T - 3_600) * 1000, 5)).toBe(10);
  });

  it('keeps a bounded history through any gap', () => {
    const history = addHashes(steady(10, T, 2_000), 10, (T + 1e9) * 1000);
    expect(history.past).toHaveLength(HISTORY_SECONDS);
    expect(rateOver(history, (T + 1e9 + 1) * 1000, HISTORY_SECONDS)).toBeCloseTo(10 / HISTORY_SECONDS);
  });
});

describe('sparkOf', () => {
  it('shows every second while there is room, and longer steps later', () => {
    expect(sparkOf(steady(10, T, 5), (T + 5) * 1000, 60)).toEqual({
      rates: [10, 10, 10, 10, 10].map((rate) => expect.closeTo(rate, 1)),
      stepSeconds: 1,
    });
    expect(sparkOf(steady(10, T, 90), (T + 90) * 1000, 60).stepSeconds).toBe(2);
    expect(sparkOf(steady(10, T, 900), (T + 900) * 1000, 60).stepSeconds).toBe(15);
    expect(sparkOf(steady(10, T, 900), (T + 900) * 1000, 1).rates).toHaveLength(1);
  });

  it('never changes a mark that is complete', () => {
    const ramp = steady(10, T, 40);
    const early = sparkOf(steady(20, T + 40, 30, ramp), (T + 70) * 1000, 40);
    const late = sparkOf(steady(20, T + 40, 40, ramp), (T + 80) * 1000, 40);
    expect(early.stepSeconds).toBe(2);
    expect(late.rates.slice(0, 35)).toEqual(early.rates);
  });

  it('is empty without a history', () => {
    expect(sparkOf(NO_HASHES, T * 1000, 60).rates).toEqual([]);
  });
});
