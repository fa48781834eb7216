/** The report as one HTML page that needs nothing else: no script, no request, charts as SVG. */
import type { ReportDocument, Section } from './document.ts';
import { escapeHtml as text } from './escape.ts';
import { blockHtml, marked } from './html-blocks.ts';
import { STYLE } from './style.ts';

/** The browser is told to load nothing at all, so that a mistake would show. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The page. The same report gives the same bytes. */
export function htmlReport(report: ReportDocument): string {
  const { title, sentence, about, facts, sections, footer } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${text(sentence)}">
<title>${text(title)} - hashgap</title>
<style>
${STYLE}</style>
</head>
<body>
<header>
<p class="brand">hashgap</p>
<h1>${text(title)}</h1>
<p class="lead">${text(sentence)}</p>
<dl class="facts">
${facts.map((fact) => `<div><dt>${text(fact.text)}</dt><dd>${marked(fact.value)}</dd></div>`).join('\n')}
</dl>
<p class="about">${about.map(text).join(' · ')}</p>
<nav aria-label="Sections">
<ol>
${sections.map(({ id, title: name }) => `<li><a href="#${id}">${text(name)}</a></li>`).join('\n')}
</ol>
</nav>
</header>
<main>
${sections.map(sectionHtml).join('\n')}
</main>
<footer><p>${text(footer)}</p></footer>
</body>
</html>
`;
}

function sectionHtml({ id, title, blocks }: Section): string {
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${marked(title)}</h2>
${blocks.map(blockHtml).join('\n')}
</section>`;
}
