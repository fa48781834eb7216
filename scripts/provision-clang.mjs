/** Prints the path of a clang++ that builds the addon, unpacking Debian's into a cache folder when there is none. */
import { findClang } from './find-clang.mjs';
import { provisionCompiler } from './provision-compiler.mjs';
import { printIfMain } from './provision-main.mjs';

/** The intrinsics are headers of clang, the others and the static library are of the machine's g++. */
const SOURCE = `#include <bit>
#include <iostream>
#include <thread>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
int main() {
  std::thread([] { std::cout << (std::rotr(1u, 1) == 1u << 31 ? "ready" : "wrong"); }).join();
}
`;

const KIT = {
  expected: 'clang++',
  download: '85 MB',
  folder: 'clang',
  packages: ['clang'],
  // Headers and libraries to link with, which the g++ that is wherever the addon is built brings along, other programs
  // and manuals: a fifth of what the packages hold.
  needless: /^usr\/(bin\/(?!clang\+\+$).*|include|share|lib\/gcc|lib\/.*\.[ao])$/,
  launchers: { 'clang++': '' },
  trial: {
    // The flags of binding.gyp and prebuild.mjs that are not the same to every compiler.
    flags: [
      '-std=c++20',
      '-O3',
      '-fno-exceptions',
      '-fPIC',
      '-pthread',
      '-static-libstdc++',
      '-Wl,--gc-sections',
    ],
    source: SOURCE,
  },
};

/**
 * The clang++ that CXX names or PATH holds, else the cached one, else Debian's, unpacked under
 * `$XDG_CACHE_HOME/hashgap/clang`. Rejects with one sentence that names the next step.
 */
export async function provisionClang({ log = () => {} } = {}) {
  return (await findClang()) ?? (await provisionCompiler(KIT, log))[0];
}

await printIfMain(import.meta.url, async (options) => [await provisionClang(options)]);
