/** Timing small shaders: pipelines over a few buffers, dispatched many times, with counts of what ran and what was wrong that are read back. */
import { COUNTS } from '../../shaders/throughput.ts';
import { HashgapError } from '../errors.ts';

// WebGPU section 5.1: GPUBufferUsage and GPUMapMode. Node has these names only where someone sets them.
const USAGE = { mapRead: 0x1, copySrc: 0x4, copyDst: 0x8, uniform: 0x40, storage: 0x80 };
const MAP_READ = 0x1;

/** Long enough that starting a sample and hearing of its end cost a hundredth, short enough for any driver's watchdog. */
const SAMPLE_SECONDS = 0.04;

const LEAST_SAMPLES = 3;

/** A shader with its buffers. */
export interface Chore {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

/** Samples of a rate: how much of its work a shader does in a second. */
export interface Samples {
  /** The best. */
  readonly perSecond: number;
  readonly samples: number;
}

/** What the shaders counted. */
export interface Counts {
  readonly wrong: number;
  /** Modulo 2^32. */
  readonly workgroups: number;
}

/** A device with counters. */
export interface Stopwatch {
  /** Shaders add to them. */
  readonly counts: GPUBuffer;
  storage(label: string, bytes: number): GPUBuffer;
  uniform(label: string, words: Uint32Array<ArrayBuffer>): GPUBuffer;
  /**
   * Compiles a module whose entry point is `main`.
   *
   * @param buffers - by binding; those that the module does not use are undefined.
   * @throws {HashgapError} `GPU_KERNEL_REFUSED` with the driver's first message.
   */
  compile(label: string, code: string, buffers: readonly (GPUBuffer | undefined)[]): Promise<Chore>;
  /** Runs what is recorded, and waits for its end. */
  run(record: (pass: GPUComputePassEncoder) => void): Promise<void>;
  /** What was counted since the last call. */
  takeCounts(): Promise<Counts>;
  /**
   * Repeats work for so many seconds, at least three times.
   *
   * @param work - does `amount` units of its work; more of it is asked for until it takes long enough to be timed.
   */
  sample(seconds: number, work: (amount: number) => Promise<void>): Promise<Samples>;
  destroy(): void;
}

/**
 * A stopwatch for a device.
 *
 * @param now - a clock, in milliseconds.
 */
export function createStopwatch(device: GPUDevice, now: () => number): Stopwatch {
  const buffers: GPUBuffer[] = [];
  const buffer = (label: string, size: number, usage: number) => {
    const created = device.createBuffer({ label, size, usage });
    buffers.push(created);
    return created;
  };
  const counts = buffer('counts', 4 * COUNTS, USAGE.storage | USAGE.copySrc | USAGE.copyDst);
  const readback = buffer('counts to read', 4 * COUNTS, USAGE.mapRead | USAGE.copyDst);
  const storage = (label: string, bytes: number) => buffer(label, bytes, USAGE.storage | USAGE.copyDst);
  return {
    counts,
    storage,
    uniform(label, words) {
      const made = buffer(label, words.byteLength, USAGE.uniform | USAGE.copyDst);
      device.queue.writeBuffer(made, 0, words);
      return made;
    },
    compile: (label, code, bound) => compile(device, label, code, bound),
    async run(record) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      record(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
    async takeCounts() {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(counts, 0, readback, 0, 4 * COUNTS);
      encoder.clearBuffer(counts);
      device.queue.submit([encoder.finish()]);
      await readback.mapAsync(MAP_READ);
      const [wrong, workgroups] = new Uint32Array(readback.getMappedRange().slice(0));
      readback.unmap();
      return { wrong: wrong!, workgroups: workgroups! };
    },
    sample: (seconds, work) => sampleRate(seconds, work, now),
    destroy() {
      for (const each of buffers) each.destroy();
    },
  };
}

async function compile(
  device: GPUDevice,
  label: string,
  code: string,
  buffers: readonly (GPUBuffer | undefined)[],
): Promise<Chore> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code });
  const refused = await device.popErrorScope();
  try {
    if (refused !== null) throw new Error(refused.message);
    const compute = { module, entryPoint: 'main' };
    const pipeline = await device.createComputePipelineAsync({ label, layout: 'auto', compute });
    const entries = buffers.flatMap((buffer, binding) =>
      buffer === undefined ? [] : [{ binding, resource: { buffer } }],
    );
    const group = device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group };
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    const message = `Expected the GPU's driver to take the ${label} measurement, received "${reason}". Update the driver.`;
    throw new HashgapError('GPU_KERNEL_REFUSED', message, { details: { kernel: label, reason }, cause });
  }
}

/**
 * Times work: more and more of it until it takes long enough, then samples of that much. A sample that is over in half the time shows that something
 * else had made an earlier one look long: then there is twice as much of it, and what was measured so far is forgotten.
 *
 * @param now - a clock, in milliseconds.
 */
export async function sampleRate(
  seconds: number,
  work: (amount: number) => Promise<void>,
  now: () => number,
): Promise<Samples> {
  const timed = async (amount: number) => {
    const startMs = now();
    await work(amount);
    return Math.max((now() - startMs) / 1000, 1e-6);
  };
  await timed(1); // pays for what drivers put off until then
  let amount = 1;
  let best = 0;
  let samples = 0;
  for (let spent = 0; samples < LEAST_SAMPLES || spent < seconds; ) {
    const took = await timed(amount);
    if (took < SAMPLE_SECONDS / 2) {
      amount *= Math.ceil(Math.min(8, SAMPLE_SECONDS / took));
      [best, samples, spent] = [0, 0, 0];
      continue;
    }
    best = Math.max(best, amount / took);
    samples++;
    spent += took;
  }
  return { perSecond: best, samples };
}
