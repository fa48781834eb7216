/** Ceilings of language-model inference: what memory bandwidth and arithmetic allow, for one user, for many, and for the prompt. */
import { type AiModel, kvBytesPerToken, type Quantisation } from './ai-models.ts';
import { fraction, notNegative, positive } from './checks.ts';

const GIGA = 1e9;
const TERA = 1e12;

/** What is run. */
export interface Load {
  readonly model: AiModel;
  readonly quantisation: Quantisation;
  /** Tokens of context whose keys and values are read for each new token. @default 0 */
  readonly contextTokens?: number;
}

/** What it runs on; a row of data/ai-devices.json is one. */
export interface Machine {
  /** 10^9 bytes per second. */
  readonly bandwidthGBps: number;
  /** Dense, 10^12 operations per second; null where it is not known. */
  readonly fp16Tflops: number | null;
}

/** Tokens per second of all users together, and what bounds them. */
export interface BatchedRate {
  readonly tokensPerSecond: number;
  readonly boundBy: 'bandwidth' | 'arithmetic';
}

/**
 * Bytes read for one token of one user: the weights it passes through, and the keys and values of its context. In a mixture of experts a
 * token passes through some of the weights only.
 *
 * @throws {RangeError} when the model has no file in that quantisation, or the context is negative.
 * @example
 * ```ts
 * const model = { parameters: 30e9, activeParameters: 3e9, fileBytes: { Q8_0: 32e9 } };
 * bytesPerToken({ model, quantisation: 'Q8_0' }); // 3.2e9
 * ```
 */
export function bytesPerToken(load: Load): number {
  return weightBytes(load) * activeShare(load.model) + contextBytes(load);
}

/**
 * Tokens per second for one user at most: efficiency x bandwidth / bytes per token. Decoding reads every weight once per token and computes
 * little with it. Measured efficiencies are 0.5 to 0.9. Source: https://learn.arm.com/learning-paths/cross-platform/llm-decode-roofline/.
 *
 * @param efficiency - eta, the part of the bandwidth that is reached. @default 1
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * Math.round(decodeCeiling({ bandwidthGBps: 4800 }, 4.92e9)); // 976
 * ```
 */
export function decodeCeiling(
  { bandwidthGBps }: Pick<Machine, 'bandwidthGBps'>,
  bytesPerToken: number,
  efficiency = 1,
): number {
  const bytesPerSecond = positive(bandwidthGBps, 'bandwidth') * GIGA * fraction(efficiency, 'efficiency');
  return bytesPerSecond / positive(bytesPerToken, 'number of bytes');
}

/**
 * Tokens per second of a prompt at most: efficiency x operations per second / (2 x active parameters), a multiplication and an addition per
 * weight. Source: Kaplan et al. 2020, https://arxiv.org/abs/2001.08361, section 2.1.
 *
 * @param tflops - 10^12 operations per second.
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * prefillCeiling(16, { activeParameters: 8e9 }); // 1000
 * ```
 */
export function prefillCeiling(
  tflops: number,
  { activeParameters }: Pick<AiModel, 'activeParameters'>,
  efficiency = 1,
): number {
  const perSecond = positive(tflops, 'operation rate') * TERA * fraction(efficiency, 'efficiency');
  return perSecond / (2 * positive(activeParameters, 'number of parameters'));
}

/**
 * Tokens per second for `users` at once at most: the weights are read once for all of them, keys and values for each, and the slower of
 * memory and arithmetic decides. That a mixture of experts reads more of its weights the more users there are is counted as if each picked
 * its experts at random. That contexts have to fit into the memory is not.
 *
 * @throws {RangeError} for a number out of range, or a machine whose arithmetic is not known.
 * @example
 * ```ts
 * const model = { parameters: 8e9, activeParameters: 8e9, fileBytes: { F16: 16e9 } };
 * const h100 = { bandwidthGBps: 3350, fp16Tflops: 989 };
 * batchedCeiling(h100, { model, quantisation: 'F16' }, 1000).boundBy; // 'arithmetic'
 * ```
 */
export function batchedCeiling(machine: Machine, load: Load, users: number, efficiency = 1): BatchedRate {
  if (machine.fp16Tflops === null) throw new RangeError('expected a machine with a known operation rate');
  const read = 1 - (1 - activeShare(load.model)) ** positive(users, 'number of users');
  const bytes = weightBytes(load) * read + users * contextBytes(load);
  const memory = users * decodeCeiling(machine, bytes, efficiency);
  const arithmetic = prefillCeiling(machine.fp16Tflops, load.model, efficiency);
  return memory < arithmetic
    ? { tokensPerSecond: memory, boundBy: 'bandwidth' }
    : { tokensPerSecond: arithmetic, boundBy: 'arithmetic' };
}

/**
 * Tokens per joule: tokens per second / watts.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * tokensPerJoule(94, 47); // 2
 * ```
 */
export function tokensPerJoule(tokensPerSecond: number, powerW: number): number {
  return notNegative(tokensPerSecond, 'rate') / positive(powerW, 'power');
}

function activeShare({ activeParameters, parameters }: AiModel): number {
  return activeParameters / parameters;
}

function weightBytes({ model, quantisation }: Load): number {
  const bytes = model.fileBytes[quantisation];
  if (bytes === undefined)
    throw new RangeError(`expected a quantisation of ${model.name}, received ${quantisation}`);
  return bytes;
}

function contextBytes({ model, contextTokens = 0 }: Load): number {
  return notNegative(contextTokens, 'context') === 0 ? 0 : contextTokens * kvBytesPerToken(model);
}
