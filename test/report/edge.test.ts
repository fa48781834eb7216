/** The contrast of hashing and inference: the published figures, the sentence, the tables at three widths, the marks, the JSON. */
import { describe, expect, it } from 'vitest';
import { AI_DEVICES, aiDeviceById } from '../../src/economics/ai-devices.ts';
import { AI_MODELS, aiModelById } from '../../src/economics/ai-models.ts';
import type { CpuThroughput, MeasuredGpu } from '../../src/economics/throughput.ts';
import { type Edge, type EdgeInput, edgeObject, edgeOf } from '../../src/report/edge.ts';
import { edgeCaveats, edgeLines } from '../../src/report/edge-lines.ts';
import { DESKTOP, tooLong } from './economics-fixtures.ts';

const rate = (perSecond: number, loop: string) => ({ perSecond, loop, samples: 40 });

/** A desktop with two channels of DDR5. */
const CPU: CpuThroughput = {
  by: 'native',
  threads: 4,
  memory: rate(90e9, 'triad'),
  arrayBytes: 128 * 2 ** 20,
  cacheBytes: 32 * 2 ** 20,
  fp32: rate(400e9, 'fma'),
  int32: rate(300e9, 'avx2'),
  int8: rate(1.2e12, 'avx2'),
};

/** As WGSL reaches it on a card with 24 GB. */
const GPU: MeasuredGpu = {
  name: 'NVIDIA GeForce RTX 4090',
  software: false,
  memory: rate(930e9, 'wgsl'),
  arrayBytes: 256 * 2 ** 20,
  fp32: rate(78e12, 'wgsl'),
  int32: rate(40e12, 'wgsl'),
  fp16: rate(79e12, 'wgsl'),
  int8: rate(160e12, 'wgsl'),
};

const edge = (changes: Partial<EdgeInput> = {}): Edge =>
  edgeOf({
    machine: DESKTOP,
    cpu: CPU,
    memoryBytes: 31e9,
    models: AI_MODELS,
    gpu: null,
    ...changes,
  });

const moving = (bandwidthGBps: number): CpuThroughput => ({
  ...CPU,
  memory: rate(bandwidthGBps * 1e9, 'triad'),
});

describe('published: the table of the facts', () => {
  it.each([
    ['rpi5', 3, 282, 4.8],
    ['ddr5-pc', 18, 53, 8.0],
    ['m4', 24, 40, 1.7],
    ['m2-ultra', 163, 6.0, 0.8],
    ['h200', 976, 1, 1],
  ])(
    'a machine that moves as much as %s: %d tokens/s, %d times short, %d per joule',
    (id, tokens, perDevice, perJoule) => {
      const { bandwidthGBps, powerW } = aiDeviceById(id);
      const power = { watts: powerW!, basis: 'given', how: 'the catalogue' } as const;
      const { ceilings, inference } = edge({
        machine: { ...DESKTOP, power },
        cpu: moving(bandwidthGBps),
        models: [aiModelById('llama-3.1-8b')],
      });
      const ceiling = ceilings.find(({ quantisation }) => quantisation === 'Q4_K_M')!;
      expect(Math.round(ceiling.decode)).toBe(tokens);
      expect(Math.abs(inference.single.perDevice - perDevice)).toBeLessThan(perDevice < 10 ? 0.051 : 0.51);
      expect(Math.abs(inference.single.perJoule! - perJoule)).toBeLessThan(0.051);
      expect(Math.round(ceiling.yardstick.decode)).toBe(976);
    },
  );

  it('a home CPU is a million times and more short per device, and ten thousand times per joule, in hashing', () => {
    const { hashing, inference } = edge();
    expect(hashing.perDevice).toBe(1e7);
    expect(hashing.perJoule).toBeGreaterThan(1e4);
    expect(inference.single.perDevice).toBeLessThan(90); // an ordinary PC: 40 to 90
    expect(inference.batched.perDevice).toBeCloseTo(989 / 0.4, 6);
  });
});

it('has every model in every quantisation that has a file', () => {
  const files = AI_MODELS.flatMap((model) =>
    Object.keys(model.fileBytes).map((name) => `${model.id} ${name}`),
  );
  const rows = edge().ceilings.map(({ model, quantisation }) => `${model.id} ${quantisation}`);
  expect([...rows].sort()).toEqual(files.sort());
  expect(AI_DEVICES.length).toBeGreaterThan(10);
});

it('the prompt and the full batch go by arithmetic, the single user by the bytes of the weights', () => {
  const [q4, q8] = edge({ models: [aiModelById('llama-3.1-8b')] }).ceilings;
  expect(q4!.prefill).toBeCloseTo(400e9 / (2 * 8.03e9), 6);
  expect(q8!.prefill).toBe(q4!.prefill);
  expect(q4!.decode / q8!.decode).toBeCloseTo(8.54 / 4.92, 6);
  expect(q4!.yardstick.batched).toBe(q4!.yardstick.prefill);
});

describe('the sentence', () => {
  it('has both gaps, and the one that batching makes', () => {
    expect(edge().sentence).toBe(
      'This machine is 10 million times short of an S21 in hashing, 53.3 times short of an H200 in inference for one user, and 2,470 times short of it with many users.',
    );
  });

  it('knows machines that are ahead', () => {
    const { sentence } = edge({ machine: { ...DESKTOP, hashesPerSecond: 1e15 }, cpu: moving(9600) });
    expect(sentence).toMatch(/is 5 times ahead of an S21 in hashing, 2 times ahead of an H200/);
  });
});

describe('the lines', () => {
  it.each([40, 80, 120])('fit %i columns', (width) => {
    const lines = edgeLines(edge(), width);
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it.each([40, 120])('fit %i columns with a GPU', (width) => {
    const lines = edgeLines(edge({ gpu: GPU }), width);
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('mark what is assumed or unconfirmed, and only that', () => {
    const text = edgeLines(edge(), 160).join('\n');
    expect(text).toMatch(/per joule, one user +186,000 \[1\] +4.95 \[1\]$/m);
    expect(text).toMatch(/^\[1\] with an assumed power/m);
    expect(text).toMatch(/^Qwen3 30B-A3B Q8_0 \[2\] +32 GB \[3\]/m);
    expect(text).toMatch(/^\[2\] its parameters are unconfirmed: https/m);
    expect(text).toMatch(/^Llama 3.3 70B Q4_K_M +42.5 GB \[3\]/m);
    const measured = { ...DESKTOP, power: { watts: 88, basis: 'measured', how: 'RAPL' } } as const;
    const sure = edgeLines(edge({ machine: measured, models: [aiModelById('llama-2-7b')] }), 160).join('\n');
    expect(sure).not.toMatch(/\[\d\]/);
  });

  it('leave out what is per joule where no power is known', () => {
    const text = edgeLines(edge({ machine: { ...DESKTOP, power: null } }), 160).join('\n');
    expect(text).toMatch(/per joule, one user +- +-$/m);
    expect(text).toMatch(/^power: unknown/m);
  });

  it('say that JavaScript measured, and that arrays were small', () => {
    const js = edge({ cpu: { ...CPU, by: 'js', threads: 1, int8: null, cacheBytes: 64 * 2 ** 20 } });
    expect(js.int8Batched).toBeNull();
    const text = edgeLines(js, 400).join('\n');
    expect(text).toContain('one thread of JavaScript, less than the machine can do');
    expect(text).toContain('SMALL arrays, caches may have helped');
    expect(text).toContain('the gap in inference is smaller than it looks');
    expect(text).not.toContain('int8');
  });
});

describe('the caveats', () => {
  it('have what the facts name', () => {
    const text = edgeCaveats(edge()).join('\n');
    for (const words of [
      '0.5 to 0.9',
      '20,400 tokens/s',
      '28 to 69 times',
      'the power of whole systems',
      'rivalrous',
      'privacy, latency and working offline',
      'What does not decentralise: training, chips, weights.',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('Left out');
  });

  it('say where models run, and what WGSL does not reach', () => {
    const text = (changes: Partial<EdgeInput>) => edgeCaveats(edge(changes)).join('\n');
    expect(text({ gpu: GPU })).toContain('Models run on NVIDIA GeForce RTX 4090 here');
    expect(text({ gpu: GPU })).toContain('fp16 here, as measured');
    expect(text({ gpu: GPU })).toContain('The matrix units of a GPU, which WGSL does not reach');
    expect(text({ gpu: GPU })).not.toContain('is not known');
    const unlisted = { ...GPU, name: 'Graphics 9000', fp16: null };
    expect(text({ gpu: unlisted })).toContain('How much memory it has is not known to a WebGPU program.');
    expect(text({ gpu: unlisted })).toContain('fp32 here, as measured');
    const slow = { ...GPU, memory: rate(50e9, 'wgsl') };
    expect(text({ gpu: slow })).toContain('Models run on the CPU here');
    expect(text({ gpu: slow })).not.toContain('matrix units');
  });
});

describe('a GPU', () => {
  it('runs the models where its memory is faster: gaps, ceilings and what fits are its own', () => {
    const { runner, inference, ceilings, sentence } = edge({ gpu: GPU });
    expect(runner).toMatchObject({
      on: 'gpu',
      bandwidthGBps: 930,
      fp16Tflops: 79,
      precision: 'fp16',
      int8Tops: 160,
    });
    expect(inference.single.perDevice).toBeCloseTo(4800 / 930, 9);
    expect(inference.batched.perDevice).toBeCloseTo(989 / 79, 9);
    expect(sentence).toContain('5.16 times short of an H200 in inference for one user, and 12.5 times short');
    const fits = ceilings.map(({ fileBytes, fits: fit }) => [fileBytes, fit] as const);
    expect(fits.every(([bytes, fit]) => fit === bytes <= 24e9)).toBe(true); // of the card, not of the machine
    expect(new Set(fits.map(([, fit]) => fit)).size).toBe(2);
  });

  it('of an unknown size may hold anything', () => {
    const { runner, ceilings } = edge({ gpu: { ...GPU, name: 'Graphics 9000' } });
    expect(runner.memoryBytes).toBeNull();
    expect(ceilings.every(({ fits }) => fits === null)).toBe(true);
  });

  it('that is software has the memory of the machine, and leaves models to a faster CPU', () => {
    const software = { ...GPU, name: 'llvmpipe', software: true };
    expect(edge({ gpu: software }).runner).toMatchObject({ on: 'gpu', memoryBytes: 31e9 });
    const slow = edge({ gpu: { ...software, memory: rate(3e9, 'wgsl') } });
    expect(slow.runner).toMatchObject({ on: 'cpu', bandwidthGBps: 90, precision: 'fp32', memoryBytes: 31e9 });
  });
});

it('as JSON has figures where the lines have words, and the caveats too', () => {
  const one = edge({ models: [aiModelById('qwen3-30b-a3b')] });
  const object = edgeObject(one, edgeCaveats(one));
  expect(JSON.parse(JSON.stringify(object))).toMatchObject({
    schema: 'hashgap.edge/1',
    sentence: one.sentence,
    machine: { name: DESKTOP.name, power: { watts: 65, basis: 'assumed' }, memory: { perSecond: 90e9 } },
    gpu: null,
    hashing: { against: { id: 's21', hashesPerSecond: 200e12 }, perDevice: 1e7 },
    inference: {
      against: { id: 'h200', bandwidthGBps: 4800, unconfirmed: ['priceUsd'] },
      single: { perDevice: 4800 / 90 },
      batched: { int8PerDevice: 1979 / 1.2 },
    },
    ceilings: [
      { model: 'qwen3-30b-a3b', quantisation: 'Q8_0', fits: false, confidence: 'partly-unconfirmed' },
    ],
    caveats: expect.arrayContaining([expect.stringContaining('rivalrous')]),
  });
});
