/** The blocks of the report as HTML, each chart with its numbers as a table that unfolds. */
import { drawChart } from './charts/draw.ts';
import type { Block, Chart, CheckedClaim, SourceLine, Table } from './document.ts';
import { escapeHtml as text } from './escape.ts';

/** A block. */
export function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${marked(block.text)}</p>`;
    case 'list':
      return list(block.items);
    case 'figure':
      return figure(block);
    case 'table':
      return `<h3>${text(block.title)}</h3>\n${tableHtml(block.table)}`;
    case 'tiles':
      return tiles(block);
    case 'claims':
      return `<h3>${text(block.title)}</h3>\n<div class="claims">${block.claims.map(claim).join('\n')}</div>`;
    case 'terms':
      return `<dl class="terms">${block.terms.map(({ term, meaning }) => `<div><dt>${text(term)}</dt><dd>${text(meaning)}</dd></div>`).join('\n')}</dl>`;
    case 'sources':
      return `<h3>${text(block.title)}</h3>\n<details><summary>Every source with its date</summary>\n<ul class="sources">${block.lines.map(source).join('\n')}</ul>\n</details>`;
    case 'notes':
      return `<h3>${text(block.title)}</h3>\n<ol class="notes">${block.notes.map((note, i) => `<li id="note-${i + 1}">${linked(note)}</li>`).join('\n')}</ol>`;
  }
}

/** Text whose marks are links to their notes. */
export function marked(plain: string): string {
  return text(plain).replace(/ \[(\d+)\]/g, '<sup><a href="#note-$1" aria-label="note $1">$1</a></sup>');
}

/** Text whose URLs are links. */
function linked(plain: string): string {
  return text(plain).replace(/https?:\/\/[^\s,;)]+/g, '<a href="$&" rel="noreferrer">$&</a>');
}

const list = (items: readonly string[]) =>
  `<ul>${items.map((item) => `<li>${linked(item)}</li>`).join('\n')}</ul>`;

function figure({ title, chart, table }: Extract<Block, { kind: 'figure' }>): string {
  return `<figure>
<h3>${text(title)}</h3>
${key(chart)}${drawChart(chart)}
<details><summary>The numbers: ${text(table.caption.toLowerCase())}</summary>
${tableHtml(table)}
</details>
</figure>`;
}

/** Which colour is what, where a chart has several. Not drawn with it: only the page knows how wide its letters are. */
function key(chart: Chart): string {
  if (chart.kind === 'bars') return '';
  const named = chart.kind === 'stack' ? chart.layers : chart.curves;
  const items = named.map((entry) => {
    const dashed = 'dashed' in entry && entry.dashed ? ' dashed' : '';
    return `<li><svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><path class="${chart.kind}${dashed}" stroke="var(--${entry.tone})" d="M0 6H24"/></svg>${text(entry.name)}</li>`;
  });
  return `<ul class="key">${items.join('')}</ul>\n`;
}

/** Roles are named, because a phone shows rows as cards and browsers forget what a table is when it is laid out otherwise. */
function tableHtml({ caption, columns, rows }: Table): string {
  const side = (i: number) => (columns[i]?.align === 'right' ? ' class="number"' : '');
  const headings = columns.map(
    ({ heading }, i) => `<th role="columnheader" scope="col"${side(i)}>${text(heading)}</th>`,
  );
  // A phone puts heading and value at both ends of a line, and a value with its mark is one thing.
  const whole = (value: string) => (/ \[\d+\]/.test(value) ? `<span>${marked(value)}</span>` : marked(value));
  const cell = (value: string, i: number) =>
    i === 0
      ? `<th role="rowheader" scope="row">${marked(value)}</th>`
      : `<td role="cell"${side(i)} data-heading="${text(columns[i]!.heading)}">${whole(value)}</td>`;
  const lines = rows.map((row) => `<tr role="row">${row.map(cell).join('')}</tr>`);
  return `<table role="table"><caption>${text(caption)}</caption>
<thead role="rowgroup"><tr role="row">${headings.join('')}</tr></thead>
<tbody role="rowgroup">
${lines.join('\n')}
</tbody></table>`;
}

function tiles({ title, levels, groups }: Extract<Block, { kind: 'tiles' }>): string {
  const legend = levels.map((name, i) => `<li class="tile level${i}">${text(name)}</li>`).join('');
  const parts = groups.map(
    (group) =>
      `<div class="part"><h4>${text(group.name)}</h4><ul>${group.tiles
        .map(
          (tile) =>
            `<li class="tile level${tile.level}">${marked(tile.name)} <strong>${text(tile.text)}</strong></li>`,
        )
        .join('')}</ul></div>`,
  );
  return `<h3>${text(title)}</h3>\n<ul class="legend" aria-label="Colours">${legend}</ul>\n<div class="map">${parts.join('\n')}</div>`;
}

const VERDICTS = {
  yes: 'holds',
  no: 'does not hold',
  depends: 'depends',
  'cannot be checked': 'cannot be checked',
} as const;

function claim({ claim: said, verdict, why, source: from }: CheckedClaim): string {
  const kind = verdict.replace(/ .*/, '');
  return `<article><h4><span class="verdict ${kind}">${VERDICTS[verdict]}</span> ${text(said)}</h4><p>${linked(why)}</p><p class="from">Source: ${linked(from)}</p></article>`;
}

function source({ name, source: from, date, confidence }: SourceLine): string {
  return `<li><strong>${text(name)}</strong> <span class="confidence">${text(confidence)}, ${date === null ? 'no date' : text(date)}</span>: ${linked(from)}</li>`;
}
