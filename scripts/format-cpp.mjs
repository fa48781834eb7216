/** Formats the C++ of native/, its tests and bench/gpu/ by .clang-format: `--write` fixes the files, otherwise those that differ fail the check. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from '@wasm-fmt/clang-format';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const style = readFileSync(join(ROOT, '.clang-format'), 'utf8');

/** Tracked files and new ones that git does not ignore; a file deleted but still tracked is left out. */
function sources() {
  const args = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    'native/*.cc',
    'native/*.h',
    'test/native/*.cc',
    'bench/gpu/*.cc',
  ];
  const paths = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  return [...new Set(paths)].filter((path) => path !== '' && existsSync(join(ROOT, path))).sort();
}

const files = sources().map((path) => {
  const before = readFileSync(join(ROOT, path), 'utf8');
  return { path, before, after: format(before, path, style) };
});
const differing = files.filter(({ before, after }) => before !== after);

if (process.argv.includes('--write')) {
  for (const { path, after } of differing) writeFileSync(join(ROOT, path), after);
  console.log(`clang-format: ${differing.length} of ${files.length} files changed`);
} else {
  for (const { path } of differing) console.error(`clang-format: ${path} differs. Run npm run format.`);
  console.log(`clang-format: ${files.length - differing.length} of ${files.length} files clean`);
  process.exitCode = differing.length === 0 ? 0 : 1;
}
