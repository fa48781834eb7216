/** What a GPU moves and computes: a STREAM-like triad and arithmetic in WGSL, every result checked on the device. */
import {
  ARITHMETIC_LOOPS,
  type ArithmeticLoop,
  loopWords,
  THROUGHPUT_WORKGROUP,
  TRIAD,
  TRIAD_BYTES,
  triadWords,
} from '../../shaders/throughput.ts';
import type { MeasuredGpu, Rate } from '../economics/throughput.ts';
import { HashgapError, isHashgapError } from '../errors.ts';
import { describeAdapter } from './adapter.ts';
import { requestDevice } from './device.ts';
import { gridOf, MOST_WORKGROUPS } from './piece.ts';
import { type Chore, createStopwatch, type Stopwatch } from './stopwatch.ts';

/** How to measure. */
export interface GpuThroughputWish {
  /** For the memory; each kind of arithmetic has a third of it. */
  readonly seconds: number;
  /** Of each array, at most. @default 256 MiB, or 32 MiB on software; half as much for each time the device cannot have it */
  readonly arrayBytes?: number;
  /** A clock, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

const MIB = 2 ** 20;

/** Three of them are larger than the caches of any GPU of today. */
const ARRAY = 256 * MIB;

/** Software drivers run on the CPU, whose own triad says more. */
const SOFTWARE_ARRAY = 32 * MIB;

/** Below that the memory is not what is measured. */
const LEAST_ARRAY = 4 * MIB;

/** Of the arithmetic, in one invocation: 8 steps each. */
const ROUNDS = 512;

/**
 * Measures a GPU, which takes about `2.5 * seconds` and the time of its compiler.
 *
 * @param adapter - from `requestAdapter`, and not used before: an adapter gives one device only.
 * @throws {HashgapError} `GPU_UNAVAILABLE` without a device or without memory for the arrays; `GPU_KERNEL_REFUSED`; `SELF_TEST_FAILED` for
 * wrong results; `GPU_LOST`.
 */
export async function measureGpuThroughput(
  adapter: GPUAdapter,
  { seconds, arrayBytes, now = () => performance.now() }: GpuThroughputWish,
): Promise<MeasuredGpu> {
  const { name, software } = describeAdapter(adapter);
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits; // WebGPU's default is 128 MiB for a binding
  const device = await requestDevice(adapter, name, {
    requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  const watch = createStopwatch(device, now);
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const wanted = Math.min(arrayBytes ?? (software ? SOFTWARE_ARRAY : ARRAY), most);
  const measure = async () => {
    const memory = await measureTriad({ device, watch, name }, seconds, wanted);
    const rates = await measureArithmetic({ device, watch, name }, seconds / 3);
    return { name, software, ...memory, ...rates };
  };
  try {
    return await Promise.race([lossOf(device, name), measure()]);
  } finally {
    watch.destroy();
    device.destroy();
  }
}

/** Rejects when the device is lost, or reports an error that nobody asked for: then something did not run. Never resolves. */
async function lossOf(device: GPUDevice, name: string): Promise<never> {
  const trouble = new Promise<string>((resolve) => {
    device.addEventListener('uncapturederror', ({ error }) => resolve(error.message));
  });
  const loss = device.lost.then(({ message, reason }) => message || reason);
  const [what] = (await Promise.race([loss, trouble])).split('\n');
  throw new HashgapError(
    'GPU_LOST',
    `Expected GPU ${name} to finish its measurement, received "${what}". Update its driver.`,
    { details: { device: name, reason: what } },
  );
}

/** What the measurements share. */
interface Bench {
  readonly device: GPUDevice;
  readonly watch: Stopwatch;
  readonly name: string;
}

async function measureTriad(bench: Bench, seconds: number, wantedBytes: number) {
  const { device, watch } = bench;
  const { arrays, arrayBytes } = await allocate(bench, wantedBytes);
  const [a, b, c] = arrays;
  const vectors = arrayBytes / 16;
  const { x, y } = gridOf(vectors, THROUGHPUT_WORKGROUP);
  const params = watch.uniform('triad', triadWords(vectors, 1));
  const run = (chore: Chore, passes: number) =>
    watch.run((pass) => {
      pass.setPipeline(chore.pipeline);
      pass.setBindGroup(0, chore.group);
      for (let i = 0; i < passes; i++) pass.dispatchWorkgroups(x, y);
    });
  await run(await watch.compile('triad', TRIAD.fill, [params, undefined, b, c]), 1);
  const triad = await watch.compile('triad', TRIAD.triad, [params, a, b, c]);
  const check = await watch.compile('triad', TRIAD.check, [params, a, undefined, undefined, watch.counts]);
  await run(check, 1); // everything is wrong as yet, or the check does not run
  if ((await watch.takeCounts()).wrong !== vectors) throw wrongResults(bench.name, 'triad');
  let factor = 0;
  const { perSecond, samples } = await watch.sample(seconds, (passes) => {
    factor = (factor % 16) + 1; // what an earlier sample left would be wrong
    device.queue.writeBuffer(params, 0, triadWords(vectors, factor));
    return run(triad, passes);
  });
  await run(check, 1);
  if ((await watch.takeCounts()).wrong > 0) throw wrongResults(bench.name, 'triad');
  for (const array of arrays) array.destroy();
  return { memory: { perSecond: perSecond * TRIAD_BYTES * vectors, loop: 'wgsl', samples }, arrayBytes };
}

/** Three arrays, of the size that was wanted or of the largest half of it that the device has memory for. */
async function allocate(
  { device, watch, name }: Bench,
  wantedBytes: number,
): Promise<{ arrays: [GPUBuffer, GPUBuffer, GPUBuffer]; arrayBytes: number }> {
  const vector = 16 * THROUGHPUT_WORKGROUP;
  for (let bytes = wantedBytes; ; bytes /= 2) {
    const arrayBytes = Math.max(1, Math.floor(bytes / vector)) * vector;
    device.pushErrorScope('out-of-memory');
    const array = (label: string) => watch.storage(label, arrayBytes);
    const arrays: [GPUBuffer, GPUBuffer, GPUBuffer] = [array('a'), array('b'), array('c')];
    const refused = await device.popErrorScope();
    if (refused === null) return { arrays, arrayBytes };
    for (const each of arrays) each.destroy();
    if (bytes > LEAST_ARRAY) continue;
    const message = `Expected GPU ${name} to have 3 x ${LEAST_ARRAY / MIB} MiB of memory, received a refusal. Close other programs that use it.`;
    throw new HashgapError('GPU_UNAVAILABLE', message, {
      details: { device: name, reason: refused.message },
    });
  }
}

async function measureArithmetic(bench: Bench, seconds: number) {
  const rates: Partial<Record<ArithmeticLoop['name'], Rate>> = {};
  for (const loop of ARITHMETIC_LOOPS) {
    const rate = await measureLoop(bench, seconds, loop);
    if (rate !== undefined) rates[loop.name] = rate;
  }
  const { fp32, int32, fp16 = null, int8 = null } = rates;
  return { fp32: fp32!, int32: int32!, fp16, int8 };
}

/** Undefined for what this device, or its driver, does not have. */
async function measureLoop(
  { device, watch, name }: Bench,
  seconds: number,
  loop: ArithmeticLoop,
): Promise<Rate | undefined> {
  if (loop.feature !== undefined && !device.features.has(loop.feature)) return undefined;
  const params = watch.uniform(loop.name, loopWords(ROUNDS));
  const expected = loop.expected(ROUNDS);
  const sums = watch.storage(loop.name, expected.byteLength);
  const chore = await compiled(watch, loop, [params, sums, watch.counts]);
  if (chore === undefined) return undefined;
  const run = (workgroups: number) =>
    watch.run((pass) => {
      pass.setPipeline(chore.pipeline);
      pass.setBindGroup(0, chore.group);
      for (let left = workgroups; left > 0; left -= MOST_WORKGROUPS)
        pass.dispatchWorkgroups(Math.min(left, MOST_WORKGROUPS));
    });
  device.queue.writeBuffer(
    sums,
    0,
    expected.map((sum) => ~sum),
  );
  await run(1); // all of it is wrong, or the check does not run
  if ((await watch.takeCounts()).wrong !== THROUGHPUT_WORKGROUP) throw wrongResults(name, loop.name);
  device.queue.writeBuffer(sums, 0, expected);
  let asked = 0;
  const { perSecond, samples } = await watch.sample(seconds, (workgroups) => {
    asked += workgroups;
    return run(workgroups);
  });
  const { wrong, workgroups } = await watch.takeCounts();
  if (wrong > 0 || workgroups !== asked % 2 ** 32) throw wrongResults(name, loop.name);
  const operations = loop.operationsPerRound * ROUNDS * THROUGHPUT_WORKGROUP;
  return { perSecond: perSecond * operations, loop: 'wgsl', samples };
}

/** Dot products of packed bytes are a part of WGSL that drivers may lack: then there is nothing to measure. */
async function compiled(watch: Stopwatch, { name, wgsl }: ArithmeticLoop, buffers: readonly GPUBuffer[]) {
  try {
    return await watch.compile(name, wgsl, buffers);
  } catch (error) {
    if (name === 'int8' && isHashgapError(error, 'GPU_KERNEL_REFUSED')) return undefined;
    throw error;
  }
}

const wrongResults = (name: string, what: string) =>
  new HashgapError(
    'SELF_TEST_FAILED',
    `Expected right sums from the ${what} measurement on ${name}, received wrong ones. Check the GPU's memory, clock and cooling.`,
    { details: { device: name, what } },
  );
