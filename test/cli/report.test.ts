/** `hashgap report` as a user runs it: files, stdout, JSON, and what it answers to bad input. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashgap-report-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BENCH = {
  schema: 'hashgap.bench/1',
  version: '0.1.0',
  commit: null,
  date: '2026-11-20T12:20:30.485Z',
  host: { cpu: 'AMD Ryzen 5 5600X', cores: 12, os: 'Linux', node: 'v20.20.2', compiler: null },
  results: [
    {
      engine: 'native',
      kernel: 'sha-ni',
      threads: 12,
      midstates: 4,
      samples: [240e6],
      hashesPerSecond: { median: 240e6, best: 240e6, worst: 240e6 },
      cpuSeconds: null,
    },
  ],
};

describe('hashgap report', () => {
  it('writes the page and the Markdown, and says the sentence', async () => {
    const [html, markdown] = [join(folder, 'a.html'), join(folder, 'a.md')];
    const args = [
      'report',
      '--html',
      html,
      '--markdown',
      markdown,
      '--hashrate',
      '200MH/s',
      '--watts',
      '65',
      '--region',
      'Germany',
    ];
    const { exitCode, stdout, stderr } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^A machine of this hashrate is 1 million times slower than an Antminer S21/);
    expect(stderr).toContain(`wrote ${html}`);
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.match(/<svg class="wide"/g)).toHaveLength(7);
    expect(readFileSync(markdown, 'utf8')).toContain('households, Germany');
  });

  it('takes a benchmark, and prints Markdown alone to stdout', async () => {
    const bench = join(folder, 'bench.json');
    writeFileSync(bench, JSON.stringify(BENCH));
    const { exitCode, stdout } = await runCli(['report', '--markdown', '-', '--bench', bench]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# How far is this machine from an ASIC\?\n/);
    expect(stdout).toContain('AMD Ryzen 5 5600X: 240 MH/s');
    expect(stdout).toMatch(/Made by hashgap .*\n$/);
  });

  it('prints one object with --json', async () => {
    const html = join(folder, 'b.html');
    const { exitCode, lines } = await runCli(['report', '--json', '--html', html, '--hashrate', '1TH/s']);
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ schema: 'hashgap.report/1', files: [{ format: 'html', file: html }] });
  });

  it('measures this machine where nothing is named', async () => {
    const { exitCode, lines } = await runCli(['report', '--json', '--engine', 'js', '--seconds', '0.05']);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatchObject({
      compare: { machine: { origin: 'measured' } },
      edge: { measured: true, own: { on: 'cpu', bandwidthGBps: expect.any(Number) } },
    });
  });
});

describe('bad input', () => {
  it.each([
    [[], 'Expected --html FILE, --markdown FILE or --json, received none.'],
    [['--html', '-', '--markdown', '-'], 'Expected one thing for stdout, received several.'],
    [['--html', ''], 'Expected a file for --html, received "". Pass --html report.html, for example.'],
    [['--markdown', ''], 'Expected a file for --markdown, received "".'],
    [['--html', 'a.txt', '--markdown', './a.txt'], 'Expected two files, received "a.txt" for --html and'],
    [['--html', 'x', '--hashrate', '1e-320'], 'from 0.001 H/s to 1e60 H/s, for --hashrate'],
    [['--html', '-', '--json'], 'Expected one thing for stdout, received several.'],
    [['--json', '--hashrate', '1TH', '--bench', 'x'], 'Expected --bench or --hashrate, received both.'],
    [['--json', '--hashrate', '5 parsecs'], 'Pass --hashrate'],
    [['--json', '--hashrate', '1TH/s', '--region', 'Germny'], 'Did you mean "germany"?'],
    [['--json', '--hashrate', '1TH/s', '--watts', '-3'], 'for --watts, received "-3"'],
    [['--json', '--hashrate', '1TH/s', '--region', 'de', '--kwh-price', '0.1'], 'received both'],
    [['--hashrate', '1TH/s', '--html', '/nowhere/at/all.html'], 'received "/nowhere/at/all.html" (ENOENT)'],
    [['--html', 'x.html', '--bench', '/nowhere.json'], 'no such file'],
  ])('%j', async (args, message) => {
    const { exitCode, stderr } = await runCli(['report', ...args]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('measuring');
    expect(exitCode).toBe(2);
  });
});
