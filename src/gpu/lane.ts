/** A lane: the buffers of one dispatch, so that as many dispatches are in flight as there are lanes. */
import { DISPATCH_WORDS, HIT_WORDS } from '../../shaders/kernel.ts';
import type { CompiledKernel } from './compile.ts';
import { gridOf } from './piece.ts';

// WebGPU section 5.1: GPUBufferUsage and GPUMapMode. Node has these names only where someone sets them.
const USAGE = { mapRead: 0x1, copySrc: 0x4, copyDst: 0x8, uniform: 0x40, storage: 0x80, queryResolve: 0x200 };
const MAP_READ = 0x1;

const HIT_BYTES = 4 * HIT_WORDS;
const STAMP_BYTES = 16;

/** What a kernel is to do once. */
export interface Dispatch {
  readonly kernel: CompiledKernel;
  /** Binding 0, from the kernel's `wordsOfJob`. */
  readonly job: Uint32Array<ArrayBuffer>;
  /** Binding 1, from `dispatchWords`. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** Nonces, as `words` has them. */
  readonly count: number;
}

/** What it left. */
export interface Dispatched {
  /** Binding 2. */
  readonly hits: Uint32Array;
  /** When it began and ended by the device's clock, nanoseconds; absent without the feature `timestamp-query`. */
  readonly stamps?: readonly [bigint, bigint];
}

/** The buffers of one dispatch. It is used for one at a time. */
export interface Lane {
  /** Hands a dispatch to the device. */
  submit(dispatch: Dispatch): void;
  /** Waits for it. Rejects when the device is lost. */
  result(): Promise<Dispatched>;
  destroy(): void;
}

/** The buffers of a lane. */
interface Buffers {
  readonly words: GPUBuffer;
  readonly hits: GPUBuffer;
  readonly readback: GPUBuffer;
  readonly stamps: GPUBuffer | undefined;
}

/**
 * Makes a lane.
 *
 * @param label - begins the labels of its objects, as drivers and their errors show them.
 */
export function createLane(device: GPUDevice, label: string, timestamps: boolean): Lane {
  const buffers = createBuffers(device, label, timestamps);
  const querySet = timestamps
    ? device.createQuerySet({ label: `${label} stamps`, type: 'timestamp', count: 2 })
    : undefined;
  const bindings = new Map<CompiledKernel, Binding>();
  return {
    submit({ kernel, job, words, count }) {
      const binding = bindings.get(kernel) ?? bind(device, label, kernel, buffers);
      bindings.set(kernel, binding);
      device.queue.writeBuffer(binding.job, 0, job);
      device.queue.writeBuffer(buffers.words, 0, words);
      device.queue.submit([encode(device, label, { kernel, binding, buffers, querySet, count })]);
    },
    async result() {
      await buffers.readback.mapAsync(MAP_READ);
      const words = new Uint32Array(buffers.readback.getMappedRange().slice(0));
      buffers.readback.unmap();
      const hits = words.subarray(0, HIT_WORDS);
      if (querySet === undefined) return { hits };
      const [began, ended] = new BigUint64Array(words.buffer, HIT_BYTES, 2);
      return { hits, stamps: [began!, ended!] };
    },
    destroy() {
      for (const { job } of bindings.values()) job.destroy();
      for (const buffer of Object.values(buffers)) buffer?.destroy();
      querySet?.destroy();
    },
  };
}

function createBuffers(device: GPUDevice, label: string, timestamps: boolean): Buffers {
  const buffer = (name: string, size: number, usage: number) =>
    device.createBuffer({ label: `${label} ${name}`, size, usage });
  return {
    words: buffer('dispatch', 4 * DISPATCH_WORDS, USAGE.uniform | USAGE.copyDst),
    hits: buffer('hits', HIT_BYTES, USAGE.storage | USAGE.copySrc | USAGE.copyDst),
    readback: buffer('readback', HIT_BYTES + STAMP_BYTES, USAGE.mapRead | USAGE.copyDst),
    stamps: timestamps ? buffer('stamps', STAMP_BYTES, USAGE.queryResolve | USAGE.copySrc) : undefined,
  };
}

/** What one kernel needs in one lane. */
interface Binding {
  readonly job: GPUBuffer;
  readonly group: GPUBindGroup;
}

function bind(
  device: GPUDevice,
  label: string,
  { kernel, layout }: CompiledKernel,
  buffers: Buffers,
): Binding {
  const job = device.createBuffer({
    label: `${label} job of ${kernel.name}`,
    size: 4 * kernel.jobWords,
    usage: USAGE.uniform | USAGE.copyDst,
  });
  const group = device.createBindGroup({
    label: `${label} bindings of ${kernel.name}`,
    layout,
    entries: [job, buffers.words, buffers.hits].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return { job, group };
}

/** What is encoded into one command buffer. */
interface Recording {
  readonly kernel: CompiledKernel;
  readonly binding: Binding;
  readonly buffers: Buffers;
  readonly querySet: GPUQuerySet | undefined;
  readonly count: number;
}

function encode(device: GPUDevice, label: string, recording: Recording): GPUCommandBuffer {
  const { kernel, binding, buffers, querySet, count } = recording;
  const { workgroupSize, noncesPerInvocation, name } = kernel.kernel;
  const grid = gridOf(count, workgroupSize * noncesPerInvocation);
  const encoder = device.createCommandEncoder({ label: `${label} ${name}` });
  encoder.clearBuffer(buffers.hits, 0, 4); // the count; what lies behind it is read only as far as it says
  const pass = encoder.beginComputePass({
    label: `${label} ${name}`,
    ...(querySet === undefined
      ? {}
      : { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } }),
  });
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, binding.group);
  pass.dispatchWorkgroups(grid.x, grid.y);
  pass.end();
  encoder.copyBufferToBuffer(buffers.hits, 0, buffers.readback, 0, HIT_BYTES);
  if (querySet !== undefined && buffers.stamps !== undefined) {
    encoder.resolveQuerySet(querySet, 0, 2, buffers.stamps, 0);
    encoder.copyBufferToBuffer(buffers.stamps, 0, buffers.readback, HIT_BYTES, STAMP_BYTES);
  }
  return encoder.finish({ label: `${label} ${name}` });
}
