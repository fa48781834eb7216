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

/** A real file that takes `room` bytes, as a full disk does, until `room` is set anew. */
async function crampedFile() {
  const file = await open(path, 'w');
  const disk = { room: Number.POSITIVE_INFINITY, flushes: true };
  const handle: WritableHandle = {
    async write(bytes: unknown, ...[offset, length, position]: unknown[]) {
      if (disk.room === 0) throw new Error('ENOSPC: no space left on device');
      const taken = Math.min(Number(length), disk.room);
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
  disk.room = 3;
  const done = lines.append('whole\n');
  disk.room = 100;
  await done;
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
