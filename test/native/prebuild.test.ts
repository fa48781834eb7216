/** Prebuilt addons: where they are looked for, when they come first, and that `npm run prebuild` makes one that loads. */
import { execFile, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { provisionClang } from '../../scripts/provision-clang.mjs';
import { addonFiles, loadNativeBinding, scanNative } from '../../src/engine/native/binding.ts';
import { selfTest, selfTestCases } from '../../src/work/self-test.ts';
import { provisioned } from '../support/provisioned.ts';

const ROOT = join(import.meta.dirname, '../..');
const PREBUILDS = `prebuilds/${process.platform}-${process.arch}`;
const [addon] = addonFiles();
if (addon === undefined) throw new Error('Expected an addon, as npm ci builds one.');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The package without anything compiled, as if unpacked by npm. */
function copyPackage(): string {
  const folder = `${mkdtempSync(join(tmpdir(), 'hashgap-package-'))}/`;
  folders.push(folder);
  for (const path of ['native', 'binding.gyp', 'package.json', 'scripts']) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Puts an addon, or a file that is none, into a copy, last modified at this time. */
function place(path: string, modifiedSeconds: number, content?: string): string {
  mkdirSync(dirname(path), { recursive: true });
  if (content === undefined) cpSync(addon!, path);
  else writeFileSync(path, content);
  utimesSync(path, modifiedSeconds, modifiedSeconds);
  return path;
}

/** npm's install step in a copy. */
const install = (folder: string, env = {}) =>
  spawnSync(process.execPath, ['scripts/build-native.mjs'], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });

describe('a prebuilt addon', () => {
  it('is what a package without build/ loads, and what its install step takes instead of compiling', () => {
    const folder = copyPackage();
    expect(loadNativeBinding(folder)).toHaveProperty('unavailable');
    const prebuilt = place(`${folder}${PREBUILDS}/hashgap.node`, 1e9);
    expect(addonFiles(folder)).toEqual([prebuilt]);
    expect(loadNativeBinding(folder)).toHaveProperty('binding.compiler');
    expect(install(folder)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(`${folder}build`)).toBe(false);
    const { resolve } = createRequire(import.meta.url)('node-gyp-build') as { resolve(root: string): string };
    expect(resolve(folder)).toBe(prebuilt);
  });

  it('comes before what was compiled earlier, after what was compiled later', () => {
    const folder = copyPackage();
    const prebuilt = place(`${folder}${PREBUILDS}/hashgap.node`, 2e9);
    const built = place(`${folder}build/Release/hashgap.node`, 1e9);
    expect(addonFiles(folder)).toEqual([prebuilt, built]);
    expect(addonFiles(folder, 'build')).toEqual([built]);
    expect(addonFiles(folder, 'prebuild')).toEqual([prebuilt]);
    place(built, 3e9);
    expect(addonFiles(folder)).toEqual([built, prebuilt]);
  });

  it('gives way to what was compiled here when it does not load', () => {
    const folder = copyPackage();
    place(`${folder}${PREBUILDS}/hashgap.node`, 2e9, 'for another machine');
    expect(loadNativeBinding(folder)).toEqual({
      unavailable: expect.stringMatching(/^the native engine does not load \(.*\): run "node .*build-native/),
    });
    place(`${folder}build/Release/hashgap.node`, 1e9);
    expect(loadNativeBinding(folder)).toHaveProperty('binding');
  });

  it.runIf(process.platform === 'linux')('for another C library is left alone', () => {
    const folder = copyPackage();
    const isMusl = existsSync('/etc/alpine-release');
    place(`${folder}${PREBUILDS}/hashgap.${isMusl ? 'glibc' : 'musl'}.node`, 1e9);
    expect(addonFiles(folder)).toEqual([]);
    const mine = place(`${folder}${PREBUILDS}/hashgap.${isMusl ? 'musl' : 'glibc'}.node`, 1e9);
    expect(addonFiles(folder)).toEqual([mine]);
  });

  it('is chosen by build or prebuild, and by no other word', () => {
    expect(loadNativeBinding(undefined, 'prebuilt')).toEqual({
      unavailable: 'HASHGAP_NATIVE is "prebuilt", expected build or prebuild: correct it or unset it.',
    });
  });
});

const clang = await provisioned('npm run prebuild', provisionClang);
const reason = 'skip' in clang ? ` (skipped: ${clang.skip})` : '';

describe.skipIf('skip' in clang)(`npm run prebuild${reason}`, () => {
  it('makes an addon by clang that loads without build/ and whose kernels are right', async () => {
    const folder = copyPackage();
    const env = { ...process.env, CXX: 'skip' in clang ? undefined : clang.found };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/prebuild.mjs'], {
      cwd: folder,
      env,
    });
    expect(stdout).toMatch(/^prebuilds\/[\w-]+\/hashgap[\w.]*\.node: built with clang \d/);
    expect(existsSync(`${folder}build`)).toBe(false);
    const load = loadNativeBinding(folder);
    if (!('binding' in load)) throw new Error(load.unavailable);
    expect(load.binding.compiler).toMatch(/^clang \d+\.\d+\.\d+$/);
    for (const { name, supported } of load.binding.kernels()) {
      const scan = (request: Parameters<typeof scanNative>[2]) => scanNative(load.binding, name, request);
      if (supported) expect(selfTest(scan, selfTestCases()), name).toBeUndefined();
    }
    expect(install(folder)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(`${folder}build`)).toBe(false);
  });
});
