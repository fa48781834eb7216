/** Packs what the GPU bench needs on a Linux machine (x64) without Node and network into build/gpu-carry: `node bench/gpu/pack.mjs`. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gitCommit } from '../../dist/src/cli/git-commit.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'build/gpu-carry');
const STAGE = join(OUT, 'stage');

const PATHS = [
  'package.json',
  'dist',
  'shaders',
  'scripts/programs.mjs',
  'bench/gpu',
  'build/Release/hashgap.node', // the CPU engine that counts hits again; without it JavaScript does
  'node_modules/node-gyp-build',
  'node_modules/webgpu/index.js',
  'node_modules/webgpu/package.json',
  'node_modules/webgpu/dist/linux-x64',
];

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
for (const path of PATHS) {
  mkdirSync(dirname(join(STAGE, path)), { recursive: true });
  cpSync(join(ROOT, path), join(STAGE, path), { recursive: true, dereference: true });
}
mkdirSync(join(STAGE, '.git'));
writeFileSync(join(STAGE, '.git/HEAD'), `${gitCommit(ROOT)}\n`); // as much of a checkout as the report reads
mkdirSync(join(STAGE, 'bin'));
cpSync(process.execPath, join(STAGE, 'bin/node'));
mkdirSync(join(STAGE, 'debs'));
try {
  execFileSync('apt-get', ['download', ...PACKAGES], { cwd: join(STAGE, 'debs'), stdio: 'pipe' });
} catch (error) {
  const [reason] = String(error.stderr ?? error.message)
    .trim()
    .split('\n');
  console.error(`note: no Debian packages (${reason}): the other machine needs libvulkan1 itself`);
}
execFileSync('tar', ['-C', STAGE, '-cJf', join(OUT, 'carry.tar.xz'), '.'], {
  env: { ...process.env, XZ_OPT: '-6 -T0' },
});
rmSync(STAGE, { recursive: true });
cpSync(join(ROOT, 'bench/gpu/run-packed.sh'), join(OUT, 'run.sh'));
for (const name of readdirSync(OUT))
  console.log(`${join(OUT, name)} ${(statSync(join(OUT, name)).size / 2 ** 20).toFixed(1)} MiB`);
console.log('There, in the folder that holds build/: sh build/gpu-carry/run.sh --minutes 8 --out FOLDER');
