/** Lines of styled text: cut, padded and painted only at the very end, when their width is known. */
import { asciiText, displayWidth, fitText, safeText } from '../text.ts';

/** What a style means is the same everywhere: green is well, yellow wants attention, red is wrong. */
export type Style = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** A text in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Spans side by side. */
export type Line = readonly Span[];

/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

/** The characters of a frame. */
export interface Symbols {
  readonly rule: string;
  readonly divider: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly between: string;
  /** From nothing to full, of equal steps. */
  readonly levels: readonly string[];
  readonly bar: string;
  readonly emptyBar: string;
}

/** For a terminal with UTF-8. */
export const UNICODE: Symbols = {
  rule: '─',
  divider: '│',
  ellipsis: '…',
  dot: '●',
  between: ' · ',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  bar: '━',
  emptyBar: '─',
};

/** For every other one. */
export const ASCII: Symbols = {
  rule: '-',
  divider: '|',
  ellipsis: '..',
  dot: '*',
  between: ', ',
  levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
  bar: '#',
  emptyBar: '-',
};

/**
 * A label and its value.
 *
 * @param least - columns that the value takes at least: one that changes all the time must not move what follows it.
 */
export function field(label: string, value: string, style?: Style, least = 0): Line {
  const space = ' '.repeat(Math.max(0, least - displayWidth(value)));
  return [{ text: label === '' ? '' : `${label} `, style: 'dim' }, { text: value, style }, { text: space }];
}

/** Columns of a line of safe text. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** Columns that a cell in a grid of fields should have. */
const CELL = 20;
const GAP = 2;

/**
 * Fields in columns of equal width, as many as there is room for, or one more where that saves a line; a field takes several when it is long. Where there is
 * room for one column only, fields are put one after the other.
 */
export function grid(fields: readonly Line[], width: number): Line[] {
  const cells = Math.max(1, Math.floor((width + GAP) / (CELL + GAP)));
  if (cells === 1) return inCells(fields, width, 1);
  const usual = inCells(fields, width, Math.floor((width + GAP) / cells));
  const denser = inCells(fields, width, Math.floor((width + GAP) / (cells + 1)));
  return denser.length < usual.length ? denser : usual;
}

/** @param cell - columns of a cell with its gap. */
function inCells(fields: readonly Line[], width: number, cell: number): Line[] {
  const lines: Span[][] = [];
  let column = Number.POSITIVE_INFINITY;
  for (const each of fields) {
    const columns = lineWidth(each);
    if (column + columns > width) {
      lines.push([...each]);
      column = 0;
    } else {
      const line = lines.at(-1)!;
      line.push({ text: ' '.repeat(column - lineWidth(line)) }, ...each);
    }
    column += Math.ceil((columns + GAP) / cell) * cell;
  }
  return lines;
}

/** A left and a right part with the space between them; the left one is cut where both have no room. */
export function spread(left: Line, right: Line, width: number, symbols: Symbols): Line {
  const room = width - lineWidth(right) - GAP;
  if (room < 8) return left;
  const cut = cutLine(left, room, symbols);
  return [...cut, { text: ' '.repeat(width - lineWidth(cut) - lineWidth(right)) }, ...right];
}

/** A line of at most `width` columns. */
export function cutLine(line: Line, width: number, { ellipsis }: Pick<Symbols, 'ellipsis'>): Line {
  if (lineWidth(line) <= width) return line;
  const spans: Span[] = [];
  let room = width;
  for (const span of line) {
    const taken = displayWidth(span.text);
    const last = taken >= room;
    spans.push(last ? { ...span, text: fitText(`${span.text}${ellipsis}`, room, ellipsis) } : span);
    if (last) return spans;
    room -= taken;
  }
  return spans;
}

/**
 * The text of a line in exactly the style it has, of at most `width` columns, or exactly as many when it is padded. Whatever the spans hold, nothing leaves
 * here that could move the cursor.
 */
export function renderLine(
  line: Line,
  options: {
    readonly width: number;
    readonly symbols: Symbols;
    readonly paint: Paint;
    readonly pad: boolean;
  },
): string {
  const { width, symbols, paint, pad } = options;
  const clean = line.map((span) => ({ ...span, text: cleaned(span.text, symbols === ASCII) }));
  const cut = [...cutLine(clean, width, symbols)];
  while (cut.at(-1)?.text.trim() === '') cut.pop(); // columns kept for values that are shorter now
  const text = cut.map(({ text, style }) => (style === undefined ? text : paint(style, text))).join('');
  return pad ? text + ' '.repeat(Math.max(0, width - lineWidth(cut))) : text;
}

/** Spaces at both ends are the frame's own; what lies between them may be a stranger's. */
function cleaned(text: string, ascii: boolean): string {
  if (/^[ -~]*$/.test(text)) return text;
  const inner = text.trim();
  if (inner === '') return ' '.repeat(text.length);
  const before = text.length - text.trimStart().length;
  const after = text.length - text.trimEnd().length;
  const safe = safeText(inner);
  return ' '.repeat(before) + (ascii ? asciiText(safe) : safe) + ' '.repeat(after);
}

/** Select Graphic Rendition of each style (ECMA-48 8.3.117) and what ends it. */
const SGR: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/**
 * A painter with colours or without.
 *
 * @example
 * ```ts
 * painter(true)('red', 'no'); // '\u001b[31mno\u001b[39m'
 * painter(false)('red', 'no'); // 'no'
 * ```
 */
export function painter(colours: boolean): Paint {
  return (style, text) =>
    colours && text !== '' ? `\u001b[${SGR[style][0]}m${text}\u001b[${SGR[style][1]}m` : text;
}
