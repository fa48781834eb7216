/** Servers on loopback that tests put in a pool's place: TCP, TLS and WebSocket, each with its own say over every connection. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Identity } from './test-ca.ts';

/** A server that stops with the test. */
export interface LineServer {
  readonly port: number;
  /** The sockets of those who connected, oldest first. */
  readonly sockets: readonly Socket[];
}

/** Listens on a port of its own; every socket and the server are gone when the test ends. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<LineServer> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {}); // tests look at the client's end
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A TCP server. */
export const startTcpServer = (onSocket: (socket: Socket) => void, host?: string) =>
  listen(createServer(onSocket), host);

/** A TLS server that shows `identity`. */
export function startTlsServer(
  identity: Pick<Identity, 'cert' | 'key'>,
  onSocket: (socket: TLSSocket) => void,
  options: TlsOptions = {},
): Promise<LineServer> {
  const server = createTlsServer({ ...options, cert: identity.cert, key: identity.key }, (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.on('tlsClientError', () => {}); // clients that do not believe the certificate hang up
  return listen(server);
}

/** A WebSocket server at `/mine`; with an identity it speaks TLS. */
export function startWebSocketServer(
  onSocket: (socket: WebSocket) => void,
  identity?: Pick<Identity, 'cert' | 'key'>,
): Promise<LineServer> {
  const http =
    identity === undefined
      ? createHttpServer()
      : createHttpsServer({ cert: identity.cert, key: identity.key }).on('tlsClientError', () => {});
  const server = new WebSocketServer({ server: http, path: '/mine' });
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listen(http);
}
