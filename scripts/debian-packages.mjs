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
 * The machine's own Debian mirrors, each `{ uri, suite, signedBy }`, those of the installed release first. A third
 * party's `stable main` may be among them: it lacks what is asked for, so trying it only costs a request.
 */
async function debianMirrors() {
  const release = await fs.readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^ID=debian$/m.test(release) ? /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] : undefined;
  const suites = [codename, 'sid', 'unstable', 'testing', 'stable', 'oldstable'].filter(Boolean);
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

/** Downloads packages with all they depend on from one mirror; returns the paths of the .deb files. */
async function downloadFrom(dir, mirror, packages) {
  const config = await writeAptConfig(dir, mirror);
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
  const debs = await downloadFrom(join(dir, 'keyring-apt'), mirror, ['debian-archive-keyring']);
  const keyrings = join(await unpack(debs, join(dir, 'keyring')), 'usr/share/keyrings');
  const name = (await fs.readdir(keyrings)).find((file) => /^debian-archive-keyring\.(gpg|pgp)$/.test(file));
  if (!name) throw new Error('debian-archive-keyring holds no keyring file');
  return join(keyrings, name);
}

async function downloadVerified(dir, mirror, suite, packages, log) {
  const wanted = { ...mirror, suite: suite ?? mirror.suite };
  const apt = join(dir, 'apt');
  try {
    return await downloadFrom(apt, wanted, packages);
  } catch (error) {
    if (!/NO_PUBKEY|EXPKEYSIG|Missing key|not signed|couldn't be verified/i.test(error.output ?? ''))
      throw error;
    log(`the keys at hand do not verify ${wanted.suite}; fetching the newer keyring of ${mirror.suite}`);
    return await downloadFrom(apt, { ...wanted, signedBy: await newerKeyring(dir, mirror) }, packages);
  }
}

/**
 * The .deb files of packages and of everything they depend on, downloaded under `dir` from the first mirror that has
 * them; `suite` is the installed release unless another is named. Rejects with half a sentence on what is missing.
 */
export async function downloadPackages(dir, packages, { suite, log }) {
  for (const tool of ['apt-get', 'dpkg', 'dpkg-deb']) {
    if (!(await onPath(tool))) throw new Error(`without ${tool}, Debian's cannot be unpacked`);
  }
  await fs.chmod(dir, 0o755); // apt run by root downloads as the user _apt, who must be able to enter
  const mirrors = await debianMirrors();
  if (mirrors.length === 0) throw new Error('this machine has no Debian package sources');
  const errors = [];
  for (const mirror of mirrors) {
    try {
      return await downloadVerified(dir, mirror, suite, packages, log);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new Error(`Debian's ${packages.join(', ')} could not be downloaded (${errors[0].message})`, {
    cause: errors[0],
  });
}
