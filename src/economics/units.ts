/** Quantities as people type them: durations, hashrates, powers, percentages and money, in base units. */

/** The value, or an example near what was typed that would have been understood, for the message. */
export type Parsed = { readonly value: number } | { readonly example: string };

const DAY = 86_400;

const DURATIONS: Units = [
  [1, ['s', 'sec', 'secs', 'second', 'seconds']],
  [60, ['m', 'min', 'mins', 'minute', 'minutes']],
  [3600, ['h', 'hr', 'hrs', 'hour', 'hours']],
  [DAY, ['d', 'day', 'days']],
  [7 * DAY, ['w', 'wk', 'week', 'weeks']],
  [(365.25 / 12) * DAY, ['mo', 'month', 'months']],
  [365.25 * DAY, ['y', 'yr', 'yrs', 'year', 'years']],
];

const PREFIXES: Units = [
  [1, ['']],
  [1e3, ['k']],
  [1e6, ['m']],
  [1e9, ['g']],
  [1e12, ['t']],
  [1e15, ['p']],
  [1e18, ['e']],
  [1e21, ['z']],
];

type Units = readonly (readonly [size: number, names: readonly string[]])[];

/**
 * A duration in seconds: `1d`, `30 days`, `1y 6mo`, `2h30m`. A year is 365.25 days, a month its twelfth, and `m` is a minute.
 *
 * @example
 * ```ts
 * parseDuration('1d 12h'); // { value: 129_600 }
 * parseDuration('5 parsecs'); // { example: '5 days' }
 * ```
 */
export function parseDuration(text: string): Parsed {
  const parts = [...text.trim().matchAll(/([\d.]+)\s*([a-z]+)[\s,]*/giy)];
  const length = parts.reduce((total, [part]) => total + part.length, 0);
  const seconds = parts.reduce((total, [, amount, unit]) => total + scale(DURATIONS, amount!, unit!), 0);
  if (length === text.trim().length && seconds > 0) return { value: seconds };
  return { example: `${leadingNumber(text) || 30} days` };
}

/**
 * A hashrate in hashes per second: `1.2TH/s`, `500 GH`, `80k`, `2e6`; prefixes in either case.
 *
 * @example
 * ```ts
 * parseHashrate('1.2TH/s'); // { value: 1.2e12 }
 * parseHashrate('200 TB'); // { example: '200 TH/s' }
 * ```
 */
export function parseHashrate(text: string): Parsed {
  return parsePrefixed(text, /(h(ash(es)?)?(\/s|ps)?)?$/i, 'TH/s');
}

/**
 * A power in watts: `19 W`, `3.5kW`, `65`. A small m is milli and a large one mega; the other prefixes are in either case.
 *
 * @example
 * ```ts
 * parsePower('3.5kW'); // { value: 3500 }
 * parsePower('500mW'); // { value: 0.5 }
 * parsePower('-5 W'); // { example: '5 W' }
 * ```
 */
export function parsePower(text: string): Parsed {
  return parsePrefixed(text, /(w(atts?)?)?$/i, 'W', (prefix) => (prefix === 'm' ? 1e-3 : factorOf(prefix)));
}

/**
 * A percentage as a fraction: `30%`, `-5 %`, `2.5 percent`. The sign is asked for: a bare 0.3 could mean either.
 *
 * @example
 * ```ts
 * parsePercent('30%'); // { value: 0.3 }
 * parsePercent('0.3'); // { example: '30%' }
 * ```
 */
export function parsePercent(text: string): Parsed {
  const match = /^([+-]?)(\S*?)\s*(%|percent)$/i.exec(text.trim());
  const amount = match === null ? undefined : plainNumber(match[2]!);
  if (amount !== undefined) return { value: (match![1] === '-' ? -amount : amount) / 100 };
  const typed = leadingNumber(text);
  const percent =
    typed !== undefined && typed > 0 && typed < 1 ? Number((100 * typed).toPrecision(12)) : typed;
  return { example: `${percent ?? 30}%` };
}

/**
 * Money in US dollars: `$0.08`, `91,132`, `90k USD`, `8 c`, `0.08 $/kWh`.
 *
 * @example
 * ```ts
 * parseMoney('8c'); // { value: 0.08 }
 * parseMoney('0,08'); // { example: '$0.08' }
 * parseMoney('-1'); // { example: '$1' }
 * ```
 */
export function parseMoney(text: string): Parsed {
  const bare = text
    .trim()
    .replace(/\s*\/\s*(kwh|btc)$/i, '')
    .replace(/^(\$|usd)\s*|\s*(\$|usd)$/gi, '');
  const match = /^(\S+?)\s*(k|c|ct|cts|cents?|¢)?$/i.exec(bare);
  const amount = match === null ? undefined : plainNumber(match[1]!);
  const unit = match?.[2]?.toLowerCase();
  if (amount !== undefined)
    return { value: unit === undefined ? amount : unit === 'k' ? amount * 1000 : amount / 100 };
  return { example: `$${leadingNumber(text) ?? 0.08}` };
}

/** What a prefix multiplies with, in either case; undefined for none that is known. */
const factorOf = (prefix: string) => PREFIXES.find(([, names]) => names.includes(prefix.toLowerCase()))?.[0];

function parsePrefixed(text: string, suffix: RegExp, unit: string, factorOfPrefix = factorOf): Parsed {
  const match = /^([\d.,]+(?:e[+-]?\d+)?)\s*(.*)$/i.exec(text.trim());
  const amount = match === null ? undefined : plainNumber(match[1]!);
  const prefix = match?.[2]?.replace(suffix, '');
  const factor = prefix === undefined ? undefined : factorOfPrefix(prefix);
  if (amount !== undefined && factor !== undefined && amount > 0) return { value: amount * factor };
  return { example: `${leadingNumber(text) || 1} ${unit}` };
}

function scale(units: Units, amount: string, unit: string): number {
  const size = units.find(([, names]) => names.includes(unit.toLowerCase()))?.[0];
  return (plainNumber(amount) ?? Number.NaN) * (size ?? Number.NaN);
}

/** Digits with a point, groups of three with commas, or an exponent; undefined for anything else. */
function plainNumber(text: string): number | undefined {
  const grouped = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text);
  if (!grouped && !/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text.replaceAll(',', ''));
}

/**
 * The first number in what was typed, without its sign. A comma before one or two digits is a decimal point: no thousands end like that.
 *
 * @example
 * ```ts
 * leadingNumber('1,2TH/s'); // 1.2
 * leadingNumber('fast'); // undefined
 * ```
 */
export function leadingNumber(text: string): number | undefined {
  const match = /\d[\d,]*(\.\d+)?/.exec(text.replace(/(\d),(\d{1,2})(?!\d)/, '$1.$2'));
  return match === null ? undefined : Number(match[0].replaceAll(',', ''));
}
