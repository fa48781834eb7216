/** How far a machine is from a data centre's in inference: per device and per joule, for one user and for a full batch. */
import type { AiDevice } from './ai-devices.ts';

/** What the comparison needs of a machine. */
export type ComparedMachine = Pick<AiDevice, 'bandwidthGBps' | 'fp16Tflops' | 'powerW' | 'powerInUseW'>;

/** Times short of the reference; null where a figure is not known. */
export interface InferenceGap {
  /** One user: the ratio of the bandwidths. */
  readonly single: Shortfall;
  /** As many users as arithmetic serves: the ratio of the operation rates. */
  readonly batched: { readonly perDevice: number | null; readonly perJoule: number | null };
}

/** Times short. */
export interface Shortfall {
  readonly perDevice: number;
  readonly perJoule: number | null;
}

/**
 * How many times the reference is ahead. The model cancels out: for one user both are bound by bandwidth, in a full batch both by
 * arithmetic. Power is the measured one where there is one, else the rated. To leave the batch out would be to repeat the mistake of those
 * who leave out the single user: a data centre serves hundreds with one reading of the weights. Not compared: the power of the whole
 * system, cooling, idle time, utilisation, and what quantisation costs in quality.
 *
 * @example
 * ```ts
 * const rate = { bandwidthGBps: 100, fp16Tflops: 10, powerW: 10 };
 * inferenceGap({ ...rate, bandwidthGBps: 400, powerW: 20 }, rate).single; // { perDevice: 4, perJoule: 2 }
 * ```
 */
export function inferenceGap(reference: ComparedMachine, machine: ComparedMachine): InferenceGap {
  const power = powerRatio(reference, machine);
  const single = reference.bandwidthGBps / machine.bandwidthGBps;
  const batched =
    reference.fp16Tflops === null || machine.fp16Tflops === null
      ? null
      : reference.fp16Tflops / machine.fp16Tflops;
  return {
    single: { perDevice: single, perJoule: power === null ? null : single / power },
    batched: { perDevice: batched, perJoule: batched === null || power === null ? null : batched / power },
  };
}

function powerRatio(reference: ComparedMachine, machine: ComparedMachine): number | null {
  const watts = (of: ComparedMachine) => of.powerInUseW ?? of.powerW;
  const [above, below] = [watts(reference), watts(machine)];
  return above === null || below === null ? null : above / below;
}
