/** Debian packages with all they depend on, from the machine's own mirrors into a folder: no root, nothing installed. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { onPath, run } from './programs.mjs';

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
 * The machine's own Debian mirrors, each `{ uri, suite, signedBy, updates }`, those of the installed release first;
 * `updates` are the sources of the suite's security and other updates, which may lie elsewhere. A third party's
 * `stable main` may be among them: it lacks what is asked for, so trying it only costs a request.
 */
async function debianMirrors() {
  const release = await fs.readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] : undefined;
  const suites = [codename, 'sid', 'unstable', 'testing', 'stable', 'oldstable'].filter(Boolean);
  const words = (value) => (value ?? '').split(/\s+/).filter(Boolean);
  const mirrors = new Map();
  const updates = new Map();
  for (const entry of await aptEntries()) {
    const usable = words(entry.types).includes('deb') && words(entry.components).includes('main');
    if (!usable || /^(no|false|0)$/i.test(entry.enabled ?? '')) continue;
    const named = words(entry.suites);
    const found = suites.find((name) => named.includes(name));
    for (const uri of words(entry.uris).filter((word) => !word.startsWith('cdrom:'))) {
      const source = { uri, signedBy: entry['signed-by'] };
      if (found && !mirrors.has(uri)) mirrors.set(uri, { ...source, suite: found });
      const updating = named.filter((name) => /-(security|updates)$/.test(name));
      for (const suite of updating) updates.set(`${uri} ${suite}`, { ...source, suite });
    }
  }
  return [...mirrors.values()]
    .map((mirror) => ({
      ...mirror,
      updates: [...updates.values()].filter(({ suite }) => suite.startsWith(`${mirror.suite}-`)),
    }))
    .sort((a, b) => suites.indexOf(a.suite) - suites.indexOf(b.suite));
}

/** The text of a sources.list(5) file with these sources. */
const sourcesText = (sources) =>
  sources
    .map(({ uri, suite, signedBy }) => {
      const source = ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main'];
      if (signedBy) source.push(`Signed-By: ${signedBy}`);
      return `${source.join('\n')}\n`;
    })
    .join('\n');

/** The text of a package status in which the named packages, of a version new enough for anything, are installed. */
const statusText = (packages, architecture) =>
  packages
    .map((name) => {
      const fields = [`Package: ${name}`, 'Status: install ok installed', `Architecture: ${architecture}`];
      return [...fields, 'Multi-Arch: same', 'Version: 99:0', 'Maintainer: -', 'Description: -\n'].join('\n');
    })
    .join('\n');

/**
 * Settings with which apt reads the machine's proxies and keys but keeps every file it writes under `dir`. Signatures
 * are required whatever the machine's configuration says.
 */
const aptSettings = (dir, architecture, release) => ({
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
  'APT::Architecture': architecture,
  'APT::Install-Recommends': 'false',
  'APT::Install-Suggests': 'false',
  'APT::Default-Release': release,
  'APT::Get::AllowUnauthenticated': 'false',
  'APT::Update::Error-Mode': 'any',
  'Acquire::AllowInsecureRepositories': 'false',
  'Acquire::AllowWeakRepositories': 'false',
  'Acquire::Languages': 'none',
  'Acquire::Retries': '2',
  'Acquire::http::Timeout': '30',
  'Acquire::https::Timeout': '30',
});

/** Writes apt's configuration, sources and package status under `dir`, and returns the configuration's path. */
async function writeAptConfig(dir, { sources, assumed = [], release = '' }) {
  await fs.rm(dir, { recursive: true, force: true });
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'log']) {
    await fs.mkdir(join(dir, name), { recursive: true });
  }
  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  await fs.writeFile(join(dir, 'debian.sources'), sourcesText(sources));
  await fs.writeFile(join(dir, 'status'), statusText(assumed, architecture));
  const cleared = ['APT::Architectures', 'APT::Update', 'DPkg'].map((name) => `#clear ${name};\n`);
  const settings = Object.entries(aptSettings(dir, architecture, release));
  const lines = settings.map(([name, value]) => `${name} "${value}";\n`);
  await fs.writeFile(join(dir, 'apt.conf'), [...cleared, ...lines].join(''));
  return join(dir, 'apt.conf');
}

/** Downloads packages with all they depend on; returns the paths of the .deb files. */
async function downloadFrom(dir, apt, packages) {
  const config = await writeAptConfig(dir, apt);
  await run('apt-get', ['-c', config, '-q', 'update']);
  await run('apt-get', ['-c', config, '-q', '-y', '--download-only', 'install', ...packages]);
  const archives = join(dir, 'cache/archives');
  return (await fs.readdir(archives))
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

/** Unpacks .deb files into one folder, and returns it. */
export async function unpack(debs, dir) {
  await fs.mkdir(dir, { recursive: true });
  for (const deb of debs) await run('dpkg-deb', ['-x', deb, dir]);
  return dir;
}

/**
 * The keyring of the newest debian-archive-keyring in the machine's own release, which the keys the machine already
 * trusts have signed. An image older than the key that signs the suite has no other honest way to check it.
 */
async function newerKeyring(dir, mirror) {
  const debs = await downloadFrom(join(dir, 'keyring-apt'), { sources: [mirror] }, [
    'debian-archive-keyring',
  ]);
  const keyrings = join(await unpack(debs, join(dir, 'keyring')), 'usr/share/keyrings');
  const name = (await fs.readdir(keyrings)).find((file) => /^debian-archive-keyring\.(gpg|pgp)$/.test(file));
  if (!name) throw new Error('debian-archive-keyring holds no keyring file');
  return join(keyrings, name);
}

/** What to tell apt of a mirror: another suite of it alone, or the release with its updates and perhaps backports. */
function aptOptions(mirror, { suite, backports, assumed }) {
  if (suite) return { sources: [{ ...mirror, suite }], assumed };
  const sources = [mirror, ...mirror.updates];
  if (!backports) return { sources, assumed };
  const release = `${mirror.suite}-backports`;
  return { sources: [...sources, { ...mirror, suite: release }], assumed, release };
}

async function downloadVerified(dir, mirror, packages, options) {
  const apt = aptOptions(mirror, options);
  try {
    return await downloadFrom(join(dir, 'apt'), apt, packages);
  } catch (error) {
    if (!/NO_PUBKEY|EXPKEYSIG|Missing key|not signed|couldn't be verified/i.test(error.output ?? ''))
      throw error;
    const suite = options.suite ?? mirror.suite;
    options.log(`the keys at hand do not verify ${suite}; fetching the newer keyring of ${mirror.suite}`);
    const signedBy = await newerKeyring(dir, mirror);
    const sources = apt.sources.map((source) => ({ ...source, signedBy }));
    return await downloadFrom(join(dir, 'apt'), { ...apt, sources }, packages);
  }
}

/**
 * The .deb files of packages and of everything they depend on, downloaded under `dir` from the first mirror that has
 * them. Rejects with half a sentence on what is missing. They come from the installed release with its updates, unless
 * - `suite` names another suite of the same mirror, or
 * - `backports` is true, and so what the release's backports have is taken from there.
 * Packages in `assumed` count as installed: they and what only they depend on are not downloaded.
 */
export async function downloadPackages(dir, packages, options) {
  for (const tool of ['apt-get', 'dpkg', 'dpkg-deb']) {
    if (!(await onPath(tool))) throw new Error(`without ${tool}, Debian's cannot be unpacked`);
  }
  await fs.chmod(dir, 0o755); // apt run by root downloads as the user _apt, who must be able to enter
  const mirrors = await debianMirrors();
  if (mirrors.length === 0) throw new Error('this machine has no Debian package sources');
  const errors = [];
  for (const mirror of mirrors) {
    try {
      return await downloadVerified(dir, mirror, packages, options);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new Error(`Debian's ${packages.join(', ')} could not be downloaded (${errors[0].message})`, {
    cause: errors[0],
  });
}
