/** TLS over a socket that is connected: the handshake, and the judgement before a byte is sent. */
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { HashgapError } from '../../../errors.ts';
import { plainText } from '../../../stratum/text.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { brokenSocket } from './failures.ts';
import type { TlsDescription } from './transport.ts';
import { judge, type Trust } from './trust.ts';

/** An encrypted socket whose other end is believed. */
export interface SecureSocket {
  readonly socket: TLSSocket;
  readonly tls: TlsDescription;
}

/**
 * Shakes hands and judges the certificate.
 *
 * @throws {HashgapError} `POOL_NOT_TLS` when the port speaks something else, `TLS_FAILED` for a handshake that broke off, and what
 * {@link judge} throws. The socket is closed then, and also when `signal` aborts.
 */
export async function secure(
  plain: Socket,
  endpoint: PoolEndpoint,
  trust: Trust,
  signal: AbortSignal,
): Promise<SecureSocket> {
  const socket = connect({
    socket: plain,
    host: endpoint.host, // the name, or the address, that the certificate is checked for
    servername: isIP(endpoint.host) === 0 ? endpoint.host : '', // RFC 6066: SNI knows no addresses
    minVersion: 'TLSv1.2',
    // Node would end the handshake without a word on which certificate it was; judge() decides, and nothing is sent before it has.
    rejectUnauthorized: false,
    ...(trust.authorities === undefined ? {} : { ca: [...trust.authorities] }),
  });
  socket.on('error', () => socket.destroy()); // Node tells a bad record, and would leave the socket open
  try {
    await once(socket, 'secureConnect', { signal }).catch((cause: unknown) => {
      throw handshakeFailure(endpoint, cause);
    });
    const certificate = socket.getPeerX509Certificate(); // once: Node 20 gives it to the first who asks
    // Set exactly when `authorized` is false; the types say Error, what is set is its code.
    const problem = socket.authorized ? undefined : String(socket.authorizationError ?? 'not authorized');
    const verdict = judge(endpoint, { certificate, problem }, trust);
    return { socket, tls: describe(socket, certificate?.fingerprint256 ?? 'none', verdict) };
  } catch (error) {
    socket.destroy();
    plain.destroy();
    throw error;
  }
}

function describe(socket: TLSSocket, fingerprint: string, trust: TlsDescription['trust']): TlsDescription {
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    fingerprint,
    trust,
  };
}

/** OpenSSL's names for bytes that are no TLS record: a pool or a web server that answers in plain text. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNKNOWN_PROTOCOL',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_RECORD_LAYER_FAILURE',
  'ERR_SSL_UNEXPECTED_MESSAGE',
  'ERR_SSL_BAD_RECORD_TYPE',
]);

function handshakeFailure({ url, host, port }: PoolEndpoint, cause: unknown): HashgapError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (NOT_TLS.has(code)) {
    return new HashgapError(
      'POOL_NOT_TLS',
      `Expected TLS from ${url}, received something else. The port may speak plain Stratum: ask for the pool's TLS port, ` +
        'or pass a URL with stratum+tcp:// (or stratum+ws://).',
      { details: { url, host, port }, cause },
    );
  }
  const reason = code.startsWith('ERR_SSL_')
    ? plainText(code.slice('ERR_SSL_'.length).replaceAll('_', ' ').toLowerCase())
    : `${brokenSocket(cause)} during the handshake`;
  return new HashgapError(
    'TLS_FAILED',
    `Expected a TLS handshake with ${url}, received: ${reason}. Check that the port speaks TLS 1.2 or later.`,
    { details: { url, tlsCode: code }, cause },
  );
}
