/** The clang++ that this machine has. */
import { spawnSync } from 'node:child_process';
import { onPath } from './programs.mjs';

const VERSIONS = [20, 19, 18, 17, 16, 15, 14];

/** The path of the one CXX names, the plain one, or the newest with a version in its name; undefined if there is none. */
export async function findClang() {
  for (const name of [process.env.CXX, 'clang++', ...VERSIONS.map((version) => `clang++-${version}`)]) {
    const path = name && (await onPath(name));
    if (path && /clang version/.test(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout))
      return path;
  }
  return undefined;
}
