/** `hashgap bench` as a user runs it: its JSON, its table, baselines and their exit codes, bad input. No rate is judged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listKernels } from '../../src/engine/select.ts';
import { runCli, startCli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHORT = ['--seconds', '0.05', '--samples', '2'];
const bench = (...args: string[]) => runCli(['bench', ...SHORT, ...args]);

interface Row {
  readonly engine: string;
  readonly kernel: string;
  readonly threads: number;
  readonly midstates: number;
  readonly hashesPerSecond: { median: number; best: number; worst: number };
}

async function rowsOf(...args: string[]): Promise<Row[]> {
  const { exitCode, stdout } = await bench('--json', ...args);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout).results;
}

describe('bench', () => {
  it('has help with its options and examples', async () => {
    const { exitCode, stdout } = await runCli(['bench', '--help']);
    expect(exitCode).toBe(0);
    for (const text of ['--json', '--baseline', '--fail-below', '$ hashgap bench'])
      expect(stdout).toContain(text);
  });

  it('prints JSON of its schema', async () => {
    const { exitCode, stdout } = await bench(
      '--json',
      '--engine',
      'js',
      '--threads',
      '1',
      '--midstates',
      '2',
    );
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const document = JSON.parse(stdout);
    expect(document).toEqual({
      schema: 'hashgap.bench/1',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: document.commit === null ? null : expect.stringMatching(/^[0-9a-f]{40}$/),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      host: {
        cpu: expect.any(String),
        cores: availableParallelism(),
        os: expect.any(String),
        node: process.version,
        compiler: expect.any(String),
      },
      results: [
        {
          engine: 'js',
          kernel: 'js',
          threads: 1,
          midstates: 2,
          samples: [expect.any(Number), expect.any(Number)],
          hashesPerSecond: {
            median: expect.any(Number),
            best: expect.any(Number),
            worst: expect.any(Number),
          },
          cpuSeconds: expect.any(Number),
        },
      ],
    });
  });

  it('measures the kernel that mines, on one thread and on every CPU', async () => {
    const rows = await rowsOf();
    expect(rows.map(({ threads }) => threads)).toEqual([...new Set([1, availableParallelism()])]);
    expect(new Set(rows.map(({ kernel }) => kernel)).size).toBe(1);
  });

  it('measures every kernel that runs here', async () => {
    const here = listKernels().filter(({ missing }) => missing.length === 0);
    const rows = await rowsOf('--kernel', 'all', '--threads', '1', '--midstates', '1');
    expect(rows.map(({ kernel }) => kernel)).toEqual(here.map(({ name }) => name));
    for (const { midstates } of rows) expect(midstates).toBe(1);
  });

  it('keeps to one engine', async () => {
    const rows = await rowsOf('--kernel', 'all', '--engine', 'js', '--threads', '2');
    expect(rows).toMatchObject([{ engine: 'js', kernel: 'js', threads: 2 }]);
  });

  it('prints a table', async () => {
    const { exitCode, stdout, stderr } = await bench('--kernel', 'scalar', '--threads', '1');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/cores?, .* Node v.*hashgap \d/);
    expect(stdout).toMatch(/^kernel +threads +midstates +MH\/s +MH per CPU s +best +worst$/m);
    expect(stdout).toMatch(/^scalar +1 +\d+ +\d+\.\d\d +\d+\.\d\d/m);
    expect(stderr).toMatch(/^measuring 1 row of 2 x 50 ms/);
  });

  it('ends at Ctrl-C with 130', async () => {
    const cli = startCli(['bench', '--engine', 'js', '--threads', '1', '--seconds', '1000', '--json']);
    await cli.said(/^measuring /m);
    cli.kill('SIGINT');
    const { exitCode, lines } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(lines).toMatchObject([{ schema: 'hashgap.bench/1', results: [] }]);
  });
});

describe('bench with a baseline', () => {
  /** A baseline of two rows whose hashrate is `rate`, one of which is measured. */
  function baseline(rate: number): string {
    const hashesPerSecond = { median: rate, best: rate, worst: rate };
    const row = { engine: 'js', kernel: 'js', threads: 1, midstates: 1, hashesPerSecond };
    const results = [row, { ...row, threads: 77 }];
    const file = join(folder, `${rate}.json`);
    writeFileSync(file, JSON.stringify({ schema: 'hashgap.bench/1', host: { cpu: 'another' }, results }));
    return file;
  }
  const compare = (...args: string[]) =>
    bench('--engine', 'js', '--threads', '1', '--midstates', '1', ...args);

  it('passes when nothing is slower, and names the row that is missing', async () => {
    const { exitCode, stdout } = await compare('--baseline', baseline(1), '--fail-below', '0.95');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^js +1 +1 +\d+\.\d{3} +fast enough/m);
    expect(stdout).toMatch(/^js +77 +1 +- +not measured now/m);
    expect(stdout).toContain('cpu: "another" then');
  });

  it('exits 1 and names the slower rows', async () => {
    const { exitCode, stdout, stderr } = await compare('--baseline', baseline(1e15));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^js +1 +1 +0\.000 +slower/m);
    expect(stderr).toMatch(
      /error: Expected at least 0\.95 .* 1 of 1 row: js, 1 thread, 1 midstate at 0\.000/,
    );
  });

  it('keeps the JSON on stdout one object, so that it can be the next baseline', async () => {
    const { exitCode, stdout, stderr } = await compare('--baseline', baseline(1e15), '--json');
    expect(exitCode).toBe(1);
    const next = join(folder, 'next.json');
    writeFileSync(next, stdout);
    expect(stderr).toMatch(/^js +1 +1 +0\.000 +slower/m);
    expect((await compare('--baseline', next, '--fail-below', '0.0001')).exitCode).toBe(0);
  });

  it('takes the bound from --fail-below', async () => {
    expect((await compare('--baseline', baseline(1), '--fail-below', '10')).exitCode).toBe(0);
    expect((await compare('--baseline', baseline(1e15), '--fail-below', '.0000000000001')).exitCode).toBe(0);
  });
});

describe('bad input', () => {
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, '{"schema":"hashgap.bench/1","results":');
  const old = join(folder, 'old.json');
  writeFileSync(old, '{"schema":"hashgap.devices/1"}');

  it.each<[string, string[], number, RegExp]>([
    ['an unknown kernel', ['--kernel', 'scaler'], 2, /"scaler". Did you mean "scalar"\?/],
    [
      'a kernel of another engine',
      ['--engine', 'js', '--kernel', 'scalar'],
      2,
      /among js, received "scalar"/,
    ],
    ['no threads', ['--threads', '0'], 2, /all or a whole number from 1 to 1024 for --threads, received "0"/],
    ['a word for threads', ['--threads', 'al'], 2, /for --threads, received "al"/],
    ['no midstates', ['--midstates', '0'], 2, /auto or a whole number from 1 to 64.*"0"/],
    ['too many midstates', ['--midstates', '65'], 2, /from 1 to 64.*"65"/],
    ['no seconds', ['--seconds', '0'], 2, /seconds/],
    ['no samples', ['--samples', '0'], 2, /--samples/],
    ['a bound without a baseline', ['--fail-below', '0.9'], 2, /--baseline/],
    ['a bound that is none', ['--baseline', old, '--fail-below', '95%'], 2, /"95%"/],
    ['a baseline that is not there', ['--baseline', join(folder, 'gone.json')], 2, /received no such file/],
    ['a folder as baseline', ['--baseline', folder], 2, /cannot be read \(EISDIR\)/],
    ['a baseline cut short', ['--baseline', broken], 2, /not JSON/],
    ['a baseline of another schema', ['--baseline', old], 2, /received schema "hashgap.devices\/1"/],
  ])('%s is one clear sentence', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await runCli(['bench', ...args]);
    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
