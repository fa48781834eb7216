/** Folders: those that are there, those that can be made, and those that cannot, which must end. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { flushFolder, makeFolder } from '../src/folder.ts';

const disk = vi.hoisted(() => ({ answer: '' }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const fsyncSync = (file: number) => {
    if (disk.answer !== '') throw Object.assign(new Error(disk.answer), { code: disk.answer });
    fs.fsyncSync(file);
  };
  return { ...fs, fsyncSync };
});

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('makes what is missing, with its mode, and leaves what is there', () => {
  const deep = join(folder, 'a', 'b', 'c');
  makeFolder(deep, 0o700);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

it('refuses a file in the way', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(/EEXIST/);
  expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR|EEXIST/);
});

it.runIf(process.platform === 'linux')('ends where nothing can be made', () => {
  expect(() => makeFolder('/proc/nobody/home')).toThrow(/ENOENT/);
});

it.skipIf(process.platform === 'win32')(
  'flushes a folder where that can be done, and hides no failure',
  () => {
    flushFolder(folder);
    expect(() => flushFolder(join(folder, 'nowhere'))).toThrow(/ENOENT/);
    for (const answer of ['EINVAL', 'ENOTSUP', 'EPERM']) {
      disk.answer = answer;
      flushFolder(folder);
    }
    disk.answer = 'EIO';
    expect(() => flushFolder(folder)).toThrow('EIO');
    disk.answer = '';
  },
);
