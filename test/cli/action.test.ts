/** action.yml and docs/ci.md: they fit each other and the program, and the steps run as the runner would run them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const ACTION = readFileSync(join(ROOT, 'action.yml'), 'utf8');
const DOCS = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');

/** The lines below a key, up to the next line that is not deeper. */
function under(text: string, key: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(key);
  expect(start, key).toBeGreaterThanOrEqual(0);
  const depth = key.length - key.trimStart().length;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line !== '' && line.length - line.trimStart().length <= depth);
  return rest.slice(0, end === -1 ? undefined : end);
}

const keys = (lines: readonly string[]) => lines.flatMap((line) => /^ {2}([a-z-]+):$/.exec(line)?.[1] ?? []);
const INPUTS = keys(under(ACTION, 'inputs:'));

/** The steps of the action as they are written: their names, environments and scripts. */
const STEPS = under(ACTION, '  steps:')
  .join('\n')
  .split(/^ {4}- /m)
  .slice(1)
  .map((text) => ({
    name: /^name: (.+)$/m.exec(text)?.[1],
    shell: /^ +shell: (.+)$/m.exec(text)?.[1],
    env: Object.fromEntries(
      [...text.matchAll(/^ {8}([A-Z_]+): \$\{\{ inputs\.([a-z-]+) \}\}$/gm)].map(([, name, input]) => [
        name!,
        input!,
      ]),
    ),
    run:
      /^ {6}run: \|\n(.*)/ms.exec(text)?.[1]?.replace(/^ {8}/gm, '') ??
      /^ {6}run: (.+)$/m.exec(text)?.[1] ??
      '',
  }));

describe('action.yml', () => {
  it('is a composite action, indented by two spaces', () => {
    expect(ACTION).toMatch(/^runs:\n {2}using: composite$/m);
    for (const line of ACTION.split('\n')) expect(line).toMatch(/^( {2})*([^\s].*)?$/);
    for (const line of ACTION.split('\n').filter((text) => /description: [^']/.test(text)))
      expect(line).not.toMatch(/description: .*: /);
  });

  it('hands inputs to its scripts through the environment alone, where they cannot be code', () => {
    expect(STEPS.map(({ name }) => name)).toEqual(['Build hashgap', 'Benchmark', 'Report']);
    for (const { run, shell } of STEPS) {
      expect(shell).toBe('bash');
      expect(run).not.toContain('${{');
      expect(spawnSync('bash', ['-n', '-c', run]).status).toBe(0);
    }
  });

  it('uses every input that it declares, and documents it with its default', () => {
    const used = STEPS.flatMap(({ env }) => Object.values(env));
    expect([...new Set(used)].sort()).toEqual([...INPUTS].sort());
    for (const input of INPUTS) {
      const [value] = under(ACTION, `  ${input}:`).flatMap(
        (line) => /default: '?([^']*)'?$/.exec(line)?.[1] ?? [],
      );
      const row = new RegExp(`^\\| \`${input}\` +\\| ${value === '' ? ' ' : `\`${value}\``} *\\|`, 'm');
      expect(DOCS).toMatch(row);
    }
  });

  it('reports only what its benchmark step says it measured', () => {
    expect(ACTION).toMatch(/if: \$\{\{ !cancelled\(\) && steps\.benchmark\.outputs\.measured != '' \}\}\n/);
    expect(ACTION).toMatch(/ {4}- name: Benchmark\n {6}id: benchmark\n/);
    expect(ACTION).toMatch(/ {8}MEASURED: \$\{\{ steps\.benchmark\.outputs\.measured \}\}\n/);
  });

  it('is used in docs/ci.md with inputs that it has', () => {
    const given = under(DOCS, '      - uses: ./').flatMap((line) => /^ {10}([a-z-]+):/.exec(line)?.[1] ?? []);
    expect(given.length).toBeGreaterThan(3);
    expect(given.filter((input) => !INPUTS.includes(input))).toEqual([]);
  });
});

describe('its steps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-action-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const summary = join(folder, 'summary.md');
  const outputs = join(folder, 'outputs');
  const measured = () => /^measured=(.*)$/m.exec(readFileSync(outputs, 'utf8'))?.[1];
  const values = {
    seconds: '0.01',
    output: join(folder, 'b.json'),
    baseline: '',
    'fail-below': '0.001',
    watts: '30',
    region: 'de',
    html: join(folder, 'r.html'),
  };

  /** A step with these inputs. */
  function runStep(name: string, inputs: Readonly<Record<string, string>>) {
    const { run, env } = STEPS.find((step) => step.name === name)!;
    const named = Object.fromEntries(
      Object.entries(env).map(([variable, input]) => [variable, inputs[input] ?? '']),
    );
    // The runner's own: what the step before has put out, for the environment of this one.
    writeFileSync(outputs, name === 'Report' ? readFileSync(outputs) : '');
    const measured = /^measured=(.*)$/m.exec(readFileSync(outputs, 'utf8'))?.[1];
    const runner = { GITHUB_ACTION_PATH: ROOT, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs };
    const environment = { ...process.env, ...named, ...runner, ...(measured && { MEASURED: measured }) };
    return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', run], {
      cwd: folder,
      encoding: 'utf8',
      env: environment,
    });
  }

  it('measure, compare with what they measured, and write the report', () => {
    expect(runStep('Benchmark', values)).toMatchObject({ status: 0 });
    const again = runStep('Benchmark', {
      ...values,
      baseline: values.output,
      output: join(folder, 'c.json'),
    });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).not.toBe('');
    expect(runStep('Report', values)).toMatchObject({ status: 0 });
    expect(readFileSync(summary, 'utf8')).toMatch(/^# How far is this machine from an ASIC\?/);
    expect(readFileSync(values.html, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('fail where something became slower, and still have what was measured', () => {
    const [output, baseline] = [join(folder, 'd.json'), join(folder, 'fast.json')];
    const text = readFileSync(values.output, 'utf8');
    writeFileSync(baseline, text.replace(/"median":/g, '"median":1000')); // digits in front: a thousand times as fast at least
    const slower = runStep('Benchmark', { ...values, baseline, output, 'fail-below': '0.5' });
    expect(slower.status).toBe(1);
    expect(measured()).toBe(output);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ schema: 'hashgap.bench/1' });
  });

  describe('with one file as baseline and output', () => {
    const file = join(folder, 'same.json');
    const same = { ...values, baseline: file, output: file };
    const leftovers = () => readdirSync(folder).filter((name) => name.endsWith('.new'));

    it('compare with what it had, and leave the new benchmark in it', () => {
      copyFileSync(values.output, file);
      const before = readFileSync(file, 'utf8');
      expect(runStep('Benchmark', same)).toMatchObject({
        status: 0,
        stderr: expect.stringContaining('fast enough'),
      });
      expect(readFileSync(file, 'utf8')).not.toBe(before);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema: 'hashgap.bench/1' });
      expect(leftovers()).toEqual([]);
    });

    it('keep it where something became slower, so that a second try fails too, and report what was measured', () => {
      const fast = readFileSync(values.output, 'utf8').replace(/"median":/g, '"median":1000');
      writeFileSync(file, fast);
      for (const _ of [1, 2]) expect(runStep('Benchmark', { ...same, 'fail-below': '0.5' }).status).toBe(1);
      expect(readFileSync(file, 'utf8')).toBe(fast);
      expect(measured()).toBe(`${file}.slower`);
      expect(JSON.parse(readFileSync(`${file}.slower`, 'utf8'))).toMatchObject({ schema: 'hashgap.bench/1' });
      expect(runStep('Report', same)).toMatchObject({ status: 0 });
      expect(leftovers()).toEqual([]);
    });

    it.each<[string, number, Readonly<Record<string, string>>]>([
      ['a baseline that is none', 2, {}],
      ['an option that is none', 2, { seconds: 'many', baseline: '' }],
    ])('keep it after %s', (_, status, changes) => {
      writeFileSync(file, '{"schema":"hashgap.bench/2"}');
      expect(runStep('Benchmark', { ...same, ...changes }).status).toBe(status);
      expect(readFileSync(file, 'utf8')).toBe('{"schema":"hashgap.bench/2"}');
      expect(measured()).toBeUndefined(); // and so there is no report
      expect(leftovers()).toEqual([]);
    });
  });
});
