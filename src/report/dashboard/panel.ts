/** What a panel is made of: rows with a rank, and what its makers need to know of the frame. */
import { asciiText, displayWidth, safeText } from '../text.ts';
import { ASCII, type Line, type Symbols } from './line.ts';

/** The place of a row when there is not room for all: rows of low rank stay, and all rows of one rank come and go together. */
export const RANK = {
  title: 0,
  source: 1,
  alarm: 2,
  hashrate: 3,
  moreAlarm: 4,
  shares: 5,
  job: 6,
  message: 7,
  engines: 8,
  moreEngines: 9,
  payout: 10,
  odds: 11,
  work: 12,
  user: 13,
  blocks: 14,
  moreMessage: 15,
  moreShares: 16,
  moreJob: 17,
  spark: 18,
  moreWork: 19,
  moreHashrate: 20,
  moreOdds: 21,
  moreBlocks: 22,
  morePayout: 23,
  space: 24,
  /** And one more for each older message. */
  olderMessages: 25,
} as const;

/** One line of a panel. */
export interface Row {
  readonly rank: number;
  readonly line: Line;
  /** The line instead where the rows of another rank, on which the text goes on, are left out: it shows that there is more. */
  readonly alone?: { readonly without: number; readonly line: Line };
}

/** Rows under one title. */
export interface Panel {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What the makers of panels know of the frame. */
export interface View {
  /** Columns beside the titles. */
  readonly width: number;
  readonly nowMs: number;
  readonly symbols: Symbols;
}

/** Columns of values that change from second to second: `99.9 MH/s`, `59 s ago`, `999 ms`, `99.9%`. */
export const COLUMNS = { rate: 9, age: 8, roundTrip: 6, ratio: 5 } as const;

/** Rows of lines: the first line is of the first rank, all others are of the second. */
export function ranked(lines: readonly Line[], first: number, others: number): Row[] {
  return lines.map((line, i) => ({ rank: i === 0 ? first : others, line }));
}

/** A text that goes on over several lines, the first of them more important; `whole` is all of it on one line, to be cut. */
export function continued(lines: readonly Line[], whole: Line, first: number, others: number): Row[] {
  const [head, ...rest] = ranked(lines, first, others);
  if (head === undefined || rest.length === 0) return head === undefined ? [] : [head];
  return [{ ...head, alone: { without: others, line: whole } }, ...rest];
}

/** A stranger's text as this frame can show it. */
export function shown(text: string, { symbols }: Pick<View, 'symbols'>): string {
  const safe = safeText(text);
  return symbols === ASCII ? asciiText(safe) : safe;
}

/** Pads a safe text to its column. */
export function padColumn(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}
