/** A report with fixed inputs: a laptop of 2021 on the day of the shipped snapshot. */
import { regionById } from '../../../src/economics/regions.ts';
import type { Machine } from '../../../src/report/compare-machine.ts';
import { buildReport } from '../../../src/report/document/build.ts';
import type { ReportDocument } from '../../../src/report/document/document.ts';
import type { Throughput } from '../../../src/report/document/edge-contrast.ts';
import { type ReportInput, reportFigures } from '../../../src/report/document/figures.ts';
import { snapshotState } from '../../../src/report/network-state.ts';

const NOW_MS = Date.UTC(2026, 0, 13, 12);

/** The machine. */
export const LAPTOP: Machine = {
  name: 'Intel Core i7-1185G7',
  origin: 'measured',
  hashesPerSecond: 120e6,
  parts: [{ engine: 'native', kernel: 'sha-ni', threads: 8, hashesPerSecond: 120e6 }],
  power: { watts: 28, basis: 'assumed', how: '28 W, a usual TDP of laptop CPUs' },
};

/** Its memory and arithmetic, as a report that measures has them. */
export const LAPTOP_THROUGHPUT: Throughput = {
  cpu: {
    by: 'native',
    threads: 8,
    memory: { perSecond: 48e9, loop: 'triad', samples: 40 },
    arrayBytes: 64 * 2 ** 20,
    cacheBytes: 12 * 2 ** 20,
    fp32: { perSecond: 300e9, loop: 'fma', samples: 40 },
    int32: { perSecond: 200e9, loop: 'avx2', samples: 40 },
    int8: null,
  },
  gpu: null,
  memoryBytes: 16e9,
};

/** What the sample is made of, with changes. */
export function sampleInput(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    machine: LAPTOP,
    throughput: null,
    network: snapshotState(NOW_MS),
    electricity: { usdPerKwh: 0.42, from: 'households, Germany, 2025-03/2026-03', unconfirmed: false },
    region: regionById('de'),
    growth: 0.3,
    growthAssumed: true,
    nowMs: NOW_MS,
    version: '0.1.0',
    ...changes,
  };
}

/** The sample. */
export function sampleReport(changes: Partial<ReportInput> = {}): ReportDocument {
  return buildReport(reportFigures(sampleInput(changes)));
}
