/** Share difficulty and target: exact, for any number a pool may send. */
import { DIFFICULTY_1_TARGET } from '../bitcoin/target.ts';
import { HashgapError } from '../errors.ts';
import { createFieldReader, type Decoded } from './fields.ts';
import { shown } from './text.ts';

const MAX_TARGET = (1n << 256n) - 1n;

/**
 * The target of a share difficulty, floor(0xffff * 2^208 / difficulty), at most 2^256 - 1. The difficulty counts as the decimal number that its shortest
 * text shows: a pool that writes 0.1 means one tenth, not the double next to it.
 *
 * @throws {HashgapError} `TARGET_INVALID` when the difficulty is not a finite number above 0.
 * @example
 * ```ts
 * targetFromDifficulty(1) === 0xffffn << 208n; // true
 * targetFromDifficulty(0.5) === 0x1fffen << 208n; // true
 * targetFromDifficulty(1e-300) === 2n ** 256n - 1n; // true
 * ```
 */
export function targetFromDifficulty(difficulty: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(difficulty));
  if (match === null || difficulty === 0)
    throw new HashgapError(
      'TARGET_INVALID',
      `Expected a difficulty above 0, received ${difficulty}. Pass a finite number.`,
      { details: { difficulty } },
    );
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const scale = 10n ** BigInt(Math.abs(power));
  const target = power < 0 ? (DIFFICULTY_1_TARGET * scale) / digits : DIFFICULTY_1_TARGET / (digits * scale);
  return target > MAX_TARGET ? MAX_TARGET : target;
}

/** A share target, and the difficulty it was announced as. */
export interface ShareDifficulty {
  readonly difficulty: number;
  readonly target: bigint;
}

/** What counts until the pool says otherwise. */
export const DIFFICULTY_1: ShareDifficulty = { difficulty: 1, target: DIFFICULTY_1_TARGET };

/**
 * Reads a difficulty from a message: a number above 0, or the text of one, which is taken with a warning. Refused are 0, negative numbers, null, what JSON
 * reads as infinite, and a difficulty so high that no hash meets it.
 *
 * @example
 * ```ts
 * decodeDifficulty(0.001).ok; // true
 * decodeDifficulty('12').ok; // true
 * decodeDifficulty(0).ok; // false
 * ```
 */
export function decodeDifficulty(value: unknown): Decoded<ShareDifficulty> {
  const fields = createFieldReader();
  const isText = typeof value === 'string' && /^\d{1,40}(\.\d{1,40})?(e[+-]?\d{1,3})?$/i.test(value);
  const difficulty = isText ? Number(value) : value;
  if (typeof difficulty !== 'number' || !Number.isFinite(difficulty) || difficulty <= 0) {
    fields.refuse('a difficulty above 0', value);
    return fields.result(DIFFICULTY_1);
  }
  if (isText) fields.warn(`The pool sent the difficulty as a string, ${shown(value)}.`);
  const target = targetFromDifficulty(difficulty);
  if (target === 0n) fields.refuse('a difficulty that a hash can meet', value);
  return fields.result({ difficulty, target });
}
