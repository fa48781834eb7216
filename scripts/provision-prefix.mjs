/** Debian packages as a prefix: a folder of the cache, unpacked without root, whose programs run from wherever it lies. */
import { promises as fs } from 'node:fs';
import { homedir, machine, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { downloadPackages, unpack } from './debian-packages.mjs';
import { firstExecutable, run } from './programs.mjs';
import { provisionOnce } from './provision-once.mjs';

/**
 * Finds its own folder at run time, so that the prefix can be renamed. The programs come from the machine's own release
 * and so run on its C library, with the other libraries from the prefix.
 */
function launcher(program, triplet, args) {
  return `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
LD_LIBRARY_PATH="$here/usr/lib/${triplet}:$here/lib/${triplet}" exec "$here/usr/bin/${program}" ${args} "$@"
`;
}

/** Makes an unpacked root into a prefix: launchers, and nothing that they do not need. */
async function assemble(prefix, { needless, launchers }) {
  const triplet = (await fs.readdir(join(prefix, 'usr/lib'))).find((name) =>
    name.startsWith(`${machine()}-linux-gnu`),
  );
  for (const path of await fs.readdir(prefix, { recursive: true })) {
    if (needless.test(path)) await fs.rm(join(prefix, path), { recursive: true, force: true });
  }
  for (const [name, args] of Object.entries(launchers)) {
    await fs.writeFile(join(prefix, name), launcher(name, triplet, args), { mode: 0o755 });
  }
}

const programsIn = (prefix, { launchers }) => Object.keys(launchers).map((name) => join(prefix, name));

/** Compiles and runs a program that says "ready", the proof that the parts fit this machine. */
async function tryOut(prefix, kit, workDir) {
  const [compiler, ...emulator] = programsIn(prefix, kit);
  const source = join(workDir, 'try.cc');
  await fs.writeFile(source, kit.trial.source);
  await run(compiler, [...kit.trial.flags, source, '-o', `${source}.out`]);
  const [program, ...args] = [...emulator, `${source}.out`];
  const said = await run(program, args);
  if (said !== 'ready') throw new Error(`what ${basename(compiler)} compiled said "${said}"`);
}

/** Builds beside the final folder and renames: a reader sees a whole prefix or none. */
async function install(debs, workDir, cacheDir, kit) {
  const name = debs.map((path) => basename(path)).find((deb) => deb.startsWith(`${kit.packages[0]}_`));
  const version = decodeURIComponent(name.split('_')[1]).replace(/^\d+:/, '');
  const final = join(cacheDir, `${version}-${process.arch}`);
  const building = await fs.mkdtemp(join(cacheDir, '.building-'));
  try {
    await fs.chmod(building, 0o755);
    // A second C library beside the machine's own would not fit its loader.
    const own = debs.filter((deb) => !basename(deb).startsWith('libc6_'));
    await unpack(own, building);
    await assemble(building, kit);
    await tryOut(building, kit, workDir);
    await fs.rename(building, final);
    return final;
  } finally {
    await fs.rm(building, { recursive: true, force: true });
  }
}

async function provision(cacheDir, kit, log) {
  const workDir = await fs.mkdtemp(join(tmpdir(), `hashgap-${basename(cacheDir)}-`));
  const packages = kit.packages.join(' and ');
  try {
    const size = `about ${kit.download}, no root needed`;
    log(`this machine lacks ${kit.expected}: downloading Debian's ${packages} (${size})`);
    const debs = await downloadPackages(workDir, kit.packages, { log });
    const final = await install(debs, workDir, cacheDir, kit);
    log(`unpacked ${packages} into ${final}`);
    return programsIn(final, kit);
  } finally {
    await fs.rm(workDir, { recursive: true, force: true });
  }
}

/** The programs of a whole prefix in the cache; `.building-` folders are not yet one. */
async function cached(cacheDir, kit) {
  const names = (await fs.readdir(cacheDir).catch(() => [])).filter(
    (name) => name.endsWith(`-${process.arch}`) && !name.startsWith('.'),
  );
  const compiler = await firstExecutable(names.map((name) => programsIn(join(cacheDir, name), kit)[0]));
  return compiler === undefined ? undefined : programsIn(resolve(compiler, '..'), kit);
}

/**
 * The paths of a kit's programs under `$XDG_CACHE_HOME/hashgap`: the cached ones, else Debian's. Rejects with one
 * sentence that names the next step. A kit is
 * - `expected` and `download`: what it is and how much is downloaded for it, for messages;
 * - `folder`: its own folder in the cache;
 * - `packages`: Debian's, the first of which gives the prefix its version;
 * - `needless`: the paths to leave out of what they hold;
 * - `launchers`: from the names of its programs in `usr/bin` to shell words before their own arguments: a compiler, and
 *   what runs its programs where this machine does not;
 * - `trial`: the `source` of a program that says "ready", and the `flags` to compile it with.
 */
export async function provisionPrefix(kit, log) {
  const cacheDir = resolve(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hashgap', kit.folder);
  const find = () => cached(cacheDir, kit);
  const steps = { cached: find, provision: () => provision(cacheDir, kit, log) };
  return (
    (await find()) ??
    (await provisionOnce(cacheDir, steps).catch((cause) => {
      const next = `install ${kit.packages.join(' and ')}`;
      throw new Error(`Expected ${kit.expected}, but ${cause.message}; ${next}.`, { cause });
    }))
  );
}
