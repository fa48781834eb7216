/** The host:port part of a URL, for schemes that the URL class does not know: it would neither check nor normalise their hosts. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { plainText } from '../../stratum/text.ts';

/** Where a server listens. `host` is a name in ASCII, or an address; an IPv6 address has no brackets. */
export interface Authority {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Why a text is no host:port; the pieces of an error message. */
export interface AuthorityProblem {
  /** What was received instead, for `received ...`. */
  readonly received: string;
  readonly nextStep: string;
}

/**
 * Reads `host:port`, with an IPv6 address in brackets; the port is never guessed, because pools use any.
 *
 * @example
 * ```ts
 * parseAuthority('Pool.Example:3333'); // { host: 'pool.example', port: 3333 }
 * parseAuthority('[::1]:3333'); // { host: '::1', port: 3333 }
 * parseAuthority('pool.example').received; // 'no port'
 * ```
 */
export function parseAuthority(text: string): Authority | AuthorityProblem {
  if (!text.startsWith('[') && text.split(':').length > 2) {
    return { received: 'an IPv6 address without brackets', nextStep: 'Write it as [2001:db8::1]:3333.' };
  }
  const [, hostText, portText] = /^(.*?)(?::([^:\]]*))?$/s.exec(text)!;
  const host = hostOf(hostText!);
  if (host === undefined) {
    return {
      received: hostText === '' ? 'no host' : 'a host that is neither a name nor an address',
      nextStep: 'Check the host before the port.',
    };
  }
  if (portText === undefined || portText === '') {
    return { received: 'no port', nextStep: 'Add the port that the operator names, such as :3333.' };
  }
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  return port >= 1 && port <= 65535
    ? { host, port }
    : { received: `port ${plainText(portText, 20)}`, nextStep: 'Pass a port from 1 to 65535.' };
}

/** `host:port` as URLs write it. */
export function formatAuthority({ host, port }: Authority): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function hostOf(text: string): string | undefined {
  if (text.startsWith('[')) {
    const address = text.slice(1, -1);
    return text.endsWith(']') && isIPv6(address) ? address.toLowerCase() : undefined;
  }
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(text)) return undefined; // domainToASCII would decode %41 and cut at a slash
  const ascii = domainToASCII(text).replace(/\.$/, ''); // certificates and SNI know no final dot
  const labels = ascii.split('.');
  const isName = ascii.length <= 253 && labels.every((label) => label.length >= 1 && label.length <= 63);
  if (!isName) return undefined;
  // A name whose last label is a number would be read as an address by some resolvers, and 127.1 as 127.0.0.1.
  if (/^\d+$/.test(labels.at(-1)!) && (isIP(text) === 0 || !isIPv4(ascii))) return undefined;
  return ascii;
}
