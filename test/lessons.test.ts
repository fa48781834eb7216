/** The lessons: every command in them is run as it is written, and what they say one should see is there. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI_PATH } from './support/cli.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/lessons');

interface Step {
  readonly command: string;
  readonly phrases: readonly string[];
}

/** Each fence holds one command; the next line of text says `You should see:` and quotes what is the same everywhere. */
function stepsOf(text: string): Step[] {
  const fences = [...text.matchAll(/^```sh\n([\s\S]*?)\n```\n\n(?:You should see: (.*))?/gm)];
  return fences.map(([, command, line]) => ({
    command: command!,
    phrases: [...(line ?? '').matchAll(/`([^`]+)`/g)].map(([, phrase]) => phrase!),
  }));
}

const lessons = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }))
  .map((lesson) => ({ ...lesson, steps: stepsOf(lesson.text) }));
const numbered = lessons.filter(({ name }) => /^\d/.test(name));

/** The arguments for node: `npx hashgap` is the compiled program, and quotes are the only thing a shell would have to understand. */
function nodeArgs(command: string): string[] {
  expect(command, 'no pipes, redirections or variables: a lesson works in every shell').not.toMatch(
    /[|<>&;$`\\\n]/,
  );
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
  if (words[0] === 'npx' && words[1] === 'hashgap') return [CLI_PATH, ...words.slice(2)];
  expect(words.slice(0, 2), command).toEqual(['node', 'docs/lessons/puzzle.mjs']);
  return words.slice(1);
}

/** A proxy where nothing listens: a command that looked for the internet in the usual way would fail. */
const env = {
  ...process.env,
  NO_COLOR: '1',
  http_proxy: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
};

function run(command: string): Promise<{ exitCode: number | string; output: string }> {
  const options = { cwd: ROOT, env, timeout: 50_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, nodeArgs(command), options, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : (error.code ?? 'killed'), output: stdout + stderr });
    });
  });
}

/** Tables have other gaps, and sentences other breaks, where the terminal is narrower. */
const inOneLine = (text: string) => text.replace(/\s+/g, ' ');

describe.each(lessons)('$name', ({ text, steps }) => {
  it.each(steps)('%#: $command', async ({ command, phrases }) => {
    const { exitCode, output } = await run(command);
    expect(exitCode, output).toBe(0);
    expect(
      phrases.filter((phrase) => !inOneLine(output).includes(phrase)),
      output,
    ).toEqual([]);
  });

  it('says behind each command what to look for', () => {
    expect(steps).toHaveLength(text.match(/^```sh$/gm)?.length ?? 0);
    expect(steps.filter(({ phrases }) => phrases.length === 0)).toEqual([]);
  });

  it('links only to files that are there', () => {
    const paths = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!);
    expect(paths.filter((path) => !existsSync(join(dirname(join(FOLDER, 'x')), path)))).toEqual([]);
  });

  it('closes its folds', () => {
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

describe.each(numbered)('the form of $name', ({ text, steps }) => {
  it('has a question, a prediction before it runs anything, a mistake to spot, words and limits', () => {
    expect(text).toContain('**The question: ');
    const prediction = text.indexOf('**Predict');
    expect(prediction).toBeGreaterThan(0);
    expect(prediction).toBeLessThan(text.indexOf('```sh'));
    for (const heading of ['## Spot the mistake', '## Questions', '## Words', '## What is simplified'])
      expect(text).toContain(heading);
    expect(text).toContain('<summary>Answer</summary>');
    expect(steps.length).toBeGreaterThan(1);
  });

  it('names sources', () => {
    expect(text).toMatch(/\]\(https:\/\//);
  });
});

it('has six lessons, and an index that links them all', () => {
  expect(numbered.map(({ name }) => name[0])).toEqual(['1', '2', '3', '4', '5', '6']);
  const index = lessons.find(({ name }) => name === 'README.md')?.text ?? '';
  expect(numbered.filter(({ name }) => !index.includes(`](${name})`))).toEqual([]);
});

it.each([
  ['hash Ann pays Ben 5 coins', 'Put the text in quotes: hash "Ann pays Ben 5 coins"'],
  ['guess our class 4', 'Put the text in quotes: guess "our class" 4'],
  ['rounds our class 3 20', 'Put the text in quotes: rounds "our class" 3 20'],
  ['pool our school', 'Put the text in quotes: pool "our school"'],
  ['hash', 'Type: hash TEXT'],
  ['guess class', 'Type: guess TEXT ZEROS'],
  ['block 1', 'Type: block'],
  ['toString', 'node docs/lessons/puzzle.mjs COMMAND'],
])('takes nothing but the arguments of the command: %s', async (args, sentence) => {
  const { exitCode, output } = await run(`node docs/lessons/puzzle.mjs ${args}`);
  expect(exitCode).toBe(2);
  expect(output).toContain(sentence);
  expect(output).not.toMatch(/[0-9a-f]{64}/);
});

it('refuses puzzles that would not end', async () => {
  const { exitCode, output } = await run('node docs/lessons/puzzle.mjs zeros "our class" 9');
  expect(exitCode).toBe(2);
  expect(output).toContain('Expected a whole number from 1 to 6, received "9".');
});
