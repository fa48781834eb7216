/** Prints the path of a Chromium the tests can start, unpacking Debian's into a cache folder when there is none. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { firstExecutable, fromEnvironment, onPath, run } from './programs.mjs';
import { printIfMain } from './provision-main.mjs';
import { launcher, libraryFolders, provisionPrefix } from './provision-prefix.mjs';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the package has its own files, below the root or a prefix. */
export const CHROMIUM_FOLDER = 'usr/lib/chromium';

/** The fonts of the prefix alone, so that text looks the same on every machine. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

/** A page that says "ready" if scripts run and text has the shapes of a font. */
const PAGE = `<b>WW</b><i>ll</i><script>
const [wide, narrow] = ['b', 'i'].map((name) => document.querySelector(name).offsetWidth);
document.body.textContent = wide > narrow ? 'ready' : 'without fonts';
</script>`;

async function assemble(prefix) {
  const [libraries] = libraryFolders(prefix);
  // libpulse looks for its other half in a folder of its own, by a path that is not the prefix's.
  const half = join(libraries, 'pulseaudio');
  for (const name of await fs.readdir(half)) await fs.rename(join(half, name), join(libraries, name));
  await fs.writeFile(join(prefix, 'fonts.conf'), FONTS);
  const text = launcher(`"$here/${CHROMIUM_FOLDER}/chromium"`, ['FONTCONFIG_FILE="$here/fonts.conf"']);
  await fs.writeFile(join(prefix, 'chromium'), text, { mode: 0o755 });
}

async function tryOut(prefix, workDir) {
  const page = `data:text/html,${encodeURIComponent(PAGE)}`;
  const data = `--user-data-dir=${join(workDir, 'data')}`;
  const said = await run(join(prefix, 'chromium'), [
    '--headless=new',
    '--no-sandbox',
    data,
    '--dump-dom',
    page,
  ]);
  const body = /<body>(.*)<\/body>/s.exec(said)?.[1].trim();
  if (body !== 'ready') throw new Error(`a page in Debian's chromium said "${body ?? said}"`);
}

const KIT = {
  expected: 'a headless Chromium',
  download: '140 MB',
  folder: 'chromium',
  packages: ['chromium', 'fonts-dejavu-core'],
  // What a headless browser never calls, with the desktop and the service manager that it would bring along: a third of
  // the download. And what Node itself needs, so that it is there.
  from: {
    assumed: ['xdg-desktop-portal-backend', 'xdg-utils', 'x11-utils', 'libc6', 'libgcc-s1', 'libstdc++6'],
  },
  // Programs, configuration, manuals, and what only debugs Vulkan.
  needless:
    /^(etc|var|s?bin|usr\/s?bin|usr\/share\/(?!fonts(\/|$)).*|usr\/lib\/chromium\/(libVk.*|.*\.TOC))$/,
  assemble,
  tryOut,
};

/** The Chromium that `CHROMIUM` names or PATH holds; undefined if there is none. */
export const installedChromium = async () =>
  (await fromEnvironment('CHROMIUM')) ??
  (await firstExecutable((await Promise.all(PROGRAMS.map(onPath))).filter(Boolean)));

/** The prefix with Debian's Chromium. It also holds SwiftShader, a Vulkan driver for CPUs. */
export const chromiumPrefix = (log) => provisionPrefix(KIT, log);

/**
 * The Chromium that `CHROMIUM` names or PATH holds, else the cached one, else Debian's, unpacked under
 * `$XDG_CACHE_HOME/hashgap/chromium`. Rejects with one sentence that names the next step.
 */
export async function provisionChromium({ log = () => {} } = {}) {
  return (await installedChromium()) ?? join(await chromiumPrefix(log), 'chromium');
}

await printIfMain(import.meta.url, async (options) => [await provisionChromium(options)]);
