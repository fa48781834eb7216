/** compare, odds, cost and network as a user runs them: JSON of their schemas, terminal widths, one real measurement, bad input. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { DEVICES } from '../../src/economics/devices.ts';
import { CLI_PATH, runCli } from '../support/cli.ts';
import { DRIVERS, describeWithDriver } from '../support/vulkan.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No cookie and no tuning of whoever runs the tests. */
const env = { HOME: folder, XDG_CACHE_HOME: folder };
const run = (args: readonly string[], width = 100) =>
  runCli(args, { env: { ...env, COLUMNS: String(width) } });

/** The program in this process: what is refused before anything starts needs no other. */
async function runHere(args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const output = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    width: 100,
    paint: (_: string, text: string) => text,
  };
  const exitCode = await runProgram(args, { output, env, interrupted: new AbortController().signal });
  return { exitCode, out, err };
}

async function documentOf(...args: string[]) {
  const { exitCode, stdout, stderr } = await run([...args, '--json']);
  expect(exitCode, stderr).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout);
}

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** The only device of the catalogue whose power nobody published. */
const POWERLESS = DEVICES.find(({ joulesPerTH }) => joulesPerTH === null)!.id;

const benchRow = (engine: string, kernel: string, threads: number, median: number, adapter?: string) => ({
  ...{
    engine,
    kernel,
    threads,
    midstates: 4,
    samples: [median],
    cpuSeconds: null,
    ...(adapter && { adapter }),
  },
  hashesPerSecond: { median, best: median, worst: median },
});

const benchFile = (results: object[], host: object = { cpu: 'Intel(R) Core(TM) i5-7500', cores: 4 }) =>
  JSON.stringify({ schema: 'hashgap.bench/1', host, results });

describe('every command', () => {
  it.each(['compare', 'odds', 'cost', 'network'])('%s has help with examples', async (command) => {
    const { exitCode, stdout } = await run([command, '--help']);
    expect(exitCode).toBe(0);
    for (const text of ['--json', '--node', '--btc-price', `$ hashgap ${command}`])
      expect(stdout).toContain(text);
  });

  it.each([
    ['compare', '--hashrate', '1TH'],
    ['odds', '--hashrate', '1TH'],
    ['cost', '--kwh-price', '0.1'],
    ['network'],
  ])('%s %s says that the snapshot is stale, and of when it is', async (...args) => {
    const { stdout, stderr, exitCode } = await run(args);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: The snapshot of the network is of 2026-01-12, \d+ d old\./);
    expect(stdout).toMatch(/snapshot of 2026-01-12, \d+ d old, STALE/);
  });

  it.each([40, 80])('keeps to %d columns', async (width) => {
    for (const args of [
      ['compare', '--hashrate', '1TH'],
      ['odds', '--device', 's21'],
      ['cost'],
      ['network'],
    ]) {
      const { stdout } = await run(args, width);
      const long = stdout.split('\n').filter((line) => line.length > width && line.trim().includes(' '));
      expect(long).toEqual([]);
    }
  });
});

describe('compare', () => {
  it('measures this machine, all threads, and answers in one sentence first', async () => {
    const { exitCode, stdout, stderr } = await run(['compare', '--engine', 'native,js', '--seconds', '0.3']);
    expect(exitCode, stderr).toBe(0);
    const [first, second] = stdout.replaceAll('\n', ' ').split('.  ');
    expect(first).toMatch(/^This machine is [\d.,]+( \w+)? times slower than an Antminer S21/);
    expect(second).toContain('this machine');
    expect(stdout).toContain('js on');
  });

  it('prints what it measured as JSON, and says whether the power is assumed', async () => {
    const { machine, ladder } = await documentOf('compare', '--seconds', '0.3');
    expect(machine).toMatchObject({
      origin: 'measured',
      power: { watts: expect.any(Number), how: expect.any(String) },
    });
    expect(['measured', 'assumed']).toContain(machine.power.basis);
    expect(machine.parts[0].threads).toBe(availableParallelism());
    expect(machine.hashesPerSecond).toBeGreaterThan(1e5);
    expect(ladder[1].timesFaster * machine.hashesPerSecond).toBeCloseTo(200e12, -3);
  });

  it('takes a benchmark: its best CPU row and its best GPU', async () => {
    const path = file(
      'bench.json',
      benchFile([
        benchRow('native', 'avx2', 1, 10e6),
        benchRow('native', 'avx2', 4, 38e6),
        benchRow('gpu', 'g-1', 128, 9e6, 'llvmpipe (LLVM 15)'),
        benchRow('gpu', 'g-16', 128, 10e9, 'NVIDIA GeForce RTX 4090'),
      ]),
    );
    const { machine } = await documentOf('compare', '--bench', path);
    expect(machine).toMatchObject({
      origin: 'bench',
      hashesPerSecond: 10.038e9,
      power: { watts: 515, basis: 'assumed' },
    });
    expect(machine.name).toBe('Intel(R) Core(TM) i5-7500 with NVIDIA GeForce RTX 4090');
  });

  it('takes the row of most threads, and counts the power of those that hashed', async () => {
    const rows = [benchRow('native', 'avx2', 1, 12e6), benchRow('native', 'avx2', 2, 11e6)];
    const path = file('server.json', benchFile(rows, { cpu: 'AMD EPYC', cores: 64 }));
    const { machine } = await documentOf('compare', '--bench', path);
    expect(machine).toMatchObject({
      hashesPerSecond: 11e6,
      power: { watts: 10 },
      note: 'The benchmark used 2 of 64 threads: the whole machine is faster.',
    });
    expect((await run(['compare', '--bench', path])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '2 of 64 threads',
    );
  });

  it('makes the names of a benchmark safe for the terminal', async () => {
    const rows = [
      benchRow('na\u001btive', 'av\u001bx2', 4, 38e6),
      benchRow('gpu', 'g-16', 128, 10e9, 'GPU\u001b[31m'),
    ];
    const path = file('evil.json', benchFile(rows, { cpu: 'Intel\u001b[2J', cores: 4 }));
    const { exitCode, stdout } = await run(['compare', '--bench', path]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('Intel[2J with GPU[31m');
  });

  it('takes milliwatts', async () => {
    const { machine } = await documentOf('compare', '--hashrate', '80kH/s', '--watts', '500mW');
    expect(machine.power.watts).toBe(0.5);
  });

  it('takes watts, a region, other devices, a price', async () => {
    const document = await documentOf(
      ...[
        'compare',
        '--hashrate',
        '1.2TH/s',
        '--watts',
        '18',
        '--against',
        'Avalon Q',
        's19',
        '--region',
        'Germany',
      ],
      ...['--btc-price', '90k'],
    );
    expect(document.machine).toMatchObject({
      joulesPerTH: 15,
      power: { watts: 18, basis: 'given', how: '--watts' },
    });
    expect(document.ladder.map(({ id }: { id: string }) => id)).toEqual(['avalon-q', 's19']);
    expect(document.electricity).toMatchObject({ usdPerKwh: 0.42, unconfirmed: false });
    expect(document.network.btcUsd).toEqual({ value: 90_000, from: 'given' });
  });

  it('climbs every rung there is with --against all', async () => {
    const { ladder } = await documentOf('compare', '--hashrate', '30MH/s', '--against', 'all');
    expect(ladder).toHaveLength(150);
    const rates = ladder.map(({ hashesPerSecond }: { hashesPerSecond: number }) => hashesPerSecond);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
  });

  it('takes the price of farms where no household price was found, and says so', async () => {
    const { electricity } = await documentOf('compare', '--hashrate', '1T', '--region', 'ng');
    expect(electricity).toMatchObject({
      usdPerKwh: 0.044,
      from: expect.stringContaining('industry, Nigeria'),
    });
  });

  it('ends at Ctrl-C', async () => {
    const child = spawn(process.execPath, [CLI_PATH, 'compare', '--seconds', '60', '--engine', 'js'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    });
    for await (const line of createInterface({ input: child.stderr }))
      if (line.startsWith('measuring')) child.kill('SIGINT');
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(130);
  });
});

describe('odds', () => {
  it('measures shortly when nothing is given', async () => {
    const { machine, rows } = await documentOf('odds');
    expect(machine.origin).toBe('measured');
    expect(rows[0]).toMatchObject({ seconds: 86_400, asked: true });
  });

  it('takes a device, a time, a growth and a difficulty', async () => {
    const args = ['--device', 'bitaxe gamma', '--for', '2w', '--growth', '0%', '--difficulty', '148T'];
    const document = await documentOf('odds', ...args);
    expect(document).toMatchObject({
      seconds: 1_209_600,
      growthPerYear: 0,
      growthAssumed: false,
      lifetimeChance: 1,
    });
    expect(document.network).toMatchObject({ difficulty: 148e12, difficultyGiven: true });
    expect(document.machine.name).toBe('Bitaxe Gamma (1x BM1370)');
  });
});

describe('cost', () => {
  it('has every region and the claims', async () => {
    const { rows, claims, devices } = await documentOf('cost', '--region', 'all');
    expect(rows.length).toBeGreaterThanOrEqual(29);
    expect(claims.map(({ id }: { id: string }) => id)).toContain('above-100k');
    expect(devices).toHaveLength(4);
  });

  it('takes regions and devices', async () => {
    const { rows, devices } = await documentOf(
      'cost',
      '--region',
      'us-tx',
      'Paraguay',
      '--device',
      's21',
      's19',
    );
    expect(rows.map(({ region }: { region: { id: string } }) => region.id)).toEqual(['us-tx', 'py']);
    expect(devices.map(({ id }: { id: string }) => id)).toEqual(['s21', 's19']);
  });

  it('shows the claims to whoever asks nothing special', async () => {
    expect((await run(['cost'])).stdout).toContain('What the articles claim');
    expect((await run(['cost', '--region', 'de'])).stdout).not.toContain('What the articles claim');
  });
});

describe('bad input', () => {
  const NOBODY = 'http://127.0.0.1:1';
  it.each<[string, string[], RegExp, number?]>([
    ['a time that is none', ['odds', '--for', '5 parsecs'], /duration.*"5 parsecs".*Pass --for '5 days'/],
    ['an endless time', ['odds', '--for', '1e99y'], /duration/],
    ['a growth without its sign', ['odds', '--growth', '0.3'], /Pass --growth 30%/],
    [
      'a difficulty that leaves nothing',
      ['odds', '--growth', '-100%'],
      /above -100%.*"-100%".*Pass --growth -50%/,
    ],
    ['a hashrate of another unit', ['odds', '--hashrate', '200 TB'], /Pass --hashrate '200 TH\/s'/],
    ['no hashrate', ['compare', '--hashrate', '0'], /hashrate.*"0"/],
    ['a hashrate with a comma', ['odds', '--hashrate', '1,2TH/s'], /Pass --hashrate '1\.2 TH\/s'/],
    ['next to no hashrate', ['compare', '--hashrate', '1e-300'], /from 0\.001 H\/s to 1e60 H\/s.*"1e-300"/],
    ['next to no power', ['compare', '--hashrate', '1T', '--watts', '1e-300'], /from 1e-6 W.*"1e-300"/],
    ['no difficulty', ['odds', '--difficulty', '0'], /"0"\. Pass --difficulty 148T,/],
    [
      'next to no difficulty',
      ['odds', '--difficulty', '1e-300'],
      /from 1e-10 to 1e60.*Pass --difficulty 148T,/,
    ],
    ['seconds that are none', ['edge', '--seconds', 'abc'], /from 0\.001 to 600 .*"abc"/],
    ['an endless hashrate', ['compare', '--hashrate', '1e400'], /hashrate.*"1e400"/],
    ['a negative power', ['compare', '--watts', '-5 W'], /Pass --watts '5 W'/],
    ['a negative price', ['compare', '--kwh-price', '-1'], /"-1".*Pass --kwh-price 1,/],
    ['a price with a comma', ['cost', '--kwh-price', '0,08'], /Pass --kwh-price 0\.08/],
    ['a bitcoin for nothing', ['cost', '--btc-price', '0'], /--btc-price.*"0"/],
    ['a difficulty with a unit', ['odds', '--difficulty', '148 TH/s'], /Pass --difficulty 148T/],
    ['a misspelt device', ['compare', '--against', 's212'], /device.*"s212"\. Did you mean "s21"\?/],
    ['a device like no other', ['odds', '--device', 'toaster'], /"toaster"\. Some of them: bitaxe-gamma/],
    ['a name of many devices', ['cost', '--device', 'Antminer'], /It could be "s1", /],
    ['a device without a power', ['cost', '--device', POWERLESS], /known power.*nobody published/],
    ['a misspelt region', ['cost', '--region', 'Paraguai'], /"Paraguai"\. Did you mean "paraguay"\?/],
    ['a region like no other', ['compare', '--region', 'Atlantis'], /hashgap cost --region all/],
    ['every region where one is meant', ['compare', '--region', 'all'], /Expected a region.*"all"/],
    ['a price and a region', ['cost', '--region', 'de', '--kwh-price', '0.1'], /received both/],
    ['a price and a region to compare', ['compare', '--region', 'de', '--kwh-price', '0.1'], /received both/],
    [
      'two hashrates',
      ['odds', '--hashrate', '1T', '--device', 's21'],
      /--hashrate or --device, received both/,
    ],
    [
      'a bench and a hashrate',
      ['compare', '--hashrate', '1T', '--bench', 'x'],
      /--bench or --hashrate, received both/,
    ],
    [
      'no bench there',
      ['compare', '--bench', '/nowhere.json'],
      /hashgap\.bench\/1 in \/nowhere\.json, received no such file/,
    ],
    [
      'a bench without cores',
      ['compare', '--bench', file('cores.json', benchFile([benchRow('js', 'js', 1, 1)], { cores: 0 }))],
      /received cores 0\. Make one/,
    ],
    [
      'a bench with an endless rate',
      [
        'compare',
        '--bench',
        file('endless.json', benchFile([benchRow('js', 'js', 1, 7)]).replace('"median":7', '"median":1e400')),
      ],
      /received a broken row 1/,
    ],
    [
      'a bench without rows',
      ['compare', '--bench', file('empty.json', benchFile([]))],
      /received no results/,
    ],
    ['an unknown option', ['cost', '--regoin', 'de'], /'--regoin'.*--region/],
    ['an argument too many', ['network', 'main'], /options alone behind network/],
    [
      'a node that is not there',
      ['network', '--node', NOBODY, '--cookie', file('.cookie', 'a:b')],
      /refused.*--node/,
      3,
    ],
    [
      'a node before it measures',
      ['compare', '--node', NOBODY, '--cookie', join(folder, '.cookie')],
      /refused/,
      3,
    ],
  ])('refuses %s', async (_, args, message, code = 2) => {
    const { exitCode, out, err } = await runHere(args);
    expect(err.at(-1)).toMatch(message);
    expect(err.join('\n')).not.toContain('measuring');
    expect(out).toEqual([]);
    expect(exitCode).toBe(code);
  });
});

describeWithDriver('llvmpipe', 'compare on a GPU', (gpuEnv) => {
  it('measures the GPU that is asked for, with the CPU', async () => {
    const args = ['compare', '--engine', 'js,gpu', '--gpu', 'software', '--seconds', '0.3', '--json'];
    const { exitCode, stdout, stderr } = await runCli(args, { env: gpuEnv, deadlineMs: 110_000 });
    expect(exitCode, stderr).toBe(0);
    const { machine } = JSON.parse(stdout);
    expect(machine.parts.map(({ engine }: { engine: string }) => engine)).toEqual(['js', 'gpu']);
    expect(machine.parts[1].adapter).toMatch(DRIVERS.llvmpipe.name);
    expect(machine.name).toContain(` with ${machine.parts[1].adapter}`);
    expect(machine.power.how).not.toContain('GPU'); // software runs on the CPU, and takes its power
  });

  it('leaves a software adapter alone that nobody asked for', async () => {
    const { stdout } = await runCli(['compare', '--seconds', '0.3', '--json'], {
      env: gpuEnv,
      deadlineMs: 110_000,
    });
    expect(JSON.parse(stdout).machine.parts).toHaveLength(1);
  });
});
