/** A machine, prices and a network for the tests of the economic reports. */
import type { Machine } from '../../src/report/compare-machine.ts';
import { type NetworkState, snapshotState } from '../../src/report/network-state.ts';

/** Three days after the snapshot that is shipped. */
export const FRESH: NetworkState = snapshotState(Date.UTC(2026, 0, 15));

/** A node of mainnet, newest block ten minutes old. */
export const NODE: NetworkState = {
  ...FRESH,
  from: 'node',
  source: 'http://127.0.0.1:8332/',
  date: '2026-11-20T12:00:00.000Z',
  ageSeconds: 600,
  height: 970_000,
  hashrateHps: 9.5e20,
  hashrateFrom: 'from the times of the last 1008 blocks',
  feesBtc: 0.021_234_5,
  feesOfBlocks: 72,
};

/** A desktop without meters. */
export const DESKTOP: Machine = {
  name: 'Intel Core i5-7500',
  origin: 'measured',
  hashesPerSecond: 20e6,
  parts: [{ engine: 'native', kernel: 'avx2', threads: 4, hashesPerSecond: 20e6 }],
  power: { watts: 65, basis: 'assumed', how: '65 W, a usual TDP of desktop CPUs' },
};

/** A PC with a graphics card and meters on both. */
export const GAMING: Machine = {
  name: 'AMD Ryzen 9 7950X with NVIDIA GeForce RTX 4090',
  origin: 'measured',
  hashesPerSecond: 8.5e9,
  parts: [
    { engine: 'native', kernel: 'avx512', threads: 32, hashesPerSecond: 5e8 },
    {
      engine: 'gpu',
      kernel: 'g-16',
      threads: 4096,
      hashesPerSecond: 8e9,
      adapter: 'NVIDIA GeForce RTX 4090',
    },
  ],
  power: { watts: 560, basis: 'measured', how: 'RAPL, the CPU package alone; nvidia-smi, the GPU alone' },
};

/** The longest of lines. */
export const longest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));

/** What is longer than the terminal without being one word, such as an address, that cannot be broken. */
export const tooLong = (lines: readonly string[], width: number) =>
  lines.filter((line) => line.length > width && line.trim().includes(' '));
