/** Lock files: who holds one, and who no longer does. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { takeLock, takeLockInTime } from '../src/lock.ts';

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
  expect(takeLock(path)).toMatchObject({ heldBy: process.pid, isElsewhere: false });
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
    expect(takeLock(path)).toMatchObject({ heldBy: pid });
    const state = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
    while (state() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(takeLock(path)).toHaveProperty('release');
    parent.kill();
  },
);

it('leaves nothing but the lock behind, and after the release nothing', () => {
  const home = mkdtempSync(join(folder, 'clean-'));
  const path = join(home, 'lock');
  writeFileSync(path, `${gonePid()} \n`);
  const lock = takeLock(path);
  expect(readdirSync(home)).toEqual(['lock']);
  if ('release' in lock) lock.release();
  expect(readdirSync(home)).toEqual([]);
});

/** The id of a process that is gone. */
const gonePid = () => spawnSync(process.execPath, ['-e', '']).pid;

const ago = (path: string, seconds: number) => {
  const date = new Date(Date.now() - seconds * 1000);
  utimesSync(path, date, date);
};

describe('of another container or machine', () => {
  const elsewhere = (pid: number) => `${pid} other-boot:1 other-host/other-boot/pid:[1] x\n`;

  it('is held while it is fresh, whatever its process id is here, and taken when nobody has touched it for long', () => {
    const path = join(folder, 'elsewhere');
    const pid = gonePid();
    writeFileSync(path, elsewhere(pid));
    expect(takeLock(path)).toMatchObject({ heldBy: pid, isElsewhere: true });
    ago(path, -3600); // its clock, or ours, is wrong
    expect(takeLock(path)).toMatchObject({ heldBy: pid, isElsewhere: true });
    writeFileSync(path, elsewhere(process.pid));
    ago(path, 3600);
    expect(takeLock(path)).toHaveProperty('release');
  });

  it('is waited for until nobody has touched it for a minute', async () => {
    const path = join(folder, 'was-mine');
    writeFileSync(path, elsewhere(1));
    ago(path, 59);
    const waits: number[] = [];
    expect(await takeLockInTime(path, ({ heldBy }) => waits.push(heldBy))).toHaveProperty('release');
    expect(waits).toEqual([1]);
  });

  it('is held as soon as somebody is seen to touch it, and waited for no longer than one likes', async () => {
    const path = join(folder, 'alive');
    writeFileSync(path, elsewhere(1));
    ago(path, 30);
    const touched = takeLockInTime(path, () => ago(path, 1));
    expect(await touched).toMatchObject({ heldBy: 1, isElsewhere: true });
    const over = new AbortController();
    await expect(takeLockInTime(path, () => over.abort(), over.signal)).rejects.toThrow('abort');
  });

  it('knows this lock by its being touched', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const path = join(folder, 'beating');
      const lock = takeLock(path);
      ago(path, 3600);
      vi.advanceTimersByTime(20_000);
      expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(1_800_000);
      if ('release' in lock) lock.release();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

it('is not removed by an owner that has lost it', () => {
  const path = join(folder, 'lost');
  const lock = takeLock(path);
  rmSync(path);
  const next = takeLock(path);
  if ('release' in lock) lock.release();
  expect(existsSync(path)).toBe(true);
  if ('release' in next) next.release();
  expect(existsSync(path)).toBe(false);
});

describe('a takeover', () => {
  it('waits for another one, and not for one whose process is gone', () => {
    const path = join(folder, 'guarded');
    const stale = `${gonePid()} \n`;
    writeFileSync(path, stale);
    writeFileSync(`${path}.taker`, `${process.ppid} \n`);
    expect(takeLock(path)).toMatchObject({ heldBy: process.ppid, isElsewhere: false });
    expect(readFileSync(path, 'utf8')).toBe(stale);
    writeFileSync(`${path}.taker`, stale);
    expect(takeLock(path)).toHaveProperty('release');
    expect(existsSync(`${path}.taker`)).toBe(false);
  });

  it('has one winner, however many try at once', async () => {
    const home = mkdtempSync(join(folder, 'race-'));
    const COUNT = 400;
    const pid = gonePid();
    for (let i = 0; i < COUNT; i++) writeFileSync(join(home, String(i)), `${pid} \n`);
    const script = join(import.meta.dirname, 'support/lock-child.mjs');
    const startMs = Date.now() + 1_000;
    const children = [0, 1].map(() => spawn(process.execPath, [script, home, `${COUNT}`, `${startMs}`]));
    const got = await Promise.all(
      children.map(async ({ stdout }) => {
        let text = '';
        for await (const part of stdout) {
          text += String(part);
          if (text.endsWith('\n')) break;
        }
        return JSON.parse(text) as number[];
      }),
    );
    for (const { stdin } of children) stdin.end();
    expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  });
});
