/** Text that strangers wrote, made safe for a terminal, and measured in columns. */

/** Every white space but the space, which it becomes; the byte order mark has no width. */
const SPACING = /[^\S \ufeff]+/gu;

/** Controls, formats (bidirectional overrides, joiners, tags), selectors, skin tones and fillers: they move, hide or merge other characters. */
const REMOVED = /[\p{Cc}\p{Cf}\p{Variation_Selector}\p{Emoji_Modifier}\u115f\u1160\u3164\uffa0]/gu;

/** Half a surrogate pair, and what no Unicode version known here has assigned. */
const UNKNOWN = /[\p{Cs}\p{Cn}]/gu;

const FLAG_LETTER = /[\u{1f1e6}-\u{1f1ff}]/gu;
const ZERO_WIDTH = /[\p{Mn}\p{Me}]/u;

/** Vowels and final consonants of Hangul that no syllable took in: terminals do not agree whether they take a column. */
const LOOSE_JAMO = /[\u1160-\u11ff\ud7b0-\ud7ff]/gu;

/** Wide and Fullwidth of UAX #11 (Unicode 16), whole blocks where only unassigned characters lie between. */
const WIDE = new RegExp(
  `[${[
    '\\p{Emoji_Presentation}',
    '\\u1100-\\u115f', // leading consonants of Hangul
    '\\u2329\\u232a\\u2630-\\u2637\\u268a-\\u268f', // angle brackets, trigrams, digrams
    '\\u2e80-\\u303e\\u3041-\\u3247\\u3250-\\ua4cf', // radicals, kana, ideographs, Yi
    '\\ua960-\\ua97f\\uac00-\\ud7a3', // Hangul
    '\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6b', // compatibility forms
    '\\uff01-\\uff60\\uffe0-\\uffe6', // fullwidth forms
    '\\u{16fe0}-\\u{18dff}\\u{1aff0}-\\u{1b2ff}\\u{1d300}-\\u{1d376}', // Tangut, Khitan, kana, Tai Xuan Jing
    '\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}', // enclosed ideographs, the ideographic planes
  ].join('')}]`,
  'u',
);

/** Nearly every text, and nothing to be done about it. */
const PLAIN = /^[ -~]*$/;

/** Longer texts are cut before anything else is done to them: no line shows more. */
const LONGEST = 2_000;

/**
 * A text on one line without anything that could move the cursor, hide or reorder its neighbours, or whose width terminals disagree about: controls and
 * bidirectional overrides are removed, joined emoji are taken apart, flags become letters, and a letter keeps two accents at most.
 *
 * @example
 * ```ts
 * safeText('rig\u001b[2J 1\r\n'); // 'rig[2J 1'
 * ```
 */
export function safeText(text: string): string {
  const part = text.slice(0, LONGEST);
  if (PLAIN.test(part)) return part.trim();
  return part
    .replace(SPACING, ' ')
    .replace(REMOVED, '')
    .replace(UNKNOWN, '\ufffd')
    .replace(FLAG_LETTER, (flag) => String.fromCodePoint(flag.codePointAt(0)! - 0x1f1e6 + 65))
    .normalize('NFC')
    .replace(LOOSE_JAMO, '\ufffd')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/^[\p{M}\s]+|\s+$/gu, '');
}

/**
 * The same in ASCII: accents are dropped, and what has no ASCII letter is a question mark.
 *
 * @example
 * ```ts
 * asciiText('Zoë 矿工 …'); // 'Zoe ?? ...'
 * ```
 */
export function asciiText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^ -~]/gu, '?');
}

/**
 * Columns that a safe text takes in a terminal.
 *
 * @example
 * ```ts
 * displayWidth('矿工 1'); // 6
 * ```
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character <= '~') return 1; // most of them
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/**
 * A safe text cut to `width` columns, never between a letter and its accent.
 *
 * @param ellipsis - what the cut is marked with; left out where not even that has room.
 * @example
 * ```ts
 * fitText('stratum', 5, '…'); // 'stra…'
 * ```
 */
export function fitText(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const mark = displayWidth(ellipsis) <= width ? ellipsis : '';
  return headOf(text, width - displayWidth(mark)) + mark;
}

/**
 * A safe text cut in its middle: both ends of an address tell it from others.
 *
 * @example
 * ```ts
 * fitMiddle('bc1qar0srrr7xfkvy5l6', 9, '…'); // 'bc1q…y5l6'
 * ```
 */
export function fitMiddle(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room < 2) return fitText(text, width, ellipsis);
  const tail = [...text]
    .slice(-Math.floor(room / 2))
    .join('')
    .replace(/^\p{M}+/u, '');
  const end = displayWidth(tail) <= room / 2 ? tail : '';
  return headOf(text, room - displayWidth(end)) + ellipsis + end;
}

function headOf(text: string, width: number): string {
  let head = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    head += character;
  }
  return head;
}

/**
 * A safe text as lines of at most `width` columns, broken between words where that is possible, and at most `most` of them.
 *
 * @example
 * ```ts
 * wrapText('no answer within 60 s', 10, 2, '…'); // ['no answer', 'within 60…']
 * ```
 */
export function wrapText(text: string, width: number, most: number, ellipsis: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && lines.length < most - 1 && displayWidth(rest) > width) {
    const head = headOf(rest, width + 1);
    const space = head.lastIndexOf(' ');
    const line = space > 0 ? head.slice(0, space) : headOf(rest, width);
    if (line === '') break; // not even one wide character has room
    lines.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return rest === '' ? lines : [...lines, fitText(rest, width, ellipsis)];
}

/**
 * Words in lines of at most `width` columns; lines after the first are indented. A word that is longer than a line, such as a URL, stays whole, so
 * that it can be copied.
 *
 * @example
 * ```ts
 * wrapLines('one two three', 9); // ['one two', '  three']
 * ```
 */
export function wrapLines(text: string, width: number, indent = '  '): string[] {
  const start = /^ */.exec(text)![0];
  const [first = '', ...words] = text.trim().split(' ');
  const lines = [start + first];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (displayWidth(last) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}
