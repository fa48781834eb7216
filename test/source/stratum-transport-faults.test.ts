/** A transport behind a proxy that damages its bytes: each kind of fault by itself, then all of them in hundreds of seeded runs. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isHashgapError } from '../../src/errors.ts';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { connectTransport } from '../../src/source/stratum/transport/connect.ts';
import { FAULT_KINDS, type FaultProxyOptions, startFaultProxy } from '../support/fault-proxy.ts';
import { startTcpServer } from '../support/line-servers.ts';
import { connectTo, readAll } from '../support/transports.ts';

const LINES = Array.from({ length: 100 }, (_, id) => JSON.stringify({ id, text: 'é'.repeat(id) }));
const TEXT = `${LINES.join('\n')}\n`;

/** A pool that sends all lines and hangs up, behind a proxy that stops with the test. */
async function damaged(options: Omit<FaultProxyOptions, 'targetPort'>) {
  const pool = await startTcpServer((socket) => socket.end(TEXT));
  const proxy = await startFaultProxy({ targetPort: pool.port, ...options });
  onTestFinished(() => proxy.close());
  return { pool, proxy };
}

/** Every byte that comes through, with the end. */
async function bytesFrom(port: number): Promise<{ text: Buffer; error: unknown }> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let error: unknown;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (caught) => {
    error = caught;
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return { text: Buffer.concat(chunks), error };
}

describe('the fault proxy', () => {
  it('changes nothing without faults, however it splits', async () => {
    const { proxy } = await damaged({ seed: 1, faults: [] });
    expect((await bytesFrom(proxy.port)).text.toString()).toBe(TEXT);
    expect((await readAll(await connectTo(`stratum+tcp://127.0.0.1:${proxy.port}`))).lines).toEqual(LINES);
    expect(proxy.log).toEqual([]);
  });

  it('does the same for the same seed, and something else for another', async () => {
    const faults = ['garbage', 'duplicate', 'loss', 'delay', 'slow-reader', 'cut'] as const;
    const run = async (seed: number) => {
      const { proxy } = await damaged({ seed, faults, meanBytes: 500, maxDelayMs: 1 });
      const { text } = await bytesFrom(proxy.port);
      return { text: text.toString('latin1'), log: [...proxy.log] };
    };
    for (let seed = 1; seed <= 10; seed++) {
      const first = await run(seed);
      expect(first.log.length).toBeGreaterThan(0);
      expect(await run(seed)).toEqual(first);
      expect(await run(seed + 100)).not.toEqual(first);
    }
  });

  it.each(['delay', 'slow-reader'] as const)('keeps every byte: %s', async (kind) => {
    const { proxy } = await damaged({ seed: 2, faults: [kind] });
    expect((await bytesFrom(proxy.port)).text.toString()).toBe(TEXT);
    expect(proxy.log.map((fault) => fault.kind)).toContain(kind);
  });

  it.each([
    ['garbage', 1],
    ['duplicate', 1],
    ['loss', -1],
  ] as const)('changes the bytes: %s', async (kind, sign) => {
    const { proxy } = await damaged({ seed: 3, faults: [kind] });
    const { text } = await bytesFrom(proxy.port);
    expect(Math.sign(text.length - Buffer.byteLength(TEXT))).toBe(sign);
    expect(proxy.log.every((fault) => fault.kind === kind && fault.way === 'to-client')).toBe(true);
  });

  it('cuts a connection in good order', async () => {
    const { proxy } = await damaged({ seed: 4, faults: ['cut'] });
    const { text, error } = await bytesFrom(proxy.port);
    expect(error).toBeUndefined();
    expect(text.equals(Buffer.from(TEXT).subarray(0, proxy.log[0]!.at))).toBe(true);
  });

  it('resets a connection', async () => {
    const { proxy } = await damaged({ seed: 5, faults: ['reset'] });
    expect((await bytesFrom(proxy.port)).error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('leaves a connection half open until it heals', async () => {
    const { proxy, pool } = await damaged({ seed: 6, faults: ['half-open'] });
    const through = bytesFrom(proxy.port);
    await once(await until(() => pool.sockets[0]), 'close'); // the pool is gone, and the client does not know
    expect(await Promise.race([through, new Promise((resolve) => setImmediate(resolve, 'open'))])).toBe(
      'open',
    );
    proxy.heal();
    expect((await through).error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('damages nothing once it is healed', async () => {
    const { proxy } = await damaged({ seed: 7 });
    proxy.heal();
    expect((await bytesFrom(proxy.port)).text.toString()).toBe(TEXT);
  });
});

/** The first value that is not undefined, looked for in each turn of the event loop. */
async function until<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise(setImmediate);
  }
}

describe('the transport behind it', () => {
  it('bears 500 seeded runs: each ends, with lines or with a reason', async () => {
    const seen = new Set<string>();
    const ends = new Map<string, number>();
    const run = async (seed: number) => {
      const pool = await startPool();
      const proxy = await startFaultProxy({ targetPort: pool.port, seed, meanBytes: 4_000 });
      const endpoint = parsePoolUrl(`stratum+tcp://127.0.0.1:${proxy.port}`);
      const transport = await connectTransport(endpoint, { limits: { maxLineBytes: 4_096 } }, pool.signal);
      for (const line of LINES) transport.send(line);
      void pool.sent.then(() => proxy.heal()); // who is left half open is reset
      const { lines, error } = await readAll(transport);
      expect(isHashgapError(error), String(error)).toBe(true);
      expect(lines.every((line) => line.length <= 4_096)).toBe(true);
      if (proxy.log.length === 0) expect(lines).toEqual(LINES);
      ends.set((error as { code: string }).code, (ends.get((error as { code: string }).code) ?? 0) + 1);
      for (const { kind } of proxy.log) seen.add(kind);
      await transport.close();
      await Promise.all([proxy.close(), pool.close()]);
    };
    for (let seed = 0; seed < 500; seed += 25) {
      await Promise.all(Array.from({ length: 25 }, (_, index) => run(seed + index)));
    }
    expect([...seen].sort()).toEqual([...FAULT_KINDS].sort());
    expect([...ends.keys()]).toContain('POOL_CLOSED');
  });
});

/** A pool of one client that sends all lines as fast as they are read, and hangs up. */
async function startPool() {
  const controller = new AbortController();
  let sent!: () => void;
  const allSent = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', sent);
    socket.resume();
    socket.end(TEXT);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    signal: controller.signal,
    sent: allSent,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
