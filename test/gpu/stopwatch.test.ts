/** How rates are sampled, on a clock of its own: hiccups of the machine neither fix a sample's size nor count. */
import { expect, it } from 'vitest';
import { sampleRate } from '../../src/gpu/stopwatch.ts';

const RATE = 2e6;

/** Work at {@link RATE}, with 45 ms lost in some of its runs. */
async function measure(hiccups: readonly number[], overheadMs = 0.1) {
  let nowMs = 0;
  const amounts: number[] = [];
  const work = async (amount: number) => {
    amounts.push(amount);
    nowMs += overheadMs + (1000 * amount) / RATE + (hiccups.includes(amounts.length) ? 45 : 0);
  };
  return { ...(await sampleRate(0.3, work, () => nowMs)), amounts };
}

it.each([[[]], [[1]], [[2]], [[3]], [[4]], [[2, 3, 4]], [[6, 8]]])(
  'finds the rate with hiccups in runs %j',
  async (hiccups) => {
    const { perSecond, samples, amounts } = await measure(hiccups);
    expect(perSecond).toBeGreaterThan(0.97 * RATE);
    expect(perSecond).toBeLessThanOrEqual(RATE);
    expect(samples).toBeGreaterThanOrEqual(3);
    expect(amounts.length).toBeLessThan(40);
  },
);

it('takes three samples of what is slow, and no more than it needs', async () => {
  let nowMs = 0;
  let runs = 0;
  const work = async (amount: number) => {
    runs++;
    nowMs += 500 * amount;
  };
  expect(await sampleRate(0.1, work, () => nowMs)).toEqual({ perSecond: 2, samples: 3 });
  expect(runs).toBe(4); // the first one warms up
});
