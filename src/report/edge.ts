/** How far a machine is from the best in hashing and in inference: two contrasts and the ceilings behind the second. */
import { type AiDevice, aiDeviceById, aiDeviceOfGpu } from '../economics/ai-devices.ts';
import type { AiModel, Quantisation } from '../economics/ai-models.ts';
import { type Device, deviceById } from '../economics/devices.ts';
import { energyGapTo } from '../economics/gap.ts';
import { batchedCeiling, bytesPerToken, decodeCeiling, prefillCeiling } from '../economics/inference.ts';
import { type InferenceGap, inferenceGap } from '../economics/inference-gap.ts';
import type { CpuThroughput, GpuThroughput, MeasuredGpu, Rate } from '../economics/throughput.ts';
import type { Machine } from './compare-machine.ts';
import { formatTimes } from './economics-text.ts';

/** What is contrasted. */
export interface EdgeInput {
  /** What it hashes, and its power. */
  readonly machine: Machine;
  readonly cpu: CpuThroughput;
  /** Null where there is none, or where it could not be measured. */
  readonly gpu: MeasuredGpu | null;
  /** Of the machine. */
  readonly memoryBytes: number;
  readonly models: readonly AiModel[];
}

/** The processor that runs models: of CPU and GPU the one whose memory is faster, since that is what bounds a single user. */
export interface Runner {
  readonly on: 'cpu' | 'gpu';
  readonly name: string;
  /** 10^9 bytes per second. */
  readonly bandwidthGBps: number;
  /** 10^12 operations per second, in `precision`. */
  readonly fp16Tflops: number;
  /** 32 bits stand in for 16 where those are not faster, or were not measured. */
  readonly precision: 'fp16' | 'fp32';
  /** 10^12 operations per second; null where it was not measured. */
  readonly int8Tops: number | null;
  /** Null for a GPU in no list: WebGPU does not tell. */
  readonly memoryBytes: number | null;
}

/** Times short; null where a figure is not known. */
export interface HashingGap {
  readonly perDevice: number;
  readonly perJoule: number | null;
}

/** What one model in one quantisation allows at most, tokens per second. */
export interface Ceiling {
  readonly model: AiModel;
  readonly quantisation: Quantisation;
  readonly fileBytes: number;
  /** Whether the weights fit into the runner's memory; null where that is not known. */
  readonly fits: boolean | null;
  /** One user. */
  readonly decode: number;
  /** Tokens of a prompt. */
  readonly prefill: number;
  readonly yardstick: {
    readonly decode: number;
    readonly prefill: number;
    /** As many users as arithmetic serves, all together. */
    readonly batched: number;
  };
}

/** The contrast. */
export interface Edge extends EdgeInput {
  readonly sentence: string;
  readonly runner: Runner;
  /** The machine that hashing is compared with. */
  readonly miner: Device;
  /** The machine that inference is compared with. */
  readonly accelerator: AiDevice;
  readonly hashing: HashingGap;
  readonly inference: InferenceGap;
  /** A full batch in 8-bit arithmetic on both sides; null where it was not measured. */
  readonly int8Batched: number | null;
  readonly ceilings: readonly Ceiling[];
}

const MINER = 's21';
const ACCELERATOR = 'h200';

/** So many users that arithmetic is the bound on every machine of the catalogue. */
const FULL_BATCH = 100_000;

const QUANTISATIONS: readonly Quantisation[] = ['Q4_0', 'Q4_K_M', 'Q8_0', 'F16'];

/**
 * Contrasts the machine with an S21 and an H200.
 *
 * @throws {RangeError} when a rate is not positive.
 */
export function edgeOf(input: EdgeInput): Edge {
  const { machine, models } = input;
  const [miner, accelerator] = [deviceById(MINER), aiDeviceById(ACCELERATOR)];
  const runner = runnerOf(input);
  const powerW = machine.power?.watts ?? null;
  const gap = energyGapTo([miner], { hashesPerSecond: machine.hashesPerSecond, powerW })[0]!;
  const hashing = { perDevice: gap.timesFaster, perJoule: gap.timesBetterPerJoule };
  const inference = inferenceGap(accelerator, { ...runner, powerW });
  const int8Batched = runner.int8Tops === null ? null : accelerator.int8Tops! / runner.int8Tops;
  const ceilings = ceilingsOf(runner, accelerator, models);
  const sentence = sentenceOf(hashing, inference, accelerator);
  return { ...input, sentence, runner, miner, accelerator, hashing, inference, int8Batched, ceilings };
}

/**
 * The processor that runs models.
 *
 * @example
 * ```ts
 * const rate = (perSecond) => ({ perSecond, loop: 'fma', samples: 9 });
 * const cpu = { by: 'native', threads: 8, memory: rate(9e10), arrayBytes: 2 ** 27, cacheBytes: null, fp32: rate(4e11), int32: rate(3e11), int8: null };
 * const machine = { name: 'PC', origin: 'measured', hashesPerSecond: 1e8, parts: [], power: null };
 * runnerOf({ machine, cpu, gpu: null, memoryBytes: 32e9 }).on; // 'cpu'
 * ```
 */
export function runnerOf({ machine, cpu, gpu, memoryBytes }: Omit<EdgeInput, 'models'>): Runner {
  if (gpu === null || gpu.memory.perSecond <= cpu.memory.perSecond)
    return { on: 'cpu', name: machine.name, ...ratesOf(cpu, null), memoryBytes };
  return { on: 'gpu', name: gpu.name, ...ratesOf(gpu, gpu.fp16), memoryBytes: gpuMemory(gpu, memoryBytes) };
}

function ratesOf({ memory, fp32, int8 }: CpuThroughput | GpuThroughput, fp16: Rate | null) {
  const halves = fp16 !== null && fp16.perSecond > fp32.perSecond;
  const precision = halves ? ('fp16' as const) : ('fp32' as const);
  return {
    bandwidthGBps: memory.perSecond / 1e9,
    fp16Tflops: (halves ? fp16 : fp32).perSecond / 1e12,
    precision,
    int8Tops: int8 === null ? null : int8.perSecond / 1e12,
  };
}

function gpuMemory({ name, software }: MeasuredGpu, memoryBytes: number): number | null {
  if (software) return memoryBytes;
  const listed = aiDeviceOfGpu(name);
  return listed === undefined ? null : listed.memoryGB * 1e9;
}

/** The ceilings of each model in each quantisation that it has. */
export function ceilingsOf(
  runner: Runner,
  accelerator: AiDevice,
  models: readonly AiModel[],
): readonly Ceiling[] {
  return models.flatMap((model) =>
    QUANTISATIONS.filter((name) => model.fileBytes[name] !== undefined).map((quantisation) =>
      ceilingOf(runner, accelerator, { model, quantisation }),
    ),
  );
}

function ceilingOf(
  runner: Runner,
  accelerator: AiDevice,
  load: { readonly model: AiModel; readonly quantisation: Quantisation },
): Ceiling {
  const { model, quantisation } = load;
  const bytes = bytesPerToken(load);
  const fileBytes = model.fileBytes[quantisation]!;
  return {
    ...load,
    fileBytes,
    fits: runner.memoryBytes === null ? null : fileBytes <= runner.memoryBytes,
    decode: decodeCeiling(runner, bytes),
    prefill: prefillCeiling(runner.fp16Tflops, model),
    yardstick: {
      decode: decodeCeiling(accelerator, bytes),
      prefill: prefillCeiling(accelerator.fp16Tflops!, model),
      batched: batchedCeiling(accelerator, load, FULL_BATCH).tokensPerSecond,
    },
  };
}

function sentenceOf(hashing: HashingGap, { single, batched }: InferenceGap, { name }: AiDevice): string {
  const short = (times: number) =>
    times < 1 ? `${formatTimes(1 / times)} times ahead of` : `${formatTimes(times)} times short of`;
  const many = batched.perDevice === null ? '' : `, and ${short(batched.perDevice)} it with many users`;
  return `This machine is ${short(hashing.perDevice)} an S21 in hashing, ${short(single.perDevice)} an ${shortName(name)} in inference for one user${many}.`;
}

/** `NVIDIA H200 SXM` without its maker and its socket. */
export const shortName = (name: string) => name.replace(/^NVIDIA /, '').replace(/ SXM$/, '');

/** The same as one JSON object. */
export function edgeObject(edge: Edge, caveats: readonly string[]) {
  const { sentence, machine, cpu, gpu, runner, memoryBytes, miner, accelerator, hashing, inference } = edge;
  return {
    schema: 'hashgap.edge/1',
    sentence,
    machine: { ...machine, memoryBytes, ...cpu },
    gpu,
    runner,
    hashing: { against: minerObject(miner), ...hashing },
    inference: {
      against: acceleratorObject(accelerator),
      single: inference.single,
      batched: { ...inference.batched, int8PerDevice: edge.int8Batched },
    },
    ceilings: edge.ceilings.map(ceilingObject),
    caveats,
  };
}

const minerObject = ({ id, name, hashrateHps, powerW, source, confidence, unconfirmed = [] }: Device) => ({
  id,
  name,
  hashesPerSecond: hashrateHps,
  powerW,
  source,
  confidence,
  unconfirmed,
});

function acceleratorObject({ id, name, source, confidence, unconfirmed = [], ...row }: AiDevice) {
  const { bandwidthGBps, fp16Tflops, int8Tops, powerW } = row;
  return { id, name, bandwidthGBps, fp16Tflops, int8Tops, powerW, source, confidence, unconfirmed };
}

/** A ceiling as JSON. */
export function ceilingObject({ model, quantisation, fileBytes, fits, decode, prefill, yardstick }: Ceiling) {
  const { id, name, source, confidence, unconfirmed = [] } = model;
  const tokensPerSecond = { decode, prefill, against: yardstick };
  return {
    model: id,
    name,
    quantisation,
    fileBytes,
    fits,
    tokensPerSecond,
    source,
    confidence,
    unconfirmed,
  };
}
