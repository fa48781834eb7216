/** NVIDIA's programs, where they are: compiler, disassembler, profiler and the one that tells clocks; and compiling with them. */
import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { firstExecutable, fromEnvironment, onPath } from '../../scripts/programs.mjs';
import { countSass, loopOf, parseResources, parseSass, sassFunctions } from './sass.mjs';

const COMPILE_MS = 120_000;
const FOLDERS = [process.env.CUDA_HOME, '/usr/local/cuda', '/usr/local/cuda-13.0', '/opt/cuda'].filter(
  Boolean,
);

/** A program by the variable that names it, PATH, or CUDA's usual folders; undefined where it is not. */
async function find(name) {
  const inFolders = FOLDERS.map((folder) => join(folder, 'bin', name));
  return (
    (await fromEnvironment(name.toUpperCase().replace('-', '_'))) ??
    (await onPath(name)) ??
    (await firstExecutable([...inFolders, join('/usr/local/nvidia/bin', name)]))
  );
}

/** `{ nvcc, cuobjdump, ncu, nvidiaSmi }`: paths, undefined for those that are missing. */
export async function findToolkit() {
  const [nvcc, cuobjdump, ncu, nvidiaSmi] = await Promise.all(
    ['nvcc', 'cuobjdump', 'ncu', 'nvidia-smi'].map(find),
  );
  return { nvcc, cuobjdump, ncu, nvidiaSmi };
}

/** Runs a program; rejects with its first complaint. Returns `{ stdout, stderr }`. */
export async function capture(program, args, { timeoutMs = COMPILE_MS, ...options } = {}) {
  try {
    return await promisify(execFile)(program, args, { timeout: timeoutMs, maxBuffer: 2 ** 26, ...options });
  } catch (cause) {
    const lines = `${cause.stderr ?? ''}\n${cause.stdout ?? ''}`
      .split('\n')
      .filter((line) => line.trim() !== '');
    const complaint = lines.find((line) => /error|fatal|fail/i.test(line)) ?? lines[0] ?? cause.message;
    throw new Error(`${program}: ${complaint.trim()}`, { cause });
  }
}

/** First lines that say which compiler this is, such as `release 13.0, V13.0.88`. */
export async function compilerVersion(nvcc) {
  const { stdout } = await capture(nvcc, ['--version']);
  return /release .*/.exec(stdout)?.[0].trim() ?? stdout.trim().split('\n').at(-1);
}

/**
 * Compiles CUDA to a cubin and reads what came of it.
 *
 * @returns `{ cubin, functions: { name: { registers, spilledBytes, sass, loop } } }`; the counts are absent without cuobjdump.
 */
export async function compileCubin({ nvcc, cuobjdump }, { source, name, folder, arch }) {
  const file = join(folder, `${name}.cu`);
  const cubin = join(folder, `${name}.${arch}.cubin`);
  await fs.writeFile(file, source);
  const { stderr } = await capture(nvcc, [
    '-cubin',
    `-arch=${arch}`,
    '-std=c++17',
    '-Xptxas',
    '-v',
    '-o',
    cubin,
    file,
  ]);
  const functions = parseResources(stderr);
  if (cuobjdump === undefined) return { cubin, functions };
  const { stdout } = await capture(cuobjdump, ['-sass', cubin]);
  for (const [key, text] of Object.entries(sassFunctions(stdout))) {
    const instructions = parseSass(text);
    const counts = { sass: countSass(instructions), loop: countSass(loopOf(instructions)) };
    functions[key] = { ...functions[key], ...counts };
  }
  return { cubin, functions };
}

/** Compiles the host program. It loads the driver when it runs, so nothing of CUDA is linked. */
export async function compileHost({ nvcc }, folder) {
  const program = join(folder, 'host');
  const source = new URL('host.cc', import.meta.url).pathname;
  await capture(nvcc, ['-O2', '-std=c++17', '-cudart', 'none', '-o', program, source, '-ldl']);
  return program;
}

/** Runs `work` on every item, as many at once as there are CPUs; results in the order of the items. */
export async function inParallel(items, work, atOnce = availableParallelism()) {
  const results = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}
