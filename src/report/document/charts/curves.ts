/** Curves over powers of ten, with lines to compare with. */
import type { Curve, CurveChart } from '../document.ts';
import {
  baseOption,
  type Canvas,
  colour,
  gridLines,
  HALO,
  type Layout,
  type Option,
  QUIET,
  textWidth,
  tickAxis,
} from './option.ts';

/** The layout of a chart of curves. */
export function curveLayout(chart: CurveChart, canvas: Canvas): Layout {
  const { fontSize, name } = canvas;
  const words = Math.max(...chart.yTicks.map(({ text }) => textWidth(text, fontSize)));
  const every = name === 'wide' ? 1 : 2;
  const xTicks = chart.xTicks.filter((_, i) => i % every === 0);
  const x = [chart.xTicks[0]!.at, chart.curves[0]!.points.at(-1)![0]] as const;
  const y = [chart.yTicks[0]!.at, chart.yTicks.at(-1)!.at] as const;
  const axisName = { nameLocation: 'middle', nameTextStyle: { color: QUIET, fontSize } };
  const option = {
    ...baseOption(canvas),
    grid: { left: words + 14, right: fontSize * 2.6, top: fontSize * 2.2, bottom: fontSize * 4.6 },
    xAxis: { ...tickAxis(xTicks, canvas, x), name: chart.xAxis, nameGap: fontSize * 3, ...axisName },
    yAxis: tickAxis(chart.yTicks, canvas, y),
    series: [
      ...chart.curves.map((curve, i) => series(curve, i === 0 ? chart : undefined, fontSize)),
      gridLines('xAxis', chart.xTicks),
      gridLines('yAxis', chart.yTicks),
    ],
  };
  return { height: name === 'wide' ? 470 : 360, option };
}

function series(curve: Curve, lines: CurveChart | undefined, fontSize: number): Option {
  return {
    type: 'line',
    silent: true,
    showSymbol: false,
    data: curve.points,
    itemStyle: { color: colour(curve.tone) },
    lineStyle: { color: colour(curve.tone), width: 3.5, type: curve.dashed ? 'dashed' : 'solid' },
    ...(lines === undefined ? {} : { markLine: markLine(lines, fontSize) }),
  };
}

function markLine({ levels, moments }: CurveChart, fontSize: number): Option {
  const style = { color: QUIET, fontSize, ...HALO };
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: QUIET, type: 'dotted', width: 1.5 },
    data: [
      ...levels.map(({ at, text }) => ({
        yAxis: at,
        label: { ...style, formatter: text, position: 'insideEndTop' },
      })),
      ...moments.map(({ at, text }) => ({
        xAxis: at,
        label: { ...style, formatter: text, position: 'end', rotate: 0 },
      })),
    ],
  };
}
