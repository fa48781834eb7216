/** How far a machine is from the best in hashing and in inference: two contrasts and the ceilings behind the second. */
import { type AiDevice, aiDeviceById } from '../economics/ai-devices.ts';
import type { AiModel, Quantisation } from '../economics/ai-models.ts';
import { type Device, deviceById } from '../economics/devices.ts';
import { energyGapTo } from '../economics/gap.ts';
import { batchedCeiling, bytesPerToken, decodeCeiling, prefillCeiling } from '../economics/inference.ts';
import { type InferenceGap, inferenceGap } from '../economics/inference-gap.ts';
import type { Machine } from './compare-machine.ts';
import { formatTimes } from './economics-text.ts';

/** A measured rate, the best of several samples. */
export interface MeasuredRate {
  /** Bytes or operations. */
  readonly perSecond: number;
  /** Which code ran. */
  readonly loop: string;
  readonly samples: number;
}

/** What the machine's CPU moves and computes. */
export interface MeasuredCpu {
  /** `js` is one thread of JavaScript: less than the machine can do. */
  readonly by: 'native' | 'js';
  readonly threads: number;
  /** Bytes counted as STREAM does. */
  readonly memory: MeasuredRate;
  /** Of each of the three arrays. */
  readonly arrayBytes: number;
  /** Null where it is not known. */
  readonly cacheBytes: number | null;
  readonly fp32: MeasuredRate;
  readonly int32: MeasuredRate;
  /** Null where it was not measured. */
  readonly int8: MeasuredRate | null;
}

/** What is contrasted. */
export interface EdgeInput {
  /** What it hashes, and its power. */
  readonly machine: Machine;
  readonly cpu: MeasuredCpu;
  readonly memoryBytes: number;
  readonly models: readonly AiModel[];
  /** A GPU that was found and is in no figure. */
  readonly gpuLeftOut: string | null;
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
  /** Whether the weights fit into this machine's memory. */
  readonly fits: boolean;
  /** One user. */
  readonly decode: number;
  /** Tokens of a prompt, with 32-bit arithmetic. */
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
  const { machine, cpu, models } = input;
  const [miner, accelerator] = [deviceById(MINER), aiDeviceById(ACCELERATOR)];
  const powerW = machine.power?.watts ?? null;
  const gap = energyGapTo([miner], { hashesPerSecond: machine.hashesPerSecond, powerW })[0]!;
  const hashing = { perDevice: gap.timesFaster, perJoule: gap.timesBetterPerJoule };
  const inference = inferenceGap(accelerator, { ...ratesOf(cpu), powerW });
  const int8 = cpu.int8?.perSecond;
  const int8Batched = int8 === undefined ? null : (accelerator.int8Tops! * 1e12) / int8;
  const ceilings = models.flatMap((model) =>
    QUANTISATIONS.filter((name) => model.fileBytes[name] !== undefined).map((quantisation) =>
      ceilingOf(input, accelerator, model, quantisation),
    ),
  );
  const sentence = sentenceOf(hashing, inference, accelerator);
  return { ...input, sentence, miner, accelerator, hashing, inference, int8Batched, ceilings };
}

/** A CPU has no faster 16-bit arithmetic that was measured: its 32-bit rate stands in. */
const ratesOf = ({ memory, fp32 }: MeasuredCpu) => ({
  bandwidthGBps: memory.perSecond / 1e9,
  fp16Tflops: fp32.perSecond / 1e12,
});

function ceilingOf(
  { cpu, memoryBytes }: EdgeInput,
  accelerator: AiDevice,
  model: AiModel,
  quantisation: Quantisation,
): Ceiling {
  const load = { model, quantisation };
  const here = ratesOf(cpu);
  const bytes = bytesPerToken(load);
  const fileBytes = model.fileBytes[quantisation]!;
  return {
    ...load,
    fileBytes,
    fits: fileBytes <= memoryBytes,
    decode: decodeCeiling(here, bytes),
    prefill: prefillCeiling(here.fp16Tflops, model),
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
  const { sentence, machine, cpu, memoryBytes, miner, accelerator, hashing, inference, ceilings } = edge;
  return {
    schema: 'hashgap.edge/1',
    sentence,
    machine: { ...machine, memoryBytes, ...cpu },
    gpuLeftOut: edge.gpuLeftOut,
    hashing: { against: minerObject(miner), ...hashing },
    inference: {
      against: acceleratorObject(accelerator),
      single: inference.single,
      batched: { ...inference.batched, int8PerDevice: edge.int8Batched },
    },
    ceilings: ceilings.map(ceilingObject),
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

function ceilingObject({ model, quantisation, fileBytes, fits, decode, prefill, yardstick }: Ceiling) {
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
