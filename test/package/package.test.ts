/** The package as npm packs it, installed into an empty project and used there: program, library, types, page, shaders, native build. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const folder = mkdtempSync(join(tmpdir(), 'hashgap-pack-'));
const project = join(folder, 'project');
const installed = join(project, 'node_modules/hashgap');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program in the project; gives stdout and stderr, and the exit code of one that fails. */
async function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const options = { cwd: project, env: { ...process.env, NO_COLOR: '1', ...env }, timeout: 110_000 };
  try {
    return { code: 0, ...(await promisify(execFile)(command, args, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const hashgap = (...args: string[]) => run('npx', ['--no-install', 'hashgap', ...args]);

let installOutput = '';
beforeAll(async () => {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"consumer","private":true,"type":"module"}\n');
  // What dist/ holds was compiled by npm test; packing must not compile it again under the other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, ROOT];
  const [{ filename }] = JSON.parse((await run('npm', pack)).stdout) as [{ filename: string }];
  // No compiler, so the install shows what people without one get; webgpu weighs 130 MB and is optional.
  const install = ['install', join(folder, filename), '--omit=optional', '--prefer-offline', '--no-audit'];
  const result = await run('npm', [...install, '--no-fund', '--foreground-scripts'], {
    CXX: join(folder, 'no-compiler'),
  });
  expect(result.code, result.stderr).toBe(0);
  installOutput = result.stdout + result.stderr;
});

describe('the files', () => {
  const filesOf = (path: string) => readdirSync(join(installed, path), { recursive: true, encoding: 'utf8' });

  it('are the compiled program, its page, its shaders, its documents, and what the native build needs', () => {
    for (const path of [
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'binding.gyp',
      'dist/lab/index.html',
      'dist/shaders/generate.js',
      'dist/src/cli/main.js',
      'dist/src/index.d.ts',
      'docs/config.schema.json',
      'examples/mine-on-a-pool.mjs',
      'native/addon.cc',
      'scripts/build-native.mjs',
      'shaders/scan.wgsl',
      'shaders/sha256.wgsl',
    ])
      expect(existsSync(join(installed, path)), path).toBe(true);
  });

  it('are no sources, tests, maps or tools', () => {
    expect(readdirSync(installed)).not.toEqual(expect.arrayContaining(['src']));
    expect(readdirSync(installed)).not.toEqual(expect.arrayContaining(['test']));
    expect(
      filesOf('.').filter((path) => path.endsWith('js.map') || /shaders\/.*(?<!\.d)\.ts$/.test(path)),
    ).toEqual([]);
    expect(filesOf('scripts')).toEqual(['build-native.mjs']);
  });

  it('are described as publint wants it', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg!, { color: false }))).toEqual([]);
  });
});

describe('the program', () => {
  it('says its version', async () => {
    expect(await hashgap('--version')).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
  });

  it('mines with JavaScript where nothing could be compiled, and the install says why', async () => {
    expect(installOutput).toMatch(/hashgap: the native engine is not built: /);
    expect(installOutput).toMatch(/Until then hashgap mines with JavaScript/);
    const { code, stdout } = await hashgap('demo', '--blocks', '2', '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find(({ type }) => type === 'engine')).toMatchObject({ engine: 'js' });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', accepted: 2 });
  });

  it('says that a GPU needs the package webgpu, where that is left out', async () => {
    const args = ['mine', '--engine', 'gpu', '--pool', 'stratum+tcp://127.0.0.1:1', '--user', 'a'];
    const { code, stderr } = await hashgap(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*webgpu/m);
  });

  it('finds its shaders', async () => {
    const kernels = join(installed, 'dist/src/engine/gpu/kernels.js');
    const script = `import { candidateNames, kernelsOf } from ${JSON.stringify(kernels)};
      const all = kernelsOf(candidateNames('nvidia'));
      console.log(all.length > 2, JSON.stringify(all).includes('@compute'));`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect({ stdout, stderr }).toEqual({ stdout: 'true true\n', stderr: '' });
  });
});

describe('the library', () => {
  it('has what its documents import, and its examples run', async () => {
    const script = `import { mine, StratumClient, chanceWithin } from 'hashgap';
      console.log(typeof mine, typeof new StratumClient({ pools: [], emit() {} }).jobs, chanceWithin.length);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout).toBe('function function 2\n');
    const example = await run(process.execPath, [join(installed, 'examples/solo-on-regtest.mjs')]);
    expect(example).toMatchObject({ code: 0, stdout: expect.stringContaining('the chain has 5 blocks') });
  });

  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('has types: module %s, resolution %s', async (module, moduleResolution) => {
    writeFileSync(
      join(project, 'consumer.ts'),
      `import { type Job, mine, type MineOptions, StratumClient, timeToBlock } from 'hashgap';
      const client: StratumClient = new StratumClient({ pools: [], emit: (event) => void event.type });
      export const run = (options: MineOptions): Promise<void> => mine({ ...options, source: client });
      export const mean: number = timeToBlock({ hashrateHps: 1e12, hashesPerBlock: 1e24 }).meanSeconds;
      export async function* heights(): AsyncGenerator<Job['height']> {
        for await (const job of client.jobs(new AbortController().signal)) yield job.height;
      }
      // @ts-expect-error: a client needs pools
      new StratumClient({ emit() {} });\n`,
    );
    const compilerOptions = { module, moduleResolution, target: 'es2023', strict: true, noEmit: true };
    const types = { types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], skipLibCheck: false };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...types }, files: ['consumer.ts'] }),
    );
    const { code, stdout } = await run(join(BIN, 'tsc'), ['-p', '.']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

describe('the native engine', () => {
  it('is built from the files of the package alone', async () => {
    const build = await run(process.execPath, [join(installed, 'scripts/build-native.mjs')]); // tens of seconds
    expect(build.stdout + build.stderr).toMatch(/^hashgap: native engine built with/);
    const { stdout } = await hashgap('verify', '--json');
    const { ok, kernels } = JSON.parse(stdout) as {
      ok: boolean;
      kernels: { engine: string; selfTest: string }[];
    };
    expect(ok).toBe(true);
    expect(kernels).toContainEqual(expect.objectContaining({ engine: 'native', selfTest: 'passed' }));
  }, 120_000);
});
