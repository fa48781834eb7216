/** The panel of the engines: a table with as many columns as there is room for. */
import { formatPercent, formatRate, formatWhole } from '../numbers.ts';
import { displayWidth, fitText } from '../text.ts';
import type { Line, Span, Style } from './line.ts';
import { COLUMNS, type Panel, padColumn, RANK, ranked, shown, type View } from './panel.ts';
import { NOW_SECONDS, rateOver } from './rates.ts';
import type { DashboardState, EngineState } from './state.ts';

/** Rows for at most this many engines; the others are added up. */
const ENGINES_SHOWN = 6;

/** A name, device or kernel is cut here, or at a third of the width. */
const NAME_COLUMNS = 24;

/** The cells of a row, and what it is of the total, 0..1. */
interface EngineRow {
  readonly cells: readonly string[];
  readonly part: number;
  readonly style?: Style;
}

const NAME = 0;
const DEVICE = 1;
const KERNEL = 2;
const THREADS = 3;
const RATE = 4;
const PERCENT = 5;

/** Columns of each at least: hashrates and percentages change all the time, and must not move the bars. */
const LEAST_COLUMNS = [0, 0, 0, 0, COLUMNS.rate, 4];

/** Which columns to show, the first choice that fits: of several engines the name and the part of the total, of one its kernel. */
const COLUMNS_OF_SEVERAL = [
  [NAME, DEVICE, KERNEL, THREADS, RATE, PERCENT],
  [NAME, DEVICE, KERNEL, RATE, PERCENT],
  [NAME, KERNEL, RATE, PERCENT],
  [NAME, RATE, PERCENT],
];
const COLUMNS_OF_ONE = [
  [NAME, DEVICE, KERNEL, THREADS, RATE],
  [NAME, DEVICE, KERNEL, RATE],
  [NAME, KERNEL, RATE],
  [KERNEL, RATE],
];

/** Columns of the bar beside a row: fewer than the least say nothing, more than the most say no more. */
const LEAST_BAR = 8;
const MOST_BAR = 24;

/** Each engine with its hashrate and its part of the total, in the order they started. */
export function enginesPanel({ engines, rate }: DashboardState, view: View): Panel {
  const total = rateOver(rate, view.nowMs, NOW_SECONDS) ?? 0;
  const rates = engines.map((engine) => ({ engine, rate: rateOver(engine.rate, view.nowMs, NOW_SECONDS) }));
  const listed = rates.length > ENGINES_SHOWN ? rates.slice(0, ENGINES_SHOWN - 1) : rates;
  const rows = listed.map((each) => engineRow(each.engine, each.rate, total, view));
  const others = rates.slice(listed.length);
  if (others.length > 0) {
    const sum = others.reduce((sum, each) => sum + (each.rate ?? 0), 0);
    const part = partOf(sum, total);
    rows.push({
      cells: [`and ${others.length} more`, '', '', '', formatRate(sum), percentText(part)],
      part,
    });
  }
  const none: Line[] = [[{ text: 'none yet', style: 'dim' }]];
  const lines = rows.length === 0 ? none : tableOf(rows, engines.length > 1, view);
  return { title: 'engines', rows: ranked(lines, RANK.engines, RANK.moreEngines) };
}

function engineRow(
  { engine, device, kernel, threads, lost }: EngineState,
  rate: number | undefined,
  total: number,
  view: View,
): EngineRow {
  const part = partOf(rate ?? 0, total);
  const most = Math.min(NAME_COLUMNS, Math.floor(view.width / 3));
  const name = (text: string) => fitText(shown(text, view), most, view.symbols.ellipsis);
  const named = [
    name(engine),
    name(device ?? ''),
    name(kernel),
    `${formatWhole(threads)} ${threads === 1 ? 'thread' : 'threads'}`,
  ];
  if (lost) return { cells: [...named, 'failed', ''], part: 0, style: 'red' };
  return { cells: [...named, formatRate(rate), rate === undefined ? '-' : percentText(part)], part };
}

/** A total that is not known yet, or an engine that is ahead of it by a second, is no reason for a bar that does not fit. */
const partOf = (rate: number, total: number) => (total > 0 ? Math.min(1, Math.max(0, rate / total)) : 0);

const percentText = (part: number) => formatPercent(Math.round(part * 100));

function tableOf(rows: readonly EngineRow[], several: boolean, { width, symbols }: View): Line[] {
  const widths = LEAST_COLUMNS.map((least, i) =>
    Math.max(least, ...rows.map(({ cells }) => displayWidth(cells[i]!))),
  );
  const used = (columns: readonly number[]) =>
    columns.filter((i) => widths[i]! > 0).reduce((sum, i) => sum + widths[i]! + 2, -2);
  const choices = several ? COLUMNS_OF_SEVERAL : COLUMNS_OF_ONE;
  const columns = (choices.find((each) => used(each) <= width) ?? choices.at(-1)!).filter(
    (i) => widths[i]! > 0,
  );
  const room = Math.min(MOST_BAR, width - used(columns) - 2);
  const bar = several && room >= LEAST_BAR ? room : 0;
  return rows.map(({ cells, part, style }) => {
    const padded = columns.map((i) => padColumn(cells[i]!, widths[i]!, i >= RATE ? 'right' : 'left'));
    const filled = Math.round(part * bar);
    const full: Span = { text: symbols.bar.repeat(filled) };
    const empty: Span = { text: symbols.emptyBar.repeat(bar - filled), style: 'dim' };
    return [{ text: padded.join('  '), style }, ...(bar === 0 ? [] : [{ text: '  ' }, full, empty])];
  });
}
