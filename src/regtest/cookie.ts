/** The cookie: a password of one run, in a file that only its owner may read, as bitcoind's `-rpccookiefile`. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { HashgapError } from '../errors.ts';

/** Owns the cookie file of one run. */
export class Cookie {
  readonly path: string;
  /** `__cookie__:` and 64 hex digits. */
  readonly credentials = `__cookie__:${randomBytes(32).toString('hex')}`;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @throws {HashgapError} `DATADIR_UNUSABLE` when it cannot.
   */
  async write(): Promise<void> {
    const unfinished = `${this.path}.tmp`;
    try {
      await rm(unfinished, { force: true }); // the mode counts only for a file that is new
      await writeFile(unfinished, this.credentials, { mode: 0o600, flag: 'wx' });
      await rename(unfinished, this.path);
    } catch (cause) {
      const message = `Expected to write ${this.path}, but ${(cause as Error).message}. Choose another data directory.`;
      throw new HashgapError('DATADIR_UNUSABLE', message, { details: { path: this.path }, cause });
    }
  }

  /** Removes the file, unless another run has put its own there. */
  async remove(): Promise<void> {
    const found = await readFile(this.path, 'utf8').catch(() => undefined);
    if (found === this.credentials) await rm(this.path, { force: true });
  }
}
