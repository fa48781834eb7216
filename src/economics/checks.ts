/** What the formulas demand of their numbers: a wrong one is a defect of the caller, told at once instead of carried on as NaN. */

/**
 * The value, when it is a positive number.
 *
 * @throws {RangeError} otherwise.
 * @example
 * ```ts
 * positive(2, 'hashrate'); // 2
 * ```
 */
export function positive(value: number, what: string): number {
  if (!(value > 0)) throw new RangeError(`expected a positive ${what}, received ${value}`);
  return value;
}

/**
 * The value, when it is zero or more.
 *
 * @throws {RangeError} otherwise.
 * @example
 * ```ts
 * notNegative(0, 'time'); // 0
 * ```
 */
export function notNegative(value: number, what: string): number {
  if (!(value >= 0)) throw new RangeError(`expected a ${what} of at least 0, received ${value}`);
  return value;
}

/**
 * The value, when it lies in [0, 1].
 *
 * @throws {RangeError} otherwise.
 * @example
 * ```ts
 * fraction(0.5, 'chance'); // 0.5
 * ```
 */
export function fraction(value: number, what: string): number {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`expected a ${what} in 0 to 1, received ${value}`);
  return value;
}
