/** The commands that know GPUs, as a user runs them: with software drivers, without a driver, without the package. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { READABLE, SAFE_KERNEL } from '../../src/engine/gpu/kernels.ts';
import { runCli, startCli } from '../support/cli.ts';
import { DRIVERS, describeWithDriver } from '../support/vulkan.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const NOBODY = ['mine', '--address', ADDRESS, '--node', 'http://127.0.0.1:1', '--connect-timeout', '0.1'];
const DEADLINE = { deadlineMs: 110_000 };

/** An environment in which the loader finds no driver, whatever the machine has. */
const NO_DRIVER = {
  VK_DRIVER_FILES: '/nonexistent.json',
  VK_ICD_FILENAMES: '/nonexistent.json',
  XDG_CACHE_HOME: folder,
};
/** An environment in which the package is not installed. */
const hooks = pathToFileURL(join(import.meta.dirname, '../support/without-webgpu.mjs')).href;
const NO_PACKAGE = { NODE_OPTIONS: `--import ${hooks}`, XDG_CACHE_HOME: folder };

describeWithDriver('llvmpipe', 'the program', (env) => {
  const { name, driver } = DRIVERS.llvmpipe;
  const run = (...args: string[]) => runCli(args, { env, ...DEADLINE });
  const tuningFile = join(env.XDG_CACHE_HOME!, 'hashgap', 'gpu-tuning.json');

  it('devices shows the adapter, which nobody selects', async () => {
    const { exitCode, stdout } = await run('devices', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      gpus: [
        {
          index: 0,
          name: expect.stringMatching(name),
          backend: 'vulkan',
          driver: expect.stringMatching(driver),
          vendor: 'mesa',
          architecture: 'software',
          kind: 'software',
          kernel: null,
          selected: false,
        },
      ],
      noGpu: null,
    });
    expect((await run('devices')).stdout).toMatch(
      /^0: llvmpipe \(LLVM.* software +vulkan +not tuned +llvmpipe: Mesa/m,
    );
  });

  it('bench measures the kernel that mines, with adapter and driver', async () => {
    const args = ['bench', '--engine', 'gpu', '--gpu', 'software', '--seconds', '0.1', '--samples', '2'];
    const { exitCode, stdout } = await run(...args, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'hashgap.bench/1' });
    expect(JSON.parse(stdout).results).toEqual([
      {
        engine: 'gpu',
        kernel: SAFE_KERNEL,
        threads: 2,
        midstates: 1,
        samples: [expect.any(Number), expect.any(Number)],
        hashesPerSecond: { median: expect.any(Number), best: expect.any(Number), worst: expect.any(Number) },
        cpuSeconds: expect.any(Number),
        adapter: expect.stringMatching(name),
        driver: expect.stringMatching(driver),
        gpuSeconds: expect.any(Number),
      },
    ]);
    expect(existsSync(tuningFile)).toBe(false); // software is tuned only when asked
    const file = join(folder, 'baseline.json');
    const document = JSON.parse(stdout);
    const [row] = document.results;
    const other = {
      ...row,
      adapter: 'NVIDIA H200',
      hashesPerSecond: { median: 1e12, best: 1e12, worst: 1e12 },
    };
    writeFileSync(file, JSON.stringify({ ...document, results: [other] }));
    const compared = await run(...args, '--baseline', file);
    expect(compared.exitCode).toBe(0); // another adapter's rate says nothing about this one
    expect(compared.stdout).toMatch(/not in the baseline[\s\S]*not measured now/);
    expect(compared.stderr).toContain('warning: Nothing was compared');
    expect(compared.stdout).toMatch(/adapter: "NVIDIA H200" then, "llvmpipe/);
    expect(compared.stdout).toMatch(/^gpu: llvmpipe .*, driver llvmpipe: Mesa/m);
  });

  it('bench takes a CPU and a GPU, and a kernel by name', async () => {
    const short = ['--seconds', '0.05', '--samples', '1', '--threads', '1', '--json'];
    const both = await run('bench', '--engine', 'js,gpu', '--gpu', '0', '--kernel', READABLE, ...short);
    expect(JSON.parse(both.stdout).results).toMatchObject([
      { engine: 'js', kernel: 'js', threads: 1 },
      { engine: 'gpu', kernel: READABLE, threads: 2 },
    ]);
    const cpu = await run('bench', '--kernel', 'js', ...short);
    expect(JSON.parse(cpu.stdout).results).toMatchObject([{ engine: 'js' }]);
  });

  it('tune shows what each kernel does, and the miner starts with the best', async () => {
    const { exitCode, stdout, stderr } = await run(
      'tune',
      '--gpu',
      'llvmpipe',
      '--seconds',
      '0.05',
      '--json',
    );
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      schema: 'hashgap.tune/1',
      gpu: { index: 0, name: expect.stringMatching(name), backend: 'vulkan', kind: 'software' },
      seconds: 0.05,
      best: expect.any(String),
    });
    expect(document.rows.length).toBeGreaterThanOrEqual(5);
    for (const row of document.rows) {
      expect(row.status, JSON.stringify(row)).not.toBe('wrong'); // a slow machine may refuse one
      expect(stderr).toContain(`${row.kernel}: ${row.status}`);
    }
    const best = document.rows.find(({ kernel }: { kernel: string }) => kernel === document.best);
    const rates = document.rows.flatMap(({ hashesPerSecond = 0 }) => hashesPerSecond);
    expect(best.hashesPerSecond).toBe(Math.max(...rates));
    expect(Object.values(JSON.parse(readFileSync(tuningFile, 'utf8')).entries)).toMatchObject([
      { best: document.best, wrong: [] },
    ]);
    const devices = JSON.parse((await run('devices', '--json')).stdout);
    expect(devices.gpus).toMatchObject([{ kernel: document.best }]);
    const bench = await run(
      'bench',
      '--engine',
      'gpu',
      '--gpu',
      '0',
      '--seconds',
      '0.05',
      '--samples',
      '1',
      '--json',
    );
    expect(JSON.parse(bench.stdout).results).toMatchObject([{ kernel: document.best }]);
  });

  it('a tuning that is torn is ignored, with a warning', async () => {
    mkdirSync(join(env.XDG_CACHE_HOME!, 'hashgap'), { recursive: true });
    writeFileSync(tuningFile, '{"schema":"hashgap.gpu-tuning/1","entries":{"vul');
    const { exitCode, stdout, stderr } = await run('devices', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).gpus).toMatchObject([{ kernel: null }]);
    expect(stderr).toMatch(/^Expected a tuning of GPUs in .*received something else/);
  });

  it('tune ends at Ctrl-C with what it knows by then', async () => {
    const cli = startCli(['tune', '--gpu', '0', '--seconds', '1000', '--json'], { env, ...DEADLINE });
    await cli.said(/^tuning /m);
    cli.kill('SIGINT');
    const { exitCode, lines } = await cli.ended;
    expect(exitCode).toBe(130);
    for (const line of lines) expect(line).toMatchObject({ schema: 'hashgap.tune/1', best: null });
  });

  it('verify tests every kernel of a GPU that is named, and only then of a software one', async () => {
    const { exitCode, stdout } = await run('verify', '--gpu', 'software', '--json');
    const document = JSON.parse(stdout);
    expect([exitCode, document.ok]).toEqual([0, true]);
    expect(document.gpus).toMatchObject([{ index: 0, name: expect.stringMatching(name), backend: 'vulkan' }]);
    const results = new Map(
      document.gpus[0].kernels.map((kernel: { name: string; selfTest: string }) => [
        kernel.name,
        kernel.selfTest,
      ]),
    );
    expect(results.get(SAFE_KERNEL)).toBe('passed');
    expect([...results.values()]).not.toContain('failed');
    expect(results.size).toBeGreaterThanOrEqual(5);
    expect(JSON.parse((await run('verify', '--json')).stdout).gpus).toEqual([]);
  });

  it.each<[string, string[], number, RegExp]>([
    [
      'only software',
      [...NOBODY, '--engine', 'gpu'],
      1,
      /Only software plays GPU here \(llvmpipe.*--gpu software/,
    ],
    [
      'a misspelt name',
      [...NOBODY, '--gpu', 'llvmpie'],
      2,
      /among 0 llvmpipe.*received "llvmpie"\. Did you mean "llvmpipe"\?/,
    ],
    [
      'a kernel of the CPU',
      [...NOBODY, '--engine', 'gpu', '--gpu', '0', '--kernel', 'scalar'],
      2,
      /Expected a GPU kernel such as .*readable, received "scalar"/,
    ],
    ['nothing in hardware to tune', ['tune'], 1, /Only software plays GPU here/],
  ])('refuses %s in one sentence', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(message);
  });

  it('auto takes no software adapter', async () => {
    const { lines } = await run(...NOBODY, '--json');
    expect(lines).toMatchObject([{ type: 'source-down' }, { type: 'error', code: 'NODE_UNREACHABLE' }]);
  });
});

describeWithDriver('swiftshader', 'the program', (env) => {
  it('bench names the adapter it ran on', async () => {
    const args = [
      'bench',
      '--engine',
      'gpu',
      '--gpu',
      'software',
      '--seconds',
      '0.05',
      '--samples',
      '1',
      '--json',
    ];
    const { stdout } = await runCli(args, { env, ...DEADLINE });
    const { name: adapter, driver } = DRIVERS.swiftshader;
    expect(JSON.parse(stdout).results).toMatchObject([
      { engine: 'gpu', adapter: expect.stringMatching(adapter), driver: expect.stringMatching(driver) },
    ]);
  });
});

describe.each([
  ['without a driver', NO_DRIVER, /No (GPU driver is there|driver offers a GPU).*Install the GPU's driver/],
  [
    'without the package webgpu',
    NO_PACKAGE,
    /The optional package webgpu is not installed\. Install it with npm install webgpu/,
  ],
] as const)('%s', (_, env, reason) => {
  it('devices says why there is no GPU, and lists the rest', async () => {
    const { exitCode, stdout } = await runCli(['devices', '--json'], { env });
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.gpus).toEqual([]);
    expect(document.noGpu).toMatch(reason);
    expect(document.kernels.some(({ selected }: { selected: boolean }) => selected)).toBe(true);
    expect((await runCli(['devices'], { env })).stdout).toMatch(/^no GPU: /m);
  });

  it('--engine gpu says the same and ends', async () => {
    for (const args of [
      [...NOBODY, '--engine', 'gpu'],
      ['tune'],
      ['bench', '--engine', 'native,gpu'],
      ['verify', '--gpu', '0'],
    ]) {
      const { exitCode, lines } = await runCli([...args, '--json'], { env });
      expect(exitCode).toBe(1);
      expect(lines).toEqual([
        { type: 'error', code: 'GPU_UNAVAILABLE', message: expect.stringMatching(reason) },
      ]);
    }
  });

  it('everything else works, without a word about it', async () => {
    const bench = await runCli(['bench', '--seconds', '0.01', '--samples', '1', '--threads', '1'], { env });
    expect(bench).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^measuring 1 row[^\n]*\n$/) });
    expect((await runCli(['verify'], { env })).exitCode).toBe(0);
    const demo = await runCli(['demo', '--blocks', '2', '--json'], { env });
    expect(demo.lines.at(-1)).toMatchObject({ accepted: 2 });
    expect(demo.stderr).toBe('');
  });
});
