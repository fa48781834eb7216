/** The install step of npm: compiles the native engine where no prebuilt one loads, and lets the install succeed when it cannot. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOG = join(ROOT, 'build', 'native-build.log');
const SELF = `node ${fileURLToPath(import.meta.url)}`;

/** How to get the tools, by process.platform. */
const ADVICE = {
  linux: [
    'Debian, Ubuntu: sudo apt install g++ make python3',
    'Fedora: sudo dnf install gcc-c++ make python3',
  ],
  darwin: ['macOS: xcode-select --install'],
  win32: [
    'Windows: winget install Microsoft.VisualStudio.2022.BuildTools, with the C++ workload, and Python 3',
  ],
};

/**
 * The addon that node-gyp-build finds, what was compiled here before what came prebuilt: its path and, if it loads, what
 * it says of itself. Undefined when there is none.
 */
function findAddon({ prebuildsOnly }) {
  // In a process of its own: an addon that crashes must not take the install with it.
  const script = `const path = require(process.argv[1]).resolve(process.argv[2]);
    console.log(path);
    const { compiler, kernels } = require(path);
    const names = kernels().filter((kernel) => kernel.supported).map((kernel) => kernel.name);
    console.log(JSON.stringify({ compiler, names }));`;
  const finder = createRequire(import.meta.url).resolve('node-gyp-build');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, finder, ROOT], {
    encoding: 'utf8',
    env: { ...process.env, PREBUILDS_ONLY: prebuildsOnly ? '1' : '' },
  });
  const [path, description] = stdout.split('\n');
  if (path === '') return undefined;
  return { path, loaded: status === 0 ? JSON.parse(description) : undefined, error: stderr };
}

/** In a package prebuilt files come with the sources they belong to; in a checkout they age as all compiled files do. */
function isCurrent(addon) {
  if (addon?.loaded === undefined) return false;
  const prebuilt = !addon.path.startsWith(join(ROOT, 'build'));
  if (prebuilt && !existsSync(join(ROOT, '.git'))) return true;
  const native = join(ROOT, 'native');
  const sources = [join(ROOT, 'binding.gyp'), ...readdirSync(native).map((name) => join(native, name))];
  return sources.every((source) => statSync(source).mtimeMs <= statSync(addon.path).mtimeMs);
}

function findProgram(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const candidates = names.flatMap((name) =>
    suffixes.flatMap((suffix) => folders.map((folder) => join(folder, name + suffix))),
  );
  return candidates.find((path) => existsSync(path));
}

/** node-gyp as a command line: the one npm names, the one on PATH, or the one of the npm beside this Node. */
function findNodeGyp() {
  const named = process.env.npm_config_node_gyp;
  if (named !== undefined && existsSync(named)) return [process.execPath, named];
  const onPath = findProgram(['node-gyp']);
  if (onPath !== undefined) return [onPath];
  const prefix = join(dirname(process.execPath), process.platform === 'win32' ? '.' : '../lib');
  const bundled = join(prefix, 'node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
  return existsSync(bundled) ? [process.execPath, bundled] : undefined;
}

/** Node's headers where its package put them: without this node-gyp downloads them. */
function headerArguments() {
  if (process.platform === 'win32' || process.env.npm_config_nodedir !== undefined) return [];
  const prefix = dirname(dirname(process.execPath));
  const version = join(prefix, 'include/node/node_version.h');
  const major = existsSync(version) && /NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(version, 'utf8'))?.[1];
  return major === process.versions.node.split('.')[0] ? [`--nodedir=${prefix}`] : [];
}

/** What the build needs and this machine lacks. */
function missingTools(nodeGyp, compiler) {
  const missing = nodeGyp === undefined ? ['node-gyp, which comes with npm'] : [];
  if (process.platform === 'win32') return missing; // node-gyp itself knows where Visual Studio and Python hide
  if (compiler === undefined) missing.push('C++ compiler');
  if (findProgram(['make', 'gmake']) === undefined) missing.push('make');
  const python = process.env.npm_config_python ?? process.env.PYTHON;
  if (python === undefined && findProgram(['python3', 'python']) === undefined) missing.push('python3');
  return missing;
}

/** Builds, and returns why there is no addon, or undefined when there is one. */
function build() {
  const nodeGyp = findNodeGyp();
  const compiler = process.env.CXX ?? findProgram(['g++', 'c++', 'clang++']);
  const missing = missingTools(nodeGyp, compiler);
  if (missing.length > 0) {
    return { reason: `no ${missing.join(', no ')} found`, advice: ADVICE[process.platform], output: '' };
  }
  const [program, ...args] = [...nodeGyp, 'rebuild', '--jobs=max', ...headerArguments()];
  const result = spawnSync(program, args, {
    cwd: ROOT,
    env: compiler === undefined ? process.env : { ...process.env, CXX: compiler },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32' && program.endsWith('.cmd'),
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}\n`;
  if (result.status === 0) {
    rewriteAddon();
    return { reason: undefined, output };
  }
  const offline = /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|bad status code/.test(output);
  const reason = offline
    ? "Node's headers could not be downloaded"
    : 'the build failed (it takes C++20: g++ 10, clang 12)';
  return { reason, output };
}

/**
 * Writes the linked file once more, in one piece: a linker's many small writes scatter it over physical memory, and then a kernel can be
 * slower for as long as the file is cached (AVX2 on a Zen 5: 14.1 to 18.6 MH/s as linked, 18.4 to 18.8 in each of eight copies).
 */
function rewriteAddon() {
  const path = join(ROOT, 'build', 'Release', 'hashgap.node');
  const copy = `${path}.copy`;
  writeFileSync(copy, readFileSync(path), { mode: 0o755 });
  renameSync(copy, path);
}

/** The log's first line is the outcome; src/engine/native/binding.ts shows it to whoever misses the addon later. */
function writeLog(outcome, output) {
  try {
    mkdirSync(dirname(LOG), { recursive: true });
    writeFileSync(LOG, `${outcome}\n\n${output}`);
  } catch {
    // A read-only folder: the message on the terminal is all there is.
  }
}

function main() {
  if (process.env.HASHGAP_SKIP_NATIVE === '1') {
    console.log('hashgap: HASHGAP_SKIP_NATIVE is set, the native engine is not built');
    return;
  }
  if (process.env.HASHGAP_NATIVE !== 'build' && isCurrent(findAddon({ prebuildsOnly: true }))) return;
  const existing = findAddon({ prebuildsOnly: false });
  if (existing?.path.startsWith(join(ROOT, 'build')) && isCurrent(existing)) return;
  const { reason, advice = [], output } = build();
  const built = reason === undefined ? findAddon({ prebuildsOnly: false }) : undefined;
  const loaded = built?.loaded;
  if (loaded !== undefined) {
    const outcome = `native engine built with ${loaded.compiler}, kernels ${loaded.names.join(', ')}`;
    writeLog(outcome, output);
    console.log(`hashgap: ${outcome}`);
    return;
  }
  const outcome = reason ?? 'the build succeeded but its result does not load';
  writeLog(outcome, `${output}${built?.error ?? ''}`);
  console.error(
    [
      `hashgap: the native engine is not built: ${outcome}.`,
      ...advice.map((line) => `  ${line}`),
      `  Then run: ${SELF}`,
      `  All the details: ${LOG}`,
      '  Until then hashgap mines with JavaScript, which works but is many times slower.',
    ].join('\n'),
  );
}

main();
