/** Lock files: who holds one, and who no longer does. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { takeLock } from '../src/lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The start token of a process, as the lock has it. */
function tokenOf(pid: number): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot}:${
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19]
  }`;
}

it('is held by a process that lives, and by nobody once it is released', () => {
  const path = join(folder, 'own');
  const lock = takeLock(path);
  expect(takeLock(path)).toEqual({ heldBy: process.pid });
  if ('release' in lock) lock.release();
  expect(takeLock(path)).toHaveProperty('release');
});

it('is taken from a process that is gone', () => {
  const path = join(folder, 'gone');
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, `${pid} \n`);
  expect(takeLock(path)).toHaveProperty('release');
});

it.runIf(process.platform === 'linux')(
  'is taken from a process that was killed and that nobody has waited for',
  async () => {
    const path = join(folder, 'zombie');
    // The shell becomes a program that knows nothing of the child it inherits.
    const parent = spawn('bash', ['-c', 'sleep 0.05 & echo $!; exec sleep 60']);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    writeFileSync(path, `${pid} ${tokenOf(pid)}\n`);
    expect(takeLock(path)).toEqual({ heldBy: pid });
    const state = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
    while (state() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(takeLock(path)).toHaveProperty('release');
    parent.kill();
  },
);
