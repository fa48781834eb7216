/** Quantities as people type them; what is not understood leads to an example that is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Parsed,
  parseDuration,
  parseHashrate,
  parseMoney,
  parsePercent,
  parsePower,
} from '../../src/economics/units.ts';

const PARSERS: Record<string, (text: string) => Parsed> = {
  duration: parseDuration,
  hashrate: parseHashrate,
  power: parsePower,
  percent: parsePercent,
  money: parseMoney,
};

const DAY = 86_400;

it.each([
  ['1d', DAY],
  ['30 days', 30 * DAY],
  ['1.5 h', 5400],
  ['2h30m', 9000],
  ['1y', 365.25 * DAY],
  ['1 year, 6 months', 1.5 * 365.25 * DAY],
  ['1 MONTH', (365.25 / 12) * DAY],
  [' 2 weeks ', 14 * DAY],
  ['90s', 90],
  ['.5d', DAY / 2],
])('duration %s', (text, seconds) => {
  expect(parseDuration(text)).toEqual({ value: seconds });
});

it.each([
  ['1.2TH/s', 1.2e12],
  ['200 TH', 200e12],
  ['500 gh/s', 500e9],
  ['80k', 80e3],
  ['1,024 EH/s', 1024e18],
  ['2e6', 2e6],
  ['12 H/s', 12],
  ['1ph', 1e15],
  ['38.4 MHps', 38.4e6],
])('hashrate %s', (text, hashesPerSecond) => {
  expect(parseHashrate(text)).toEqual({ value: hashesPerSecond });
});

it.each([
  ['19 W', 19],
  ['3.5kW', 3500],
  ['65', 65],
  ['1,350 watts', 1350],
  ['500mW', 0.5],
  ['2 m', 0.002],
  ['1.2MW', 1.2e6],
  ['3.5KW', 3500],
])('power %s', (text, watts) => {
  expect(parsePower(text)).toEqual({ value: watts });
});

it.each([
  ['30%', 0.3],
  ['2.5 percent', 0.025],
  ['-10 %', -0.1],
  ['0%', 0],
])('percentage %s', (text, value) => {
  expect(parsePercent(text)).toEqual({ value });
});

it.each([
  ['$0.08', 0.08],
  ['0.08 $/kWh', 0.08],
  ['8 c', 0.08],
  ['8ct/kWh', 0.08],
  ['91,132', 91_132],
  ['$90k', 90_000],
  ['60000 USD', 60_000],
  ['0', 0],
])('money %s', (text, dollars) => {
  expect(parseMoney(text)).toEqual({ value: dollars });
});

describe('what is not understood leads to an example', () => {
  it.each([
    ['duration', '5 parsecs', '5 days'],
    ['duration', '7', '7 days'],
    ['duration', '-1d', '1 days'],
    ['duration', '0d', '30 days'],
    ['duration', 'soon', '30 days'],
    ['duration', '1d and 2', '1 days'],
    ['duration', '1..5d', '1 days'],
    ['hashrate', '200 TB', '200 TH/s'],
    ['hashrate', '-3 TH/s', '3 TH/s'],
    ['hashrate', 'fast', '1 TH/s'],
    ['hashrate', '0', '1 TH/s'],
    ['hashrate', '1,2TH/s', '1.2 TH/s'],
    ['hashrate', '1,234,5 TH', '1234.5 TH/s'],
    ['percent', '2,5%', '2.5%'],
    ['power', '-5 W', '5 W'],
    ['power', '3 horses', '3 W'],
    ['percent', '30', '30%'],
    ['percent', '0.3', '30%'],
    ['percent', 'a lot', '30%'],
    ['money', '-1', '$1'],
    ['money', '0,08', '$0.08'],
    ['money', '8 EUR', '$8'],
    ['money', '', '$0.08'],
  ])('%s "%s": %s', (kind, text, example) => {
    expect(PARSERS[kind]!(text)).toEqual({ example });
  });
});

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  it('takes anything without throwing, and its examples are understood', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?[\d.,]{1,6} ?[a-zA-Z$%/]{0,6}$/)), (text) => {
        const parsed = parse(text);
        if ('value' in parsed) expect(Number.isFinite(parsed.value)).toBe(true);
        else expect('value' in parse(parsed.example), `${text} -> ${parsed.example}`).toBe(true);
      }),
    );
  });
});
