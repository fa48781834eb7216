/** Lines over a WebSocket: the handshake over a socket that is connected, then text or binary messages of one or more lines. */
import { once } from 'node:events';
import type { createConnection, Socket } from 'node:net';
import WebSocket from 'ws';
import { HashgapError } from '../../../errors.ts';
import { plainText } from '../../../stratum/text.ts';
import { formatAuthority } from '../authority.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { brokenSocket, connectionClosed } from './failures.ts';
import type { Feed, Link } from './line-transport.ts';
import type { TransportLimits } from './transport.ts';

/**
 * Shakes hands; the WebSocket comes back paused, so that no message is lost before there is a reader.
 *
 * @throws {HashgapError} `POOL_NOT_WEBSOCKET`; the socket is closed then, and also when `signal` aborts.
 */
export async function openWebSocket(
  socket: Socket,
  endpoint: PoolEndpoint,
  limits: TransportLimits,
  signal: AbortSignal,
): Promise<WebSocket> {
  const webSocket = new WebSocket(requestUrl(endpoint), {
    createConnection: (() => socket) as typeof createConnection,
    perMessageDeflate: false, // a compressed message may be a thousand times its size
    maxPayload: limits.maxLineBytes + 1, // with a line feed
    skipUTF8Validation: true, // bytes that are no UTF-8 are a bad line here as on every other transport
  });
  webSocket.on('error', () => {});
  webSocket.once('open', () => webSocket.pause());
  try {
    await once(webSocket, 'open', { signal });
    return webSocket;
  } catch (cause) {
    webSocket.terminate();
    socket.destroy();
    throw notWebSocket(endpoint, cause as Error);
  }
}

/** RFC 6874, section 4: the zone of an IPv6 address means something to its own computer alone. It chose the interface, and WebSocket URLs cannot carry it. */
function requestUrl({ scheme, host, port, path }: PoolEndpoint): string {
  return `${scheme}://${formatAuthority({ host: host.replace(/%.*$/, ''), port })}${path}`;
}

function notWebSocket({ url }: PoolEndpoint, cause: Error): HashgapError {
  const status = /Unexpected server response: (\d+)/.exec(cause.message)?.[1];
  const received = status === undefined ? upgradeProblem(cause) : `HTTP status ${status}`;
  return new HashgapError(
    'POOL_NOT_WEBSOCKET',
    `Expected a WebSocket at ${url}, received ${received}. ` +
      'Check the path; a port without a WebSocket takes stratum+tcp:// or stratum+ssl://.',
    { details: { url, status: status === undefined ? undefined : Number(status) }, cause },
  );
}

function upgradeProblem(cause: NodeJS.ErrnoException): string {
  if (cause.code?.startsWith('HPE_')) return 'something that is not HTTP';
  return cause.code === undefined ? plainText(cause.message) : `nothing, for ${brokenSocket(cause)}`;
}

/** Joins a WebSocket, as {@link openWebSocket} gives it, to the lines. */
export function webSocketLink(webSocket: WebSocket, endpoint: PoolEndpoint, feed: Feed): Link {
  webSocket.on('message', (message: Buffer) => {
    feed.control(); // an empty message is one too
    feed.bytes(message);
    feed.messageEnd();
  });
  webSocket.on('ping', () => feed.control());
  webSocket.on('error', (error) => feed.lost(broken(endpoint, error)));
  const onClose = (code: number, reason: Buffer) => {
    feed.lost(ended(endpoint, code, reason.toString()));
    feed.gone();
  };
  webSocket.on('close', onClose);
  if (webSocket.readyState === WebSocket.CLOSED) process.nextTick(onClose, 1006, Buffer.alloc(0));
  webSocket.resume();
  return {
    // The line end is for bridges that pass the bytes on to a pool that speaks TCP; JSON readers skip it.
    write: (line) => webSocket.send(`${line}\n`),
    unsentBytes: () => webSocket.bufferedAmount,
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
    end: () => webSocket.close(1000),
    destroy: () => webSocket.terminate(),
  };
}

function broken({ url }: PoolEndpoint, error: NodeJS.ErrnoException): HashgapError {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new HashgapError(
      'POOL_LINE_TOO_LONG',
      `Expected messages within the line limit from ${url}, received a longer one. Check that a Stratum pool listens there.`,
      { details: { url }, cause: error },
    );
  }
  const reason = error.code?.startsWith('WS_ERR_')
    ? `it broke the rules of WebSockets (${plainText(error.message)})`
    : brokenSocket(error);
  return connectionClosed(url, reason, { cause: error.code });
}

/** RFC 6455, section 7.4.1: 1006 stands for a socket that ended without a close message. */
function ended({ url }: PoolEndpoint, code: number, reason: string): HashgapError {
  const said = reason === '' ? '' : `: ${plainText(reason)}`;
  const text =
    code === 1006
      ? 'the pool closed the connection'
      : `the pool closed the WebSocket with ${code === 1005 ? 'no code' : `code ${code}`}${said}`;
  return connectionClosed(url, text, { webSocketCode: code });
}
