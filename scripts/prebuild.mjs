/** `npm run prebuild`: compiles the native engine with clang, which is faster than g++ here, into prebuilds/ for the package. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findClang } from './find-clang.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = ['native', 'binding.gyp', 'package.json', 'scripts/build-native.mjs'];

/**
 * The C++ library comes along, what is used of it, so that only the age of the C library matters. libgcc stays outside:
 * Node needs it anyway, and within it would ask for a C library a year younger. The debugger's symbols are left out.
 */
const LINKER_FLAGS = '-static-libstdc++ -Wl,--gc-sections -Wl,--strip-all';

/** The install step itself, in a copy: the build/ of this folder stays as it is. */
function build(compiler, folder) {
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  spawnSync(process.execPath, ['scripts/build-native.mjs'], {
    cwd: folder,
    env: { ...process.env, CXX: compiler, LDFLAGS: LINKER_FLAGS, HASHGAP_NATIVE: 'build' },
    encoding: 'utf8',
  });
  const addon = join(folder, 'build/Release/hashgap.node');
  try {
    return { addon, made: createRequire(import.meta.url)(addon).compiler };
  } catch (cause) {
    const log = readFileSync(join(folder, 'build/native-build.log'), 'utf8');
    throw new Error(`Expected ${compiler} to build the addon, but it did not: ${log}`, { cause });
  }
}

/** The newest version of the GNU C library whose functions the addon calls: on an older one it does not load. */
function neededGlibc(addon) {
  const versions = [...readFileSync(addon, 'latin1').matchAll(/GLIBC_2\.(\d+)/g)].map((match) =>
    Number(match[1]),
  );
  return `2.${Math.max(...versions)}`;
}

/** node-gyp-build skips a file with the name of another C library: an Alpine compiles its own. */
function prebuildPath() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const libc = process.platform !== 'linux' ? '' : glibcVersionRuntime === undefined ? '.musl' : '.glibc';
  return `prebuilds/${process.platform}-${process.arch}/hashgap${libc}.node`;
}

async function main() {
  const compiler = await findClang();
  if (compiler === undefined) {
    throw new Error('Expected clang++ on PATH, found none; on Debian and Ubuntu: sudo apt install clang.');
  }
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-prebuild-'));
  try {
    const { addon, made } = build(compiler, folder);
    const path = prebuildPath();
    mkdirSync(join(ROOT, path, '..'), { recursive: true });
    // A new file under the old name: a process that has the old one loaded keeps it.
    rmSync(join(ROOT, path), { force: true });
    cpSync(addon, join(ROOT, path));
    const needs = path.includes('.glibc.') ? `, for glibc ${neededGlibc(addon)} and later` : '';
    console.log(`${path}: built with ${made}${needs}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
