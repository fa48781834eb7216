/** Ceilings of inference: the published table, the ridges, and what batching does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AI_DEVICES, aiDeviceById } from '../../src/economics/ai-devices.ts';
import { AI_MEASUREMENTS, aiModelById } from '../../src/economics/ai-models.ts';
import {
  batchedCeiling,
  bytesPerToken,
  decodeCeiling,
  prefillCeiling,
  tokensPerJoule,
} from '../../src/economics/inference.ts';
import { inferenceGap } from '../../src/economics/inference-gap.ts';

const llama = aiModelById('llama-3.1-8b');
const h200 = aiDeviceById('h200');
const single = bytesPerToken({ model: llama, quantisation: 'Q4_K_M' });

describe('published: ceilings of an 8B model in Q4_K_M, and how far a machine is from an H200', () => {
  it.each([
    ['rpi5', 3, 282, 4.8],
    ['phone-8elite', 16, 62, 0.7],
    ['ddr5-pc', 18, 53, 8.0],
    ['m4', 24, 40, 1.7],
    ['m4-max', 111, 8.8, 1.1],
    ['m2-ultra', 163, 6.0, 0.8],
    ['m3-ultra', 166, 5.9, 1.0],
    ['m5-ultra', 244, 4.0, null],
    ['ryzen-ai-395', 52, 19, 3.2],
    ['dgx-spark', 55, 18, 4.3],
    ['rtx3090', 190, 5.1, 2.6],
    ['rtx4090', 205, 4.8, 2.6],
    ['rtx5090', 364, 2.7, 1.6],
    ['a100-40', 316, 3.1, 1.8],
    ['h100', 681, 1.4, 1.4],
    ['h200', 976, 1, 1],
    ['b200', 1626, 0.6, 0.9],
    ['mi300x', 1077, 0.9, 1.0],
  ])('%s: %d tokens/s, %d times short per device, %s per joule', (id, tokens, perDevice, perJoule) => {
    const device = aiDeviceById(id);
    expect(Math.round(decodeCeiling(device, single))).toBe(tokens);
    const gap = inferenceGap(h200, device).single;
    expect(Math.abs(gap.perDevice - perDevice)).toBeLessThan(perDevice < 10 ? 0.051 : 0.51);
    if (perJoule === null) expect(gap.perJoule).toBeNull();
    else expect(Math.abs(gap.perJoule! - perJoule)).toBeLessThan(0.051);
  });

  it('no measured rate of one user is above its ceiling', () => {
    const checked = AI_MEASUREMENTS.filter(
      ({ deviceId, modelId, users }) => deviceId && modelId && users === 1,
    );
    expect(checked.length).toBeGreaterThan(3);
    for (const { id, deviceId, modelId, quantisation, tokensPerSecond } of checked) {
      const model = aiModelById(modelId!);
      const bytes = quantisation === 'w4a16' ? single : model.fileBytes[quantisation as 'Q4_0' | 'Q4_K_M']!;
      const efficiency = tokensPerSecond / decodeCeiling(aiDeviceById(deviceId!), bytes);
      expect(efficiency > 0.4 && efficiency < 1, `${id} ${efficiency}`).toBe(true);
    }
  });
});

/** Users at which arithmetic becomes the bound. Source: https://gist.github.com/mikasenghaas/d63ded03f1f0417b1677627119bacc0d. */
const ridge = (tflops: number, bandwidthGBps: number, bytesPerParameter: number) =>
  (tflops * 1e12 * bytesPerParameter) / (2 * bandwidthGBps * 1e9);

it.each([
  ['rtx4090', 163],
  ['a100-40', 200],
  ['h100', 295],
])('published: %s turns from memory to arithmetic at %d users', (id, users) => {
  const { fp16Tflops, bandwidthGBps } = aiDeviceById(id);
  expect(Math.floor(ridge(fp16Tflops!, bandwidthGBps, 2))).toBe(users);
});

it('published: a batched H200 makes 29 tokens per joule, 30 to 70 times a card or a Mac with one user', () => {
  const rate = (id: string) => {
    const { tokensPerSecond, powerW } = AI_MEASUREMENTS.find((row) => row.id === id)!;
    return tokensPerJoule(tokensPerSecond, powerW!);
  };
  const batched = rate('h200-mistral-7b-batched');
  expect(batched).toBeCloseTo(29, 0);
  expect(rate('rtx4090-llama-2-7b')).toBeCloseTo(0.42, 2);
  expect(rate('m2-ultra-llama-2-7b')).toBeCloseTo(1.04, 2);
  expect(batched / rate('m2-ultra-llama-2-7b')).toBeCloseTo(28, 0);
  expect(batched / rate('rtx4090-llama-2-7b')).toBeCloseTo(69, 0);
});

it('batched, an RTX 4090 is 6 times short of an H200 per device, and a Mac without a figure says so', () => {
  expect(inferenceGap(h200, aiDeviceById('rtx4090')).batched.perDevice).toBeCloseTo(5.99, 2);
  expect(inferenceGap(h200, aiDeviceById('rtx4090')).batched.perJoule).toBeCloseTo(3.21, 2);
  expect(inferenceGap(h200, aiDeviceById('m4-max')).batched).toEqual({ perDevice: null, perJoule: null });
});

it('a prompt of 8B parameters takes 16 GFLOP per token', () => {
  expect(prefillCeiling(h200.fp16Tflops!, llama)).toBeCloseTo(989e12 / 16.06e9, 3);
  expect(prefillCeiling(h200.fp16Tflops!, llama, 0.5)).toBe(prefillCeiling(h200.fp16Tflops!, llama) / 2);
});

describe('a batch', () => {
  const load = { model: llama, quantisation: 'F16' } as const;
  const users = () => fc.integer({ min: 1, max: 5000 });

  it('of one user without a context is a single user', () => {
    for (const device of AI_DEVICES.filter(({ fp16Tflops }) => fp16Tflops !== null))
      expect(batchedCeiling(device, load, 1).tokensPerSecond).toBeCloseTo(
        decodeCeiling(device, bytesPerToken(load)),
        6,
      );
  });

  it('grows with its users up to arithmetic, never beyond, and is slower with long contexts', () => {
    fc.assert(
      fc.property(users(), users(), fc.integer({ min: 0, max: 100_000 }), (a, b, contextTokens) => {
        const rate = (n: number, context = 0) =>
          batchedCeiling(h200, { ...load, contextTokens: context }, n).tokensPerSecond;
        const [few, many] = a < b ? [a, b] : [b, a];
        expect(rate(few)).toBeLessThanOrEqual(rate(many) * (1 + 1e-12));
        expect(rate(many)).toBeLessThanOrEqual(prefillCeiling(h200.fp16Tflops!, llama));
        expect(rate(many, contextTokens)).toBeLessThanOrEqual(rate(many));
      }),
    );
  });

  it('turns at the ridge', () => {
    const { bandwidthGBps, fp16Tflops } = h200;
    const turn = ridge(fp16Tflops!, bandwidthGBps, llama.fileBytes.F16! / llama.parameters);
    expect(batchedCeiling(h200, load, Math.floor(turn)).boundBy).toBe('bandwidth');
    expect(batchedCeiling(h200, load, Math.ceil(turn)).boundBy).toBe('arithmetic');
  });
});

it('a mixture of experts reads its active part for one user, and all of it for many', () => {
  const model = aiModelById('qwen3-30b-a3b');
  const load = { model, quantisation: 'Q8_0' } as const;
  expect(bytesPerToken(load) / 1e9).toBeCloseTo(3.46, 2);
  const rate = (users: number) =>
    batchedCeiling({ bandwidthGBps: 1000, fp16Tflops: 1e6 }, load, users).tokensPerSecond;
  expect(rate(1)).toBeCloseTo(1e12 / bytesPerToken(load), 6);
  expect(rate(1000)).toBeCloseTo((1000 * 1e12) / 32e9, 0);
});

it('a context costs its keys and values', () => {
  const load = { model: llama, quantisation: 'Q4_K_M', contextTokens: 8192 } as const;
  expect(bytesPerToken(load) - single).toBe(8192 * 131_072);
});

it('refuses what it does not know', () => {
  expect(() => bytesPerToken({ model: llama, quantisation: 'Q4_0' })).toThrow(RangeError);
  expect(() => batchedCeiling(aiDeviceById('m4'), { model: llama, quantisation: 'F16' }, 2)).toThrow(
    RangeError,
  );
  expect(() => decodeCeiling(h200, 0)).toThrow(RangeError);
  expect(() => decodeCeiling(h200, 1, 1.1)).toThrow(RangeError);
  expect(() => tokensPerJoule(1, 0)).toThrow(RangeError);
});
