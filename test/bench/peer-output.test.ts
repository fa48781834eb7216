/** What other miners print, recorded: colours, carriage returns, units, runs cut short. */
import { describe, expect, it } from 'vitest';
import { countHashes, parsePeerOutput, parseRate, parseTimes } from '../../bench/peer-output.mjs';

/** A run of cpuminer-opt 26.1 with `-a sha256d --benchmark -t 1 --time-limit 6` on a terminal. */
const RECORDED = [
  '',
  '         **********  cpuminer-opt 26.1  ********** ',
  '     A CPU miner with multi algo support and optimized for CPUs',
  '     with AVX512, SHA, AES and NEON extensions by JayDDee.',
  '',
  'CPU: AMD EPYC',
  'SW built on Nov 20 2026 with GCC-12.2.0 Linux',
  'CPU features:  AVX512 VAES SHA256',
  'SW features:   AVX512 VAES SHA256',
  '[2026-11-20 12:13:51]\u001b[01;37m Running cpuminer as Superuser is discouraged.\u001b[0m',
  '[2026-11-20 12:13:51] CPU affinity [!!]\u001b[0m',
  "[2026-11-20 12:13:51] 1 of 2 miner threads started using 'sha256d' algorithm\u001b[0m",
  '[2026-11-20 12:13:52]\u001b[01;37m Total: 25.26 MH/s, Temp: 0C, Freq: 0.000/0.000 GHz\u001b[0m',
  '[2026-11-20 12:13:57]\u001b[01;37m Total: 24.79 MH/s, Temp: 0C, Freq: 0.000/0.000 GHz\u001b[0m',
  '[2026-11-20 12:13:57]\u001b[01;37m Benchmark: 24.54 MH/s\u001b[0m',
  '',
];

describe('parsePeerOutput', () => {
  it.each(['\n', '\r\n'])('reads a recorded run with line ends %j', (end) => {
    expect(parsePeerOutput(RECORDED.join(end))).toEqual({
      hashesPerSecond: 24_540_000,
      lastTotal: 24_790_000,
      name: 'cpuminer-opt 26.1',
      compiler: 'GCC-12.2.0',
      features: 'AVX512 VAES SHA256',
    });
  });

  it('falls back to the last total of a run that was cut short', () => {
    expect(parsePeerOutput(RECORDED.slice(0, -2).join('\n')).hashesPerSecond).toBe(24_790_000);
  });

  it('falls back to the lines of the threads', () => {
    const lines =
      '[12:00:01] thread 0: 2097152 hashes, 900.5 khash/s\n[12:00:06] Thread 0, CPU 0: 1.25 Mh/s\n';
    expect(parsePeerOutput(lines)).toMatchObject({ hashesPerSecond: 1_250_000, lastTotal: undefined });
  });

  it.each(['', 'error: unknown option\n', 'Total: n/a\nBenchmark: none MH/s\n'])(
    'finds no rate in %j',
    (text) => {
      expect(parsePeerOutput(text).hashesPerSecond).toBeUndefined();
    },
  );
});

describe('parseRate', () => {
  it.each<[string, number | undefined]>([
    ['Benchmark: 812.00 H/s', 812],
    ['Benchmark: 812.50 kH/s', 812_500],
    ['Benchmark: 812 Kh/s', 812_000],
    ['Total: 27.65 MH/s, Temp: 0C, Freq: 0.000/0.000 GHz', 27_650_000],
    ['Total: 27,65 MH/s', 27_650_000],
    ['1.5GH/s', 1_500_000_000],
    ['accepted: 1/1, 3 Thash/s', 3_000_000_000_000],
    ['\u001b[01;37m Total: \u001b[32m2.00\u001b[0m MH/s', 2_000_000],
    ['Freq: 3.6 GHz', undefined],
  ])('%j', (text, expected) => {
    const rate = parseRate(text);
    if (expected === undefined) expect(rate).toBeUndefined();
    else expect(rate).toBeCloseTo(expected, 3);
  });
});

describe('countHashes', () => {
  it('undoes the division by whole seconds', () => {
    // 150 million hashes in 6.9 s: the total says 25 MH/s, the rate was 21.7.
    expect(countHashes({ lastTotal: 25e6, hashesPerSecond: 21.7e6 }, 6.9)).toBe(150e6);
  });

  it('asks the rate where the process start blurs the whole second', () => {
    const run = { lastTotal: 30e6, hashesPerSecond: 25e6 };
    expect(countHashes(run, 6.01)).toBe(150e6); // 5.99 s after its own start
    expect(countHashes({ ...run, lastTotal: 25e6 }, 6.01)).toBe(150e6);
  });

  it('knows nothing without a total', () => {
    expect(countHashes({ lastTotal: undefined, hashesPerSecond: 25e6 }, 6)).toBeUndefined();
  });
});

describe('parseTimes', () => {
  it.each([
    ['dash', '0m0.00s 0m0.00s\n0m4.05s 1m0.25s\n', { user: 4.05, system: 60.25 }],
    ['bash', '0m0.001s 0m0.002s\n0m4.055s 0m0.008s\n', { user: 4.055, system: 0.008 }],
    ['nothing', '', undefined],
  ])('of %s', (_, text, expected) => {
    expect(parseTimes(text)).toEqual(expected);
  });
});
