/** Line files on a real disk whose writes fail on cue: no half line stays, and no whole one is lost. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLineFile, type WritableHandle } from '../../src/miner/line-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  path = join(folder, 'lines');
});
afterEach(() => rm(folder, { recursive: true }));

/** A real file that takes `room` bytes, as a full disk does, until `room` is set anew, and at most `most` of them at a time. */
async function crampedFile() {
  const file = await open(path, 'w');
  const disk = { room: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY, flushes: true };
  const handle: WritableHandle = {
    async write(bytes: unknown, ...[offset, length, position]: unknown[]) {
      if (disk.room === 0) throw new Error('ENOSPC: no space left on device');
      const taken = Math.min(Number(length), disk.room, disk.most);
      disk.room -= taken;
      return file.write(bytes as Buffer, Number(offset), taken, Number(position)) as never;
    },
    datasync: () => (disk.flushes ? file.datasync() : Promise.reject(new Error('EIO'))),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  };
  return { lines: createLineFile(handle), disk };
}
const text = () => readFile(path, 'utf8');

it('takes back half a line, and writes the next one whole', async () => {
  const { lines, disk } = await crampedFile();
  await lines.append('first\n');
  disk.room = 4;
  await expect(lines.append('second, too long\n')).rejects.toThrow('ENOSPC');
  expect(await text()).toBe('first\n');
  disk.room = Number.POSITIVE_INFINITY;
  await lines.append('third\n');
  expect(await text()).toBe('first\nthird\n');
  await lines.close();
});

it('goes on after a write that was cut short', async () => {
  const { lines, disk } = await crampedFile();
  disk.most = 3;
  await lines.append('whole\n');
  expect(await text()).toBe('whole\n');
  await lines.close();
});

it('keeps a line that was written but not flushed, and says that it was not', async () => {
  const { lines, disk } = await crampedFile();
  disk.flushes = false;
  await expect(lines.append('first\n')).rejects.toThrow('EIO');
  disk.flushes = true;
  await lines.append('2\n');
  expect(await text()).toBe('first\n2\n');
  await lines.close();
});

it('writes while it flushes, and flushes together what came meanwhile', async () => {
  const file = await open(path, 'w');
  const flushes: { release: () => void; text: string }[] = [];
  const handle: WritableHandle = {
    write: file.write.bind(file),
    datasync: () =>
      new Promise((release) => {
        void readFile(path, 'utf8').then((written) => flushes.push({ release, text: written }));
      }),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
  };
  const lines = createLineFile(handle);
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const done: string[] = [];
  const append = (line: string) => void lines.append(`${line}\n`).then(() => done.push(line));
  append('a');
  await until(() => flushes.length === 1);
  for (const line of ['b', 'c', 'd']) append(line);
  await until(async () => (await text()) === 'a\nb\nc\nd\n'); // though the disk is busy
  expect(done).toEqual([]);
  flushes[0]!.release();
  await until(() => flushes.length === 2);
  expect(done).toEqual(['a']); // the flush of a says nothing of what was written during it
  expect(flushes[1]!.text).toBe('a\nb\nc\nd\n');
  flushes[1]!.release();
  await until(() => done.length === 4);
  const closing = lines.close();
  await closing;
  expect(flushes).toHaveLength(2);
});

it('keeps those of several lines that still fit', async () => {
  const { lines, disk } = await crampedFile();
  await lines.append('first\n');
  disk.room = 30;
  const results = await Promise.allSettled(
    ['a\n', `${'b'.repeat(10)}\n`, 'c\n'].map((line) => lines.append(line)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  disk.room = 8; // for the line that is written alone, then for a part of the two that wait, then for one of them
  const next = [lines.append('d\n'), lines.append('eeeeeeee\n'), lines.append('f\n')];
  await Promise.allSettled(next);
  const text1 = await text();
  expect(text1.startsWith('first\na\nbbbbbbbbbb\nc\nd\n')).toBe(true);
  for (const line of text1.split('\n').slice(0, -1))
    expect(['first', 'a', 'bbbbbbbbbb', 'c', 'd', 'f']).toContain(line);
  disk.room = Number.POSITIVE_INFINITY;
  await lines.append('last\n');
  expect((await text()).endsWith('\nlast\n')).toBe(true);
  await lines.close();
});

it('waits for every line before it closes', async () => {
  const { lines } = await crampedFile();
  const appended = Array.from({ length: 50 }, (_, i) => lines.append(`${i}\n`));
  await lines.close();
  await Promise.all(appended);
  expect((await text()).split('\n')).toHaveLength(51);
});

it('says when what it flushed is lost, and writes nothing more until it is not', async () => {
  const file = await open(path, 'w');
  let isLost = false;
  const lines = createLineFile(file, async () => {
    if (isLost) throw new Error('gone');
  });
  await lines.append('1\n');
  isLost = true;
  await expect(lines.append('2\n')).rejects.toThrow('gone');
  await expect(lines.append('3\n')).rejects.toThrow('gone');
  expect(await text()).toBe('1\n2\n');
  isLost = false;
  await lines.append('4\n');
  expect(await text()).toBe('1\n2\n4\n');
  await lines.close();
});
