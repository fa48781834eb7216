/** The end of `npm run compile`: the program may be run, and what lies in dist/ without a source any more is gone. */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

// Not before: a compile that fails must leave the program of before as it was.
for (const folder of ['src', 'shaders']) {
  for (const file of readdirSync(join('dist', folder), { recursive: true, encoding: 'utf8' })) {
    const module = /^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/.exec(file)?.[1];
    if (module !== undefined && !existsSync(join(folder, `${module}.ts`))) rmSync(join('dist', folder, file));
  }
}
chmodSync('dist/src/cli/main.js', 0o755);
