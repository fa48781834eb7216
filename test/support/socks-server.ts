/** A SOCKS5 proxy on loopback: the package @pondwader/socks5-server, with names that only it knows. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from '@pondwader/socks5-server';
import { onTestFinished } from 'vitest';

/** How the proxy behaves. */
export interface SocksServerOptions {
  /** Asked of the client when given. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Names that it resolves to a loopback address; other names and addresses are used as they are. @default none */
  readonly names?: Readonly<Record<string, string>>;
  /** Refuse every destination by rule. @default false */
  readonly forbid?: boolean;
}

/** A running proxy. */
export interface SocksServer {
  readonly port: number;
  /** `host:port` of each request, as the client sent it. */
  readonly requests: readonly string[];
}

/** Starts a proxy that stops with the test. */
export async function startSocksServer({
  auth,
  names = {},
  forbid,
}: SocksServerOptions = {}): Promise<SocksServer> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const server = createServer(auth === undefined ? {} : { auth });
  const connectByDefault = server.connectionHandler;
  server.setRulesetValidator((connection) => {
    open.add(connection.socket as Socket);
    requests.push(`${connection.destAddress}:${connection.destPort}`);
    return !forbid;
  });
  server.setConnectionHandler((connection, sendStatus) => {
    connection.destAddress = names[connection.destAddress] ?? connection.destAddress;
    return connectByDefault(connection, sendStatus);
  });
  server.listen(0, '127.0.0.1');
  const { server: listener } = server as unknown as { server: Server }; // the package does not tell its port
  await once(listener, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { port: (listener.address() as AddressInfo).port, requests };
}
