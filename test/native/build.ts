/** Builds test/native/driver.cc and all of the native engine it needs, with any compiler and any flags. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What of a target of binding.gyp matters here. */
interface GypTarget {
  readonly target_name: string;
  readonly sources: readonly string[];
  readonly cflags?: readonly string[];
  readonly cflags_cc?: readonly string[];
  readonly conditions?: readonly (readonly [string, GypTarget])[];
}

interface Gyp {
  readonly target_defaults: GypTarget;
  readonly targets: readonly GypTarget[];
  readonly conditions: readonly (readonly [string, { readonly targets: readonly GypTarget[] }])[];
}

/** One file and the flags that binding.gyp gives it. */
interface Unit {
  readonly source: string;
  readonly flags: readonly string[];
}

/** binding.gyp is a Python literal, and node-gyp needs a Python anyway. */
async function readGyp(): Promise<Gyp> {
  const script = 'import ast, json, sys; print(json.dumps(ast.literal_eval(open(sys.argv[1]).read())))';
  return JSON.parse((await run('python3', ['-c', script, join(ROOT, 'binding.gyp')])).stdout) as Gyp;
}

const flagsOf = (target: GypTarget): string[] => [
  ...(target.cflags ?? []),
  ...(target.cflags_cc ?? []),
  ...(target.conditions ?? []).flatMap(([when, more]) => (when === 'OS=="linux"' ? flagsOf(more) : [])),
];

/** Files that know Node: they, or the header of the same name, include its API. */
function needsNode(source: string): boolean {
  return [source, source.replace(/\.cc$/, '.h')].some((path) => {
    try {
      return readFileSync(join(ROOT, path), 'utf8').includes('#include <napi.h>');
    } catch {
      return false; // no such header
    }
  });
}

async function unitsFor(arch: 'x64' | 'arm64'): Promise<Unit[]> {
  const gyp = await readGyp();
  const targets = [
    ...gyp.targets,
    ...gyp.conditions.flatMap(([when, more]) => (when === `target_arch=="${arch}"` ? more.targets : [])),
  ];
  const common = flagsOf(gyp.target_defaults);
  const units = targets.flatMap((target) =>
    target.sources
      .filter((source) => !needsNode(source))
      .map((source) => ({ source, flags: [...common, ...flagsOf(target)] })),
  );
  return [...units, { source: 'test/native/driver.cc', flags: common }];
}

/** What to build and how. */
export interface DriverBuild {
  /** A g++ or clang++. */
  readonly compiler: string;
  readonly arch: 'x64' | 'arm64';
  /** Flags after those of binding.gyp, for compiling and linking alike. */
  readonly flags: readonly string[];
  /** Where its files go. */
  readonly folder: string;
}

/** Compiles and links; returns the path of the program. A warning is an error, as nobody would see it. */
export async function buildDriver({ compiler, arch, flags, folder }: DriverBuild): Promise<string> {
  const units = await unitsFor(arch);
  const object = ({ source }: Unit) => join(folder, `${basename(source, '.cc')}.o`);
  const waiting = [...units];
  const compileSome = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      const args = [...unit.flags, '-Werror', ...flags, '-c', join(ROOT, unit.source), '-o', object(unit)];
      await run(compiler, args);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileSome));
  const program = join(folder, 'driver');
  await run(compiler, [...flags, ...units.map(object), '-o', program, '-pthread']);
  return program;
}
