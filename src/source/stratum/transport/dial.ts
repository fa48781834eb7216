/** Opens TCP connections, directly or through a SOCKS5 proxy. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SocksClient } from 'socks';
import { HashgapError } from '../../../errors.ts';
import { plainText } from '../../../stratum/text.ts';
import { type Authority, formatAuthority } from '../authority.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { proxyCredentials, type SocksProxy } from '../proxy.ts';
import type { Attempt } from './attempt.ts';
import { DIAL_REASONS, dialFailure, dialProblem } from './failures.ts';

/** How to open sockets. */
export interface DialOptions {
  readonly keepAliveMs: number;
  readonly timeoutMs: number;
  readonly proxy: SocksProxy | undefined;
}

/**
 * A socket that is connected to the pool. Errors that nobody awaits are swallowed: the caller sees them as the end of the socket.
 *
 * @throws {HashgapError} `POOL_REFUSED`, `POOL_HOST_UNKNOWN`, `POOL_TIMEOUT`, `POOL_UNREACHABLE`; `PROXY_UNREACHABLE`, `PROXY_AUTH`, `PROXY_REFUSED`,
 * `PROXY_FAILED`, `SECRET_UNREADABLE`. Whatever was opened is closed then, and also when the attempt aborts.
 */
export async function dial(endpoint: PoolEndpoint, options: DialOptions, attempt: Attempt): Promise<Socket> {
  if (options.proxy !== undefined) return dialThrough(options.proxy, endpoint, options, attempt);
  if (endpoint.host.endsWith('.onion')) throw needsTor(endpoint); // RFC 7686: no name server is asked for these
  try {
    return await open(endpoint, options, attempt.signal);
  } catch (cause) {
    throw dialFailure(endpoint.url, cause);
  }
}

async function open({ host, port }: Authority, options: DialOptions, signal: AbortSignal): Promise<Socket> {
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: options.keepAliveMs,
    // Node gives each address of a host 250 ms before it tries the next and never comes back: too little for a satellite link.
    autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(options.timeoutMs / 4)),
  });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function dialThrough(
  proxy: SocksProxy,
  endpoint: PoolEndpoint,
  options: DialOptions,
  attempt: Attempt,
): Promise<Socket> {
  const credentials = await proxyCredentials(proxy);
  const socket = await open(proxy, options, attempt.signal).catch((cause: unknown) => {
    throw proxyUnreachable(proxy, cause);
  });
  attempt.stage = 'asking the proxy';
  if (attempt.signal.aborted) socket.destroy();
  const onAbort = () => socket.destroy();
  attempt.signal.addEventListener('abort', onAbort);
  try {
    await SocksClient.createConnection({
      command: 'connect',
      proxy: { type: 5, host: proxy.host, port: proxy.port, ...credentials },
      destination: { host: endpoint.host, port: endpoint.port },
      existing_socket: socket,
      timeout: options.timeoutMs, // the attempt's clock started before and ends first
    });
    return socket; // and no await from here to the reader: `socks` hands on what came with the proxy's answer in the next turn
  } catch (error) {
    socket.destroy();
    throw proxyFailure(proxy, endpoint, (error as Error).message); // not as cause: it carries the password
  } finally {
    attempt.signal.removeEventListener('abort', onAbort);
  }
}

function needsTor({ host, url }: PoolEndpoint): HashgapError {
  return new HashgapError(
    'POOL_HOST_UNKNOWN',
    `Expected a proxy for the onion service ${url}, received none. Start Tor and pass --proxy socks5://127.0.0.1:9050.`,
    { details: { url, host } },
  );
}

function proxyUnreachable(proxy: SocksProxy, cause: unknown): HashgapError {
  return new HashgapError(
    'PROXY_UNREACHABLE',
    `Expected a SOCKS5 proxy at ${proxy.url}, but ${DIAL_REASONS[dialProblem(cause)]}. Start it, or correct --proxy.`,
    { details: { proxy: proxy.url }, cause },
  );
}

/** The replies of RFC 1928, section 6, by the names that `socks` gives them. */
const REPLIES: Readonly<Record<string, readonly [reason: string, nextStep: string]>> = {
  Failure: ['it failed without saying why', 'Look at the log of the proxy.'],
  NotAllowed: ['its rules forbid that', 'Allow the pool in the configuration of the proxy.'],
  NetworkUnreachable: ['it does not reach that network', 'Check the network of the proxy.'],
  HostUnreachable: [
    'it does not reach or know that host',
    'Check the spelling of the host, and the network of the proxy.',
  ],
  ConnectionRefused: ['the pool refused the connection', 'Check the port, and whether the pool is up.'],
  TTLExpired: ['the pool did not answer in time', 'Check host and port, and the network of the proxy.'],
  CommandNotSupported: ['it does not make connections for others', 'Use another proxy.'],
  AddressNotSupported: [
    'it does not take this kind of address',
    'Write the pool as a name, or use another proxy.',
  ],
  unknown: ['it answered with a reply of its own', 'Look at the log of the proxy.'],
};

/** What a proxy did wrong, from the words of `socks`, which has no codes. */
function proxyFailure(proxy: SocksProxy, endpoint: PoolEndpoint, message: string): HashgapError {
  const details = { proxy: proxy.url, url: endpoint.url };
  const refusal = /proxy rejected connection - (\w+)/.exec(message);
  if (refusal !== null) {
    const reply = refusal[1]! in REPLIES ? refusal[1]! : 'unknown';
    const [reason, nextStep] = REPLIES[reply]!;
    return new HashgapError(
      'PROXY_REFUSED',
      `Expected the proxy ${proxy.url} to connect to ${formatAuthority(endpoint)}, but ${reason}. ${nextStep}`,
      { details: { ...details, reply } },
    );
  }
  if (/no accepted authentication type|Authentication failed|unknown authentication type/.test(message)) {
    const received = proxy.user === undefined ? 'a demand for a user and a password' : 'a refusal';
    return new HashgapError(
      'PROXY_AUTH',
      `Expected the proxy ${proxy.url} to let us in, received ${received}. Put the user into --proxy, and its password into a file.`,
      { details },
    );
  }
  const hungUp = message === 'Socket closed' ? 'nothing, it hung up' : plainText(message);
  const received = /handshake/i.test(message) ? 'an answer that is not SOCKS5' : hungUp;
  return new HashgapError(
    'PROXY_FAILED',
    `Expected a SOCKS5 proxy at ${proxy.url}, received ${received}. Check that --proxy names its SOCKS port.`,
    { details },
  );
}
