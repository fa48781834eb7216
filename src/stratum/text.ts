/** Text from the other side, made safe to print: no control characters, no endless lines. */

const ESC = '\u001b';
/** Escape sequences of ECMA-48 (ANSI): CSI to its final byte, and OSC to the next control character. */
const ESCAPES = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\p{Cc}]*)`, 'gu');

/** Controls, invisible format characters (bidirectional overrides among them), lone surrogates, and white space of any kind. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]+/gu;

/**
 * What is left of `text` when nothing in it can move a cursor, colour a terminal or break a line.
 *
 * @param maxLength - in UTF-16 units; a longer text is cut and ends in `...`. @default 300
 * @example
 * ```ts
 * plainText('\u001b[31mpool\u0007 moved\nsoon'); // 'pool moved soon'
 * plainText('abcdef', 5); // 'ab...'
 * ```
 */
export function plainText(text: string, maxLength = 300): string {
  // Cut before the search, so that a megabyte from outside costs no more than the part that is shown.
  const plain = text
    .slice(0, 4 * maxLength)
    .replace(ESCAPES, '')
    .replace(UNPRINTABLE, ' ')
    .trim();
  if (plain.length <= maxLength && text.length <= 4 * maxLength) return plain;
  return `${plain.slice(0, maxLength - 3).replace(/[\uD800-\uDBFF]$/, '')}...`;
}

/**
 * Any decoded JSON value as a message may show it: strings quoted and cut, the rest by kind.
 *
 * @example
 * ```ts
 * shown('12'); // '"12"'
 * shown([1, 2]); // 'an array of 2'
 * ```
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${plainText(value, 40)}"`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === undefined) return 'nothing';
  if (value !== null && typeof value === 'object') return 'an object';
  return String(value);
}
