/** Machines that run language models, with their sources, from data/ai-devices.json. */
import { rowById } from './catalogue.ts';
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

/** Words that make another chip of the same number: an RTX 3090 Ti is not an RTX 3090. */
const VARIANTS = new Set(['ti', 'super', 'd', 'laptop', 'mobile', 'max', 'pro', 'ultra', 'nvl', 'pcie']);

/** Words that drivers say and lists do not, or the other way round. */
const FILLERS = new Set(['nvidia', 'amd', 'apple', 'geforce', 'radeon', 'instinct', 'sxm']);

/**
 * The machine of the list that has this GPU, by the name that a driver gives it.
 *
 * @example
 * ```ts
 * aiDeviceOfGpu('NVIDIA GeForce RTX 4090')?.id; // 'rtx4090'
 * aiDeviceOfGpu('NVIDIA GeForce RTX 4090 Laptop GPU'); // undefined
 * ```
 */
export function aiDeviceOfGpu(adapter: string): AiDevice | undefined {
  const said = wordsOf(adapter);
  const variant = [...said].filter((word) => VARIANTS.has(word));
  return AI_DEVICES.filter(({ name }) => {
    const words = wordsOf(name.replace(/\(.*\)/, ''));
    const own = [...words].filter((word) => !FILLERS.has(word));
    return own.every((word) => said.has(word)) && variant.every((word) => words.has(word));
  })[0];
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}+]+/gu) ?? []);
