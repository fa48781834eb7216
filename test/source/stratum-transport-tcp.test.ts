/** Lines over TCP: framing, limits, back-pressure, and every way in which a connection begins or ends. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { connectTransport } from '../../src/source/stratum/transport/connect.ts';
import { dialFailure } from '../../src/source/stratum/transport/failures.ts';
import { listen, startTcpServer, startTlsServer } from '../support/line-servers.ts';
import { createTestCa } from '../support/test-ca.ts';
import { connectTo, readAll, take } from '../support/transports.ts';

/** A server that does `onSocket` with its only client, and a transport to it. */
async function pair(onSocket: (socket: Socket) => void, options = {}, signal?: AbortSignal) {
  const server = await startTcpServer(onSocket);
  const transport = await connectTo(`stratum+tcp://127.0.0.1:${server.port}`, options, signal);
  return { server, transport };
}

/** Waits until a figure stays the same for 100 turns of the event loop, in which loopback would have moved any byte that can move. */
async function untilStill(figure: () => number): Promise<void> {
  for (let last = -1, still = 0; still < 100; still++) {
    await new Promise(setImmediate);
    if (figure() !== last) still = 0;
    last = figure();
  }
}

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('framing', () => {
  it('gives lines however they are cut: CRLF, several in a packet, blank ones, a character in two packets', async () => {
    const text = '{"id":1}\r\n\r\n\n{"id":2}\n{"text":"mé🔨"}\n';
    const { transport } = await pair(async (socket) => {
      socket.setNoDelay();
      for (const byte of Buffer.from(text)) await new Promise((done) => socket.write(Buffer.of(byte), done));
      socket.end('the last words');
    });
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual(['{"id":1}', '{"id":2}', '{"text":"mé🔨"}', 'the last words']);
    expect(error).toMatchObject({
      code: 'POOL_CLOSED',
      details: { reason: 'the pool closed the connection' },
    });
  });

  it('sends each line with a line feed', async () => {
    const { server, transport } = await pair(() => {});
    expect(transport.send('{"id":1}')).toBe(true);
    expect(transport.send('{"id":2,"text":"é"}')).toBe(true);
    await transport.close();
    const [socket] = server.sockets;
    const chunks: Buffer[] = [];
    for await (const chunk of socket!) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('{"id":1}\n{"id":2,"text":"é"}\n');
  });

  it('describes who answered', async () => {
    const { server, transport } = await pair(() => {});
    expect(transport.remote).toEqual({ address: `127.0.0.1:${server.port}` });
  });

  it('takes a host with several addresses, and an IPv6 address', async () => {
    const server = await startTcpServer((socket) => socket.end('hello\n'), '::1');
    const byAddress = await connectTo(`stratum+tcp://[::1]:${server.port}`);
    expect(byAddress.remote.address).toBe(`[::1]:${server.port}`);
    expect(await take(byAddress, 1)).toEqual(['hello']);
  });
});

describe('limits', () => {
  it('C30: 2 MB without a line feed end the connection with little memory; 40 KB are a line', async () => {
    const long = 'x'.repeat(40_000);
    let unread = 0;
    const { transport } = await pair((socket) => {
      socket.write(`${long}\n`);
      const flood = Buffer.alloc(65_536, 'y');
      const more = () => {
        while (!socket.destroyed && socket.write(flood)) unread += flood.length;
      };
      socket.on('drain', more);
      more();
    });
    const { lines, error } = await readAll(transport);
    expect(lines.map((line) => line.length)).toEqual([40_000]);
    expect(error).toMatchObject({ code: 'POOL_LINE_TOO_LONG', details: { maxLineBytes: 1_048_576 } });
    expect(unread).toBeLessThan(32 * 1_048_576);
  });

  it('takes a line of exactly the limit, and not one byte more', async () => {
    const { transport } = await pair((socket) => socket.end(`${'a'.repeat(100)}\n${'b'.repeat(101)}\n`), {
      limits: { maxLineBytes: 100 },
    });
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual(['a'.repeat(100)]);
    expect(error).toMatchObject({ code: 'POOL_LINE_TOO_LONG' });
  });

  it('bears a burst, and drops a pool that goes on', async () => {
    let nowMs = 0;
    const { server, transport } = await pair(() => {}, {
      limits: { messagesPerSecond: 10, messageBurst: 5 },
      now: () => nowMs,
    });
    const socket = server.sockets[0]!;
    socket.write('1\n2\n3\n4\n5\n');
    expect(await take(transport, 5)).toEqual(['1', '2', '3', '4', '5']);
    nowMs = 300;
    socket.write('6\n7\n8\n');
    expect(await take(transport, 3)).toEqual(['6', '7', '8']);
    socket.write('9\n');
    expect(await readAll(transport)).toMatchObject({ lines: [], error: { code: 'POOL_FLOOD' } });
  });

  it('counts blank lines too', async () => {
    const { transport } = await pair((socket) => socket.write('\n'.repeat(20_000)));
    expect(await readAll(transport)).toMatchObject({ lines: [], error: { code: 'POOL_FLOOD' } });
  });

  it('drops a pool that does not read, with its write buffer bounded', async () => {
    const { transport } = await pair((socket) => socket.pause(), { limits: { maxUnsentBytes: 100_000 } });
    const line = 'x'.repeat(10_000);
    let sent = 0;
    while (transport.send(line)) {
      sent += line.length;
      await new Promise(setImmediate); // lets the kernel take what it will
    }
    expect(sent).toBeLessThan(64 * 1_048_576);
    expect(transport.send('{}')).toBe(false);
    expect(await readAll(transport)).toMatchObject({ error: { code: 'POOL_NOT_READING' } });
  });

  it('stops the socket while nobody reads, and loses nothing', async () => {
    const line = 'x'.repeat(999);
    const total = 40_000; // 40 MB: more than the kernel holds for both ends
    let written = 0;
    const { transport } = await pair(
      (socket) => {
        const more = () => {
          while (written < total) {
            written++;
            if (!socket.write(`${line}\n`)) return;
          }
          socket.end();
        };
        socket.on('drain', more);
        more();
      },
      { limits: { messageBurst: 1e9 } },
    );
    const iterator = transport.lines[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(line);
    await untilStill(() => written);
    expect(written).toBeLessThan(total);
    let read = 1;
    await expect(
      (async () => {
        for (;;) if ((await iterator.next()).value === line) read++;
      })(),
    ).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    expect(read).toBe(total);
  });
});

describe('C31: a server that is no pool', () => {
  it('gives the lines of an HTTP error page, then the end', async () => {
    const page = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\n<html>';
    const { transport } = await pair((socket) => socket.end(page));
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual(['HTTP/1.1 400 Bad Request', 'Content-Length: 6', '<html>']);
    expect(error).toMatchObject({ code: 'POOL_CLOSED' });
  });

  it('gives garbage as lines that are text', async () => {
    const garbage = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a, 0x1b, 0x5b, 0x41, 0x0a]);
    const { transport } = await pair((socket) => socket.end(garbage));
    const { lines } = await readAll(transport);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('�');
  });

  it('says when the port wants TLS', async () => {
    // Fatal, unexpected_message: what those TLS libraries say that answer text at all.
    const { transport } = await pair((socket) => {
      socket.once('data', () => socket.end(Buffer.of(21, 3, 1, 0, 2, 2, 10)));
    });
    transport.send('{"id":1,"method":"mining.subscribe","params":[]}');
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual([]);
    expect(error).toMatchObject({ code: 'POOL_NEEDS_TLS' });
    expect(String(error)).toContain('stratum+ssl://');
  });

  it('hints at TLS when the port hangs up without a word, as OpenSSL does', async () => {
    const server = await startTlsServer(createTestCa().issue(), () => {});
    const transport = await connectTo(`stratum+tcp://127.0.0.1:${server.port}`);
    transport.send('{"id":1,"method":"mining.subscribe","params":[]}');
    const { error } = await readAll(transport);
    expect(error).toMatchObject({ code: 'POOL_CLOSED' });
    expect(String(error)).toContain('it may expect TLS');
  });
});

describe('the end', () => {
  it('tells a reset, after the lines that came before it', async () => {
    const { server, transport } = await pair((socket) => socket.write('{"id":1}\n{"id":'));
    expect(await take(transport, 1)).toEqual(['{"id":1}']);
    server.sockets[0]!.resetAndDestroy();
    const { lines, error } = await readAll(transport);
    expect(lines).toEqual([]);
    expect(error).toMatchObject({ code: 'POOL_CLOSED', details: { reason: 'the connection was reset' } });
  });

  it('is told once; whoever asks again hears that it is over', async () => {
    const { transport } = await pair((socket) => socket.end());
    expect((await readAll(transport)).error).toBeDefined();
    expect(await readAll(transport)).toEqual({ lines: [], error: undefined });
    expect(transport.send('{}')).toBe(false);
  });

  it('comes by close() as often as one likes, and what was sent arrives', async () => {
    let received = '';
    const { server, transport } = await pair((socket) => {
      socket.write('unread\n'.repeat(1_000));
      socket.on('data', (chunk) => {
        received += chunk;
      });
    });
    const reading = readAll(transport);
    transport.send('a share');
    const [socket] = server.sockets;
    const ended = once(socket!, 'close');
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    expect((await reading).error).toBeUndefined();
    expect(transport.send('late')).toBe(false);
    await ended;
    expect(received).toBe('a share\n');
  });

  it('comes by close() also when the pool never says goodbye', async () => {
    const server = await listen(createServer({ allowHalfOpen: true, pauseOnConnect: true }));
    const transport = await connectTo(`stratum+tcp://127.0.0.1:${server.port}`);
    await transport.close();
    expect(await readAll(transport)).toEqual({ lines: [], error: undefined });
  });

  it('comes quietly by the signal, while somebody reads', async () => {
    const controller = new AbortController();
    const { transport } = await pair((socket) => socket.write('first\n'), {}, controller.signal);
    expect(await take(transport, 1)).toEqual(['first']);
    const reading = readAll(transport);
    controller.abort();
    expect(await reading).toEqual({ lines: [], error: undefined });
    await transport.close();
  });

  it('comes by leaving the loop', async () => {
    const { server, transport } = await pair((socket) => socket.write('1\n2\n'));
    for await (const line of transport.lines) {
      expect(line).toBe('1');
      break;
    }
    expect(transport.send('{}')).toBe(false);
    await transport.close();
    expect(server.sockets).toHaveLength(1);
  });

  it('leaves no socket and no timer behind, however it came', async () => {
    const idle = () =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /TCPSocket|Timeout|TLS|Connect/.test(name))
        .sort();
    const server = await startTcpServer((socket) => socket.end('x\n'));
    const before = idle();
    const url = `stratum+tcp://127.0.0.1:${server.port}`;
    const read = await connectTo(url);
    await readAll(read);
    await read.close();
    const aborting = new AbortController();
    const aborted = await connectTo(url, {}, aborting.signal);
    aborting.abort();
    await aborted.close();
    await connectTo(`stratum+tcp://127.0.0.1:${await deadPort()}`).catch(() => {});
    for (const socket of server.sockets) if (!socket.closed) await once(socket, 'close');
    for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate); // handles close at the end of a turn
    expect(idle()).toEqual(before);
  });
});

describe('the beginning', () => {
  it('says that the connection was refused', async () => {
    const port = await deadPort();
    await expect(connectTo(`stratum+tcp://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'POOL_REFUSED',
      message: expect.stringContaining('the connection was refused'),
    });
  });

  it('says that the host is not known', async () => {
    await expect(connectTo('stratum+tcp://pool.invalid:3333')).rejects.toMatchObject({
      code: 'POOL_HOST_UNKNOWN',
    });
  });

  it('asks no name server for an onion service', async () => {
    await expect(connectTo('stratum+tcp://expyuzz4wqqyqhjn.onion:3333')).rejects.toMatchObject({
      code: 'POOL_HOST_UNKNOWN',
      message: expect.stringContaining('--proxy'),
    });
  });

  it.each([
    [{ code: 'ETIMEDOUT' }, 'POOL_TIMEOUT'],
    [{ code: 'EHOSTUNREACH' }, 'POOL_UNREACHABLE'],
    [{ code: 'ENETUNREACH' }, 'POOL_UNREACHABLE'],
    [{ code: 'EAI_AGAIN' }, 'POOL_HOST_UNKNOWN'],
    [{ code: 'ENETUNREACH', errors: [{ code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }] }, 'POOL_REFUSED'],
    [{ code: 'ENETUNREACH', errors: [{ code: 'ENETUNREACH' }, { code: 'ETIMEDOUT' }] }, 'POOL_TIMEOUT'],
  ])('tells causes apart: %j is %s', (cause, code) => {
    expect(dialFailure('stratum+tcp://pool.example:3333', Object.assign(new Error('x'), cause)).code).toBe(
      code,
    );
  });

  it('gives up in time, and says how far it came', async () => {
    const server = await startTcpServer((socket) => void socket.resume()); // silent: the handshake never ends
    await expect(
      connectTo(`stratum+ssl://127.0.0.1:${server.port}`, { connectTimeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'POOL_TIMEOUT', details: { stage: 'the TLS handshake', timeoutMs: 50 } });
    const [socket] = server.sockets;
    if (!socket!.closed) await once(socket!, 'close');
  });

  it('throws the reason of a signal that aborts first, before and during the attempt', async () => {
    const reason = new Error('enough');
    await expect(connectTo('stratum+tcp://127.0.0.1:1', {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const server = await startTcpServer((socket) => {
      socket.resume();
      controller.abort(reason);
    });
    await expect(connectTo(`stratum+ssl://127.0.0.1:${server.port}`, {}, controller.signal)).rejects.toBe(
      reason,
    );
    const [socket] = server.sockets;
    if (!socket!.closed) await once(socket!, 'close');
  });

  it('lets hundreds share one signal without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const controller = new AbortController();
    const server = await startTcpServer(() => {});
    const endpoint = parsePoolUrl(`stratum+tcp://127.0.0.1:${server.port}`);
    const open = Array.from({ length: 100 }, () => connectTransport(endpoint, {}, controller.signal));
    const transports = await Promise.all(open);
    controller.abort();
    await Promise.all(transports.map((transport) => transport.close()));
    expect(warnings).toEqual([]);
  });
});
