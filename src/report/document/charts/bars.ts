/** Lying bars: names beside them where there is room, above them on a phone. */
import type { Bar, BarChart, Tick } from '../document.ts';
import {
  baseOption,
  type Canvas,
  colour,
  gridLines,
  HALO,
  type Layout,
  type Option,
  QUIET,
  TEXT,
  textWidth,
  tickAxis,
} from './option.ts';

/** The layout of a bar chart. */
export function barLayout(chart: BarChart, canvas: Canvas): Layout {
  const { fontSize } = canvas;
  const above = canvas.name === 'narrow';
  const rowHeight = fontSize * (above ? 3.2 : chart.bars.length > 12 ? 1.75 : 2.6);
  const top = chart.line === undefined ? 8 : fontSize * 2;
  const height = top + chart.bars.length * rowHeight + fontSize * 3.6;
  return { height: Math.round(height), option: option(chart, canvas, { above, rowHeight, top }) };
}

interface Rows {
  readonly above: boolean;
  readonly rowHeight: number;
  readonly top: number;
}

function option(chart: BarChart, canvas: Canvas, rows: Rows): Option {
  const { fontSize, width } = canvas;
  const { above, rowHeight, top } = rows;
  const names = above ? 0 : Math.max(...chart.bars.map(({ name }) => textWidth(name, fontSize)));
  const texts = Math.max(...chart.bars.map(({ text }) => textWidth(text, fontSize)));
  const { ticks, range } = ticksOf(chart, canvas, width - names - texts - 24);
  return {
    ...baseOption(canvas),
    grid: { left: names + 12, right: texts + 12, top, bottom: fontSize * 3.6 },
    xAxis: { ...tickAxis(ticks, canvas, range), name: chart.axis, ...axisName(canvas) },
    yAxis: nameAxis(chart, canvas, rows),
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: above ? fontSize : rowHeight * 0.62,
        itemStyle: { borderRadius: 2 },
        data: chart.bars.map((bar) => barItem(chart, bar, fontSize)),
        ...(chart.line === undefined ? {} : { markLine: limit(chart.line, fontSize) }),
      },
      gridLines('xAxis', ticks),
    ],
  };
}

const axisName = ({ fontSize }: Canvas) => ({
  nameLocation: 'middle',
  nameGap: fontSize * 1.9,
  nameTextStyle: { color: QUIET, fontSize },
});

function barItem(chart: BarChart, { value, text, tone }: Bar, fontSize: number): Option {
  const length = place(chart, value);
  return {
    value: length,
    itemStyle: { color: colour(tone) },
    label: {
      show: true,
      position: 'right',
      formatter: text,
      color: TEXT,
      fontSize,
      fontWeight: 'bold',
      ...HALO,
    },
  };
}

const place = ({ scale }: BarChart, value: number) => (scale === 'log' ? Math.log10(value) : value);

function nameAxis({ bars }: BarChart, { fontSize }: Canvas, { above, rowHeight }: Rows): Option {
  const inside = {
    inside: true,
    align: 'left',
    margin: 0,
    verticalAlign: 'bottom',
    padding: [0, 0, rowHeight * 0.25, 0],
  };
  return {
    type: 'category',
    inverse: true,
    data: bars.map(({ name }) => name),
    z: 10,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: TEXT, fontSize, interval: 0, ...(above ? { ...inside, ...HALO } : {}) },
  };
}

/** The words of the value axis and the range it shows. */
function ticksOf(chart: BarChart, { fontSize }: Canvas, room: number) {
  const places = chart.bars.map(({ value }) => place(chart, value));
  if (chart.line !== undefined) places.push(chart.line.at);
  const [least, most] = [Math.min(0, ...places), Math.max(0, ...places)];
  const steps = chart.scale === 'log' ? [1, 2, 3, 4, 6, 9] : niceSteps(most - least);
  const choices = steps.map((step) => ticksBetween(chart, least, most, step));
  const fits = (ticks: readonly Tick[]) => {
    const widest = Math.max(...ticks.map(({ text }) => textWidth(text, fontSize)));
    return ticks.length * (widest + fontSize) <= room;
  };
  const ticks = choices.find(fits) ?? choices.at(-1)!;
  return { ticks, range: [Math.min(least, ticks[0]!.at), Math.max(most, 1e-9)] as const };
}

function ticksBetween(chart: BarChart, least: number, most: number, step: number): Tick[] {
  const from = Math.floor(least / step + 1e-9);
  const count = Math.floor(most / step + 1e-9) - from + 1;
  return Array.from({ length: count }, (_, i) => {
    const at = (from + i) * step;
    return { at, text: chart.tickText(chart.scale === 'log' ? 10 ** at : at) };
  });
}

/** 1, 2 or 5 times a power of ten. */
function niceSteps(span: number): number[] {
  const power = 10 ** (Math.floor(Math.log10(span)) - 1);
  return [1, 2, 5, 10, 20, 50].map((factor) => factor * power);
}

function limit({ at, text }: Tick, fontSize: number): Option {
  return {
    silent: true,
    symbol: 'none',
    z: 1,
    data: [{ xAxis: at }],
    lineStyle: { color: colour('high'), type: 'solid', width: 2 },
    label: { formatter: text, position: 'start', color: colour('high'), fontSize, fontWeight: 'bold' },
  };
}
