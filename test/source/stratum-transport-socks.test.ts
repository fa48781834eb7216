/** Pools behind a SOCKS5 proxy: names that only the proxy knows, credentials, and every answer of RFC 1928. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseProxyUrl } from '../../src/source/stratum/proxy.ts';
import { startTcpServer, startTlsServer, startWebSocketServer } from '../support/line-servers.ts';
import { type SocksServerOptions, startSocksServer } from '../support/socks-server.ts';
import { createTestCa } from '../support/test-ca.ts';
import { connectTo, readAll, take } from '../support/transports.ts';

/** An onion service, which no name server knows. */
const ONION = 'expyuzz4wqqyqhjn.onion';
const NAMES = { [ONION]: '127.0.0.1' };

/** A proxy, and how to ask for it. */
async function proxied(options: SocksServerOptions = {}, user = '') {
  const server = await startSocksServer({ names: NAMES, ...options });
  return { server, proxy: parseProxyUrl(`socks5://${user}127.0.0.1:${server.port}`, async () => 'hunter2') };
}

/** A proxy that waits for `steps.length` messages and answers each with the given bytes. */
async function scripted(...steps: readonly (readonly number[] | 'close')[]) {
  const serve = async (socket: Socket) => {
    for (const step of steps) {
      await once(socket, 'data');
      if (step === 'close') socket.end();
      else socket.write(Buffer.from(step));
    }
  };
  const server = await startTcpServer((socket) => void serve(socket).catch(() => {}));
  return { server, proxy: parseProxyUrl(`socks5://127.0.0.1:${server.port}`) };
}

const GREETED = [5, 0];
const answered = (reply: number) => [5, reply, 0, 1, 0, 0, 0, 0, 0, 0];

describe('every scheme goes through the proxy, which resolves the name', () => {
  const identity = createTestCa().issue({ names: [ONION] });
  const tls = { pin: identity.fingerprint };
  const echo = (socket: Socket) => void socket.on('data', (chunk) => socket.write(`you said ${chunk}`));

  it.each([
    ['stratum+tcp', () => startTcpServer(echo), ''],
    ['stratum+ssl', () => startTlsServer(identity, echo), ''],
    [
      'stratum+ws',
      () =>
        startWebSocketServer(
          (socket) => void socket.on('message', (data) => socket.send(`you said ${data}`)),
        ),
      '/mine',
    ],
    [
      'stratum+wss',
      () =>
        startWebSocketServer(
          (socket) => void socket.on('message', (data) => socket.send(`you said ${data}`)),
          identity,
        ),
      '/mine',
    ],
  ])('%s', async (scheme, start, path) => {
    const pool = await start();
    const { server, proxy } = await proxied();
    const transport = await connectTo(`${scheme}://${ONION}:${pool.port}${path}`, { proxy, tls });
    transport.send('{"id":1}');
    expect(await take(transport, 1)).toEqual(['you said {"id":1}']);
    expect(server.requests).toEqual([`${ONION}:${pool.port}`]);
    expect(transport.remote).toMatchObject({ address: `${ONION}:${pool.port}`, proxy: proxy.url });
  });

  it('and hands on addresses as addresses', async () => {
    const pool = await startTcpServer((socket) => socket.end('hi\n'), '::1');
    const { server, proxy } = await proxied();
    const transport = await connectTo(`stratum+tcp://[::1]:${pool.port}`, { proxy });
    expect(await take(transport, 1)).toEqual(['hi']);
    expect(server.requests).toEqual([`0000:0000:0000:0000:0000:0000:0000:0001:${pool.port}`]);
  });

  it('and loses nothing that comes with its answer', async () => {
    const { proxy } = await scripted(GREETED, [...answered(0), ...Buffer.from('{"id":1}\n{"id')]);
    const transport = await connectTo('stratum+tcp://pool.example:3333', { proxy });
    expect(await take(transport, 1)).toEqual(['{"id":1}']);
  });

  it('and ends with it', async () => {
    const pool = await startTcpServer((socket) => void socket.write('hi\n'));
    const { proxy } = await proxied();
    const transport = await connectTo(`stratum+tcp://127.0.0.1:${pool.port}`, { proxy });
    expect(await take(transport, 1)).toEqual(['hi']);
    pool.sockets[0]!.end();
    expect((await readAll(transport)).error).toMatchObject({ code: 'POOL_CLOSED' });
  });
});

describe('credentials', () => {
  it('are sent when the proxy asks for them', async () => {
    const pool = await startTcpServer((socket) => socket.end('hi\n'));
    const { server } = await proxied({ auth: { username: 'al ice', password: 'hunter2' } });
    const socks = parseProxyUrl(`socks5://al%20ice@127.0.0.1:${server.port}`, async () => 'hunter2');
    const transport = await connectTo(`stratum+tcp://127.0.0.1:${pool.port}`, { proxy: socks });
    expect(await take(transport, 1)).toEqual(['hi']);
    expect(inspect(transport.remote)).not.toContain('hunter2');
  });

  it.each([
    ['none are given', '', 'a demand for a user and a password'],
    ['they are wrong', 'mallory@', 'a refusal'],
  ])('are refused when %s', async (_name, user, words) => {
    const { proxy } = await proxied({ auth: { username: 'alice', password: 'hunter2' } }, user);
    const refused = connectTo('stratum+tcp://127.0.0.1:1', { proxy });
    await expect(refused).rejects.toMatchObject({
      code: 'PROXY_AUTH',
      message: expect.stringContaining(words),
    });
    expect(inspect(await refused.catch((error: unknown) => error), { depth: 9 })).not.toContain('hunter2');
  });
});

describe('a proxy that does not connect', () => {
  it.each([
    [1, 'Failure', 'without saying why'],
    [2, 'NotAllowed', 'its rules forbid that'],
    [3, 'NetworkUnreachable', 'does not reach that network'],
    [4, 'HostUnreachable', 'does not reach or know that host'],
    [5, 'ConnectionRefused', 'the pool refused the connection'],
    [6, 'TTLExpired', 'did not answer in time'],
    [7, 'CommandNotSupported', 'does not make connections for others'],
    [8, 'AddressNotSupported', 'does not take this kind of address'],
    [0xf0, 'unknown', 'a reply of its own'], // Tor's extended errors
  ])('says why: reply %i', async (code, reply, words) => {
    const { proxy, server } = await scripted(GREETED, answered(code));
    await expect(connectTo('stratum+ssl://pool.example:3333', { proxy })).rejects.toMatchObject({
      code: 'PROXY_REFUSED',
      message: expect.stringContaining(words),
      details: { reply },
    });
    const [socket] = server.sockets;
    socket!.resume();
    if (!socket!.closed) await once(socket!, 'close');
  });

  it('by its own rules and by its own failure, on a real server', async () => {
    const forbidding = await proxied({ forbid: true });
    await expect(connectTo('stratum+tcp://127.0.0.1:1', { proxy: forbidding.proxy })).rejects.toMatchObject({
      details: { reply: 'NotAllowed' },
    });
    const { proxy } = await proxied();
    await expect(connectTo('stratum+tcp://127.0.0.1:1', { proxy })).rejects.toMatchObject({
      details: { reply: 'ConnectionRefused' },
    });
    await expect(connectTo('stratum+tcp://pool.invalid:1', { proxy })).rejects.toMatchObject({
      details: { reply: 'HostUnreachable' },
    });
  });

  it.each<[string, readonly (readonly number[] | 'close')[], string]>([
    ['speaks HTTP', [[...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]], 'not SOCKS5'],
    ['speaks SOCKS4', [[0, 90, 0, 0, 0, 0, 0, 0]], 'not SOCKS5'],
    ['answers nonsense to the request', [GREETED, [9, 9, 9, 9, 9, 9, 9, 9, 9, 9]], 'a reply of its own'],
    ['hangs up', ['close'], 'it hung up'],
    ['hangs up in between', [GREETED, 'close'], 'it hung up'],
  ])('because it %s', async (_name, steps, words) => {
    const { proxy } = await scripted(...steps);
    await expect(connectTo('stratum+tcp://pool.example:3333', { proxy })).rejects.toMatchObject({
      code: expect.stringMatching(/^PROXY_(FAILED|REFUSED)$/),
      message: expect.stringContaining(words),
    });
  });

  it('because it is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    for (const [host, words] of [
      [`127.0.0.1:${port}`, 'refused'],
      ['proxy.invalid:9050', 'its name is not known'],
    ]) {
      const proxy = parseProxyUrl(`socks5://${host}`);
      await expect(connectTo('stratum+tcp://pool.example:3333', { proxy })).rejects.toMatchObject({
        code: 'PROXY_UNREACHABLE',
        message: expect.stringContaining(words!),
      });
    }
  });

  it('in time, or before the signal aborts', async () => {
    const { proxy } = await scripted(GREETED);
    await expect(
      connectTo('stratum+tcp://pool.example:3333', { proxy, connectTimeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'POOL_TIMEOUT', details: { stage: 'asking the proxy' } });
    const controller = new AbortController();
    const reason = new Error('enough');
    const silent = await startTcpServer((socket) => void socket.once('data', () => controller.abort(reason)));
    const asking = connectTo(
      'stratum+tcp://pool.example:3333',
      { proxy: parseProxyUrl(`socks5://127.0.0.1:${silent.port}`) },
      controller.signal,
    );
    await expect(asking).rejects.toBe(reason);
  });
});
