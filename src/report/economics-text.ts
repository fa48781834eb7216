/** Text that the economic reports share: money, chances, wrapped notes, footnotes. */
import { formatFactor } from '../format.ts';
import { exponent, oneIn } from './numbers.ts';
import { wrapLines } from './text.ts';

/**
 * US dollars with three digits.
 *
 * @example
 * ```ts
 * formatUsd(53_412); // '$53,400'
 * formatUsd(2.2e9); // '$2.2 billion'
 * formatUsd(0.0417); // '$0.0417'
 * ```
 */
export function formatUsd(usd: number): string {
  if (usd !== 0 && usd < 0.001) return `$${usd.toExponential(1)}`;
  return usd < 1e18 ? `$${formatFactor(usd)}` : `$${exponent(usd)}`;
}

/**
 * The price of a kWh.
 *
 * @example
 * ```ts
 * formatKwhPrice(0.06); // '$0.060/kWh'
 * ```
 */
export function formatKwhPrice(usdPerKwh: number): string {
  return `$${kwhDigits(usdPerKwh)}/kWh`;
}

/** Three decimals: a tenth of a cent. Below that two digits that count, and words for what nobody pays. */
export function kwhDigits(usdPerKwh: number): string {
  if (usdPerKwh >= 1000) return formatFactor(usdPerKwh);
  return usdPerKwh !== 0 && usdPerKwh < 0.0005 ? usdPerKwh.toExponential(1) : usdPerKwh.toFixed(3);
}

/**
 * A chance as people compare it.
 *
 * @example
 * ```ts
 * formatChance(1 / 6_880_000); // '1 in 6.88 million'
 * formatChance(0.25); // '25%'
 * formatChance(0); // 'none'
 * ```
 */
export function formatChance(chance: number): string {
  if (chance <= 0) return 'none';
  if (chance > 0.999) return chance === 1 ? 'certain' : '>99.9%';
  if (chance > 0.1) return `${Number((chance * 100).toPrecision(3))}%`;
  return oneIn(chance);
}

/**
 * A factor that may be below one or beyond words.
 *
 * @example
 * ```ts
 * formatTimes(1.2734e6); // '1.27 million'
 * formatTimes(0.00021); // '0.00021'
 * ```
 */
export function formatTimes(factor: number): string {
  if (factor >= 1e18) return exponent(factor);
  return factor < 0.0001 ? factor.toExponential(1) : formatFactor(factor);
}

/** Hands out the marks of notes; the same note twice has one mark. */
export interface Marks {
  /** ` [1]`: the mark of a note, with a space before it. */
  mark(note: string): string;
  /** Every note so far, in the order of the marks. */
  readonly all: readonly string[];
}

/** Marks of one report. */
export function createMarks(): Marks {
  const all: string[] = [];
  return {
    all,
    mark(note) {
      if (!all.includes(note)) all.push(note);
      return ` [${all.indexOf(note) + 1}]`;
    },
  };
}

/** Notes at the end of a text. */
export interface Footnotes {
  /** The mark of a note; of no note, nothing. */
  mark(note: string | undefined): string;
  lines(width: number): string[];
}

/**
 * Footnotes of one report.
 *
 * @example
 * ```ts
 * const notes = createFootnotes();
 * notes.mark('unconfirmed'); // ' [1]'
 * notes.lines(80); // ['[1] unconfirmed']
 * ```
 */
export function createFootnotes(): Footnotes {
  const { mark, all } = createMarks();
  return {
    mark: (note) => (note === undefined ? '' : mark(note)),
    lines: (width) => all.flatMap((note, i) => wrapLines(`[${i + 1}] ${note}`, width, '    ')),
  };
}
