/** Debian packages as a prefix: a folder of the cache, unpacked without root, that works from wherever it lies. */
import { promises as fs } from 'node:fs';
import { machine, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { downloadPackages, unpack } from './debian-packages.mjs';
import { cacheFolder, provisionOnce } from './provision-once.mjs';

/** The folders of a prefix that hold its libraries. */
export const libraryFolders = (prefix) =>
  ['usr/lib', 'lib'].map((folder) => `${prefix}/${folder}/${machine()}-linux-gnu`);

/**
 * A shell script in a prefix that runs a program of it: shell words, in which `$here` is the prefix, and variables of
 * its environment. It finds its own folder at run time, so that the prefix can be renamed. The programs come from the
 * machine's own release and so run on its C library, with the other libraries from the prefix.
 */
export const launcher = (words, variables = []) => `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
export ${[`LD_LIBRARY_PATH="${libraryFolders('$here').join(':')}"`, ...variables].join(' ')}
exec ${words} "$@"
`;

/** Makes an unpacked root into a prefix, without what it does not need. */
async function assemble(prefix, kit) {
  for (const path of await fs.readdir(prefix, { recursive: true })) {
    if (kit.needless.test(path)) await fs.rm(join(prefix, path), { recursive: true, force: true });
  }
  await kit.assemble(prefix);
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
    await kit.tryOut(building, workDir);
    await fs.rename(building, final);
    return final;
  } finally {
    await fs.rm(building, { recursive: true, force: true });
  }
}

async function provision(cacheDir, kit, log) {
  const workDir = await fs.mkdtemp(join(tmpdir(), `hashgap-${kit.folder}-`));
  const packages = kit.packages.join(' and ');
  try {
    const size = `about ${kit.download}, no root needed`;
    log(`this machine lacks ${kit.expected}: downloading Debian's ${packages} (${size})`);
    const debs = await downloadPackages(workDir, kit.packages, { ...kit.from, log });
    const final = await install(debs, workDir, cacheDir, kit);
    log(`unpacked ${packages} into ${final}`);
    return final;
  } finally {
    await fs.rm(workDir, { recursive: true, force: true });
  }
}

/** The newest prefix in the cache, by version; `.building-` folders are not yet one. */
async function cached(cacheDir) {
  const names = await fs.readdir(cacheDir).catch(() => []);
  const mine = names.filter((name) => /^\d/.test(name) && name.endsWith(`-${process.arch}`));
  mine.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return mine.length === 0 ? undefined : join(cacheDir, mine[0]);
}

/**
 * The path of a kit's prefix under `$XDG_CACHE_HOME/hashgap`: the cached one, else one of Debian's packages. Rejects
 * with one sentence that names the next step. A kit is
 * - `expected` and `download`: what it is and how much is downloaded for it, for messages;
 * - `folder`: its own folder in the cache;
 * - `packages`: Debian's, the first of which gives the prefix its version;
 * - `from`: if need be, where they come from and what is left out, as {@link downloadPackages} takes it;
 * - `needless`: the paths to leave out of what they hold;
 * - `assemble(prefix)`: what else makes them a prefix, such as launchers;
 * - `tryOut(prefix, workDir)`: the proof that the parts fit this machine, in which it may write into `workDir`.
 */
export async function provisionPrefix(kit, log) {
  const cacheDir = cacheFolder(kit.folder);
  const find = () => cached(cacheDir);
  const steps = { cached: find, provision: () => provision(cacheDir, kit, log) };
  return (
    (await find()) ??
    (await provisionOnce(cacheDir, steps).catch((cause) => {
      const next = `install ${kit.packages.join(' and ')}`;
      throw new Error(`Expected ${kit.expected}, but ${cause.message}; ${next}.`, { cause });
    }))
  );
}
