/** The SOCKS5 proxy as `--proxy` takes it: its URL without a password, and where the password comes from. */
import { readFile } from 'node:fs/promises';
import { HashgapError } from '../../errors.ts';
import { plainText } from '../../stratum/text.ts';
import { type Authority, formatAuthority, parseAuthority } from './authority.ts';

/** A SOCKS5 proxy. Names are always resolved by the proxy (socks5h), so that onion services work and no name leaks. */
export interface SocksProxy extends Authority {
  readonly user?: string;
  /** The URL with the user, never with a password; for messages. */
  readonly url: string;
  /** Asked at each connection. A function, so that printing the options prints no secret. */
  readonly password?: () => Promise<string>;
}

/** RFC 1929 counts user and password in one byte each. */
const MAX_CREDENTIAL_BYTES = 255;

/**
 * Reads a proxy's URL, `socks5://[user@]host:port` or `socks5h://...`, which means the same here.
 *
 * @param password - gives the password; it cannot stand in the URL, where process lists and logs would show it.
 * @throws {HashgapError} `PROXY_URL_INVALID`; a password in the URL is never part of the message.
 *
 * @example
 * ```ts
 * parseProxyUrl('socks5://127.0.0.1:9050').port; // 9050
 * parseProxyUrl('socks5h://alice@[::1]:1080').url; // 'socks5://alice@[::1]:1080'
 * ```
 */
export function parseProxyUrl(text: string, password?: () => Promise<string>): SocksProxy {
  const match = /^socks5h?:\/\/(?:([^/]*)@)?([^/@]*)\/?$/i.exec(text.trim());
  if (match === null) {
    const shown = plainText(text.replace(/^(.*?:\/\/)?.*@/s, '$1'));
    throw invalid('socks5://[USER@]HOST:PORT', `"${shown}"`, 'For Tor that is socks5://127.0.0.1:9050.');
  }
  const [, userText, authorityText] = match;
  const user = userText === undefined ? undefined : userOf(userText);
  const authority = parseAuthority(authorityText!);
  if ('received' in authority) {
    throw invalid('socks5://[USER@]HOST:PORT', authority.received, authority.nextStep);
  }
  const shownUser = user === undefined ? '' : `${encodeURIComponent(user)}@`;
  return {
    ...authority,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    url: `socks5://${shownUser}${formatAuthority(authority)}`,
  };
}

function userOf(text: string): string {
  if (text.includes(':')) {
    throw invalid(
      'a proxy URL without a password',
      'one with a password in it',
      'Put the password in a file, or in the environment, and only the user in the URL.',
    );
  }
  const user = decoded(text);
  const bytes = Buffer.byteLength(user ?? '');
  if (user === undefined || bytes === 0 || bytes > MAX_CREDENTIAL_BYTES) {
    throw invalid(
      'a user of 1 to 255 bytes, percent-encoded',
      `one of ${bytes}`,
      'Check the part before the @.',
    );
  }
  return user;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * A password that is read from a file at each connection; spaces and line ends around it do not count.
 *
 * @throws {HashgapError} `SECRET_UNREADABLE`, from the function that is returned.
 */
export function passwordFromFile(path: string): () => Promise<string> {
  return async () => {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'no file there' : cause.message;
      throw new HashgapError(
        'SECRET_UNREADABLE',
        `Expected the proxy's password in ${path}, received ${reason}. Correct the path or the file's permissions.`,
        { details: { path }, cause },
      );
    });
    return text.trim();
  };
}

/**
 * The user and the password as RFC 1929 can send them; undefined where the proxy has no user.
 *
 * @throws {HashgapError} `PROXY_AUTH` when the password is longer than 255 bytes, `SECRET_UNREADABLE` when it cannot be read.
 */
export async function proxyCredentials(
  proxy: SocksProxy,
): Promise<{ readonly userId: string; readonly password: string } | undefined> {
  if (proxy.user === undefined) return undefined;
  const password = (await proxy.password?.()) ?? '';
  const bytes = Buffer.byteLength(password);
  if (bytes > MAX_CREDENTIAL_BYTES) {
    throw new HashgapError(
      'PROXY_AUTH',
      `Expected a password of at most ${MAX_CREDENTIAL_BYTES} bytes for ${proxy.url}, received one of ${bytes}. ` +
        'Check the file or the variable it comes from.',
      { details: { proxy: proxy.url, bytes } },
    );
  }
  return { userId: proxy.user, password };
}

function invalid(expected: string, received: string, nextStep: string): HashgapError {
  return new HashgapError('PROXY_URL_INVALID', `Expected ${expected}, received ${received}. ${nextStep}`);
}
