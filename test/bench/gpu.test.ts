/** `bench/gpu/main.mjs` as it is run: its CUDA on stand-ins for nvcc and the driver, its WGSL and engine on software drivers. No rate is judged. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PIPES, pipesSource } from '../../bench/gpu/pipes-source.mjs';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { emitCuda } from '../../shaders/emit-cuda.ts';
import { parseVariant } from '../../shaders/variants.ts';
import { provisioned } from '../support/provisioned.ts';

const vulkan = await provisioned('the GPU bench on software drivers', provisionVulkan);

const MAIN = join(import.meta.dirname, '../../bench/gpu/main.mjs');
const FAKES = join(import.meta.dirname, 'gpu-fakes');
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHORT = ['--seconds', '0.02', '--runs', '2', '--warm-up', '0', '--engine-seconds', '0.3'];
const K1 = 'k1-const-plain-xor-wg64-npi1';
const K2 = 'k2-const-mad-or-wg256-npi16';
const TIME_LIMIT_MS = 240_000;

interface Row {
  readonly name: string;
  readonly value?: number;
  readonly failure?: string;
  readonly [key: string]: unknown;
}
interface Report {
  readonly [key: string]: unknown;
  readonly steps: Record<string, { readonly status: string; readonly reason?: string; readonly rows: Row[] }>;
}

function script(name: string, body: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A machine with NVIDIA's programs and a GPU, all of them stand-ins; its Vulkan has no driver. */
function fakeNvidia(): Record<string, string> {
  const library = join(folder, 'libcuda.so.1');
  execFileSync('g++', ['-O1', '-shared', '-fPIC', '-o', library, join(FAKES, 'driver.cc'), '-ldl']);
  return {
    NVCC: script('nvcc', `exec "${process.execPath}" "${join(FAKES, 'nvcc.mjs')}" "$@"`),
    CUOBJDUMP: script('cuobjdump', `. "${join(FAKES, 'cuobjdump.sh')}"`),
    NVIDIA_SMI: script('nvidia-smi', `. "${join(FAKES, 'nvidia-smi.sh')}"`),
    LD_LIBRARY_PATH: folder,
  };
}

let runs = 0;

/** Runs the bench, and reads the one report it leaves. */
function bench(args: string[], env: Record<string, string>) {
  const out = join(folder, `out-${runs++}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...SHORT, ...args, '--out', out], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: TIME_LIMIT_MS - 10_000,
  });
  if (status === 2) return { status, stdout, stderr, files: [], report: { steps: {} } as Report };
  const files = readdirSync(out).sort();
  const json = files.find((file) => file.endsWith('.json'))!;
  return {
    status,
    stdout,
    stderr,
    files,
    report: JSON.parse(readFileSync(join(out, json), 'utf8')) as Report,
  };
}

const rowNames = ({ rows }: { readonly rows: readonly Row[] }) => rows.map(({ name }) => name);

describe.skipIf(process.platform === 'win32')(
  'its CUDA, with stand-ins for a GPU (not on Windows: they are for g++)',
  () => {
    it('compiles, checks and measures pipes, kernels and the loop like hashcat', {
      timeout: TIME_LIMIT_MS,
    }, () => {
      const args = ['--minutes', '4', '--only', 'pipes,cuda,single,counters', '--variants', `${K1},${K2}`];
      const { status, stdout, files, report } = bench(args, {
        ...fakeNvidia(),
        NCU: script('ncu', 'exit 1'),
      });
      expect(status).toBe(0);
      expect(files.map((file) => file.replace(/\d{4}-\d\d-\d\d/, 'DATE'))).toEqual([
        'gpu-DATE-nvidia-h200.json',
        'gpu-DATE-nvidia-h200.md',
      ]);
      expect(report).toMatchObject({
        ...{
          schema: 'hashgap.gpu-bench/1',
          finished: true,
          software: false,
          measureOfSpeed: true,
          arch: 'sm_90',
        },
        nvidia: { name: 'NVIDIA H200', multiprocessors: 2, driver: '580.0', mostClockMHz: 1980 },
      });
      const { pipes, cuda, single, counters } = report.steps;
      expect(pipes).toMatchObject({ status: 'done' });
      expect(rowNames(pipes!)).toEqual(PIPES.map(({ name }) => name));
      for (const row of [...pipes!.rows, ...cuda!.rows, ...single!.rows]) {
        expect(row.failure).toBeUndefined();
        expect(row.value).toBeGreaterThan(0);
      }
      // A busy machine may give nvidia-smi no turn during a run of milliseconds.
      const clocks = pipes!.rows.map((row) => row.clocks).filter((each) => each !== null);
      expect(clocks).toContainEqual(expect.objectContaining({ clockMHz: 1980, powerW: 650.12 }));
      expect(rowNames(cuda!)).toEqual([K1, K2]);
      expect(cuda!.rows[1]).toMatchObject({
        midstates: 2,
        registers: 32,
        sass: { shf: 1, lop3: 1, iadd3: 1, imad: 1, alu: 3 },
      });
      expect(cuda!.rows[0]!.runs).toHaveLength(2);
      expect(counters!.rows[0]!.failure).toBe('');
      expect((report.smi as unknown[]).length).toBeGreaterThan(3);
      expect(stdout).toMatch(new RegExp(`^\\| cuda \\| ${K2} \\| [\\d.e-]+ GH/s \\| `, 'm'));
    });

    it('measures no kernel that finds other hits than it must', { timeout: TIME_LIMIT_MS }, () => {
      const args = ['--minutes', '2', '--only', 'cuda', '--variants', `${K1},${K2}`];
      const { cuda } = bench(args, { ...fakeNvidia(), FAKE_NVCC_WRONG: K2 }).report.steps;
      expect(cuda!.rows[0]!.value).toBeGreaterThan(0);
      expect(cuda!.rows[1]!.value).toBeUndefined();
      expect(cuda!.rows[1]!.failure).toMatch(/^genesis: expected 1 hits 2083236893\/1, received 0: $/);
    });

    it('counts instructions where there is a compiler and no GPU', { timeout: TIME_LIMIT_MS }, () => {
      const env = { ...fakeNvidia(), NVIDIA_SMI: script('no-smi', 'echo "No devices were found"; exit 6') };
      const { status, stderr, report } = bench(['--minutes', '1', '--only', 'cuda', '--variants', K1], env);
      expect(status).toBe(0);
      expect(stderr).toContain('nvcc is here but no NVIDIA GPU');
      expect(report.steps.cuda!.rows).toMatchObject([{ name: K1, sass: { alu: 3 } }]);
      expect(report.steps.cuda!.rows[0]!.value).toBeUndefined();
    });

    it('keeps what it has when there is no time for more', { timeout: TIME_LIMIT_MS }, () => {
      const args = ['--minutes', '1', '--warm-up', '100', '--only', 'cuda', '--variants', K1];
      const { cuda } = bench(args, fakeNvidia()).report.steps;
      expect(cuda).toMatchObject({ status: 'cut', rows: [{ name: K1, registers: 32 }] });
      expect(cuda!.rows[0]!.value).toBeUndefined();
    });
  },
);

describe('its CUDA, with the real nvcc', () => {
  const nvcc = spawnSync('nvcc', ['--version']).status === 0;

  it.skipIf(!nvcc)(
    'is taken as it is (skipped where nvcc is not on PATH; g++ has compiled it above)',
    { timeout: TIME_LIMIT_MS },
    () => {
      for (const [name, source] of [
        ['pipes', pipesSource()],
        [K2, emitCuda(parseVariant(K2)!)],
      ] as const) {
        const file = join(folder, `${name}.cu`);
        writeFileSync(file, source);
        execFileSync('nvcc', [
          '-cubin',
          '-arch=sm_90',
          '-std=c++17',
          '-Werror',
          'all-warnings',
          '-o',
          `${file}.cubin`,
          file,
        ]);
      }
    },
  );
});

describe('its WGSL and engine', () => {
  const drivers = 'found' in vulkan ? vulkan.found : undefined;

  it.skipIf(drivers === undefined).each([
    ['swiftshader', [K1]], // it takes many seconds over a kernel for two versions
    ['llvmpipe', [K1, K2]],
  ] as const)(
    'run on %s, and say that this is no measure of speed',
    { timeout: TIME_LIMIT_MS },
    (driver, right) => {
      const args = ['--minutes', '3', '--only', 'wgsl,engine', '--variants', [...right, 'no-such'].join()];
      const { status, stdout, report } = bench(args, drivers![driver].env);
      expect(status).toBe(0);
      expect(report).toMatchObject({ finished: true, software: true, measureOfSpeed: false, nvidia: null });
      expect((report.adapter as { name: string }).name.toLowerCase()).toContain(driver);
      const { wgsl, engine } = report.steps;
      expect(wgsl).toMatchObject({ status: 'done', timestamps: true });
      expect(rowNames(wgsl!)).toEqual([...right, 'no-such']);
      for (const row of wgsl!.rows.slice(0, -1)) {
        expect(row).toMatchObject({ runs: [expect.any(Number), expect.any(Number)] });
        expect(row).toMatchObject({ pipelineMs: { cold: expect.any(Number), cached: expect.any(Number) } });
      }
      expect(wgsl!.rows.at(-1)!.failure).toContain('there is no kernel no-such');
      expect(engine).toMatchObject({
        status: 'done',
        recount: { missing: [], invented: [], mismatches: [] },
      });
      expect(rowNames(engine!)).toEqual(['engine, 80 ms', 'engine, 20 ms']);
      for (const row of engine!.rows) {
        expect(row.value).toBeGreaterThan(0);
        expect(row).toMatchObject({ jobSwitch: { samples: 3 }, cpu: { mainThread: expect.any(Number) } });
      }
      expect(stdout).toContain('is a software driver: these rates are no measure of speed');
    },
  );

  it('are skipped with a reason where there is no driver', { timeout: TIME_LIMIT_MS }, () => {
    const env = {
      ...drivers?.llvmpipe.env,
      VK_DRIVER_FILES: '/nowhere',
      VK_ICD_FILENAMES: '/nowhere',
    };
    const { status, report } = bench(['--minutes', '1', '--only', 'wgsl,engine'], env);
    expect(status).toBe(1);
    expect(report.steps.wgsl).toMatchObject({
      status: 'skipped',
      rows: [],
      reason: expect.stringMatching(/Expected a GPU, received none/),
    });
  });
});

describe('its options', () => {
  it.each([
    [['--minutes', 'soon'], /from 0.01 to 600 for --minutes, received "soon"/],
    [['--only', 'cuda,speed'], /Expected steps among .* received "speed"/],
  ])('%s are refused in one sentence', (args, message) => {
    const { status, stdout, stderr } = bench(args, {});
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toMatch(message);
  });
});
