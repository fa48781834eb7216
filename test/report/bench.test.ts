/** The benchmark as text: the table at several widths, the line about the machine. */
import { describe, expect, it } from 'vitest';
import { benchLines, hostLine } from '../../src/report/bench.ts';

const row = {
  engine: 'native',
  kernel: 'sha-ni',
  threads: 1,
  midstates: 4,
  samples: [36_000_000, 37_000_000, 37_500_000],
  hashesPerSecond: { median: 37_000_000, best: 37_500_000, worst: 36_000_000 },
  cpuSeconds: 2.5,
  hashes: 110_500_000,
};
const unknown = { ...row, kernel: 'gpu', threads: 128, cpuSeconds: null };

describe('benchLines', () => {
  it('shows everything where there is room', () => {
    expect(benchLines([row, unknown], 80)).toMatchInlineSnapshot(`
      [
        "kernel  threads  midstates   MH/s  MH per CPU s   best  worst",
        "------  -------  ---------  -----  ------------  -----  -----",
        "sha-ni        1          4  37.00         44.20  37.50  36.00",
        "gpu         128          4  37.00             -  37.50  36.00",
      ]
    `);
  });

  it('is a list on a narrow terminal, and lacks nothing', () => {
    expect(benchLines([row, unknown], 40)).toMatchInlineSnapshot(`
      [
        "sha-ni",
        "  threads  1",
        "  midstates  4",
        "  MH/s  37.00",
        "  MH per CPU s  44.20",
        "  best  37.50",
        "  worst  36.00",
        "gpu",
        "  threads  128",
        "  midstates  4",
        "  MH/s  37.00",
        "  MH per CPU s  -",
        "  best  37.50",
        "  worst  36.00",
      ]
    `);
  });
});

describe('benchLines with a GPU', () => {
  const gpu = {
    ...row,
    engine: 'gpu',
    kernel: 'readable',
    threads: 2,
    adapter: 'NVIDIA H200',
    driver: 'NVIDIA: 580',
  };

  it('names each adapter once, and has no rate for each CPU second of it', () => {
    expect(benchLines([row, gpu, { ...gpu, kernel: 'k2' }], 80)).toMatchInlineSnapshot(`
      [
        "kernel    threads  midstates   MH/s  MH per CPU s   best  worst",
        "--------  -------  ---------  -----  ------------  -----  -----",
        "sha-ni          1          4  37.00         44.20  37.50  36.00",
        "readable        2          4  37.00             -  37.50  36.00",
        "k2              2          4  37.00             -  37.50  36.00",
        "gpu: NVIDIA H200, driver NVIDIA: 580",
      ]
    `);
  });
});

describe('hostLine', () => {
  const host = { cpu: 'AMD EPYC', cores: 1, os: 'Linux 6.1 x64', node: 'v20.20.2', compiler: 'clang 14.0.6' };

  it('names the machine, the compiler and the commit', () => {
    expect(hostLine({ version: '1.2.3', commit: '0123456789abcdef', host })).toBe(
      'AMD EPYC, 1 core, Linux 6.1 x64, Node v20.20.2, addon by clang 14.0.6; hashgap 1.2.3, commit 0123456789',
    );
  });
});
