/** Connects to a pool: TCP or a proxy, then TLS, then a WebSocket, as its URL asks for, then lines. */
import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { formatAuthority } from '../authority.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { type DialOptions, dial } from './dial.ts';
import { connectTimeout } from './failures.ts';
import { createLineTransport } from './line-transport.ts';
import { type SecureSocket, secure } from './secure.ts';
import { socketLink } from './socket-link.ts';
import {
  DEFAULT_LIMITS,
  type RemoteDescription,
  type Transport,
  type TransportOptions,
} from './transport.ts';
import { loadTrust, type Trust } from './trust.ts';
import { openWebSocket, webSocketLink } from './websocket-link.ts';

const DIRECT_TIMEOUT_MS = 10_000;
/** A circuit to an onion service may take this long. */
const PROXY_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * Connects and, where the URL asks for it, encrypts; nothing is sent to the pool before its certificate is believed.
 *
 * @param signal - closes the transport too, once it is open.
 * @throws {HashgapError} before there is a connection `POOL_REFUSED`, `POOL_HOST_UNKNOWN`, `POOL_TIMEOUT`, `POOL_UNREACHABLE`; for the proxy
 * `PROXY_UNREACHABLE`, `PROXY_AUTH`, `PROXY_REFUSED`, `PROXY_FAILED`, `SECRET_UNREADABLE`; for TLS `POOL_NOT_TLS`, `TLS_FAILED`, `TLS_EXPIRED`,
 * `TLS_WRONG_HOST`, `TLS_SELF_SIGNED`, `TLS_UNKNOWN_CA`, `TLS_PIN_MISMATCH`, and for what the user passed `TLS_CA_UNUSABLE`, `TLS_PIN_INVALID`; for a
 * WebSocket `POOL_NOT_WEBSOCKET`.
 * @throws the signal's reason when it aborts first.
 */
export async function connectTransport(
  endpoint: PoolEndpoint,
  options: TransportOptions,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  setMaxListeners(0, signal); // one for each connection of a program is no leak
  const { proxy } = options;
  const timeoutMs = options.connectTimeoutMs ?? (proxy === undefined ? DIRECT_TIMEOUT_MS : PROXY_TIMEOUT_MS);
  const attempt = startAttempt(signal, timeoutMs);
  try {
    const encrypted = endpoint.scheme === 'tls' || endpoint.scheme === 'wss';
    const trust = encrypted ? await loadTrust(options.tls ?? {}) : undefined;
    const dialing = { proxy, timeoutMs, keepAliveMs: options.keepAliveMs ?? KEEP_ALIVE_MS };
    return await open(endpoint, { ...options, dialing, trust }, attempt, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw attempt.timedOut ? connectTimeout(endpoint.url, attempt.stage, timeoutMs) : error;
  } finally {
    attempt.end();
  }
}

interface OpenOptions extends TransportOptions {
  readonly dialing: DialOptions;
  /** Undefined where nothing is encrypted. */
  readonly trust: Trust | undefined;
}

async function open(
  endpoint: PoolEndpoint,
  options: OpenOptions,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Transport> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const plain = await dial(endpoint, options.dialing, attempt);
  const secured = options.trust && (await encrypt(plain, endpoint, options.trust, attempt));
  if (secured?.tls.trust === 'insecure') options.onWarning?.(insecureWarning(endpoint, secured));
  const socket = secured?.socket ?? plain;
  const shared = {
    endpoint,
    remote: describe(endpoint, plain, options, secured),
    limits,
    now: options.now ?? (() => performance.now()),
    signal,
  };
  if (endpoint.scheme === 'tcp' || endpoint.scheme === 'tls') {
    return createLineTransport({ ...shared, link: (feed) => socketLink(socket, endpoint, feed) });
  }
  attempt.stage = 'the WebSocket handshake';
  const webSocket = await openWebSocket(socket, endpoint, limits, attempt.signal);
  return createLineTransport({ ...shared, link: (feed) => webSocketLink(webSocket, endpoint, feed) });
}

function encrypt(
  plain: Socket,
  endpoint: PoolEndpoint,
  trust: Trust,
  attempt: Attempt,
): Promise<SecureSocket> {
  attempt.stage = 'the TLS handshake';
  return secure(plain, endpoint, trust, attempt.signal);
}

function describe(
  endpoint: PoolEndpoint,
  plain: Socket,
  { proxy }: TransportOptions,
  secured: SecureSocket | undefined,
): RemoteDescription {
  const direct = { host: plain.remoteAddress ?? endpoint.host, port: plain.remotePort ?? endpoint.port };
  return {
    address: formatAuthority(proxy === undefined ? direct : endpoint),
    ...(proxy === undefined ? {} : { proxy: proxy.url }),
    ...(secured === undefined ? {} : { tls: secured.tls }),
  };
}

const insecureWarning = ({ url }: PoolEndpoint, { tls }: SecureSocket) =>
  `--insecure: nobody checks who ${url} is. Whoever stands between can read all of it and take the hashrate. ` +
  `Pass --tls-pin ${tls.fingerprint} instead.`;
