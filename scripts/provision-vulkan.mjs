/** Prints the environment in which Vulkan, and so Dawn, runs on the CPU, a line per driver; unpacks Debian's if need be. */
import { promises as fs } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { onPath, run } from './programs.mjs';
import { CHROMIUM_FOLDER, chromiumPrefix, installedChromium } from './provision-chromium.mjs';
import { printIfMain } from './provision-main.mjs';
import { cacheFolder } from './provision-once.mjs';
import { libraryFolders, provisionPrefix } from './provision-prefix.mjs';

const EXPECTED = 'Vulkan drivers that run on the CPU';
const LLVMPIPE = { name: 'llvmpipe', manifest: 'llvmpipe.json' };
const SWIFTSHADER = { name: 'SwiftShader', manifest: 'vk_swiftshader_icd.json' };

/** What Dawn asks for and Mesa 22.3, that of Debian 12, lacks. */
const ASKED = /shaderSampledImageArrayDynamicIndexing\s*= true/;

/** Variables that make the loader take this driver: the second is the older name of the first, for older loaders. */
const driverVariables = (manifest) => ({ VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest });

/** The environment for a driver, with the loader and other libraries from these folders before the machine's. */
async function environment(manifest, folders = []) {
  const libraries = [...folders, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  // Drivers look for a session's sockets; a machine without a session has no folder for them, and needs none but this.
  const runtime = join(cacheFolder('vulkan'), 'run');
  await fs.mkdir(runtime, { recursive: true, mode: 0o700 });
  return {
    ...driverVariables(manifest),
    VK_LOADER_LAYERS_DISABLE: '~implicit~', // overlays of a desktop, and the like
    XDG_RUNTIME_DIR: runtime,
    ...(libraries && { LD_LIBRARY_PATH: libraries }),
  };
}

/** Throws unless the loader, in this environment, finds the driver's device, with what Dawn asks for. */
async function tryOut({ env, vulkaninfo }, { name }) {
  const withoutScreen = { ...env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
  const said = await run(vulkaninfo, [], withoutScreen).catch((error) => error.output);
  const device = /deviceName\s*= (.*)/.exec(said)?.[1] ?? 'no device';
  if (device.startsWith(name) && ASKED.test(said)) return;
  throw new Error(`${env.VK_DRIVER_FILES} gives ${device}, not a ${name} with all that Dawn asks for`);
}

const runs = (driver, kind) =>
  tryOut(driver, kind).then(
    () => true,
    () => false,
  );

/** The driver of a prefix, with the program that tries drivers out. */
const driverIn = async (prefix) => ({
  env: await environment(join(prefix, LLVMPIPE.manifest), libraryFolders(prefix)),
  vulkaninfo: join(prefix, 'usr/bin/vulkaninfo'),
});

/** Debian's manifest with the path of the driver from the manifest's own folder, so that the prefix can be renamed. */
async function assemble(prefix) {
  const folder = join(prefix, 'usr/share/vulkan/icd.d');
  const name = (await fs.readdir(folder)).find((file) => file.startsWith('lvp_'));
  const manifest = JSON.parse(await fs.readFile(join(folder, name), 'utf8'));
  const [libraries] = libraryFolders('.');
  manifest.ICD.library_path = `${libraries}/libvulkan_lvp.so`;
  await fs.writeFile(join(prefix, LLVMPIPE.manifest), JSON.stringify(manifest));
}

const KIT = {
  expected: EXPECTED,
  download: '55 MB',
  folder: 'vulkan',
  packages: ['mesa-vulkan-drivers', 'libvulkan1', 'vulkan-tools'],
  // The release's own Mesa may be too old for Dawn. What Node itself needs is there.
  from: { backports: true, assumed: ['libc6', 'libgcc-s1', 'libstdc++6'] },
  // The drivers of GPUs, layers, other programs, configuration and manuals.
  needless:
    /^(etc|var|usr\/bin\/(?!vulkaninfo$).*|usr\/share\/(?!vulkan(\/icd\.d)?(\/lvp_.*)?$).*|.*\/lib(vulkan_(?!lvp).*|VkLayer_.*))$/,
  assemble,
  tryOut: async (prefix) => tryOut(await driverIn(prefix), LLVMPIPE),
};

/** The manifests of the machine's own llvmpipe, where the loader looks for them. */
async function installedManifests() {
  const shares = (process.env.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(delimiter);
  const manifests = [];
  for (const folder of shares.map((share) => join(share, 'vulkan/icd.d'))) {
    const names = (await fs.readdir(folder).catch(() => [])).filter((name) => name.startsWith('lvp_'));
    manifests.push(...names.map((name) => join(folder, name)));
  }
  return manifests;
}

async function findLlvmpipe(log) {
  const vulkaninfo = await onPath('vulkaninfo');
  for (const manifest of vulkaninfo ? await installedManifests() : []) {
    const driver = { env: await environment(manifest), vulkaninfo };
    if (await runs(driver, LLVMPIPE)) return driver;
  }
  return await driverIn(await provisionPrefix(KIT, log));
}

/** SwiftShader lies beside every Chromium; it needs the loader of the other driver, and no more. */
async function findSwiftshader(llvmpipe, log) {
  const at = (folder) => {
    const variables = driverVariables(join(folder, SWIFTSHADER.manifest));
    return { ...llvmpipe, env: { ...llvmpipe.env, ...variables } };
  };
  const chromium = await installedChromium();
  const folders = chromium ? [dirname(await fs.realpath(chromium)), `/${CHROMIUM_FOLDER}`] : [];
  for (const driver of folders.map(at)) if (await runs(driver, SWIFTSHADER)) return driver;
  const driver = at(join(await chromiumPrefix(log), CHROMIUM_FOLDER));
  await tryOut(driver, SWIFTSHADER).catch((cause) => {
    throw new Error(`Expected ${EXPECTED}, but ${cause.message}; install chromium.`, { cause });
  });
  return driver;
}

/**
 * `{ swiftshader, llvmpipe }`, each `{ env }`: the variables with which a child process has this driver alone. They are
 * the machine's own drivers if they run, else the cached ones, else Debian's, unpacked under
 * `$XDG_CACHE_HOME/hashgap/vulkan` and, as SwiftShader comes with Chromium, `chromium` beside it. Rejects with one
 * sentence that names the next step.
 */
export async function provisionVulkan({ log = () => {} } = {}) {
  const llvmpipe = await findLlvmpipe(log);
  const swiftshader = await findSwiftshader(llvmpipe, log);
  return { swiftshader: { env: swiftshader.env }, llvmpipe: { env: llvmpipe.env } };
}

await printIfMain(import.meta.url, async (options) => {
  const drivers = Object.values(await provisionVulkan(options));
  return drivers.map(({ env }) =>
    Object.entries(env)
      .map((variable) => variable.join('='))
      .join(' '),
  );
});
