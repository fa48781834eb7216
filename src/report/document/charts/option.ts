/** What every chart has in common: colours by name, text sizes, and which of the two widths it is drawn for. */
import type { Tick, Tone } from '../document.ts';

/** A chart is drawn twice, because text that scales down to a phone is not legible there. */
export interface Canvas {
  readonly name: 'wide' | 'narrow';
  /** Of the drawing; the page scales it. */
  readonly width: number;
  readonly fontSize: number;
}

/** For a screen, a projector or paper, and for a phone. */
export const CANVASES: readonly Canvas[] = [
  { name: 'wide', width: 880, fontSize: 16 },
  { name: 'narrow', width: 340, fontSize: 13 },
];

/** Colours are variables, so that one drawing serves light, dark and print. */
export const colour = (tone: Tone) => `var(--${tone})`;

/** Of text. */
export const TEXT = 'var(--text)';
/** Of less important text. */
export const QUIET = 'var(--quiet)';
/** Of lines of the grid. */
export const LINE = 'var(--line)';

/** An option of ECharts, whose own types would need those of a browser. */
export type Option = Readonly<Record<string, unknown>>;

/** A drawing's option, and the height that it needs. */
export interface Layout {
  readonly height: number;
  readonly option: Option;
}

/** What every option starts with. */
export function baseOption({ fontSize }: Canvas): Option {
  return { animation: false, textStyle: { fontFamily: 'inherit', fontSize, color: TEXT } };
}

/** The width that a text takes at most, roughly: there are no fonts to measure with, and some are wide. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.62;
}

/** A border of the ground around letters, so that a line behind them does not cross them. */
export const HALO = { textBorderColor: 'var(--card)', textBorderWidth: 4 } as const;

/** An axis on which only these places have a word. */
export function tickAxis(
  ticks: readonly Tick[],
  { fontSize }: Canvas,
  [min, max]: readonly [number, number],
): Option {
  const words = new Map(ticks.map(({ at, text }) => [at.toFixed(9), text]));
  return {
    type: 'value',
    min,
    max,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false }, // it would not follow the words
    axisLabel: {
      customValues: ticks.map(({ at }) => at),
      color: QUIET,
      fontSize,
      lineHeight: fontSize * 1.2,
      formatter: (value: number) => words.get(value.toFixed(9)) ?? '',
    },
  };
}

/** A line of the grid at each of these places, behind everything: a series without data. */
export function gridLines(axis: 'xAxis' | 'yAxis', ticks: readonly Tick[]): Option {
  const data = ticks.map(({ at }) => ({ [axis]: at }));
  const lineStyle = { color: LINE, type: 'solid', width: 1 };
  const markLine = { silent: true, symbol: 'none', z: 0, label: { show: false }, lineStyle, data };
  return { type: 'line', silent: true, data: [], markLine };
}
