/** Numbers for people: difficulties, rates, ages, percentages, odds. */
import { formatDuration, formatFactor, formatQuantity } from '../format.ts';

/** What stands where there is no number. */
const NONE = '-';

/**
 * A difficulty, from regtest's 4.7e-10 to the network's 10^14.
 *
 * @example
 * ```ts
 * formatDifficulty(83_148_355_189_239); // '83.1 T'
 * formatDifficulty(4.656e-10); // '4.66e-10'
 * ```
 */
export function formatDifficulty(difficulty: number): string {
  if (difficulty !== 0 && difficulty < 0.001) return difficulty.toExponential(2);
  return difficulty < 1e24 ? formatQuantity(difficulty, '') : exponent(difficulty);
}

/**
 * A hashrate; `-` where there is none.
 *
 * @example
 * ```ts
 * formatRate(57_200_000); // '57.2 MH/s'
 * formatRate(undefined); // '-'
 * ```
 */
export function formatRate(hashesPerSecond: number | undefined): string {
  if (hashesPerSecond === undefined || !Number.isFinite(hashesPerSecond)) return NONE;
  return hashesPerSecond < 1e24
    ? formatQuantity(hashesPerSecond >= 1 ? hashesPerSecond : Math.round(hashesPerSecond), 'H/s')
    : `${exponent(hashesPerSecond)} H/s`;
}

/**
 * A whole number with its digits in groups.
 *
 * @example
 * ```ts
 * formatWhole(850123); // '850,123'
 * ```
 */
export function formatWhole(value: number): string {
  return Math.abs(value) < 1e15 ? Math.round(value).toLocaleString('en-US') : exponent(value);
}

const AGES = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/**
 * How long ago, or for how long, in whole units that do not jump about: one unit, or two with `units`.
 *
 * @example
 * ```ts
 * formatAge(4_000); // '4 s'
 * formatAge(11_530_000); // '3 h'
 * formatAge(11_530_000, 2); // '3 h 12 min'
 * ```
 */
export function formatAge(ms: number, units: 1 | 2 = 1): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const largest = AGES.findIndex(([, size]) => seconds >= size);
  if (largest === -1) return '0 s';
  const [name, size] = AGES[largest]!;
  const first = `${formatWhole(Math.floor(seconds / size))} ${name}`;
  const [nextName, nextSize] = AGES[largest + 1] ?? ['', 1];
  const rest = Math.floor((seconds % size) / nextSize);
  return units === 1 || rest === 0 || nextName === '' ? first : `${first} ${rest} ${nextName}`;
}

/**
 * A part of a whole, 0..100, rounded down so that 99.97 is never 100.
 *
 * @example
 * ```ts
 * formatPercent(99.978); // '99.97%'
 * formatPercent(98); // '98%'
 * formatPercent(0.0004); // '<0.01%'
 * ```
 */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return NONE;
  if (percent > 0 && percent < 0.01) return '<0.01%';
  if (percent >= 1e6) return `${exponent(percent)}%`;
  return `${percent >= 1000 ? formatWhole(percent) : Math.floor(percent * 100 + 1e-6) / 100}%`;
}

/**
 * A ratio as a percentage with three digits at most.
 *
 * @example
 * ```ts
 * formatRatio(1.0239); // '102%'
 * ```
 */
export function formatRatio(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return NONE;
  const percent = Number((ratio * 100).toPrecision(3));
  return percent < 1e6 ? `${percent.toLocaleString('en-US')}%` : `${exponent(percent)}%`;
}

/**
 * Milliseconds of a round trip, whole from ten on.
 *
 * @example
 * ```ts
 * formatMs(43.21); // '43 ms'
 * formatMs(1.234); // '1.2 ms'
 * ```
 */
export function formatMs(ms: number): string {
  return ms < 9.95 ? `${Number(ms.toFixed(1))} ms` : `${formatWhole(ms)} ms`;
}

/**
 * Satoshis as bitcoin, exactly.
 *
 * @example
 * ```ts
 * formatBitcoin(312_500_000n); // '3.125 BTC'
 * ```
 */
export function formatBitcoin(satoshis: bigint): string {
  const digits = String(satoshis < 0n ? -satoshis : satoshis).padStart(9, '0');
  const fraction = digits.slice(-8).replace(/0+$/, '');
  const whole = BigInt(digits.slice(0, -8)).toLocaleString('en-US');
  return `${satoshis < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`} BTC`;
}

const YEAR_SECONDS = 365.25 * 86_400;

/**
 * An expected time, which may be longer than the universe is old.
 *
 * @example
 * ```ts
 * formatWait(12.34); // '12.3 s'
 * formatWait(7.6e16); // '2.41 billion years'
 * ```
 */
export function formatWait(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE;
  const years = seconds / YEAR_SECONDS;
  if (years < 1000) return seconds < 0.0005 ? 'less than 1 ms' : formatDuration(seconds);
  return years < 1e18 ? `${formatFactor(years)} years` : `${exponent(years)} years`;
}

/**
 * The chance of at least one event within a day when one comes every `seconds` on average; undefined where it is nearly certain.
 *
 * @example
 * ```ts
 * chancePerDay(86_400 * 5000); // '1 in 5,000'
 * chancePerDay(86_400); // '63%'
 * ```
 */
export function chancePerDay(seconds: number): string | undefined {
  const expected = 86_400 / seconds;
  const chance = -Math.expm1(-expected);
  if (!(chance > 0) || chance > 0.999) return undefined;
  if (chance > 0.1) return `${Math.round(chance * 100)}%`;
  return oneIn(chance);
}

/**
 * A small chance as one in so many.
 *
 * @example
 * ```ts
 * oneIn(1 / 6_880_000); // '1 in 6.88 million'
 * ```
 */
export function oneIn(chance: number): string {
  return `1 in ${1 / chance < 1e18 ? formatFactor(1 / chance) : exponent(1 / chance)}`;
}

/**
 * A number beyond words.
 *
 * @example
 * ```ts
 * exponent(1.2345e21); // '1.23e21'
 * ```
 */
export function exponent(value: number): string {
  return value.toExponential(2).replace('e+', 'e');
}

/**
 * Hashes per second in MH/s with two decimals, for columns of rates.
 *
 * @example
 * ```ts
 * megahashes(57_200_000); // '57.20'
 * ```
 */
export function megahashes(hashesPerSecond: number): string {
  return (hashesPerSecond / 1e6).toFixed(2);
}
