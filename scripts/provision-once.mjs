/** Lets one of several processes provision something into a cache folder while the others wait for it. */
import { promises as fs } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOCK_STALE_MS = 900_000;

/** Where the user's cache keeps what is provisioned under a name. */
export const cacheFolder = (name) =>
  resolve(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hashgap', name);

/** Whether the run that wrote the lock file is gone for good; an unreadable lock counts as held until it is old. */
async function isAbandoned(lock) {
  const age = await fs.stat(lock).then(
    (found) => Date.now() - found.mtimeMs,
    () => undefined,
  );
  // Given back by its run, which is why it must not be removed: it may be another's by then.
  if (age === undefined) return false;
  if (age > LOCK_STALE_MS) return true;
  const pid = Number(await fs.readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function takeLock(lock) {
  const file = await fs.open(lock, 'wx').catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await file?.writeFile(String(process.pid));
  await file?.close();
  return file !== undefined;
}

/** The error of the last run that failed, if that was after `since` (ms); what a killed run left half written is none. */
async function failureSince(record, since) {
  const text = await fs.readFile(record, 'utf8').catch(() => '');
  try {
    const { at, message } = JSON.parse(text);
    return at >= since ? new Error(message) : undefined;
  } catch {
    return undefined;
  }
}

async function provisionAndRecord(record, provision) {
  try {
    return await provision();
  } catch (error) {
    await fs.writeFile(record, JSON.stringify({ at: Date.now(), message: error.message }));
    throw error;
  }
}

/**
 * What `cached()` finds in the folder, else what `provision()` puts there. Of several processes that call this at once
 * one provisions; the others get what it brought, or its error. The atomic rename that `provision` ends with would be
 * enough to be correct, but every test file would download at once.
 */
export async function provisionOnce(cacheDir, { cached, provision }) {
  await fs.mkdir(cacheDir, { recursive: true });
  const since = Date.now();
  const lock = join(cacheDir, '.lock');
  const record = `${lock}.failed`;
  while (!(await takeLock(lock))) {
    // Two runs that find it abandoned at once may both go on to provision: twice the work, but nothing wrong.
    if (await isAbandoned(lock)) await fs.rm(lock, { force: true });
    else await delay(100);
  }
  try {
    const path = await cached();
    if (path) return path;
    const failure = await failureSince(record, since);
    if (failure) throw failure;
    return await provisionAndRecord(record, provision);
  } finally {
    await fs.rm(lock, { force: true });
  }
}
