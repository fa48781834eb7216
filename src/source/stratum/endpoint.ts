/** Pool URLs as `--pool` takes them, read into plain data. */
import { didYouMean, HashgapError } from '../../errors.ts';
import { plainText } from '../../stratum/text.ts';
import { type Authority, formatAuthority, parseAuthority } from './authority.ts';

/** How the lines travel: over TCP, TLS, a WebSocket, or a WebSocket over TLS. */
export type PoolScheme = 'tcp' | 'tls' | 'ws' | 'wss';

/** A pool to connect to. */
export interface PoolEndpoint extends Authority {
  readonly scheme: PoolScheme;
  /** What a WebSocket asks for, from the slash on and with its query; empty for the other schemes. */
  readonly path: string;
  /** The URL in its plainest form, for messages; without the query, which may hold a secret. */
  readonly url: string;
}

const SCHEMES: Readonly<Record<string, PoolScheme>> = {
  'stratum+tcp': 'tcp',
  'stratum+ssl': 'tls',
  'stratum+tls': 'tls',
  'stratum+ws': 'ws',
  'stratum+wss': 'wss',
};

/** What people write when they mean one of the schemes: other miners, and pools' own pages. */
const MEANT: Readonly<Record<string, string>> = {
  tcp: 'stratum+tcp',
  stratum: 'stratum+tcp',
  stratum1: 'stratum+tcp',
  'stratum1+tcp': 'stratum+tcp',
  http: 'stratum+tcp',
  ssl: 'stratum+ssl',
  tls: 'stratum+ssl',
  tcps: 'stratum+ssl',
  stratums: 'stratum+ssl',
  'stratum+tcps': 'stratum+ssl',
  'stratum1+ssl': 'stratum+ssl',
  'stratum1+tls': 'stratum+ssl',
  https: 'stratum+ssl',
  ws: 'stratum+ws',
  wss: 'stratum+wss',
};

const CANONICAL: Readonly<Record<PoolScheme, string>> = {
  tcp: 'stratum+tcp',
  tls: 'stratum+ssl',
  ws: 'stratum+ws',
  wss: 'stratum+wss',
};

/**
 * Reads a pool's URL: `stratum+tcp://`, `stratum+ssl://` (or `stratum+tls://`), `stratum+ws://` or `stratum+wss://`, then a host and a
 * port, and for a WebSocket a path.
 *
 * @throws {HashgapError} `POOL_URL_INVALID`; a user or password in the URL is refused and never part of the message.
 *
 * @example
 * ```ts
 * parsePoolUrl('stratum+tcp://Pool.Example:3333').host; // 'pool.example'
 * parsePoolUrl('stratum+tls://[2001:db8::1]:3334').url; // 'stratum+ssl://[2001:db8::1]:3334'
 * parsePoolUrl('stratum+wss://pool.example:443/mine').path; // '/mine'
 * ```
 */
export function parsePoolUrl(text: string): PoolEndpoint {
  const input = text.trim();
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)$/is.exec(input);
  if (match === null) throw withoutScheme(input);
  const [, schemeText = '', authorityText = '', tail = ''] = match;
  const name = schemeText.toLowerCase();
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  if (scheme === undefined) throw unknownScheme(input, name);
  if (authorityText.includes('@')) {
    throw invalid('a pool URL without a user', 'one with a user in it', 'Pass the user with --user.');
  }
  const authority = parseAuthority(authorityText);
  if ('received' in authority) {
    const { received, nextStep } = authority;
    throw invalid('SCHEME://HOST:PORT', `${received} in ${withoutUser(input)}`, nextStep);
  }
  return {
    ...authority,
    scheme,
    ...pathOf(scheme, tail, `${CANONICAL[scheme]}://${formatAuthority(authority)}`),
  };
}

function pathOf(scheme: PoolScheme, tail: string, base: string): { path: string; url: string } {
  if (scheme === 'tcp' || scheme === 'tls') {
    if (tail !== '' && tail !== '/') {
      throw invalid(
        'nothing after the port',
        `${plainText(tail)}`,
        `Pass ${base}; only WebSocket pools have a path.`,
      );
    }
    return { path: '', url: base };
  }
  if (/[^\x21-\x7e]/.test(tail))
    throw invalid('a path in ASCII', plainText(tail), 'Percent-encode the rest.');
  const path = tail.startsWith('/') ? tail : `/${tail}`;
  const shown = path.replace(/\?.*$/, '');
  return { path, url: shown === '/' ? base : base + shown };
}

function withoutScheme(input: string): HashgapError {
  const bare = parseAuthority(input.replace(/^\/\//, ''));
  const hint = 'host' in bare ? ` Did you mean "stratum+tcp://${formatAuthority(bare)}"?` : '';
  return invalid(
    'a pool URL such as stratum+tcp://pool.example:3333',
    `"${withoutUser(input)}"`,
    `Put the scheme in front: ${Object.values(CANONICAL).join(', ')}.${hint}`,
  );
}

function unknownScheme(input: string, name: string): HashgapError {
  const known = Object.keys(SCHEMES);
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name] : undefined;
  const rest = withoutUser(input.slice(name.length));
  const hint = meant === undefined ? didYouMean(name, known) : ` Did you mean "${meant}${rest}"?`;
  const version2 = name.startsWith('stratum2')
    ? 'Stratum V2 is not spoken; ask the pool for its V1 port.'
    : '';
  return invalid(
    `a scheme of ${known.join(', ')}`,
    `"${plainText(name)}"`,
    version2 || `Pass the URL that the pool names for Stratum V1.${hint}`,
  );
}

/** The URL as a message may show it: whatever stands before the last @ may be a password. */
const withoutUser = (input: string) => plainText(input.replace(/^(.*?:\/\/)?.*@/s, '$1'));

function invalid(expected: string, received: string, nextStep: string): HashgapError {
  return new HashgapError('POOL_URL_INVALID', `Expected ${expected}, received ${received}. ${nextStep}`);
}
