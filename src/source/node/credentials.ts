/** Credentials for a node: its cookie file, or a user with a password file. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NETWORKS, type NetworkName } from '../../bitcoin/network.ts';
import { HashgapError } from '../../errors.ts';

/** Supplies the Authorization header of a call. */
export interface Credentials {
  /** Where they come from, for messages; never a secret. */
  readonly source: string;
  /** The header's value. @throws {HashgapError} `COOKIE_UNREADABLE` */
  authorization(): Promise<string>;
  /** Forgets what was read, so that the next call reads the file anew; false when that cannot help. */
  renew(): boolean;
}

/**
 * Credentials from a file that holds `user:password`, as bitcoind's cookie does, or only the password of `user`.
 *
 * @param user - the user name, when the file holds only a password.
 */
export function fileCredentials(path: string, user?: string): Credentials {
  let cached: string | undefined;
  return {
    source: path,
    async authorization() {
      cached ??= basic(await readSecret(path, user));
      return cached;
    },
    renew() {
      cached = undefined;
      return true;
    },
  };
}

const basic = (userAndPassword: string) => `Basic ${Buffer.from(userAndPassword).toString('base64')}`;

async function readSecret(path: string, user: string | undefined): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no file there' : cause.message;
    throw new HashgapError(
      'COOKIE_UNREADABLE',
      `Expected the node's ${user === undefined ? 'cookie' : 'RPC password'} in ${path}, received ${reason}. ` +
        'Start bitcoind, or pass --cookie FILE, or --rpc-user and --rpc-password-file.',
      { details: { path }, cause },
    );
  });
  const secret = text.trim();
  return user === undefined ? secret : `${user}:${secret}`;
}

/**
 * Where bitcoind keeps the cookie of a network when it was started without `-datadir`.
 *
 * @example
 * ```ts
 * defaultCookiePath('regtest', { platform: 'linux', home: '/home/ann', env: {} }); // '/home/ann/.bitcoin/regtest/.cookie'
 * ```
 */
export function defaultCookiePath(
  network: NetworkName,
  host: { platform: string; home: string; env: Readonly<Record<string, string | undefined>> } = {
    platform: process.platform,
    home: homedir(),
    env: process.env,
  },
): string {
  return join(dataDirectory(host), NETWORKS[network].folder, '.cookie');
}

function dataDirectory({
  platform,
  home,
  env,
}: {
  platform: string;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}) {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Bitcoin');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Bitcoin');
  return join(home, '.bitcoin');
}
