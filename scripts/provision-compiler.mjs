/** A prefix with a compiler, and with what runs its programs where this machine does not. */
import { promises as fs } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './programs.mjs';
import { launcher, provisionPrefix } from './provision-prefix.mjs';

const programsIn = (prefix, { launchers }) => Object.keys(launchers).map((name) => join(prefix, name));

async function writeLaunchers(prefix, { launchers }) {
  for (const [name, args] of Object.entries(launchers)) {
    await fs.writeFile(join(prefix, name), launcher(`"$here/usr/bin/${name}" ${args}`), { mode: 0o755 });
  }
}

/** Compiles and runs a program that says "ready". */
async function tryOut(prefix, kit, workDir) {
  const [compiler, ...emulator] = programsIn(prefix, kit);
  const source = join(workDir, 'try.cc');
  await fs.writeFile(source, kit.trial.source);
  await run(compiler, [...kit.trial.flags, source, '-o', `${source}.out`]);
  const [program, ...args] = [...emulator, `${source}.out`];
  const said = await run(program, args);
  if (said !== 'ready') throw new Error(`what ${basename(compiler)} compiled said "${said}"`);
}

/**
 * The paths of a kit's programs. The kit is that of {@link provisionPrefix} without its functions, and with
 * - `launchers`: from the names of its programs in `usr/bin` to shell words before their own arguments: a compiler, and
 *   what runs its programs where this machine does not;
 * - `trial`: the `source` of a program that says "ready", and the `flags` to compile it with.
 */
export async function provisionCompiler(kit, log) {
  const steps = {
    assemble: (prefix) => writeLaunchers(prefix, kit),
    tryOut: (prefix, workDir) => tryOut(prefix, kit, workDir),
  };
  return programsIn(await provisionPrefix({ ...kit, ...steps }, log), kit);
}
