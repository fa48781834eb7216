/** The client over every transport, against real servers on loopback: TLS, WebSocket, SOCKS5; redirects that would take TLS away; nothing left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { parseProxyUrl } from '../../src/source/stratum/proxy.ts';
import { redirected } from '../../src/source/stratum/redirect.ts';
import type { TransportOptions } from '../../src/source/stratum/transport/transport.ts';
import { temporaryFolder } from '../e2e/harness.ts';
import { fair, poolFor, startClient, testPool, WORK } from '../support/client.ts';
import { startTlsServer, startWebSocketServer } from '../support/line-servers.ts';
import { createPool } from '../support/pool.ts';
import { startSocksServer } from '../support/socks-server.ts';
import { createTestCa, selfSigned } from '../support/test-ca.ts';

const CHILD = join(import.meta.dirname, '../support/client-child.mjs');

/** A share is found and accepted over this URL. */
async function mines(url: string, transport: TransportOptions = {}) {
  const client = startClient([poolFor(url, 'ann.rig', transport)]);
  expect(await client.submit(await client.job())).toMatchObject({ outcome: 'accepted' });
  return client;
}

const scripted = () => createPool({ work: WORK, outputs: fair });

describe('the client mines', () => {
  it('over TLS with a certificate of a test authority, and warns of no check', async () => {
    const ca = createTestCa();
    const pool = scripted();
    const server = await startTlsServer(ca.issue(), (socket) => pool.accept(socket as Socket));
    const caFile = join(await temporaryFolder(), 'ca.pem');
    await writeFile(caFile, ca.cert);
    const { all } = await mines(`stratum+ssl://localhost:${server.port}`, { tls: { caFile } });
    expect(all('warning')).toEqual([]);
  });

  it('C35 over TLS not at all with a certificate that nobody vouches for: pinned or insecure, it does', async () => {
    const identity = selfSigned();
    const pool = scripted();
    const server = await startTlsServer(identity, (socket) => pool.accept(socket as Socket));
    const url = `stratum+ssl://localhost:${server.port}`;
    const { next, jobs } = startClient([poolFor(url)]);
    expect((await next('source-down')).reason).toContain('--tls-pin');
    expect(jobs.items).toEqual([]);
    expect(pool.clients).toEqual([]);
    await mines(url, { tls: { pin: identity.fingerprint } });
    const { all } = await mines(url, { tls: { insecure: true } });
    expect(all('warning')[0]!.message).toContain('--insecure');
  });

  it('C36 over a WebSocket, with TLS and without', async () => {
    const identity = selfSigned();
    const pool = scripted();
    const plain = await startWebSocketServer((socket) => pool.acceptWebSocket(socket));
    await mines(`stratum+ws://127.0.0.1:${plain.port}/mine`);
    const secure = await startWebSocketServer((socket) => pool.acceptWebSocket(socket), identity);
    await mines(`stratum+wss://localhost:${secure.port}/mine`, { tls: { pin: identity.fingerprint } });
    expect(pool.accepted.size).toBe(2);
  });

  it('through SOCKS5, where only the proxy knows the name', async () => {
    const pool = await testPool();
    const socks = await startSocksServer({ names: { 'pool.onion': '127.0.0.1' } });
    const proxy = parseProxyUrl(`socks5://127.0.0.1:${socks.port}`);
    await mines(`stratum+tcp://pool.onion:${pool.port}`, { proxy });
    expect(socks.requests).toEqual([`pool.onion:${pool.port}`]);
  });

  it('with everything cut into pieces at random bytes', async () => {
    for (let seed = 1; seed <= 5; seed++)
      await mines(`stratum+tcp://127.0.0.1:${(await testPool({ seed })).port}`);
  });
});

describe('a redirect', () => {
  const warnings: string[] = [];
  const go = (home: string, host: string | undefined, port: number | undefined, allowed: string[] = []) =>
    redirected(parsePoolUrl(home), { host, port }, allowed, (event) => {
      warnings.push(event.type === 'warning' ? event.message : event.type);
    });

  it('never changes the scheme, keeps the path, and shows no query', () => {
    expect(go('stratum+ssl://a.example:443', 'b.example', 80, ['b.example'])).toMatchObject({
      scheme: 'tls',
      host: 'b.example',
      port: 80,
      url: 'stratum+ssl://b.example:80',
    });
    const webSocket = go('stratum+wss://a.example:443/mine?key=1', 'b.example', undefined, ['b.example']);
    expect(webSocket).toMatchObject({ path: '/mine?key=1', url: 'stratum+wss://b.example:443/mine' });
  });

  it('compares hosts as names are compared', () => {
    for (const host of ['B.Example', 'b.example.', 'b.EXAMPLE'])
      expect(go('stratum+tcp://a.example:1', host, 2, ['B.example.']).host).toBe('b.example');
    expect(go('stratum+tcp://a.example:1', '::1', 2, ['[::1]']).url).toBe('stratum+tcp://[::1]:2');
    expect(go('stratum+tcp://a.example:1', 'A.EXAMPLE.', 1).url).toBe('stratum+tcp://a.example:1');
  });

  it('stays for what is not allowed: other hosts, look-alikes, other ports, no hosts', () => {
    for (const host of [
      'evil.example',
      'b.example.evil.net',
      'xb.example',
      'b.example:99',
      'b.example/@x',
      'a b',
    ])
      expect(go('stratum+tcp://a.example:1', host, 1, ['b.example']).url).toBe('stratum+tcp://a.example:1');
    warnings.length = 0;
    expect(go('stratum+tcp://a.example:1', undefined, 2).port).toBe(1);
    expect(warnings[0]).toContain('a.example:2');
  });
});

it('close() leaves nothing behind: a process that used every kind ends by itself', async () => {
  const identity = selfSigned();
  const pool = await testPool();
  const tls = await startTlsServer(identity, (socket) => pool.accept(socket as Socket));
  const webSocket = await startWebSocketServer((socket) => pool.acceptWebSocket(socket));
  const urls = [
    `stratum+tcp://127.0.0.1:${pool.port}`,
    `stratum+ssl://127.0.0.1:${tls.port}`,
    `stratum+ws://127.0.0.1:${webSocket.port}/mine`,
    'stratum+tcp://127.0.0.1:1',
  ];
  const child = spawn(process.execPath, [CHILD, ...urls], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 30_000,
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(output.trim().split('\n')).toEqual(['accepted', 'accepted', 'accepted', 'POOL_NO_WORK']);
  expect(code).toBe(0);
});
