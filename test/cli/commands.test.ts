/** Every command as a user runs it: help, text, JSON with its schema, exit codes, Ctrl-C, a closed pipe. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient } from '../../src/source/node/rpc.ts';
import { CLI_PATH, runCli, startCli } from '../support/cli.ts';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

describe('help', () => {
  it.each(['demo', 'mine', 'devices', 'verify', 'tune', 'regtest'])(
    'of %s has its options and examples',
    async (command) => {
      const { exitCode, stdout } = await runCli([command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('--json');
      expect(stdout).toContain(`$ hashgap ${command}`);
    },
  );

  it('of the program lists commands and exit codes', async () => {
    const { exitCode, stdout } = await runCli(['--help']);
    expect(exitCode).toBe(0);
    for (const word of ['demo', 'mine', 'devices', 'verify', 'tune', 'bench', 'regtest', '130 interrupted'])
      expect(stdout).toContain(word);
  });

  it('names the version', async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });
});

it.runIf(process.platform !== 'win32')(
  'the program runs by its own name, as npx hashgap runs it (not on Windows)',
  async () => {
    const child = spawn(CLI_PATH, ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  },
);

describe('demo', () => {
  it('mines what it was asked for and compares', async () => {
    const { exitCode, stdout } = await runCli(['demo', '--blocks', '4'], { env: { COLUMNS: '80' } });
    expect(exitCode).toBe(0);
    expect(stdout.match(/^block \d+ +accepted/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^4 blocks in .*: 4 accepted, 0 rejected, 0 stale; .*H\/s$/m);
    expect(stdout).toMatch(/^this machine .*\n^Bitaxe Gamma .*\n^Antminer S21 /m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints JSON whose last line is the summary', async () => {
    const { exitCode, lines } = await runCli(['demo', '--blocks', '3', '--json']);
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toEqual({
      type: 'summary',
      blocks: 3,
      accepted: 3,
      rejected: 0,
      stale: 0,
      pending: 0,
      recovered: 0,
      hardwareErrors: 0,
      hashes: expect.any(Number),
      hashesPerSecond: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(lines.at(-2)).toMatchObject({
      type: 'comparison',
      devices: [{ id: 'bitaxe-gamma' }, { id: 's21' }],
    });
    expect(lines.filter(({ type }) => type === 'verdict')).toHaveLength(3);
  });

  it('ends at Ctrl-C with a summary and 130', async () => {
    const cli = startCli(['demo', '--blocks', '100000', '--json']);
    await cli.nextLine(({ type }) => type === 'verdict');
    cli.kill('SIGINT');
    const { exitCode, lines } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', rejected: 0 });
  });

  it.runIf(process.platform === 'linux')(
    'fails when its output cannot be written, as every command does',
    () => {
      const run = (args: string) =>
        spawnSync('bash', ['-c', `"${process.execPath}" "${CLI_PATH}" ${args} > /dev/full`], {
          encoding: 'utf8',
        });
      for (const args of ['network', 'odds --hashrate 1TH/s --json']) {
        const { status, stderr } = run(args);
        expect(status).toBe(1);
        expect(stderr).toContain('error: Expected to write to stdout, but no space is left there. Make room');
      }
    },
  );

  it('ends when its reader goes away', async () => {
    const child = spawn(process.execPath, [CLI_PATH, 'demo', '--blocks', '100000'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
  });
});

describe('devices and verify', () => {
  it('list the kernels with their self-tests and the one that mines', async () => {
    const { exitCode, stdout } = await runCli(['devices', '--json']);
    const devices = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(devices).toMatchObject({
      schema: 'hashgap.devices/1',
      cpu: { brand: expect.any(String), threads: expect.any(Number) },
      gpus: expect.any(Array), // test/cli/gpu.test.ts says which adapter it runs on
    });
    expect(devices.kernels.filter((kernel: { selected: boolean }) => kernel.selected)).toHaveLength(1);
    for (const kernel of devices.kernels) {
      expect(kernel).toMatchObject({
        name: expect.any(String),
        lanes: expect.any(Number),
        supported: expect.any(Boolean),
      });
      expect(kernel.selfTest).toBe(kernel.supported ? 'passed' : null);
    }
    expect((await runCli(['devices'])).stdout).toContain('selected');
  });

  it('verify passes here', async () => {
    const { exitCode, stdout } = await runCli(['verify', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'hashgap.verify/1', ok: true });
    expect((await runCli(['verify'])).stdout).toContain('js: passed');
  });
});

describe('regtest', () => {
  it('says where it is, keeps its chain in a folder, and ends at stop', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
    const start = async () => {
      const cli = startCli(['regtest', '--datadir', folder, '--json']);
      const line = await cli.nextLine(({ schema }) => schema === 'hashgap.regtest/1');
      const rpc = createRpcClient(new URL(String(line.url)), fileCredentials(String(line.cookie)));
      return { cli, line, rpc };
    };
    const first = await start();
    expect(first.line).toMatchObject({ bits: '207fffff', datadir: folder });
    const args = [
      'mine',
      '--address',
      ADDRESS,
      '--node',
      String(first.line.url),
      '--cookie',
      String(first.line.cookie),
    ];
    const mined = await runCli([
      ...args,
      '--blocks',
      '5',
      '--journal',
      join(folder, 'journal.jsonl'),
      '--tag',
      '',
      '--json',
    ]);
    expect(mined.lines.at(-1)).toMatchObject({ accepted: 5 });
    await first.rpc.call('stop');
    expect((await first.cli.ended).exitCode).toBe(0);
    first.rpc.close();

    const second = await start();
    expect(await second.rpc.call('getblockcount')).toBe(5);
    second.rpc.close();
    second.cli.kill('SIGINT');
    expect((await second.cli.ended).exitCode).toBe(130);
    await rm(folder, { recursive: true });
  });
});
