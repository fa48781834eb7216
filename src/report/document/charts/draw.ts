/** Charts as SVG text, drawn by ECharts without a browser: no canvas, no script, and the same bytes for the same chart. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from '../document.ts';
import { escapeHtml } from '../escape.ts';
import { barLayout } from './bars.ts';
import { curveLayout } from './curves.ts';
import { CANVASES, type Canvas, type Layout } from './option.ts';
import { stackLayout } from './stack.ts';

use([BarChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** The chart for a wide and for a narrow page, of which the style sheet shows one. */
export function drawChart(chart: Chart): string {
  return CANVASES.map((canvas) => draw(chart, canvas)).join('\n');
}

function layoutOf(chart: Chart, canvas: Canvas): Layout {
  if (chart.kind === 'bars') return barLayout(chart, canvas);
  return chart.kind === 'curves' ? curveLayout(chart, canvas) : stackLayout(chart, canvas);
}

function draw(chart: Chart, canvas: Canvas): string {
  const { height, option } = layoutOf(chart, canvas);
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: canvas.width, height });
  try {
    drawing.setOption(option);
    const svg = drawing.renderToSVGString();
    const label = `role="img" aria-label="${escapeHtml(chart.description)}"`;
    const start = `<svg class="${canvas.name}" viewBox="0 0 ${canvas.width} ${height}" ${label}>`;
    return svg
      .replace(/^<svg[^>]*>/, start)
      .replace(/<style.*?<\/style>\s*/s, '')
      .replace(/<rect[^>]*fill="none"[^>]*><\/rect>\n?/, '')
      .replace(/ (?:class|ecmeta_\w+|pointer-events|xml:space)="(?!wide|narrow)[^"]*"/g, '')
      .replace(/\bzr\d+-/g, `${chart.id}-${canvas.name}-`) // ids count up with every drawing of the process
      .replace(/\n+/g, '\n');
  } finally {
    drawing.dispose(); // it keeps a clock running otherwise
  }
}
