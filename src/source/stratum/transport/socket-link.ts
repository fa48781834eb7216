/** Lines over a socket, plain or encrypted. */
import type { Socket } from 'node:net';
import { HashgapError } from '../../../errors.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { brokenSocket, connectionClosed } from './failures.ts';
import type { Feed, Link } from './line-transport.ts';

/** Joins a connected socket to the lines. */
export function socketLink(socket: Socket, endpoint: PoolEndpoint, feed: Feed): Link {
  let heard = false;
  let failure: unknown;
  socket.on('data', (chunk: Buffer) => {
    if (!heard && endpoint.scheme === 'tcp' && isTlsAlert(chunk)) return feed.lost(needsTls(endpoint));
    heard = true;
    feed.bytes(chunk);
  });
  socket.on('end', () => {
    feed.messageEnd();
    feed.lost(ended(endpoint, heard, 'the pool closed the connection')); // at once: the rest of a goodbye may never come
  });
  socket.on('error', (error) => {
    failure = error;
  });
  const onClose = () => {
    const how = failure === undefined ? 'the pool closed the connection' : brokenSocket(failure);
    feed.lost(ended(endpoint, heard, how));
    feed.gone();
  };
  socket.on('close', onClose);
  if (socket.closed) process.nextTick(onClose); // it went while it was made ready
  return {
    write: (line) => void socket.write(`${line}\n`),
    unsentBytes: () => socket.writableLength,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

/**
 * A TLS server that answers plain Stratum does so with an alert record, type 21 and version 3.x (RFC 8446, section 5.1); no line starts
 * with that control character. OpenSSL answers nothing and hangs up, which ended() makes a guess at.
 */
const isTlsAlert = (chunk: Uint8Array) => chunk[0] === 21 && (chunk.length < 2 || chunk[1] === 3);

function needsTls({ url, host, port }: PoolEndpoint): HashgapError {
  return new HashgapError(
    'POOL_NEEDS_TLS',
    `Expected plain Stratum from ${url}, received a TLS alert. Pass stratum+ssl:// instead of stratum+tcp://, or ask for the plain port.`,
    { details: { url, host, port } },
  );
}

function ended({ url, scheme }: PoolEndpoint, heard: boolean, how: string): HashgapError {
  const silent = scheme === 'tcp' ? ' without a word (it may expect TLS: stratum+ssl://)' : ' without a word';
  return connectionClosed(url, `${how}${heard ? '' : silent}`, { heard });
}
