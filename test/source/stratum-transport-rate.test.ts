/** The message rate of a transport: the token bucket, its burst, and what is owed for which lines. */
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../src/source/stratum/transport/rate.ts';
import { encodeAnswer, encodeSuggestDifficulty } from '../../src/stratum/requests.ts';
import { startTcpServer } from '../support/line-servers.ts';
import { connectTo } from '../support/transports.ts';

/** A transport to a server that does `onSocket`. */
async function transportTo(onSocket: (socket: Socket) => void, options = {}) {
  const { port } = await startTcpServer(onSocket);
  return connectTo(`stratum+tcp://127.0.0.1:${port}`, options);
}

describe('a token bucket', () => {
  it('never holds more than its burst, and charges several at once', () => {
    let nowMs = 0;
    const rate = createRateLimit({ perSecond: 1_000, burst: 3 }, () => nowMs);
    expect(rate.take(4)).toBe(false);
    expect(rate.take(3)).toBe(true);
    nowMs = 60_000;
    expect([rate.take(2), rate.take(2), rate.take()]).toEqual([true, false, true]);
  });
});

it('a token bucket charges nothing for what is owed, once', () => {
  const rate = createRateLimit({ perSecond: 0, burst: 2 }, () => 0);
  for (let i = 0; i < 3; i++) rate.owe();
  expect([rate.take(4), rate.take(), rate.take()]).toEqual([true, true, false]);
  rate.owe();
  expect([rate.take(), rate.take()]).toEqual([true, false]);
});

it('answers to what was sent are no flood', async () => {
  const transport = await transportTo(
    (socket) =>
      void socket.on('data', (chunk: Buffer) =>
        socket.write('x\n'.repeat(chunk.filter((byte) => byte === 0x0a).length)),
      ),
    { limits: { messagesPerSecond: 1, messageBurst: 5 } },
  );
  const lines = transport.lines[Symbol.asyncIterator]();
  for (let id = 0; id < 200; id++) transport.send(encodeSuggestDifficulty(id, 1));
  for (let i = 0; i < 200; i++) expect(await lines.next()).toEqual({ done: false, value: 'x' });
  await transport.close();
});

it('a pool that goes on calling is dropped, though each of its calls is answered', async () => {
  let pings = 0;
  const ping = (socket: Socket) => void socket.write(`{"id":${++pings},"method":"mining.ping"}\n`);
  const transport = await transportTo(
    (socket) => {
      ping(socket);
      socket.on('data', () => (pings < 100 ? ping(socket) : socket.end()));
    },
    { limits: { messagesPerSecond: 1, messageBurst: 5 }, now: () => 0 },
  );
  const error = await (async () => {
    for await (const _ of transport.lines) transport.send(encodeAnswer(pings, 'pong'));
  })().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'POOL_FLOOD' });
  expect(pings).toBe(6);
});
