/** The contrast with inference: how far the machine, or its class, is from a data centre's accelerator, for one user and for a crowd. */
import { AI_DEVICES, type AiDevice, aiDeviceById, aiDeviceOfGpu } from '../../economics/ai-devices.ts';
import { AI_MEASUREMENTS, AI_MODELS, type AiMeasurement } from '../../economics/ai-models.ts';
import { rowById } from '../../economics/catalogue.ts';
import { tokensPerJoule } from '../../economics/inference.ts';
import { type InferenceGap, inferenceGap } from '../../economics/inference-gap.ts';
import type { Machine } from '../compare-machine.ts';
import { type Ceiling, ceilingsOf, type EdgeInput, type Runner, runnerOf } from '../edge.ts';
import { safeText } from '../text.ts';

/** A machine of the list, and how far it is from the reference. */
export interface EdgeRow {
  readonly device: AiDevice;
  readonly gap: InferenceGap;
}

/** How far this machine is: by what was measured of it, else by the class that stands for it. */
export type OwnEdge = { readonly gap: InferenceGap } & (
  | { readonly runner: Runner; readonly ceilings: readonly Ceiling[] }
  | { readonly device: AiDevice; readonly takenBy: string }
);

/** What was measured of a machine. */
export type Throughput = Pick<EdgeInput, 'cpu' | 'gpu' | 'memoryBytes'>;

/** The contrast. */
export interface EdgeContrast {
  readonly reference: AiDevice;
  readonly own: OwnEdge;
  /** Every machine that is none of a data centre, farthest first. */
  readonly rows: readonly EdgeRow[];
  /** Tokens per joule that were measured: a full data centre, and a machine with one user. */
  readonly crowd: { readonly measured: AiMeasurement; readonly tokensPerJoule: number };
  readonly alone: { readonly measured: AiMeasurement; readonly tokensPerJoule: number };
}

const REFERENCE = 'h200';

/**
 * Calculates the contrast for a machine.
 *
 * @param throughput - null where nothing was measured.
 */
export function edgeContrast(machine: Machine, throughput: Throughput | null): EdgeContrast {
  const reference = aiDeviceById(REFERENCE);
  const rowOf = (device: AiDevice) => ({ device, gap: inferenceGap(reference, device) });
  const rows = AI_DEVICES.filter((entry) => entry.class !== 'dc').map(rowOf);
  rows.sort((a, b) => b.gap.single.perDevice - a.gap.single.perDevice);
  return {
    reference,
    own: throughput === null ? classOf(machine, reference) : measuredEdge(machine, throughput, reference),
    rows,
    crowd: measuredRate('h200-mistral-7b-batched'),
    alone: measuredRate('m2-ultra-llama-2-7b'),
  };
}

function classOf(machine: Machine, reference: AiDevice): OwnEdge {
  const found = edgeClass(machine);
  return { ...found, gap: inferenceGap(reference, found.device) };
}

function measuredEdge(machine: Machine, throughput: Throughput, reference: AiDevice): OwnEdge {
  const measured = runnerOf({ machine, ...throughput });
  const runner = { ...measured, name: safeText(measured.name) };
  const ceilings = ceilingsOf(runner, reference, AI_MODELS);
  return {
    runner,
    ceilings,
    gap: inferenceGap(reference, { ...runner, powerW: machine.power?.watts ?? null }),
  };
}

function measuredRate(id: string) {
  const measured = rowById(AI_MEASUREMENTS, 'measurement', id);
  return { measured, tokensPerJoule: tokensPerJoule(measured.tokensPerSecond, measured.powerW!) }; // a test has both powers
}

/**
 * The machine of the list that comes nearest to one whose memory nobody measured.
 *
 * @example
 * ```ts
 * const machine = { name: 'Core i5', origin: 'measured', hashesPerSecond: 1e8, parts: [], power: null };
 * edgeClass(machine).device.id; // 'ddr5-pc'
 * ```
 */
export function edgeClass({ name, parts }: Machine): { readonly device: AiDevice; readonly takenBy: string } {
  for (const { adapter } of parts) {
    const device = adapter === undefined ? undefined : aiDeviceOfGpu(adapter);
    if (device !== undefined) return { device, takenBy: 'by the name of its GPU' };
  }
  for (const [pattern, id] of CLASSES)
    if (pattern.test(name)) return { device: aiDeviceById(id), takenBy: 'by the name of its CPU' };
  return { device: aiDeviceById('ddr5-pc'), takenBy: 'as an ordinary PC' };
}

/** By CPU, the more special first. */
const CLASSES = [
  [/Apple M4 Max/i, 'm4-max'],
  [/Apple M4 Pro/i, 'm4-pro'],
  [/Apple M3 Ultra/i, 'm3-ultra'],
  [/Apple M2 Ultra/i, 'm2-ultra'],
  [/Apple M5 Max/i, 'm5-max'],
  [/Apple/i, 'm4'],
  [/Ryzen AI Max/i, 'ryzen-ai-395'],
  [/Raspberry|BCM2|Cortex-A/i, 'rpi5'],
  [/Snapdragon/i, 'phone-8elite'],
] as const;
