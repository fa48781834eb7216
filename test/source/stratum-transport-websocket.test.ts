/** C36, WebSockets: the same lines, limits and ends as over TCP, whatever the messages look like. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { DEFAULT_LIMITS } from '../../src/source/stratum/transport/transport.ts';
import { openWebSocket } from '../../src/source/stratum/transport/websocket-link.ts';
import { listen, startTcpServer, startWebSocketServer } from '../support/line-servers.ts';
import { createTestCa } from '../support/test-ca.ts';
import { connectTo, readAll, take } from '../support/transports.ts';

async function pair(onSocket: (socket: WebSocket) => void, options = {}) {
  const server = await startWebSocketServer(onSocket);
  return { server, transport: await connectTo(`stratum+ws://127.0.0.1:${server.port}/mine`, options) };
}

describe('messages', () => {
  it.each<[string, (socket: WebSocket) => void]>([
    [
      'one line in each',
      (socket) => ['{"id":1}', '{"id":2}', '{"é":3}'].forEach((line) => void socket.send(line)),
    ],
    ['several lines in one', (socket) => socket.send('{"id":1}\n{"id":2}\r\n\n{"é":3}\n')],
    ['several lines, the last one open', (socket) => socket.send('{"id":1}\n{"id":2}\n{"é":3}')],
    [
      'binary ones',
      (socket) => ['{"id":1}', '{"id":2}\n{"é":3}'].forEach((line) => void socket.send(Buffer.from(line))),
    ],
    [
      'fragments, cut inside a character',
      (socket) => {
        const bytes = Buffer.from('{"id":1}\n{"id":2}\n{"é":3}');
        for (let at = 0; at < bytes.length; at++) {
          socket.send(bytes.subarray(at, at + 1), { binary: false, fin: at === bytes.length - 1 });
        }
      },
    ],
    [
      'empty ones in between',
      (socket) => ['', '{"id":1}\n{"id":2}', '', '\n', '{"é":3}'].forEach((line) => void socket.send(line)),
    ],
  ])('are lines: %s', async (_name, send) => {
    const { transport } = await pair((socket) => {
      send(socket); // at once: the first may arrive with the answer to the handshake
      socket.close();
    });
    expect((await readAll(transport)).lines).toEqual(['{"id":1}', '{"id":2}', '{"é":3}']);
  });

  it('are sent as text with a line feed, one for each line', async () => {
    const received: [string, boolean][] = [];
    const { transport, server } = await pair((socket) => {
      socket.on('message', (data, isBinary) => received.push([String(data), isBinary]));
    });
    expect(transport.send('{"id":1}')).toBe(true);
    expect(transport.send('{"id":2}')).toBe(true);
    const gone = once(server.sockets[0]!, 'close');
    await transport.close();
    await gone;
    expect(received).toEqual([
      ['{"id":1}\n', false],
      ['{"id":2}\n', false],
    ]);
  });

  it('with bytes that are no UTF-8 are bad lines, not the end', async () => {
    const { transport } = await pair((socket) => {
      socket.send(Buffer.from([0xff, 0x28]), { binary: false });
      socket.send('{"id":1}');
    });
    expect(await take(transport, 2)).toEqual(['�(', '{"id":1}']);
  });
});

describe('limits', () => {
  it('C30: 2 MB in one message end the connection; 40 KB are a line', async () => {
    const { transport } = await pair((socket) => {
      socket.send('x'.repeat(40_000));
      socket.send('y'.repeat(2 * 1_048_576));
    });
    const { lines, error } = await readAll(transport);
    expect(lines.map((line) => line.length)).toEqual([40_000]);
    expect(error).toMatchObject({ code: 'POOL_LINE_TOO_LONG' });
  });

  it('C30: 2 MB in fragments of one message end it too', async () => {
    const { transport } = await pair((socket) => {
      for (let part = 0; part < 32; part++) socket.send('y'.repeat(65_536), { fin: false });
    });
    expect(await readAll(transport)).toMatchObject({ lines: [], error: { code: 'POOL_LINE_TOO_LONG' } });
  });

  it('takes a line of exactly the limit, and not one byte more', async () => {
    const { transport } = await pair(
      (socket) => {
        socket.send(`${'a'.repeat(100)}\n`);
        socket.send('b'.repeat(101));
      },
      { limits: { maxLineBytes: 100 } },
    );
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual(['a'.repeat(100)]);
    expect(error).toMatchObject({ code: 'POOL_LINE_TOO_LONG' });
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['messages', (socket) => socket.send('{}')],
    ['empty messages', (socket) => socket.send('')],
    ['pings', (socket) => socket.ping()],
  ])('drops a pool that floods with %s', async (_name, send) => {
    const { transport } = await pair(
      (socket) => {
        for (let count = 0; count < 20; count++) send(socket);
      },
      { limits: { messagesPerSecond: 1, messageBurst: 10 } },
    );
    expect((await readAll(transport)).error).toMatchObject({ code: 'POOL_FLOOD' });
  });

  it('drops a pool that does not read', async () => {
    const { transport } = await pair((socket) => socket.pause(), { limits: { maxUnsentBytes: 100_000 } });
    const line = 'x'.repeat(10_000);
    while (transport.send(line)) await new Promise(setImmediate);
    expect(await readAll(transport)).toMatchObject({ error: { code: 'POOL_NOT_READING' } });
  });

  it('stops the socket while nobody reads, and loses nothing', async () => {
    const line = 'x'.repeat(999);
    const total = 20_000;
    const { transport, server } = await pair(
      (socket) => {
        for (let count = 0; count < total; count++) socket.send(line);
        socket.close();
      },
      { limits: { messageBurst: 1e9 } },
    );
    for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
    expect(server.sockets[0]!.writableLength).toBeGreaterThan(0); // it waits for the reader
    const { lines } = await readAll(transport);
    expect(lines.length).toBe(total);
  });
});

describe('the end', () => {
  it.each<[string, (socket: WebSocket) => void, number, string]>([
    ['in good order', (socket) => socket.close(1000), 1000, 'with code 1000'],
    ['for a reason', (socket) => socket.close(1008, 'banned\u001b[31m'), 1008, 'with code 1008: banned'],
    ['in an error', (socket) => socket.close(1011, 'oops'), 1011, 'with code 1011: oops'],
    ['without a code', (socket) => socket.close(), 1005, 'with no code'],
    ['without a word', (socket) => socket.terminate(), 1006, 'the pool closed the connection'],
  ])('is told when the pool closes %s', async (_name, close, webSocketCode, words) => {
    const { transport } = await pair((socket) => {
      socket.send('last');
      socket.once('message', () => close(socket));
    });
    expect(await take(transport, 1)).toEqual(['last']);
    transport.send('now');
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual([]);
    expect(error).toMatchObject({ code: 'POOL_CLOSED', details: { webSocketCode } });
    expect(String(error)).toContain(words);
    expect(String(error)).not.toContain('\u001b');
  });

  it('is told when the pool breaks the rules', async () => {
    const { transport, server } = await pair(() => {});
    server.sockets[0]!.write(Buffer.from([0xf7, 0x00])); // reserved bits and an unknown opcode
    const { error } = await readAll(transport);
    expect(error).toMatchObject({ code: 'POOL_CLOSED' });
    expect(String(error)).toContain('broke the rules of WebSockets');
  });

  it('is told when the connection is reset', async () => {
    const { transport, server } = await pair((socket) => socket.send('x'));
    expect(await take(transport, 1)).toEqual(['x']);
    server.sockets[0]!.resetAndDestroy();
    expect((await readAll(transport)).error).toMatchObject({
      code: 'POOL_CLOSED',
      details: { webSocketCode: 1006 },
    });
    await transport.close();
  });

  it('comes by close(), with code 1000 and what was sent before', async () => {
    const received: string[] = [];
    let code = 0;
    const { transport, server } = await pair((socket) => {
      for (let count = 0; count < 1_000; count++) socket.send('unread');
      socket.on('message', (data) => received.push(String(data)));
      socket.on('close', (given) => {
        code = given;
      });
    });
    const gone = once(server.sockets[0]!, 'close');
    transport.send('a share');
    await Promise.all([transport.close(), transport.close()]);
    await gone;
    expect([received, code]).toEqual([['a share\n'], 1000]);
    expect(await readAll(transport)).toEqual({ lines: [], error: undefined });
    expect(transport.send('late')).toBe(false);
  });

  it('comes by close() also when the pool never answers it', async () => {
    const { transport } = await pair((socket) => socket.pause());
    await transport.close();
  });
});

describe('the handshake', () => {
  it('asks for the path and names the host', async () => {
    const http = createServer();
    const server = await listen(http);
    let request: IncomingMessage | undefined;
    new WebSocketServer({ server: http }).on('connection', (socket, incoming) => {
      request = incoming;
      socket.send('hi');
    });
    const transport = await connectTo(`stratum+ws://localhost:${server.port}/mine/btc?token=x`);
    expect(await take(transport, 1)).toEqual(['hi']);
    expect(request?.url).toBe('/mine/btc?token=x');
    expect(request?.headers.host).toBe(`localhost:${server.port}`);
    expect(request?.headers['sec-websocket-extensions']).toBeUndefined(); // no compression
    expect(transport.remote.address).toMatch(/^127\.0\.0\.1:|^\[::1\]:/);
  });

  it('names an IPv6 address without its zone, which no URL can carry', async () => {
    const http = createServer();
    const server = await listen(http);
    const hosts: (string | undefined)[] = [];
    new WebSocketServer({ server: http }).on('connection', (_, { headers }) => hosts.push(headers.host));
    const socket = connect(server.port, '127.0.0.1'); // stands in for the interface of the zone
    await once(socket, 'connect');
    const endpoint = parsePoolUrl(`stratum+ws://[fe80::1%lo]:${server.port}/mine`);
    const { signal } = new AbortController();
    const webSocket = await openWebSocket(socket, endpoint, DEFAULT_LIMITS, signal);
    expect(hosts).toEqual([`[fe80::1]:${server.port}`]);
    webSocket.terminate();
  });

  it.each<[string, string, string]>([
    ['another path', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'HTTP status 404'],
    [
      'a redirection',
      'HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
      'HTTP status 301',
    ],
    ['a web page', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npool', 'HTTP status 200'],
    ['a Stratum port', '{"id":null,"error":[20,"Parse error",null]}\n', 'something that is not HTTP'],
    ['a port that hangs up', '', 'nothing'],
    [
      'a wrong answer',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
      'Sec-WebSocket-Accept',
    ],
  ])('is refused by %s', async (_name, answer, words) => {
    const server = await startTcpServer((socket) => void socket.once('data', () => socket.end(answer)));
    await expect(connectTo(`stratum+ws://127.0.0.1:${server.port}/`)).rejects.toMatchObject({
      code: 'POOL_NOT_WEBSOCKET',
      message: expect.stringContaining(words),
    });
    const [socket] = server.sockets;
    if (!socket!.closed) await once(socket!, 'close');
  });

  it('may be given up by time and by the signal', async () => {
    const server = await startTcpServer((socket) => void socket.resume());
    const url = `stratum+ws://127.0.0.1:${server.port}/`;
    await expect(connectTo(url, { connectTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'POOL_TIMEOUT',
      details: { stage: 'the WebSocket handshake' },
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const other = await startTcpServer((socket) => {
      socket.resume();
      controller.abort(reason);
    });
    await expect(connectTo(`stratum+ws://127.0.0.1:${other.port}/`, {}, controller.signal)).rejects.toBe(
      reason,
    );
  });
});

describe('over TLS', () => {
  it('believes the same certificates, and says the same lines', async () => {
    const ca = createTestCa();
    const folder = await mkdtemp(join(tmpdir(), 'hashgap-wss-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, ca.cert);
    const identity = ca.issue();
    const server = await startWebSocketServer((socket) => {
      socket.on('message', (data) => {
        socket.send(`you said ${data}`);
        socket.close(1001);
      });
    }, identity);
    const url = `stratum+wss://localhost:${server.port}/mine`;
    await expect(connectTo(url)).rejects.toMatchObject({ code: 'TLS_UNKNOWN_CA' });
    await expect(connectTo(url, { tls: { pin: '00'.repeat(32) } })).rejects.toMatchObject({
      code: 'TLS_PIN_MISMATCH',
    });
    const transport = await connectTo(url, { tls: { caFile } });
    expect(transport.remote.tls).toMatchObject({ trust: 'verified', fingerprint: identity.fingerprint });
    transport.send('{"id":1}');
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual(['you said {"id":1}']);
    expect(error).toMatchObject({ code: 'POOL_CLOSED', details: { webSocketCode: 1001 } });
    const reset = await connectTo(url, { tls: { caFile } });
    server.sockets.at(-1)!.resetAndDestroy();
    expect((await readAll(reset)).error).toMatchObject({ code: 'POOL_CLOSED' });
    await reset.close();
  });
});
