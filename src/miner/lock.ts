/** The lock beside a journal: one process owns it, and a lock whose owner is gone is taken over. */
import { readFileSync, unlinkSync } from 'node:fs';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { HashgapError } from '../errors.ts';

/**
 * Takes `path.lock`, which names its owner.
 *
 * @returns a function that gives it back.
 * @throws {HashgapError} `JOURNAL_IN_USE` while another owner runs; file system errors as they come.
 */
export async function lockJournal(path: string): Promise<() => void> {
  const lock = `${path}.lock`;
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, ownerName(process.pid), { mode: 0o600 });
  try {
    if (!(await tryLink(mine, lock))) await takeOver(path, mine, lock);
  } finally {
    await unlink(mine).catch(() => {});
  }
  return () => {
    try {
      unlinkSync(lock);
    } catch {
      // gone already: nothing is owned any more
    }
  };
}

/** A link appears with its content in one step, so no other process reads a lock that is half written. */
async function tryLink(from: string, lock: string): Promise<boolean> {
  try {
    await link(from, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function takeOver(path: string, mine: string, lock: string): Promise<void> {
  const owner = await readFile(lock, 'utf8').catch(() => '');
  if (isOwnerRunning(owner)) throw inUse(path, owner);
  await unlink(lock).catch(() => {});
  if (!(await tryLink(mine, lock))) throw inUse(path, await readFile(lock, 'utf8').catch(() => ''));
}

/** A process id alone is not enough: after a crash another process may have been given it. Linux tells when a process started. */
function ownerName(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]; // field 22 of proc(5), behind the name in brackets
    return `${pid} ${startTicks}`;
  } catch {
    return `${pid}`;
  }
}

function isOwnerRunning(owner: string): boolean {
  const pid = Number.parseInt(owner, 10);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return ownerName(pid) === owner;
}

function inUse(path: string, owner: string): HashgapError {
  const pid = Number.parseInt(owner, 10);
  return new HashgapError(
    'JOURNAL_IN_USE',
    `Expected to be the only owner of the journal ${path}, received the lock of process ${pid}. Stop that miner, or pass another --journal.`,
    { details: { path, pid } },
  );
}
