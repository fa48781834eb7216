/** What `bench/gpu/pack.mjs` carries to a machine with a GPU: the files start there, and one that is missing is noticed here. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkStage, stageFiles } from '../../bench/gpu/stage.mjs';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'the packed bench (Linux on x64 only: that is what is packed)',
  { timeout: 240_000 },
  () => {
    const stage = join(folder, 'stage');
    beforeAll(() => {
      stageFiles(ROOT, stage);
      mkdirSync(join(stage, 'bin'));
      symlinkSync(process.execPath, join(stage, 'bin/node'));
    });

    it('starts all its processes', () => {
      expect(existsSync(join(stage, 'dist/src/work/scan.js'))).toBe(true);
      checkStage(stage);
    });

    it.each([
      ['bench/gpu/goals.mjs', 'main'],
      ['dist/src/work/scan.js', 'main'],
      ['dist/src/gpu/lane.js', 'wgsl-child'],
      ['dist/src/engine/bench-work.js', 'engine-child'],
      ['dist/src/engine/gpu/child.js', 'main'],
      ['dist/src/engine/js/worker.js', 'engine-child'],
      ['node_modules/webgpu/dist', 'self-check'],
    ])('does not pass without %s: %s does not start', (path, program) => {
      const aside = join(folder, 'aside');
      renameSync(join(stage, path), aside);
      try {
        expect(() => checkStage(stage)).toThrow(
          new RegExp(
            `^Expected bench/gpu/${program}\\.mjs to start from the packed files, received "\\w*Error\\b.+"\\. .*$`,
          ),
        );
      } finally {
        renameSync(aside, join(stage, path));
      }
    });

    it('does not pass with a module from before a rename', () => {
      const file = join(stage, 'dist/src/work/scan.js');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll('scanConstants', 'constantsOfScan'));
      try {
        expect(() => checkStage(stage)).toThrow(/scanConstants/);
      } finally {
        writeFileSync(file, text);
      }
    });
  },
);

/** The programs that run-packed.sh may count on. */
const PROGRAMS = ['sh', 'dirname', 'basename', 'mktemp', 'mkdir', 'rm', 'ln', 'grep', 'tar', 'xz'];
const pathOf = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
const lacking = PROGRAMS.filter((program) => pathOf(program) === '');

describe.skipIf(process.platform !== 'linux' || lacking.length > 0)(
  'run-packed.sh (Linux with tar and xz only)',
  () => {
    it('runs the bench where there is no dpkg for the libraries that came along', () => {
      const [carry, packed, path] = ['carry', 'packed', 'path'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      for (const each of [carry, path, join(packed, 'bin'), join(packed, 'debs')])
        mkdirSync(each, { recursive: true });
      writeFileSync(join(packed, 'bin/node'), '#!/bin/sh\necho "node $*"\n');
      chmodSync(join(packed, 'bin/node'), 0o755);
      writeFileSync(join(packed, 'debs/libvulkan1_1.deb'), '');
      expect(spawnSync('tar', ['-C', packed, '-cJf', join(carry, 'carry.tar.xz'), '.']).status).toBe(0);
      cpSync(join(ROOT, 'bench/gpu/run-packed.sh'), join(carry, 'run.sh'));
      for (const program of PROGRAMS) symlinkSync(pathOf(program), join(path, program));
      const { status, stdout, stderr } = spawnSync(
        join(path, 'sh'),
        [join(carry, 'run.sh'), '--minutes', '8'],
        {
          encoding: 'utf8',
          env: { PATH: path, TMPDIR: folder },
        },
      );
      expect(stderr).toContain('note: libvulkan1_1.deb could not be unpacked');
      expect(stdout).toMatch(/^node .*\/bench\/gpu\/main\.mjs --minutes 8\n$/);
      expect(status).toBe(0);
    });
  },
);
