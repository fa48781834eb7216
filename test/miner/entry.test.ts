/** Entries: written once, though the disk refuses it at first, and never against its will twice. */
import { expect, it } from 'vitest';
import { HashgapError } from '../../src/errors.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { createEntry } from '../../src/miner/entry.ts';

const BLOCK = { hash: new Uint8Array(32), height: 9, bytes: new Uint8Array(81) };

/** A journal that answers as it is told, and what came of it. */
function start(isThere: boolean) {
  const written: string[] = [];
  const events: MinerEventBody[] = [];
  const disk = { error: undefined as Error | undefined };
  const put = async (record: string) => {
    if (disk.error !== undefined) throw disk.error;
    written.push(record);
  };
  const journal = { add: () => put('found'), settle: () => put('settled') };
  const entry = createEntry(BLOCK, { journal, emit: (event) => events.push(event) }, isThere);
  return { entry, disk, written, events };
}
const full = (message = 'full') => new HashgapError('JOURNAL_UNUSABLE', message);

it('is tried until it is there, and then no more; each new reason is told once', async () => {
  const { entry, disk, written, events } = start(false);
  for (const error of [full(), full(), full('worse'), undefined, undefined]) {
    disk.error = error;
    await entry.write();
  }
  expect(written).toEqual(['found']);
  expect(events).toEqual(['full', 'worse'].map((message) => ({ type: 'warning', message })));
});

it('is not written where it is already, nor once it is settled', async () => {
  const recovered = start(true);
  await recovered.entry.write();
  expect(recovered.written).toEqual([]);
  const settled = start(false);
  await settled.entry.settle({ outcome: 'accepted' });
  await settled.entry.write();
  expect(settled.written).toEqual(['settled']);
});

it('hides no error but those of the journal', async () => {
  const { entry, disk } = start(false);
  disk.error = new Error('a bug');
  await expect(entry.write()).rejects.toThrow('a bug');
});
