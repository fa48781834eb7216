/** Language models by what a token of theirs costs to compute, and rates that were measured, from data/ai-*.json. */
import { type Found, findRow, rowById } from './catalogue.ts';
import measurements from './data/ai-measurements.json' with { type: 'json' };
import catalogue from './data/ai-models.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** How the weights are stored; the names are llama.cpp's. */
export type Quantisation = 'Q4_0' | 'Q4_K_M' | 'Q8_0' | 'F16';

/** A model. */
export interface AiModel
  extends Provenance<'parameters' | 'activeParameters' | 'layers' | 'kvHeads' | 'headSize'> {
  readonly id: string;
  readonly name: string;
  readonly parameters: number;
  /** Those that a token passes through: fewer than all in a mixture of experts. */
  readonly activeParameters: number;
  readonly layers: number;
  /** Heads that keep keys and values. */
  readonly kvHeads: number;
  /** Numbers per head. */
  readonly headSize: number;
  /** Size of the file with the weights, by quantisation. */
  readonly fileBytes: { readonly [name in Quantisation]?: number };
}

/** A rate that somebody measured. */
export interface AiMeasurement extends Provenance<'tokensPerSecond' | 'powerW'> {
  readonly id: string;
  readonly name: string;
  /** The machine in data/ai-devices.json; null when it is not there. */
  readonly deviceId: string | null;
  /** The model in data/ai-models.json; null for another one. */
  readonly modelId: string | null;
  readonly quantisation: string | null;
  /** How many answers were decoded at once; null for as many as it took. */
  readonly users: number | null;
  /** All users together. */
  readonly tokensPerSecond: number;
  readonly powerW: number | null;
}

/** Every model, smallest first. */
export const AI_MODELS = catalogue as readonly AiModel[];

/** Every measured rate. */
export const AI_MEASUREMENTS = measurements as readonly AiMeasurement[];

/**
 * The model with this id.
 *
 * @throws {RangeError} for an id that is not in the list: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * aiModelById('llama-3.1-8b').fileBytes.Q4_K_M; // 4.92e9
 * ```
 */
export function aiModelById(id: string): AiModel {
  return rowById(AI_MODELS, 'model', id);
}

/**
 * The model a person means, or a hint for the message.
 *
 * @example
 * ```ts
 * findAiModel('Llama 3.1'); // { match: aiModelById('llama-3.1-8b') }
 * ```
 */
export function findAiModel(text: string): Found<AiModel> {
  return findRow(AI_MODELS, text);
}

/**
 * Bytes of keys and values that a model keeps per token of context, as 16-bit numbers: 2 x layers x heads x head size x 2 bytes.
 * Source: GQA, https://arxiv.org/abs/2305.13245 (heads that share keys and values).
 *
 * @example
 * ```ts
 * kvBytesPerToken(aiModelById('llama-3.1-8b')); // 131072
 * ```
 */
export function kvBytesPerToken({ layers, kvHeads, headSize }: AiModel): number {
  return 2 * layers * kvHeads * headSize * 2;
}
