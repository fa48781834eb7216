/** What pack.mjs packs: the files, and the proof that they are enough for the bench to start from. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PATHS = [
  'package.json',
  'dist',
  'shaders',
  'scripts/programs.mjs',
  'bench/gpu',
  'node_modules/node-gyp-build',
  'node_modules/webgpu/index.js',
  'node_modules/webgpu/package.json',
  'node_modules/webgpu/dist/linux-x64',
];

/** The CPU engine that counts hits again; without it JavaScript does. */
const OPTIONAL_PATHS = ['build/Release/hashgap.node'];

/** The processes of the bench; started without a plan the children end when all their modules are loaded. */
const PROGRAMS = [
  ['bench/gpu/main.mjs', '--help'],
  ['bench/gpu/wgsl-child.mjs'],
  ['bench/gpu/engine-child.mjs'],
  ['bench/gpu/self-check.mjs'],
];
const TIME_LIMIT_MS = 120_000;

/** Copies what the bench needs, all but Node itself, from a checkout to a folder. */
export function stageFiles(root, folder) {
  for (const path of [...PATHS, ...OPTIONAL_PATHS.filter((each) => existsSync(join(root, each)))]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true, dereference: true });
  }
}

/**
 * Starts each process of the bench in `folder` with the Node there. The folder must lie outside the checkout, whose packages Node would find otherwise.
 *
 * @throws {Error} with one sentence when one of them does not start.
 */
export function checkStage(folder) {
  // Without a driver: what is asked is whether everything is there, not what this machine's GPU does.
  const env = { ...process.env, VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' };
  delete env.NODE_OPTIONS;
  delete env.NODE_PATH;
  for (const [program, ...args] of PROGRAMS) {
    const { status, signal, stderr, error } = spawnSync(join(folder, 'bin/node'), [program, ...args], {
      cwd: folder,
      env,
      input: '',
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
    });
    if (status === 0) continue;
    const lines = (stderr ?? '').split('\n');
    const complaint =
      lines.find((line) => /^\w*Error\b/.test(line)) ?? error?.message ?? `exit ${signal ?? status}`;
    throw new Error(
      `Expected ${program} to start from the packed files, received "${complaint.trim().replaceAll(`${folder}/`, '')}". Mend that and pack again; nothing was packed.`,
    );
  }
}
