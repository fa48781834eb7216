/** Prints the path of a bitcoind the tests can start, unpacking Debian's own into a cache folder when there is none. */
import { execFile } from 'node:child_process';
import { constants, promises as fs } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PACKAGE = 'bitcoin-knots';
const SUITE = 'sid';
const PROGRAMS = ['bitcoind', 'bitcoin-cli'];
const COMMAND_TIMEOUT_MS = 300_000;
const LOCK_STALE_MS = 900_000;

/** Every failure ends with the same next step, so that a reader of any one of them knows what to do. */
function failure(what, cause) {
  return new Error(
    `Expected a bitcoind to test against, but ${what}; set BITCOIND=/path/to/bitcoind or install one.`,
    {
      cause,
    },
  );
}

async function isExecutable(path) {
  const found = await fs.stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  return fs.access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function firstExecutable(paths) {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}

/** Runs a program to its end; on failure the error's message is the program's own first complaint, in one line. */
async function run(program, args) {
  const options = {
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: 1 << 26,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const lines = String(error.stderr ?? '').split('\n');
    const complaint = lines.find((line) => /^[EW]: /.test(line)) ?? lines.find((line) => line.trim() !== '');
    const detail = (complaint ?? error.message).trim().replace(/[.;\s]+$/, '');
    throw Object.assign(new Error(`${program}: ${detail}`, { cause: error }), { output: lines.join('\n') });
  }
}

/** The paragraphs of a deb822 text (sources.list(5)), field names in lower case, continuation lines kept. */
function paragraphs(text) {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n(?:[ \t]*\n)+/).map((paragraph) => {
    const fields = {};
    for (const [, name, value] of paragraph.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
      fields[name.toLowerCase()] = value.trimEnd();
    }
    return fields;
  });
}

/** A one-line-style `deb [options] uri suite components` text as deb822 paragraphs. */
function oneLineEntries(text) {
  return [...text.matchAll(/^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)[ \t]+([^#\n]*)/gm)].map((match) => {
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(match[1] ?? '')?.[1]?.replaceAll(',', ' ');
    return { types: 'deb', uris: match[2], suites: match[3], components: match[4], 'signed-by': signedBy };
  });
}

async function aptEntries() {
  const parts = '/etc/apt/sources.list.d';
  const names = (await fs.readdir(parts).catch(() => [])).sort();
  const read = (path) => fs.readFile(path, 'utf8').catch(() => '');
  const entries = oneLineEntries(await read('/etc/apt/sources.list'));
  for (const name of names) {
    const text = await read(join(parts, name));
    if (name.endsWith('.list')) entries.push(...oneLineEntries(text));
    if (name.endsWith('.sources')) entries.push(...paragraphs(text));
  }
  return entries;
}

/**
 * The machine's own Debian mirrors, each `{ uri, suite, signedBy }`, those of the installed release first. A third
 * party's `stable main` may be among them: it has no sid, so trying it only costs a request.
 */
async function debianMirrors() {
  const release = await fs.readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] : undefined;
  const suites = [codename, SUITE, 'unstable', 'testing', 'stable', 'oldstable'].filter(Boolean);
  const words = (value) => (value ?? '').split(/\s+/).filter(Boolean);
  const mirrors = new Map();
  for (const entry of await aptEntries()) {
    const suite = suites.find((name) => words(entry.suites).includes(name));
    const usable = words(entry.types).includes('deb') && words(entry.components).includes('main');
    if (!suite || !usable || /^(no|false|0)$/i.test(entry.enabled ?? '')) continue;
    for (const uri of words(entry.uris).filter((word) => !word.startsWith('cdrom:'))) {
      if (!mirrors.has(uri)) mirrors.set(uri, { uri, suite, signedBy: entry['signed-by'] });
    }
  }
  return [...mirrors.values()].sort((a, b) => suites.indexOf(a.suite) - suites.indexOf(b.suite));
}

/**
 * An apt configuration that reads the machine's proxies and keys but keeps every file it writes under `dir`: its own
 * state, cache, sources and an empty package status, so that the whole dependency closure is downloaded. Signatures
 * are required whatever the machine's configuration says.
 */
async function writeAptConfig(dir, { uri, suite, signedBy }) {
  await fs.rm(dir, { recursive: true, force: true });
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'log']) {
    await fs.mkdir(join(dir, name), { recursive: true });
  }
  const source = ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main'];
  if (signedBy) source.push(`Signed-By: ${signedBy}`);
  await fs.writeFile(join(dir, 'debian.sources'), `${source.join('\n')}\n`);
  await fs.writeFile(join(dir, 'status'), '');
  const settings = {
    'Dir::State': join(dir, 'state'),
    'Dir::State::lists': 'lists/',
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'Dir::Cache::archives': 'archives/',
    'Dir::Log': join(dir, 'log'),
    'Dir::Etc::SourceList': join(dir, 'debian.sources'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Debug::NoLocking': 'true',
    'APT::Architecture': (await run('dpkg', ['--print-architecture'])).trim(),
    'APT::Install-Recommends': 'false',
    'APT::Install-Suggests': 'false',
    'APT::Default-Release': '',
    'APT::Get::AllowUnauthenticated': 'false',
    'APT::Update::Error-Mode': 'any',
    'Acquire::AllowInsecureRepositories': 'false',
    'Acquire::AllowWeakRepositories': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
  };
  const cleared = ['APT::Architectures', 'APT::Update', 'DPkg'].map((name) => `#clear ${name};\n`);
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  await fs.writeFile(join(dir, 'apt.conf'), [...cleared, ...lines].join(''));
  return join(dir, 'apt.conf');
}

/** Downloads a package with all it depends on from one mirror; returns the paths of the .deb files. */
async function downloadFrom(dir, mirror, packageName) {
  const config = await writeAptConfig(dir, mirror);
  await run('apt-get', ['-c', config, '-q', 'update']);
  await run('apt-get', ['-c', config, '-q', '-y', '--download-only', 'install', packageName]);
  const archives = join(dir, 'cache/archives');
  return (await fs.readdir(archives))
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

async function unpack(debs, dir) {
  await fs.mkdir(dir, { recursive: true });
  for (const deb of debs) await run('dpkg-deb', ['-x', deb, dir]);
  return dir;
}

/**
 * The keyring of the newest debian-archive-keyring in the machine's own release, which the keys the machine already
 * trusts have signed. An image older than the key that signs sid has no other honest way to check it.
 */
async function newerKeyring(dir, mirror) {
  const debs = await downloadFrom(join(dir, 'keyring-apt'), mirror, 'debian-archive-keyring');
  const keyrings = join(await unpack(debs, join(dir, 'keyring')), 'usr/share/keyrings');
  const name = (await fs.readdir(keyrings)).find((file) => /^debian-archive-keyring\.(gpg|pgp)$/.test(file));
  if (!name) throw new Error('debian-archive-keyring holds no keyring file');
  return join(keyrings, name);
}

async function downloadPackage(dir, mirror, log) {
  const sid = { ...mirror, suite: SUITE };
  const apt = join(dir, 'apt');
  try {
    return await downloadFrom(apt, sid, PACKAGE);
  } catch (error) {
    if (!/NO_PUBKEY|EXPKEYSIG|Missing key|not signed|couldn't be verified/i.test(error.output ?? ''))
      throw error;
    log(`the keys at hand do not verify ${SUITE}; fetching the newer keyring of ${mirror.suite}`);
    return await downloadFrom(apt, { ...sid, signedBy: await newerKeyring(dir, mirror) }, PACKAGE);
  }
}

async function downloadFromAnyMirror(dir, log) {
  const mirrors = await debianMirrors();
  if (mirrors.length === 0) throw failure('none is on PATH and this machine has no Debian package sources');
  const errors = [];
  for (const mirror of mirrors) {
    try {
      return await downloadPackage(dir, mirror, log);
    } catch (error) {
      errors.push(error);
    }
  }
  throw failure(`Debian's package ${PACKAGE} could not be downloaded (${errors[0].message})`, errors[0]);
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
  const tools = ['apt-get', 'dpkg', 'dpkg-deb'];
  for (const tool of tools) {
    if (!(await onPath(tool)))
      throw failure(`none is on PATH and, without ${tool}, Debian's cannot be unpacked`);
  }
  const workDir = await fs.mkdtemp(join(tmpdir(), 'hashgap-bitcoind-'));
  try {
    await fs.chmod(workDir, 0o755); // apt run by root downloads as the user _apt, who must be able to enter
    log(
      `no bitcoind here: downloading Debian's ${PACKAGE} from suite ${SUITE} (about 40 MB, no root needed)`,
    );
    return await install(await downloadFromAnyMirror(workDir, log), workDir, cacheDir, log);
  } catch (error) {
    if (error.message.startsWith('Expected')) throw error;
    throw failure(`Debian's ${PACKAGE} could not be unpacked (${error.message})`, error);
  } finally {
    await fs.rm(workDir, { recursive: true, force: true });
  }
}

const onPath = (name) =>
  firstExecutable((process.env.PATH ?? '').split(delimiter).map((folder) => resolve(folder || '.', name)));

/** The newest prefix in the cache, by version; `.building-` folders are not yet one. */
async function cached(cacheDir) {
  const names = (await fs.readdir(cacheDir).catch(() => [])).filter((name) => /^\d/.test(name));
  const mine = names.filter((name) => name.endsWith(`-${process.arch}`));
  mine.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return firstExecutable(mine.map((name) => join(cacheDir, name, 'bitcoind')));
}

/** Whether the run that wrote the lock file still exists; an unreadable lock counts as held until it is old. */
async function isHeld(lock) {
  const age = await fs.stat(lock).then(
    (found) => Date.now() - found.mtimeMs,
    () => undefined,
  );
  if (age === undefined || age > LOCK_STALE_MS) return false;
  const pid = Number(await fs.readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function takeLock(lock) {
  const file = await fs.open(lock, 'wx').catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await file?.writeFile(String(process.pid));
  await file?.close();
  return file !== undefined;
}

/**
 * Lets one run download while the others wait for what it brings, or for its failure: the atomic rename alone would
 * be correct, but every test file would download at once. Returns undefined when the lock is ours.
 */
async function waitForOther(cacheDir, lock) {
  const since = Date.now();
  while (!(await takeLock(lock))) {
    if (!(await isHeld(lock))) await fs.rm(lock, { force: true });
    else await delay(100);
    const path = await cached(cacheDir);
    if (path) return path;
    const failed = await fs.readFile(`${lock}.failed`, 'utf8').then(JSON.parse, () => undefined);
    if (failed?.at >= since) throw new Error(failed.message);
  }
  return undefined;
}

async function provisionOnce(cacheDir, log) {
  await fs.mkdir(cacheDir, { recursive: true });
  const lock = join(cacheDir, '.lock');
  const other = await waitForOther(cacheDir, lock);
  if (other) return other;
  try {
    return (await cached(cacheDir)) ?? (await provision(cacheDir, log));
  } catch (error) {
    await fs.writeFile(`${lock}.failed`, JSON.stringify({ at: Date.now(), message: error.message }));
    throw error;
  } finally {
    await fs.rm(lock, { force: true });
  }
}

/**
 * The absolute path of an executable bitcoind: `BITCOIND`, else the one on PATH, else the cached copy, else Debian's
 * package, unpacked under `$XDG_CACHE_HOME/hashgap/bitcoind`. Rejects with one sentence that names the next step.
 */
export async function provisionBitcoind({ log = () => {} } = {}) {
  const named = process.env.BITCOIND;
  if (named) {
    if (await isExecutable(named)) return resolve(named);
    throw new Error(
      `Expected BITCOIND to name an executable file, received "${named}"; correct it or unset it.`,
    );
  }
  const installed = await onPath('bitcoind');
  if (installed) return installed;
  const cacheDir = resolve(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hashgap/bitcoind');
  const path = await cached(cacheDir);
  if (path) return path;
  return await provisionOnce(cacheDir, log).catch((error) => {
    if (error.message.startsWith('Expected')) throw error;
    throw failure(`the cache folder ${cacheDir} could not be used (${error.message})`, error);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(await fs.realpath(process.argv[1])).href) {
  try {
    const path = await provisionBitcoind({ log: (line) => process.stderr.write(`${line}\n`) });
    process.stdout.write(`${path}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
