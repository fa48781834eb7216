/** Calibration on a clock of its own: the fastest kernel wins, but only by a clear lead, and nothing narrow is measured. */
import { describe, expect, it } from 'vitest';
import { fastestKernel } from '../../src/engine/calibrate.ts';

/** Kernels on one clock: each scan takes as long as the kernel is slow. */
function bench(
  rates: Record<string, { hashesPerMs: number; lanes?: number; preferredMidstates?: number }>,
  { callMs = 0, stalledCalls = [] as number[] } = {},
) {
  let ms = 0;
  const scans: string[] = [];
  const kernels = Object.entries(rates).map(([name, { hashesPerMs, lanes = 8, preferredMidstates = 1 }]) => ({
    name,
    lanes,
    preferredMidstates,
    scan(request: { nonceCount: number; midstates: Uint32Array }) {
      if (stalledCalls.includes(scans.push(name))) ms += 40;
      ms += callMs + (request.nonceCount * request.midstates.length) / 8 / hashesPerMs;
      return { noncesScanned: request.nonceCount, hits: [] };
    },
  }));
  return { chosen: () => fastestKernel(kernels, () => ms)?.name, scans };
}

describe('fastestKernel', () => {
  it('takes the fastest, whatever the order', () => {
    expect(
      bench({ a: { hashesPerMs: 1000 }, b: { hashesPerMs: 3000 }, c: { hashesPerMs: 2000 } }).chosen(),
    ).toBe('b');
  });

  it('counts hashes, not nonces: more versions for one schedule are worth their time', () => {
    const kernels = {
      a: { hashesPerMs: 1000, preferredMidstates: 1 },
      b: { hashesPerMs: 2000, preferredMidstates: 8 },
    };
    expect(bench(kernels).chosen()).toBe('b');
  });

  it('does not let the cost of a call decide for kernels that hash few nonces at a time', () => {
    const kernels = {
      narrow: { hashesPerMs: 32_000, lanes: 4, preferredMidstates: 4 },
      wide: { hashesPerMs: 19_000, lanes: 8, preferredMidstates: 16 },
    };
    expect(bench(kernels, { callMs: 0.03 }).chosen()).toBe('narrow'); // 30 us, as measured for the addon's
  });

  it('forgets turns in which something else had the CPU', () => {
    const kernels = { a: { hashesPerMs: 10_000 }, b: { hashesPerMs: 20_000 } };
    const { scans, chosen } = bench(kernels);
    expect(chosen()).toBe('b');
    const turnsOfB = scans.flatMap((name, i) => (name === 'b' ? [i + 1] : []));
    expect(bench(kernels, { stalledCalls: turnsOfB.slice(0, 5) }).chosen()).toBe('b');
  });

  it('keeps the order of preference without a clear lead', () => {
    expect(bench({ a: { hashesPerMs: 1000 }, b: { hashesPerMs: 1040 } }).chosen()).toBe('a');
    expect(bench({ a: { hashesPerMs: 1000 }, b: { hashesPerMs: 1060 } }).chosen()).toBe('b');
  });

  it('measures nothing where there is nothing to decide', () => {
    const one = bench({
      a: { hashesPerMs: 1 },
      scalar: { hashesPerMs: 1, lanes: 1 },
      js: { hashesPerMs: 1, lanes: 1 },
    });
    expect(one.chosen()).toBe('a');
    expect(one.scans).toEqual([]);
    expect(fastestKernel([])).toBeUndefined();
  });
});
