/** Packs what the GPU bench needs on a Linux machine (x64) without Node and network into build/gpu-carry: `node bench/gpu/pack.mjs`. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkStage, stageFiles } from './stage.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'build/gpu-carry');

/** The Vulkan loader, and libraries that NVIDIA's Vulkan driver asks for; used there only where that machine lacks them. */
const PACKAGES = [
  'libvulkan1',
  'libegl1',
  'libgl1',
  'libglvnd0',
  'libglx0',
  'libx11-6',
  'libxext6',
  'libxcb1',
  'libxau6',
  'libxdmcp6',
  'libbsd0',
  'libmd0',
];

rmSync(OUT, { recursive: true, force: true });
const stage = mkdtempSync(join(tmpdir(), 'hashgap-carry-'));
try {
  await pack();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(stage, { recursive: true });
}

async function pack() {
  execFileSync('npm', ['run', 'compile'], { cwd: ROOT, stdio: 'inherit' }); // a dist/ of other sources would fail there
  const { gitCommit } = await import('../../dist/src/cli/git-commit.js');
  stageFiles(ROOT, stage);
  mkdirSync(join(stage, '.git'));
  writeFileSync(join(stage, '.git/HEAD'), `${gitCommit(ROOT)}\n`); // as much of a checkout as the report reads
  mkdirSync(join(stage, 'bin'));
  cpSync(process.execPath, join(stage, 'bin/node'));
  checkStage(stage);
  addPackages();
  mkdirSync(OUT, { recursive: true });
  execFileSync('tar', ['-C', stage, '-cJf', join(OUT, 'carry.tar.xz'), '.'], {
    env: { ...process.env, XZ_OPT: '-6 -T0' },
  });
  cpSync(join(ROOT, 'bench/gpu/run-packed.sh'), join(OUT, 'run.sh'));
  for (const name of readdirSync(OUT))
    console.log(`${join(OUT, name)} ${(statSync(join(OUT, name)).size / 2 ** 20).toFixed(1)} MiB`);
  console.log('There, in the folder that holds build/: sh build/gpu-carry/run.sh --minutes 8 --out FOLDER');
}

function addPackages() {
  mkdirSync(join(stage, 'debs'));
  try {
    execFileSync('apt-get', ['download', ...PACKAGES], { cwd: join(stage, 'debs'), stdio: 'pipe' });
  } catch (error) {
    const [reason] = String(error.stderr ?? error.message)
      .trim()
      .split('\n');
    console.error(`note: no Debian packages (${reason}): the other machine needs libvulkan1 itself`);
  }
}
