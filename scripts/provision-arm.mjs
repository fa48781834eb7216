/** Prints a C++ compiler for 64-bit Arm and what runs its programs here, unpacking Debian's into a cache folder if need be. */
import { onPath } from './programs.mjs';
import { provisionCompiler } from './provision-compiler.mjs';
import { printIfMain } from './provision-main.mjs';

const COMPILER = 'aarch64-linux-gnu-g++';
const EMULATOR = 'qemu-aarch64';

const KIT = {
  expected: 'a compiler and an emulator for 64-bit Arm',
  download: '75 MB',
  folder: 'arm',
  packages: ['g++-aarch64-linux-gnu', 'qemu-user'],
  // The emulators of other CPUs, link-time optimizers and manuals: two thirds of what the packages hold.
  needless: /^usr\/(bin\/(qemu-(?!aarch64$).*|.*lto-dump.*)|share\/.*)$/,
  // The compiler finds its own parts beside itself; headers and libraries of Arm it looks for in the sysroot.
  launchers: { [COMPILER]: '--sysroot="$here"', [EMULATOR]: '' },
  trial: { flags: ['-static'], source: '#include <iostream>\nint main() { std::cout << "ready"; }\n' },
};

/**
 * `{ compiler, emulator }`: those on PATH, else the cached ones, else Debian's, unpacked under
 * `$XDG_CACHE_HOME/hashgap/arm`. On 64-bit Arm itself nothing is emulated. Rejects with one sentence that names the next step.
 */
export async function provisionArm({ log = () => {} } = {}) {
  const native = process.arch === 'arm64' && process.platform === 'linux';
  const compiler = (await onPath(COMPILER)) ?? (native ? await onPath('g++') : undefined);
  const emulator = native ? undefined : ((await onPath(`${EMULATOR}-static`)) ?? (await onPath(EMULATOR)));
  if (compiler !== undefined && (native || emulator !== undefined)) return { compiler, emulator };
  const [ourCompiler, ourEmulator] = await provisionCompiler(KIT, log);
  return { compiler: ourCompiler, emulator: ourEmulator };
}

await printIfMain(import.meta.url, async (options) => {
  const { compiler, emulator } = await provisionArm(options);
  return [compiler, emulator];
});
