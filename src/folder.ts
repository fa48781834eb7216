/** Folders: made where they are missing, and flushed, so that new names in them outlive a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never ends where one of them cannot be made, as below /proc (Node 20.20).
 *
 * @param mode - of the folders that are made.
 * @throws {Error} the file system's own errors.
 */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder), mode);
    mkdirSync(folder, { mode });
  }
}

/** What a system answers that cannot flush a folder, or that lets nobody open this one. */
const NO_FLUSH = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM', 'EACCES', 'EISDIR']);

/**
 * Flushes a folder: only then is the name of a new file in it on disk. Windows has no such call and does not need it, and some file systems have none either.
 *
 * @throws {Error} the file system's own errors, such as EIO.
 */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  let file: number | undefined;
  try {
    file = openSync(folder, 'r');
    fsyncSync(file);
  } catch (error) {
    if (!NO_FLUSH.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
