/** The journal: what is written is on disk, what is torn is dropped, what is settled stays settled, and one process owns it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashToDisplay, toHex } from '../../src/bitcoin/hex.ts';
import { openJournal } from '../../src/miner/journal.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  path = join(folder, 'deep', 'blocks.jsonl');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = (network: 'regtest' | 'main' = 'regtest') => openJournal(path, network, () => new Date(0));
const block = (n: number) => ({ hash: new Uint8Array(32).fill(n), height: n, bytes: Uint8Array.of(n, n, n) });
const pendingHeights = (journal: { pending: readonly { height: number | undefined }[] }) =>
  journal.pending.map(({ height }) => height);

describe('openJournal', () => {
  it('keeps a block until it is settled', async () => {
    const first = await open();
    expect(first.pending).toEqual([]);
    await first.add(block(1));
    await first.add(block(2));
    await first.settle(block(1), { outcome: 'accepted' });
    await first.close();
    const second = await open();
    expect(second.pending).toEqual([block(2)]);
    await second.settle(block(2), { outcome: 'rejected', reason: 'bad-cb-amount' });
    await second.close();
    const third = await open();
    expect(third.pending).toEqual([]);
    await third.close();
    const records = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toEqual([
      {
        record: 'settled',
        hash: hashToDisplay(block(1).hash),
        network: 'regtest',
        height: 1,
        at: '1970-01-01T00:00:00.000Z',
        outcome: 'accepted',
      },
      {
        record: 'settled',
        hash: hashToDisplay(block(2).hash),
        network: 'regtest',
        height: 2,
        at: '1970-01-01T00:00:00.000Z',
        outcome: 'rejected',
        reason: 'bad-cb-amount',
      },
    ]);
  });

  it('has a block on disk when add resolves', async () => {
    const journal = await open();
    await journal.add(block(3));
    expect(readFileSync(path, 'utf8')).toContain(toHex(block(3).bytes));
    await journal.close();
  });

  it('keeps blocks of another network for their own miner', async () => {
    const journal = await open('main');
    await journal.add(block(1));
    await journal.close();
    const other = await open('regtest');
    expect(other.pending).toEqual([]);
    await other.close();
    const same = await open('main');
    expect(pendingHeights(same)).toEqual([1]);
    await same.close();
  });

  it('recovers from a crash at any byte: whole records count, a torn one does not', async () => {
    const journal = await open();
    await journal.add(block(1));
    await journal.add(block(2));
    await journal.settle(block(1), { outcome: 'accepted' });
    await journal.close();
    const whole = readFileSync(path, 'utf8');
    const ends = [...whole.matchAll(/\n/g)].map(({ index }) => index);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        writeFileSync(path, whole.slice(0, length));
        const reopened = await open();
        const heights = pendingHeights(reopened);
        await reopened.close();
        const records = ends.filter((end) => end <= length).length; // a record without its newline is whole, too
        expect(heights).toEqual([[], [1], [1, 2], [2]][records]);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a journal with a broken line in the middle, and leaves it as it is', async () => {
    const journal = await open();
    await journal.add(block(1));
    await journal.close();
    const text = `garbage\n${readFileSync(path, 'utf8')}`;
    writeFileSync(path, text);
    await expect(open()).rejects.toMatchObject({
      code: 'JOURNAL_UNUSABLE',
      message: expect.stringContaining('line 1'),
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('keeps the lines whole when many writes come at once', async () => {
    const journal = await open();
    await Promise.all(Array.from({ length: 50 }, (_, i) => journal.add(block(i + 1))));
    await journal.close();
    const again = await open();
    expect(pendingHeights(again)).toHaveLength(50);
    await again.close();
  });

  it('has a block once that was written twice, as after a flush that failed', async () => {
    const journal = await open();
    await journal.add(block(1));
    await journal.add(block(1));
    await journal.close();
    const again = await open();
    expect(pendingHeights(again)).toEqual([1]);
    await again.close();
  });

  it.skipIf(process.platform === 'win32')(
    'says that a block is not on disk when another file lies there',
    async () => {
      const journal = await open();
      await journal.add(block(1));
      renameSync(path, `${path}.away`);
      await expect(journal.add(block(2))).rejects.toMatchObject({ code: 'JOURNAL_UNUSABLE' });
      writeFileSync(`${path}.other`, '');
      renameSync(`${path}.other`, path);
      await expect(journal.add(block(2))).rejects.toMatchObject({
        code: 'JOURNAL_UNUSABLE',
        message: expect.stringContaining('another file in its place'),
      });
      await expect(journal.settle(block(1), { outcome: 'accepted' })).rejects.toMatchObject({
        code: 'JOURNAL_UNUSABLE',
      });
      renameSync(`${path}.away`, path);
      await journal.add(block(3));
      await journal.close();
      const again = await open();
      expect(pendingHeights(again)).toEqual([1, 2, 3]);
      await again.close();
    },
  );

  it('refuses a folder it cannot write', async () => {
    writeFileSync(join(folder, 'deep'), 'a file where a folder should be');
    await expect(open()).rejects.toMatchObject({
      code: 'JOURNAL_UNUSABLE',
      message: expect.stringContaining('pass another --journal'),
    });
  });

  it.runIf(process.platform === 'linux')(
    'refuses a folder that even root cannot write (/proc, on Linux)',
    async () => {
      path = '/proc/hashgap-blocks.jsonl';
      await expect(open()).rejects.toMatchObject({
        code: 'JOURNAL_UNUSABLE',
        message: expect.stringContaining(path),
      });
    },
  );
});

describe('the lock', () => {
  it('refuses a second owner, in the same process too, and goes with its owner', async () => {
    const journal = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'JOURNAL_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    });
    await journal.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
    await (await open()).close();
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    await (await open()).close();
    writeFileSync(`${path}.lock`, `${child.pid}`);
    await expect(open()).rejects.toMatchObject({ code: 'JOURNAL_IN_USE' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await open()).close();
  });

  it('of another container says what to do', async () => {
    await (await open()).close();
    writeFileSync(`${path}.lock`, '7 boot:1 other-host/boot/pid:[1] x\n');
    const told: string[] = [];
    const onWait = (sentence: string) => {
      told.push(sentence);
      utimesSync(`${path}.lock`, new Date(), new Date(Date.now() - 1000)); // as its owner does
    };
    await expect(openJournal(path, 'regtest', () => new Date(), { onWait })).rejects.toMatchObject({
      code: 'JOURNAL_IN_USE',
      message: expect.stringMatching(/process 7 in another container .*, remove .*\.lock if it is gone/),
    });
    expect(told).toEqual([
      expect.stringMatching(/^Waiting for up to a minute .*process 7 in another container/),
    ]);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when its process id belongs to another process now (Linux tells)',
    async () => {
      await (await open()).close();
      writeFileSync(`${path}.lock`, '1 other-boot:4'); // process 1 runs, but it was not born then
      await (await open()).close();
    },
  );

  it('is taken over when it is empty or unreadable', async () => {
    await (await open()).close();
    appendFileSync(`${path}.lock`, '');
    await (await open()).close();
  });
});
