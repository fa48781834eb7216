/** client.reconnect: where a pool may send a miner. Hashrate is worth stealing, so the answer is nearly always: nowhere else. */
import type { Emit } from '../../events.ts';
import { formatAuthority, parseAuthority } from './authority.ts';
import type { PoolEndpoint } from './endpoint.ts';

/**
 * Where to connect next: the configured endpoint, unless the pool named a host that the user allowed. The scheme never changes, so that a redirect
 * cannot take TLS away.
 *
 * @param redirect - what the pool asked for; undefined when it asked for nothing.
 * @param allowed - host names the user allows, compared without regard to case.
 * @example
 * ```ts
 * const home = { scheme: 'tcp', host: 'pool.example', port: 3333, path: '', url: 'stratum+tcp://pool.example:3333' };
 * redirected(home, { host: 'evil.example', port: 3333 }, [], () => {}).host; // 'pool.example'
 * redirected(home, { host: 'eu.pool.example', port: undefined }, ['EU.pool.example'], () => {}).url; // 'stratum+tcp://eu.pool.example:3333'
 * ```
 */
export function redirected(
  home: PoolEndpoint,
  redirect: { readonly host: string | undefined; readonly port: number | undefined } | undefined,
  allowed: readonly string[],
  emit: Emit,
): PoolEndpoint {
  const port = redirect?.port ?? home.port;
  const host = redirect?.host === undefined ? home.host : plainHost(redirect.host);
  if (host === home.host && port === home.port) return home;
  const isAllowed = host !== undefined && allowed.some((name) => plainHost(name) === host);
  if (!isAllowed) {
    const wish = host === undefined ? `"${redirect?.host}"` : formatAuthority({ host, port });
    const nextStep =
      host === undefined ? 'That is no host.' : `Pass --allow-redirect ${host} if you trust that host.`;
    emit({
      type: 'warning',
      message: `The pool wants this miner to go to ${wish}, and it stays with ${home.url}. ${nextStep}`,
    });
    return home;
  }
  const scheme = home.url.slice(0, home.url.indexOf('://'));
  const shownPath = home.url.replace(/^[^:]*:\/\/[^/]*/, ''); // without the query, which may hold a secret
  return { ...home, host, port, url: `${scheme}://${formatAuthority({ host, port })}${shownPath}` };
}

/** A host as endpoints have it: lower case, ASCII, without a final dot or brackets; undefined for what is none. */
function plainHost(text: string): string | undefined {
  const authority = parseAuthority(formatAuthority({ host: text, port: 1 }));
  return 'host' in authority ? authority.host : undefined;
}
