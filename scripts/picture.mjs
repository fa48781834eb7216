/** Draws docs/demo.svg, the README's picture, from a real run of the demo on this machine: `npm run compile && node scripts/picture.mjs`. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const COLUMNS = 80;
const CELL = { width: 8.4, height: 19 };
const MARGIN = 18;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const run = spawnSync(process.execPath, ['dist/src/cli/main.js', 'demo'], {
  cwd: ROOT,
  encoding: 'utf8',
  env: { ...process.env, COLUMNS: String(COLUMNS) },
});
if (run.status !== 0) throw new Error(`the demo failed: ${run.stderr}`);

const lines = ['$ npm start', ...run.stdout.trimEnd().split('\n')];
const width = 2 * MARGIN + COLUMNS * CELL.width;
const height = 2 * MARGIN + lines.length * CELL.height;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const coloured = (text) => escaped(text).replace('accepted', '<tspan fill="#7ee787">accepted</tspan>');
const rows = lines.map(
  (line, i) =>
    `<text x="${MARGIN}" y="${(MARGIN + (i + 0.75) * CELL.height).toFixed(1)}" xml:space="preserve">${coloured(line)}</text>`,
);
writeFileSync(
  new URL('../docs/demo.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of hashgap demo">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g fill="#e6edf3" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`,
);
