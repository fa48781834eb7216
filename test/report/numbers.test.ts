/** Numbers of a run as people read them, from nothing to more than there can be. */
import { describe, expect, it } from 'vitest';
import {
  chancePerDay,
  formatAge,
  formatBitcoin,
  formatDifficulty,
  formatMs,
  formatPercent,
  formatRate,
  formatRatio,
  formatWait,
} from '../../src/report/numbers.ts';

const table = <T>(name: string, format: (value: T) => string | undefined, rows: [T, string | undefined][]) =>
  describe(name, () => {
    it.each(rows)('writes %s as %s', (value, text) => {
      expect(format(value)).toBe(text);
    });
  });

table('a difficulty', formatDifficulty, [
  [0, '0'],
  [4.656e-10, '4.66e-10'],
  [0.0012, '0.0012'],
  [2.25, '2.25'],
  [65_536, '65.5 k'],
  [1e40, '1.00e40'],
]);
table('a hashrate', formatRate, [
  [undefined, '-'],
  [Number.NaN, '-'],
  [0, '0 H/s'],
  [0.4, '0 H/s'],
  [9.57e20, '957 EH/s'],
  [1e30, '1.00e30 H/s'],
]);
table('an age', (seconds: number) => formatAge(seconds * 1000, 2), [
  [-5, '0 s'],
  [0.9, '0 s'],
  [59.9, '59 s'],
  [61, '1 min 1 s'],
  [120, '2 min'],
  [3_599, '59 min 59 s'],
  [3_660, '1 h 1 min'],
  [90_000, '1 d 1 h'],
  [86_400 * 1_000, '1,000 d'],
]);
table('a percentage', formatPercent, [
  [0, '0%'],
  [0.004, '<0.01%'],
  [33.333, '33.33%'],
  [58.29, '58.29%'],
  [99.999, '99.99%'],
  [100, '100%'],
]);
table('a ratio', formatRatio, [
  [undefined, '-'],
  [0, '0%'],
  [0.98765, '98.8%'],
  [12.345, '1,230%'],
  [1e9, '1.00e11%'],
]);
table('a round trip', formatMs, [
  [0.04, '0 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [43.2, '43 ms'],
  [12_345, '12,345 ms'],
]);
table('an amount', formatBitcoin, [
  [0n, '0 BTC'],
  [1n, '0.00000001 BTC'],
  [319_203_411n, '3.19203411 BTC'],
  [-150_000_000n, '-1.5 BTC'],
  [2_100_000_000_000_000n, '21,000,000 BTC'],
]);
table('an expected time', formatWait, [
  [0, 'less than 1 ms'],
  [0.004, '4 ms'],
  [90, '1.5 minutes'],
  [86_400 * 40, '40 days'],
  [31_557_600 * 999, '999 years'],
  [31_557_600 * 26_200_000, '26.2 million years'],
  [31_557_600 * 1e25, '1.00e25 years'],
  [Number.POSITIVE_INFINITY, '-'],
]);
table('the chance of a day', chancePerDay, [
  [1, undefined],
  [86_400 / 7, undefined],
  [86_400, '63%'],
  [86_400 * 20, '1 in 20.5'],
  [86_400 * 1e9, '1 in 1 billion'],
  [1e40, '1 in 1.16e35'],
  [Number.POSITIVE_INFINITY, undefined],
]);
