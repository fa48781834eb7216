/** Machines that run language models, with their sources, from data/ai-devices.json. */
import { type Found, findRow, rowById } from './catalogue.ts';
import catalogue from './data/ai-devices.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** The figures of a row. */
export type AiField =
  | 'bandwidthGBps'
  | 'memoryGB'
  | 'fp16Tflops'
  | 'int8Tops'
  | 'fp4Tops'
  | 'powerW'
  | 'powerInUseW'
  | 'priceUsd';

/** A machine by what bounds inference: memory bandwidth, memory and arithmetic. Null where no figure was found. */
export interface AiDevice extends Provenance<AiField> {
  readonly id: string;
  readonly name: string;
  /** `sbc` is a single-board computer, `dc` an accelerator of a data centre. */
  readonly class: 'sbc' | 'phone' | 'pc' | 'mac' | 'gpu' | 'dc';
  /** 10^9 bytes per second. */
  readonly bandwidthGBps: number;
  /** 10^9 bytes. */
  readonly memoryGB: number;
  /** Dense, 10^12 operations per second. */
  readonly fp16Tflops: number | null;
  /** int8 or FP8, 10^12 operations per second. */
  readonly int8Tops: number | null;
  readonly fp4Tops: number | null;
  /** Rated. */
  readonly powerW: number | null;
  /** Measured while decoding, where somebody did. */
  readonly powerInUseW?: number;
  readonly priceUsd: number | null;
}

/** Every machine, smallest class first. */
export const AI_DEVICES = catalogue as readonly AiDevice[];

/**
 * The machine with this id.
 *
 * @throws {RangeError} for an id that is not in the list: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * aiDeviceById('h200').bandwidthGBps; // 4800
 * ```
 */
export function aiDeviceById(id: string): AiDevice {
  return rowById(AI_DEVICES, 'AI device', id);
}

/**
 * The machine a person means, or a hint for the message.
 *
 * @example
 * ```ts
 * findAiDevice('NVIDIA RTX 4090'); // { match: aiDeviceById('rtx4090') }
 * ```
 */
export function findAiDevice(text: string): Found<AiDevice> {
  return findRow(AI_DEVICES, text);
}
