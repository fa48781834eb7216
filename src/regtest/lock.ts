/** The lock on a data directory. */
import { HashgapError } from '../errors.ts';
import { ownerText, takeLock } from '../lock.ts';

/**
 * Takes the lock file at `path`.
 *
 * @returns what gives it back.
 * @throws {HashgapError} `DATADIR_UNUSABLE` when a living process holds it, or the file cannot be written.
 */
export function lockDatadir(path: string): () => void {
  const lock = tryLock(path);
  if ('release' in lock) return lock.release;
  throw new HashgapError(
    'DATADIR_UNUSABLE',
    `Expected a data directory nobody uses, but ${ownerText(lock)} holds ${path}. ` +
      `Stop that node${lock.isElsewhere ? ', wait a minute if it is gone' : ''}, or choose another data directory.`,
    { details: { path, pid: lock.heldBy } },
  );
}

function tryLock(path: string): ReturnType<typeof takeLock> {
  try {
    return takeLock(path);
  } catch (error) {
    throw new HashgapError(
      'DATADIR_UNUSABLE',
      `Expected to write ${path}, but ${(error as Error).message}. Choose another data directory.`,
      { details: { path }, cause: error },
    );
  }
}
