/** Tries to take many locks, each at a moment that its rival was told too; tells which it got, and holds them until its input ends. */
import { join } from 'node:path';
import { takeLock } from '#dist/lock.js';

const [folder, count, startMs] = process.argv.slice(2);
const EACH_MS = 3;
const got = [];
for (let i = 0; i < Number(count); i++) {
  while (Date.now() < Number(startMs) + i * EACH_MS);
  if ('release' in takeLock(join(folder, String(i)))) got.push(i);
}
process.stdout.write(`${JSON.stringify(got)}\n`);
process.stdin.resume();
