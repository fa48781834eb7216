/** The report as GitHub-flavoured Markdown: for a README or the summary of a CI job, with tables for charts and no picture. */
import type { Block, ReportDocument, Section, Table } from './document.ts';
import { escapeMarkdown as text } from './escape.ts';

/** The text, with a line feed at its end. */
export function markdownReport(report: ReportDocument): string {
  const parts = [
    `# ${text(report.title)}`,
    `**${text(report.sentence)}**`,
    report.about.map(text).join(' · '),
    report.facts.map((fact) => `- **${text(fact.value)}** ${text(fact.text)}`).join('\n'),
    ...report.sections.flatMap(section),
    text(report.footer),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section({ title, blocks }: Section): string[] {
  return [`## ${text(title)}`, ...blocks.flatMap(block)];
}

function block(piece: Block): string[] {
  switch (piece.kind) {
    case 'text':
      return [text(piece.text)];
    case 'list':
      return [list(piece.items.map(text))];
    case 'figure':
    case 'table':
      return [`### ${text(piece.title)}`, table(piece.table)];
    case 'tiles':
      return []; // the table before it has every figure of the map
    case 'claims':
      return [`### ${text(piece.title)}`, claims(piece)];
    case 'terms':
      return [list(piece.terms.map(({ term, meaning }) => `**${text(term)}**: ${text(meaning)}`))];
    case 'sources':
      return [folded(piece.title, list(piece.lines.map(sourceLine)))];
    case 'notes':
      return [`### ${text(piece.title)}`, list(piece.notes.map((note, i) => `[${i + 1}] ${text(note)}`))];
  }
}

const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');

function claims({ claims: checked }: Extract<Block, { kind: 'claims' }>): string {
  return list(
    checked.map(
      ({ claim, verdict, why, source }) =>
        `**${text(claim)}: ${verdict}.** ${text(why)} Source: ${text(source)}`,
    ),
  );
}

function sourceLine({
  name,
  source,
  date,
  confidence,
}: Extract<Block, { kind: 'sources' }>['lines'][number]): string {
  return `**${text(name)}** (${text(confidence)}, ${date ?? 'no date'}): ${text(source)}`;
}

/** Long, and of interest to few: GitHub folds it. */
function folded(title: string, content: string): string {
  return `<details><summary>${text(title)}</summary>\n\n${content}\n\n</details>`;
}

function table({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ heading }) => text(heading))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(text))),
  ].join('\n');
}
