/** What kernel and arithmetic objects lend to the linker: their scan function or loops, and nothing that it may hand to code for other CPUs. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const OBJECTS = join(import.meta.dirname, '../../build/Release/obj.target');

/** The kernels that `node-gyp` compiled here, or why they cannot be looked at. */
function findObjects(): { readonly paths: readonly string[] } | { readonly skip: string } {
  try {
    execFileSync('nm', ['--version'], { stdio: 'ignore' });
  } catch {
    return { skip: 'nm is not on PATH' };
  }
  try {
    const files = readdirSync(OBJECTS, { recursive: true, encoding: 'utf8' });
    const paths = files
      .filter((file) => /(^|\/)(kernel|arithmetic_(avx|vnni))\w*\.o$/.test(file))
      .map((file) => join(OBJECTS, file));
    return paths.length > 0 ? { paths } : { skip: `there are no kernels in ${OBJECTS}` };
  } catch {
    return { skip: `the addon was not compiled here: there is no ${OBJECTS}` };
  }
}

const found = findObjects();
if ('skip' in found && process.env.CI === 'true')
  throw new Error(`Expected kernel objects, but ${found.skip}.`);
const title = 'skip' in found ? `kernel objects (skipped: ${found.skip})` : 'kernel objects';

/** `[type, name]` of every symbol: capital letters are visible to the linker, U is what others must supply. */
function symbols(path: string): [type: string, name: string][] {
  const lines = execFileSync('nm', ['--demangle', '--no-sort', path], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, type, name] = /^[0-9a-f ]{16} (\S) (.*)$/.exec(line) ?? [];
    return type === undefined || name === undefined ? [] : [[type, name]];
  });
}

describe.skipIf('skip' in found)(title, () => {
  const paths = 'skip' in found ? [] : found.paths;

  it('are all there', () => {
    const names = paths.map((path) => basename(path)).sort();
    expect(names).toContain('kernel_scalar.o');
    if (process.arch === 'x64')
      expect(names).toEqual(expect.arrayContaining(['kernel_shani.o', 'arithmetic_avx512.o']));
  });

  // A weak or unique symbol compiled for AVX-512, say, may be the copy that portable code gets, which then dies on an older CPU.
  it.each(paths.map((path) => [basename(path), path]))('%s offers its own functions alone', (_, path) => {
    const all = symbols(path);
    expect(all.filter(([type]) => /^[WwVvu]$/.test(type))).toEqual([]);
    const offered = all.filter(([type]) => /^[A-TV-Z]$/.test(type)).map(([, name]) => name);
    if (path.includes('arithmetic'))
      return expect(offered.join('\n')).toMatch(/^(hashgap::Loop\w+\(.*\n?)+$/);
    expect(offered).toHaveLength(1);
    expect(offered[0]).toMatch(/^hashgap::Scan\w+\(/);
  });

  it.each(paths.map((path) => [basename(path), path]))('%s needs no code of the library', (_, path) => {
    const needed = symbols(path)
      .filter(([type]) => type === 'U')
      .map(([, name]) => name);
    // memset and memcpy the compiler puts in itself; the C library's suit every CPU.
    const known = /^(hashgap::Confirm\(|memset$|memcpy$|__stack_chk_fail$|_GLOBAL_OFFSET_TABLE_$)/;
    expect(needed.filter((name) => !known.test(name))).toEqual([]);
  });
});
