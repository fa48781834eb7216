/** The contrast with inference: how far the machine's class is from a data centre's accelerator, for one user and for a crowd. */
import { AI_DEVICES, type AiDevice, aiDeviceById, findAiDevice } from '../../economics/ai-devices.ts';
import { AI_MEASUREMENTS, type AiMeasurement } from '../../economics/ai-models.ts';
import { rowById } from '../../economics/catalogue.ts';
import { tokensPerJoule } from '../../economics/inference.ts';
import { type InferenceGap, inferenceGap } from '../../economics/inference-gap.ts';
import type { Machine } from '../compare-machine.ts';

/** A machine of the list, and how far it is from the reference. */
export interface EdgeRow {
  readonly device: AiDevice;
  readonly gap: InferenceGap;
}

/** The contrast. */
export interface EdgeContrast {
  readonly reference: AiDevice;
  /** The class that stands for this machine, whose bandwidth was not measured. */
  readonly own: EdgeRow;
  /** What the class was taken by. */
  readonly takenBy: string;
  /** Every machine that is none of a data centre, farthest first. */
  readonly rows: readonly EdgeRow[];
  /** Tokens per joule that were measured: a full data centre, and a machine with one user. */
  readonly crowd: { readonly measured: AiMeasurement; readonly tokensPerJoule: number };
  readonly alone: { readonly measured: AiMeasurement; readonly tokensPerJoule: number };
}

const REFERENCE = 'h200';

/** Calculates the contrast for a machine. */
export function edgeContrast(machine: Machine): EdgeContrast {
  const reference = aiDeviceById(REFERENCE);
  const rowOf = (device: AiDevice) => ({ device, gap: inferenceGap(reference, device) });
  const { device, takenBy } = edgeClass(machine);
  const rows = AI_DEVICES.filter((entry) => entry.class !== 'dc').map(rowOf);
  rows.sort((a, b) => b.gap.single.perDevice - a.gap.single.perDevice);
  return {
    reference,
    own: rowOf(device),
    takenBy,
    rows,
    crowd: measuredRate('h200-mistral-7b-batched'),
    alone: measuredRate('m2-ultra-llama-2-7b'),
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
    const found = adapter === undefined ? undefined : findAiDevice(adapter);
    if (found !== undefined && 'match' in found)
      return { device: found.match, takenBy: 'by the name of its GPU' };
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
