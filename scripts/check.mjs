/** `npm run check`: formatting, lint, types and the import law; all of them run, and any failure fails the check. */
import { spawnSync } from 'node:child_process';

const CHECKS = [
  ['format and lint', 'biome', ['ci', '--error-on-warnings', '.']],
  ['C++ format', process.execPath, ['scripts/format-cpp.mjs']],
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['types of the page', 'tsc', ['-p', 'src/web/lab/tsconfig.json']],
  ['import law', process.execPath, ['scripts/import-law.mjs']],
];

const failed = CHECKS.filter(([name, command, args]) => {
  console.log(`check: ${name}`);
  // npm puts node_modules/.bin on PATH; Windows needs a shell to run what is there.
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status !== 0;
});
for (const [name] of failed) console.error(`check: ${name} FAILED`);
console.log(`check: ${CHECKS.length - failed.length} of ${CHECKS.length} clean`);
process.exitCode = failed.length === 0 ? 0 : 1;
