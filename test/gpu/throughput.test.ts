/** What a GPU moves and computes, on real drivers: every rate, what a driver lacks, and results that are wrong on purpose. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ARITHMETIC_LOOPS, LANES } from '../../shaders/throughput.ts';
import type { MeasuredGpu } from '../../src/economics/throughput.ts';
import { type DriverName, describeWithDriver } from '../support/vulkan.ts';

interface Spec {
  readonly seconds: number;
  readonly arrayBytes?: number;
  /** In the WGSL, and what takes its place. */
  readonly find?: string;
  readonly replace?: string;
  /** How often the device refuses the arrays. */
  readonly noMemory?: number;
  readonly lose?: boolean;
  /** Dispatches of more workgroups do not run. */
  readonly most?: number;
  /** The label of a buffer that is too large. */
  readonly oversized?: string;
}

interface Outcome {
  readonly gpu?: MeasuredGpu;
  readonly error?: { readonly code: string; readonly message: string };
}

const CHILD = join(import.meta.dirname, '../support/throughput-child.mjs');
const SHORT = { seconds: 0.03, arrayBytes: 4 * 2 ** 20 };

async function measure(env: Readonly<Record<string, string>>, spec: Spec): Promise<Outcome> {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, JSON.stringify(spec)], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Outcome; // Dawn prints errors on stdout too
}

for (const [driver, halves] of [
  ['swiftshader', false],
  ['llvmpipe', true],
] as const satisfies [DriverName, boolean][]) {
  describeWithDriver(driver, 'the throughput', (env) => {
    it('has every rate that the driver offers', async () => {
      const { gpu } = await measure(env, SHORT);
      expect(gpu).toMatchObject({ software: true, arrayBytes: SHORT.arrayBytes });
      const { memory, fp32, int32, fp16, int8 } = gpu!;
      for (const rate of [memory, fp32, int32, int8!]) {
        expect(rate).toMatchObject({ loop: 'wgsl', perSecond: expect.any(Number) });
        expect(rate.samples).toBeGreaterThanOrEqual(3);
        expect(rate.perSecond).toBeGreaterThan(1e7);
      }
      expect(fp16 !== null).toBe(halves);
    });
  });
}

describeWithDriver('llvmpipe', 'a measurement', (env) => {
  it.each([
    ['triad', 'a[i] = b[i] + params.factor * c[i]', 'a[i] = b[i] + params.factor * c[i] + f32(i == 77u)'],
    ['triad', 'b[i] = left(i)', 'b[i] = left(i + 1u)'],
    ['fp32', 'bitcast<u32>(x)', 'bitcast<u32>(x * 2.0)'],
    ['int32', '* params.multiplier + params.increment', '* params.multiplier'],
    ['fp16', 'vec2(f16(params.summand16))', 'vec2(f16(params.summand16), 0.25h)'],
    ['int8', 'params.weights) +', 'params.weights + 1u) +'],
  ])('of %s ends where a result is wrong: %s becomes %s', async (what, find, replace) => {
    const { error } = await measure(env, { ...SHORT, find, replace });
    expect(error?.code).toBe('SELF_TEST_FAILED');
    expect(error?.message).toMatch(`Expected right sums from the ${what} measurement on llvmpipe`);
  });

  it('takes smaller arrays where there is no memory for those it wants, and none at all at last', async () => {
    const once = await measure(env, { seconds: 0.01, arrayBytes: 8 * 2 ** 20, noMemory: 1 });
    expect(once.gpu?.arrayBytes).toBe(4 * 2 ** 20);
    const never = await measure(env, { seconds: 0.01, arrayBytes: 8 * 2 ** 20, noMemory: 99 });
    expect(never.error?.code).toBe('GPU_UNAVAILABLE');
    expect(never.error?.message).toMatch(
      /^Expected GPU llvmpipe.* to have 3 x 4 MiB of memory, received a refusal/,
    );
  });

  it('leaves out a dot product that the driver does not take, and no other refusal', async () => {
    const without = await measure(env, { ...SHORT, find: 'dot4I8Packed', replace: 'dot4I8Unpacked' });
    expect(without.gpu?.int8).toBeNull();
    const refused = await measure(env, {
      ...SHORT,
      find: 'params.multiplier +',
      replace: 'params.nothing +',
    });
    expect(refused.error?.code).toBe('GPU_KERNEL_REFUSED');
    expect(refused.error?.message).toMatch(/take the int32 measurement, received ".*nothing/);
  });

  it.each([0, 8])('notices that dispatches of more than %d workgroups never ran', async (most) => {
    const { error } = await measure(env, { ...SHORT, most });
    expect(error?.code).toBe('SELF_TEST_FAILED');
  });

  it('ends with an error of the device that nobody asked for', async () => {
    const { error } = await measure(env, { ...SHORT, oversized: 'int32' });
    expect(error?.code).toBe('GPU_LOST');
    expect(error?.message).toMatch(/received ".*[Bb]uffer/);
  });

  it('says that a device was lost', async () => {
    const { error } = await measure(env, { ...SHORT, lose: true });
    expect(error?.code).toBe('GPU_LOST');
  });
});

describe('the sums that the host expects', () => {
  const [fp32, int32, fp16, int8] = ARITHMETIC_LOOPS;
  const STEPS = 8 * 32 + 1;
  const chains = (lane: number) => Array.from({ length: 16 }, (_, chain) => 16 * lane + chain);
  const sums = (end: (start: number) => number | bigint) =>
    Array.from({ length: LANES }, (_, lane) =>
      Number(
        BigInt.asUintN(
          32,
          chains(lane).reduce((sum, start) => sum + BigInt(end(start)), 0n),
        ),
      ),
    );

  it('of fp32 are those of floats that counted', () => {
    const bits = (value: number) => new DataView(Float32Array.of(value).buffer).getUint32(0, true);
    expect([...fp32!.expected(32)]).toEqual(sums((start) => bits(start + STEPS)));
  });

  it('of int32 are those of the closed form', () => {
    const [factor, modulus] = [0x915f77f5n, 2n ** 32n];
    let [power, series] = [1n, 0n]; // factor^n, and the sum of the powers before
    for (let i = 0; i < STEPS; i++)
      [power, series] = [(power * factor) % modulus, (series + power) % modulus];
    expect([...int32!.expected(32)]).toEqual(sums((start) => (BigInt(start) * power + series) % modulus));
  });

  it('of fp16 are those of halves that turned once', () => {
    expect([...fp16!.expected(32)]).toEqual(sums((start) => 7 - start + 65_536 * (6 - start)));
  });

  it('of int8 are those of the four signed bytes, added again and again', () => {
    const end = (start: number) => {
      const word = new DataView(new ArrayBuffer(4));
      word.setInt32(0, start);
      for (let i = 0; i < STEPS; i++)
        word.setInt32(
          0,
          [0, 1, 2, 3].reduce((sum, at) => sum + word.getInt8(at), word.getInt32(0)),
        );
      return word.getInt32(0);
    };
    expect([...int8!.expected(32)]).toEqual(sums(end));
  });
});
