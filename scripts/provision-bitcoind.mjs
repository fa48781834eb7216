/** Prints the path of a bitcoind the tests can start, unpacking Debian's own into a cache folder when there is none. */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { downloadPackages, unpack } from './debian-packages.mjs';
import { firstExecutable, fromEnvironment, isExecutable, onPath, run } from './programs.mjs';
import { printIfMain } from './provision-main.mjs';
import { cacheFolder, provisionOnce } from './provision-once.mjs';

const PACKAGE = 'bitcoin-knots';
const SUITE = 'sid';
const PROGRAMS = ['bitcoind', 'bitcoin-cli'];

/** Every failure ends with the same next step, so that a reader of any one of them knows what to do. */
function failure(what, cause) {
  return new Error(
    `Expected a bitcoind to test against, but ${what}; set BITCOIND=/path/to/bitcoind or install one.`,
    {
      cause,
    },
  );
}

/** The libraries a program loads, as the unpacked loader itself resolves them: every one must lie in the prefix. */
async function librariesOf(program, loader, libraries, prefix) {
  const listing = await run(loader, ['--inhibit-cache', '--library-path', libraries, '--list', program]);
  const missing = /^\s*(\S+) => not found/m.exec(listing);
  const paths = [...listing.matchAll(/=> (.+) \(0x/g)].map((match) => match[1]);
  const foreign = missing?.[1] ?? paths.find((path) => !path.startsWith(`${prefix}/`));
  if (foreign) throw new Error(`${basename(program)} needs ${foreign}, which ${PACKAGE} did not bring along`);
  return paths;
}

/** Finds its own folder at run time, so that the prefix can be renamed; a C library of its own needs its own loader. */
function launcher(program, loaderName) {
  return `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/lib/${loaderName}" --inhibit-cache --library-path "$here/lib" "$here/bin/${program}" "$@"
`;
}

/** Copies the programs and exactly the libraries they load from an unpacked root to a prefix of their own. */
async function assemble(root, prefix) {
  const triplets = (await fs.readdir(join(root, 'usr/lib'))).filter((name) => name.includes('-linux-gnu'));
  if (triplets.length !== 1)
    throw new Error(`expected one library folder, received ${triplets.join(', ') || 'none'}`);
  const libraries = join(root, 'usr/lib', triplets[0]);
  const loaderName = (await fs.readdir(libraries)).find((name) => /^(ld-linux.*|ld64)\.so\.\d+$/.test(name));
  if (!loaderName) throw new Error(`${libraries} holds no ld-linux loader`);
  const loader = join(libraries, loaderName);
  await fs.mkdir(join(prefix, 'bin'), { recursive: true });
  await fs.mkdir(join(prefix, 'lib'));
  for (const name of PROGRAMS) {
    const program = join(root, 'usr/bin', name);
    for (const path of [loader, ...(await librariesOf(program, loader, libraries, root))]) {
      await fs.copyFile(path, join(prefix, 'lib', basename(path)));
    }
    await fs.copyFile(program, join(prefix, 'bin', name));
    await fs.writeFile(join(prefix, name), launcher(name, loaderName), { mode: 0o755 });
  }
}

/** Builds beside the final folder and renames: a reader sees a whole prefix or none, and the first of two wins. */
async function install(debs, workDir, cacheDir, log) {
  const name = debs.map((path) => basename(path)).find((deb) => deb.startsWith(`${PACKAGE}_`));
  const final = join(cacheDir, `${name.split('_')[1]}-${process.arch}`);
  const root = await fs.realpath(await unpack(debs, join(workDir, 'root')));
  const building = await fs.mkdtemp(join(cacheDir, '.building-'));
  try {
    await fs.chmod(building, 0o755);
    await assemble(root, building);
    const version = (await run(join(building, 'bitcoind'), ['-version'])).split('\n')[0];
    await fs.rename(building, final).catch(async (error) => {
      if (!(await isExecutable(join(final, 'bitcoind')))) throw error;
    });
    log(`unpacked ${version} with its libraries into ${final}`);
    return join(final, 'bitcoind');
  } finally {
    await fs.rm(building, { recursive: true, force: true });
  }
}

async function provision(cacheDir, log) {
  const workDir = await fs.mkdtemp(join(tmpdir(), 'hashgap-bitcoind-'));
  try {
    log(
      `no bitcoind here: downloading Debian's ${PACKAGE} from suite ${SUITE} (about 40 MB, no root needed)`,
    );
    const debs = await downloadPackages(workDir, [PACKAGE], { suite: SUITE, log }).catch((error) => {
      throw failure(`none is on PATH and ${error.message}`, error);
    });
    return await install(debs, workDir, cacheDir, log);
  } catch (error) {
    if (error.message.startsWith('Expected')) throw error;
    throw failure(`Debian's ${PACKAGE} could not be unpacked (${error.message})`, error);
  } finally {
    await fs.rm(workDir, { recursive: true, force: true });
  }
}

/** The newest prefix in the cache, by version; `.building-` folders are not yet one. */
async function cached(cacheDir) {
  const names = (await fs.readdir(cacheDir).catch(() => [])).filter((name) => /^\d/.test(name));
  const mine = names.filter((name) => name.endsWith(`-${process.arch}`));
  mine.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return firstExecutable(mine.map((name) => join(cacheDir, name, 'bitcoind')));
}

/**
 * The absolute path of an executable bitcoind: `BITCOIND`, else the one on PATH, else the cached copy, else Debian's
 * package, unpacked under `$XDG_CACHE_HOME/hashgap/bitcoind`. Rejects with one sentence that names the next step.
 */
export async function provisionBitcoind({ log = () => {} } = {}) {
  const installed = (await fromEnvironment('BITCOIND')) ?? (await onPath('bitcoind'));
  if (installed) return installed;
  const cacheDir = cacheFolder('bitcoind');
  const path = await cached(cacheDir);
  if (path) return path;
  const steps = { cached: () => cached(cacheDir), provision: () => provision(cacheDir, log) };
  return await provisionOnce(cacheDir, steps).catch((error) => {
    if (error.message.startsWith('Expected')) throw error;
    throw failure(`the cache folder ${cacheDir} could not be used (${error.message})`, error);
  });
}

await printIfMain(import.meta.url, async (options) => [await provisionBitcoind(options)]);
