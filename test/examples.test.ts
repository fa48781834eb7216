/** Every example in a docstring is run: each line `expression; // value` must give that value. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleScope } from './support/example-scope.ts';

const ROOT = join(import.meta.dirname, '..');

interface Example {
  readonly name: string;
  readonly lines: readonly string[];
}

function examplesOf(text: string): Example[] {
  const blocks = [
    ...text.matchAll(
      /@example\n \* ```ts\n([\s\S]*?)\n \* ```[\s\S]*?\*\/\s*export (?:async )?(?:function\*?|const|class|interface) (\w+)/g,
    ),
  ];
  return blocks.map(([, code, name]) => ({
    name: name!,
    lines: code!.split('\n').map((line) => line.replace(/^ \* ?/, '')),
  }));
}

const files = ['src', 'shaders']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, examples: examplesOf(readFileSync(join(ROOT, path), 'utf8')) }))
  .filter(({ examples }) => examples.length > 0);

/** Statements run as they are; a line with a trailing comment becomes a check of its value. */
function compile(lines: readonly string[]): string {
  const statements = lines.map((line) => {
    const match = /^(.*?);?\s+\/\/ (.*)$/.exec(line);
    return match === null
      ? line
      : `__check(${match[1]!.replace(/;$/, '')}, ${match[2]}, ${JSON.stringify(line)});`;
  });
  return `return (async () => {\n${statements.join('\n')}\n})();`;
}

const scopeOfAll = await exampleScope();

describe.each(files)('$path', ({ path, examples }) => {
  it.each(examples)('$name', async ({ lines }) => {
    const own = (await import(join(ROOT, path))) as Record<string, unknown>;
    const scope: Record<string, unknown> = { ...scopeOfAll, ...own };
    let checks = 0;
    scope.__check = (received: unknown, expected: unknown, line: string) => {
      checks++;
      expect(received, line).toEqual(expected);
    };
    await new Function(...Object.keys(scope), compile(lines))(...Object.values(scope));
    expect(checks, 'an example shows at least one value').toBeGreaterThan(0);
  });
});

it('finds the examples', () => {
  expect(files.flatMap(({ examples }) => examples).length).toBeGreaterThan(40);
});
