/** Numbers for people: prefixes, durations and factors, at the edges between one unit and the next. */
import { describe, expect, it } from 'vitest';
import { formatDuration, formatFactor, formatQuantity } from '../src/format.ts';

describe('numbers', () => {
  it.each([
    [0, '0 H/s'],
    [17, '17 H/s'],
    [999.6, '1 kH/s'],
    [1234, '1.23 kH/s'],
    [999_499, '999 kH/s'],
    [57_012_345, '57 MH/s'],
    [200e12, '200 TH/s'],
    [957.97e18, '958 EH/s'],
  ])('writes %d as %s', (value, text) => {
    expect(formatQuantity(value, 'H/s')).toBe(text);
  });

  it.each([
    [0.0042, '4.2 ms'],
    [0.99999, '1 s'],
    [59, '59 s'],
    [60, '1 minute'],
    [5400, '1.5 hours'],
    [86400, '1 day'],
    [3.5e6, '40.5 days'],
    [31557600, '1 year'],
    [5.9e11, '18,696 years'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [1, '1'],
    [187.4, '187'],
    [18_789, '18,800'],
    [999_700, '1 million'],
    [3_508_771, '3.51 million'],
    [1.2e11, '120 billion'],
  ])('writes the factor %d as %s', (factor, text) => {
    expect(formatFactor(factor)).toBe(text);
  });
});
