/** The house rules that a machine can check: the import law, the error catalogue, the first line of every file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importViolations } from '../scripts/import-law.mjs';
import { didYouMean, ERROR_EXITS } from '../src/errors.ts';

const ROOT = join(import.meta.dirname, '..');
const sources = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|mjs|cc|h)$/.test(path))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(ROOT, folder, path), 'utf8') }));

it('keeps the import law', () => {
  expect(importViolations(join(ROOT, 'src'))).toEqual([]);
});

// A compiled module that is gone from the sources may still lie in an old dist/ and hide that nothing makes it any more.
it.each(['bench', 'examples', 'docs/lessons'])(
  '%s imports only compiled modules that have a source',
  (folder) => {
    const imports = sources(folder).flatMap(({ path, text }) =>
      [...text.matchAll(/'(?:\.\.\/)+dist\/([^']+)\.js'/g)].map(([, module]) => ({ path, module })),
    );
    expect(imports.filter(({ module }) => !existsSync(join(ROOT, `${module}.ts`)))).toEqual([]);
  },
);

describe('docs/errors.md', () => {
  const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)].map(([, code, exit]) => [
    code,
    Number(exit),
  ]);

  it('lists every code with its exit code, and no other', () => {
    expect(Object.fromEntries(documented)).toEqual(ERROR_EXITS);
  });

  it('lists no code that nothing raises', () => {
    const raised = sources('src')
      .filter(({ path }) => path !== 'src/errors.ts')
      .map(({ text }) => text)
      .join('\n');
    expect(Object.keys(ERROR_EXITS).filter((code) => !raised.includes(`'${code}'`))).toEqual([]);
  });
});

it.each(['src', 'shaders', 'native', 'test', 'scripts', 'bench'])(
  'says in the first line of every file of %s what it is',
  (folder) => {
    const silent = sources(folder).filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/) \S/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  },
);

it('keeps files below 400 lines, and casts nothing through unknown', () => {
  const all = ['src', 'shaders', 'native', 'scripts', 'bench', 'test'].flatMap(sources);
  const long = all.filter(({ text }) => text.split('\n').length > 401);
  expect(long.map(({ path }) => path)).toEqual([]);
  const cast = sources('src').filter(({ text }) => text.includes(['as', 'unknown', 'as'].join(' ')));
  expect(cast.map(({ path }) => path)).toEqual(['src/index.ts']); // a function under the name of a class
});

describe('didYouMean', () => {
  it('names the nearest known name, and nothing when none is near', () => {
    expect(didYouMean('regest', ['main', 'regtest'])).toBe(' Did you mean "regtest"?');
    expect(didYouMean('SHA-NI', ['scalar', 'sha-ni'])).toBe(' Did you mean "sha-ni"?');
    expect(didYouMean('banana', ['main', 'regtest'])).toBe('');
    expect(didYouMean('', [])).toBe('');
  });
});
