/** The shelf: which kernels come off it, in which order, and which one stands beside a kernel for several versions. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createShelf } from '../../src/gpu/shelf.ts';
import type { Bench, Tried } from '../../src/gpu/try-kernel.ts';
import { kernelOf } from './simulation.ts';

const fails = new Map<string, 'wrong' | 'refused'>();
vi.mock('../../src/gpu/try-kernel.ts', () => ({
  async tryKernel(_: Bench, kernel: ReturnType<typeof kernelOf>['kernel']): Promise<Tried> {
    const compiled = { ...kernelOf(1), kernel };
    const status = fails.get(kernel.name) ?? 'right';
    return status === 'right' ? { status, compiled } : { status, compiled, failure: 'on purpose' };
  },
}));

const [k1, other1, k2, k4] = [kernelOf(1), kernelOf(1, { name: 'other1' }), kernelOf(2), kernelOf(4)].map(
  ({ kernel }) => kernel,
);
const shelfOf = (...kernels: Parameters<typeof createShelf> extends [Bench, ...infer Rest] ? Rest : never) =>
  createShelf({} as Bench, ...kernels);
const first = async (...kernels: Parameters<typeof shelfOf>) =>
  (await shelfOf(...kernels).first()).map(({ kernel }) => kernel.name);

beforeEach(() => fails.clear());

describe('the first kernel', () => {
  it('for several versions stands alone where no other was given', async () => {
    expect(await first([k2!])).toEqual(['k2']);
    expect(await first([k2!, k4!])).toEqual(['k2']);
  });

  it('for several versions has one for a single version beside it, of those given', async () => {
    expect(await first([k2!, k4!, k1!, other1!])).toEqual(['k2', 'k1']);
    expect(await first([k2!], [other1!])).toEqual(['k2', 'other1']);
    expect(await first([k2!, k1!], [other1!])).toEqual(['k2', 'k1']);
    fails.set('k1', 'wrong');
    expect(await first([k2!, k1!], [other1!])).toEqual(['k2', 'other1']);
    expect(await first([k2!, k1!])).toEqual(['k2']);
  });

  it('for a single version needs none', async () => {
    expect(await first([k1!, other1!, k2!], [other1!])).toEqual(['k1']);
  });

  it('is never one that was only given to stand beside another', async () => {
    fails.set('k2', 'refused');
    await expect(first([k2!], [k1!])).rejects.toMatchObject({ code: 'GPU_KERNEL_REFUSED' });
    fails.clear();
    const shelf = shelfOf([k2!], [k1!]);
    await shelf.first();
    expect(await shelf.more()).toEqual([]);
  });
});
