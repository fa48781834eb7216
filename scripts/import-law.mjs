/** The import law of docs/architecture.md: a folder imports only folders of lower rank. Run it to list every breach. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The rank of each part of src/: a folder, or a file directly in src/. */
export const RANKS = {
  errors: 0,
  folder: 0,
  lock: 0,
  bitcoin: 1,
  economics: 1,
  format: 1,
  work: 2,
  events: 3,
  gpu: 3,
  stratum: 3,
  stats: 4,
  source: 5,
  engine: 5,
  regtest: 5,
  report: 5,
  web: 5,
  miner: 6,
  cli: 7,
  index: 7,
};

/** Parts that only one folder may reach. */
const GUARDED = { '../native': 'engine/native', '../shaders': 'gpu' };

const IMPORT = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/** Every breach as one sentence. */
export function importViolations(sourceRoot) {
  const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(sourceRoot, file), 'utf8');
    const targets = [...text.matchAll(IMPORT)].map((match) =>
      relative(sourceRoot, resolve(sourceRoot, dirname(file), match[1])),
    );
    return targets.flatMap((target) => breach(file, target) ?? []);
  });
}

function breach(file, target) {
  if (file.startsWith('web/lab/') && target.endsWith('.wgsl?raw')) return undefined; // read as text, by the page's build
  const from = partOf(file);
  const guarded = Object.keys(GUARDED).find((path) => target.split(sep).join('/').startsWith(path));
  if (guarded !== undefined) {
    return file.startsWith(GUARDED[guarded])
      ? undefined
      : `src/${file} imports ${target}, which only src/${GUARDED[guarded]} may`;
  }
  const to = partOf(target);
  if (from === to) return undefined;
  if (RANKS[from] === undefined || RANKS[to] === undefined)
    return `src/${file} imports ${target}, a part without a rank`;
  const allowed = RANKS[to] < RANKS[from] || (from === 'index' && to !== 'cli');
  return allowed
    ? undefined
    : `src/${file} (rank ${RANKS[from]}) imports ${target} (rank ${RANKS[to]}): only lower ranks are allowed`;
}

const partOf = (path) => path.split(sep)[0].replace(/\.(ts|json)$/, '');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = importViolations(fileURLToPath(new URL('../src', import.meta.url)));
  for (const violation of violations) console.error(violation);
  console.log(violations.length === 0 ? 'import law: kept' : `import law: ${violations.length} breaches`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
