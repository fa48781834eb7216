/** Lets one of several processes provision something into a cache folder while the others wait for it. */
import { promises as fs } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOCK_STALE_MS = 900_000;

/** Where the user's cache keeps what is provisioned under a name. */
export const cacheFolder = (name) =>
  resolve(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hashgap', name);

/** Whether the run that wrote the lock file still exists; an unreadable lock counts as held until it is old. */
async function isHeld(lock) {
  const age = await fs.stat(lock).then(
    (found) => Date.now() - found.mtimeMs,
    () => undefined,
  );
  if (age === undefined || age > LOCK_STALE_MS) return false;
  const pid = Number(await fs.readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
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

/**
 * Lets one run download while the others wait for what it brings, or for its failure: the atomic rename alone would
 * be correct, but every test file would download at once. Returns undefined when the lock is ours.
 */
async function waitForOther(lock, cached) {
  const since = Date.now();
  while (!(await takeLock(lock))) {
    if (!(await isHeld(lock))) await fs.rm(lock, { force: true });
    else await delay(100);
    const path = await cached();
    if (path) return path;
    const failed = await fs.readFile(`${lock}.failed`, 'utf8').then(JSON.parse, () => undefined);
    if (failed?.at >= since) throw new Error(failed.message);
  }
  return undefined;
}

/**
 * What `cached()` finds in the folder, else what `provision()` puts there. Of several processes that call this at once
 * one provisions; the others get what it brought, or its error.
 */
export async function provisionOnce(cacheDir, { cached, provision }) {
  await fs.mkdir(cacheDir, { recursive: true });
  const lock = join(cacheDir, '.lock');
  const other = await waitForOther(lock, cached);
  if (other) return other;
  try {
    return (await cached()) ?? (await provision());
  } catch (error) {
    await fs.writeFile(`${lock}.failed`, JSON.stringify({ at: Date.now(), message: error.message }));
    throw error;
  } finally {
    await fs.rm(lock, { force: true });
  }
}
