/** Standing bars of layers, the part that each of them is of the whole. */
import type { StackChart } from '../document.ts';
import {
  baseOption,
  type Canvas,
  colour,
  gridLines,
  type Layout,
  type Option,
  QUIET,
  TEXT,
  tickAxis,
} from './option.ts';

const PERCENT = [0, 25, 50, 75, 100].map((at) => ({ at, text: `${at}%` }));

/** The layout of a stack. */
export function stackLayout(chart: StackChart, canvas: Canvas): Layout {
  const { fontSize, name } = canvas;
  const wide = name === 'wide';
  const option = {
    ...baseOption(canvas),
    grid: { left: fontSize * 3.4, right: 8, top: fontSize, bottom: fontSize * (wide ? 3 : 4.2) },
    xAxis: {
      type: 'category',
      data: wide ? chart.columns : chart.columns.map((column) => column.replace(' ', '\n')),
      axisLine: { lineStyle: { color: QUIET } },
      axisTick: { show: false },
      axisLabel: {
        color: TEXT,
        fontSize: wide ? fontSize : fontSize - 1,
        interval: 0,
        lineHeight: fontSize * 1.2,
      },
    },
    yAxis: tickAxis(PERCENT, canvas, [0, 100]),
    series: [
      ...chart.layers.map((layer, i) => series(chart, layer, i === 0, canvas)),
      gridLines('yAxis', PERCENT),
    ],
  };
  return { height: wide ? 430 : 340, option };
}

function series(
  { line }: StackChart,
  { tone, percent }: StackChart['layers'][number],
  withLine: boolean,
  { fontSize, name: canvas }: Canvas,
): Option {
  return {
    type: 'bar',
    stack: 'all',
    silent: true,
    barWidth: '72%',
    itemStyle: { color: colour(tone), borderColor: 'var(--card)', borderWidth: 1 },
    data: percent,
    label: {
      show: true,
      formatter: ({ value }: { value: number }) =>
        value < 5 ? '' : `${Math.round(value)}${canvas === 'wide' ? '%' : ''}`,
      color: `var(--on-${tone})`,
      fontSize: canvas === 'wide' ? fontSize : fontSize - 1,
    },
    ...(withLine ? { markLine: halfLine(line, fontSize) } : {}),
  };
}

function halfLine({ at, text }: StackChart['line'], fontSize: number): Option {
  return {
    silent: true,
    symbol: 'none',
    z: 20,
    data: [{ yAxis: at }],
    lineStyle: { color: TEXT, type: 'dashed', width: 2 },
    label: { formatter: text, position: 'insideEndTop', color: TEXT, fontSize },
  };
}
