/** A process that used every kind of transport, and ended each in every way, has nothing left that keeps it alive. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { startTcpServer, startTlsServer, startWebSocketServer } from '../support/line-servers.ts';
import { startSocksServer } from '../support/socks-server.ts';
import { selfSigned } from '../support/test-ca.ts';

const CHILD = join(import.meta.dirname, '../support/transport-child.mjs');

it('ends by itself', async () => {
  const identity = selfSigned();
  const answer = (chunk: unknown, end: (last: string) => void) => {
    if (String(chunk).startsWith('by the pool')) end('bye\n');
  };
  const onSocket = (socket: Socket) =>
    void socket.on('data', (chunk) => answer(chunk, (last) => socket.end(last)));
  const onWebSocket = (socket: WebSocket) =>
    void socket.on('message', (data) => {
      answer(data, (last) => {
        socket.send(last);
        socket.close(1000);
      });
    });
  const { port: socks } = await startSocksServer();
  const urls = [
    `stratum+tcp://127.0.0.1:${(await startTcpServer(onSocket)).port}`,
    `stratum+ssl://127.0.0.1:${(await startTlsServer(identity, onSocket)).port}`,
    `stratum+ws://127.0.0.1:${(await startWebSocketServer(onWebSocket)).port}/mine`,
    `stratum+wss://127.0.0.1:${(await startWebSocketServer(onWebSocket, identity)).port}/mine`,
    'stratum+tcp://127.0.0.1:1', // refused
  ];
  const child = spawn(process.execPath, [CHILD, `socks5://127.0.0.1:${socks}`, ...urls], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 15_000,
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const refusals = [...Array(3).fill('POOL_REFUSED'), ...Array(3).fill('PROXY_REFUSED')];
  const ends = Array(8).fill(['bye', 'POOL_CLOSED']).flat();
  expect(output.trim().split('\n')).toEqual([...ends, ...refusals]);
  expect(code).toBe(0);
});
