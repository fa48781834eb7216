/** Numbers for people: hashrates, counts and durations with three significant digits and a unit. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'] as const;

/**
 * A number with a decimal prefix and a unit.
 *
 * @example
 * ```ts
 * formatQuantity(38_420_000, 'H/s'); // '38.4 MH/s'
 * ```
 */
export function formatQuantity(value: number, unit: string): string {
  let scaled = value;
  let prefix = 0;
  while (scaled >= 999.5 && prefix < PREFIXES.length - 1) {
    scaled /= 1000;
    prefix++;
  }
  const whole = prefix === 0 && Number.isInteger(value);
  return `${whole ? value : threeDigits(scaled)} ${PREFIXES[prefix]}${unit}`.trimEnd();
}

/**
 * A factor in words a class can read: digits in groups up to a million, words above.
 *
 * @example
 * ```ts
 * formatFactor(5_205_000); // '5.21 million'
 * formatFactor(27_900); // '27,900'
 * ```
 */
export function formatFactor(value: number): string {
  if (value < 1000) return threeDigits(value);
  for (const [size, word] of FACTOR_WORDS)
    if (value >= size * 0.9995) return `${threeDigits(value / size)} ${word}`;
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US');
}

const FACTOR_WORDS = [
  [1e15, 'quadrillion'],
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;

/**
 * A duration in its largest fitting unit.
 *
 * @example
 * ```ts
 * formatDuration(5_205_000); // '60.2 days'
 * formatDuration(0.0042); // '4.2 ms'
 * ```
 */
export function formatDuration(seconds: number): string {
  for (const [size, word] of DURATIONS) {
    if (seconds >= size * 0.9995) {
      const amount = threeDigits(seconds / size);
      return `${amount} ${amount === '1' ? word : `${word}s`}`;
    }
  }
  return seconds >= 0.9995 ? `${threeDigits(seconds)} s` : `${threeDigits(seconds * 1000)} ms`;
}

const DURATIONS = [
  [365.25 * 86400, 'year'],
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const;

/**
 * A count with its noun, in the plural where it should be.
 *
 * @example
 * ```ts
 * formatCount(1, 'block'); // '1 block'
 * formatCount(20, 'block'); // '20 blocks'
 * ```
 */
export function formatCount(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

function threeDigits(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
