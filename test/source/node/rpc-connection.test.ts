/** The RPC client's connections: one that cannot be made is given up, one that the node closed while it was idle is made anew. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { askNetwork } from '../../../src/source/node/connect.ts';
import { fileCredentials } from '../../../src/source/node/credentials.ts';
import { createRpcClient, type RpcClient } from '../../../src/source/node/rpc.ts';
import { type Answer, startFakeNode } from '../../support/fake-node.ts';

afterEach(() => void vi.useRealTimers());

async function clientOf(url: string): Promise<RpcClient> {
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  const cookie = join(folder, '.cookie');
  await writeFile(cookie, 'a:b');
  const client = createRpcClient(new URL(url), fileCredentials(cookie));
  onTestFinished(async () => {
    client.close();
    await rm(folder, { recursive: true });
  });
  return client;
}

/** Listens with room for two connections that nobody accepts, and never does anything again. */
const DEAF = `const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, server.address().port + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** The address of a host that drops every SYN: Linux does so where the queue of connections to be accepted is full. */
async function startBlackHole(): Promise<string> {
  const child = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  });
  await new Promise<void>((resolve) => {
    let left = 2;
    for (const filler of fillers) filler.once('connect', () => --left === 0 && resolve());
  });
  return `http://127.0.0.1:${port}`;
}

/** Leaves Node's own timers of connections alone. */
const useFakeClock = () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

describe.runIf(process.platform === 'linux')('a host that drops every SYN', () => {
  it('is given up at the timeout', async () => {
    const rpc = await clientOf(await startBlackHole());
    await expect(rpc.call('getblockcount', [], { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringContaining('but no answer came within 0.2 s.'),
    });
  });

  it('ends a first contact when the patience is over', async () => {
    const rpc = await clientOf(await startBlackHole());
    const signal = new AbortController().signal;
    const contact = askNetwork({ rpc, network: undefined, patienceMs: 80, emit: () => {}, signal });
    await expect(contact).rejects.toMatchObject({ message: expect.stringContaining('within 0.5 s') });
  });

  it.each([
    ['a longpoll', 0],
    ['a call with a long timeout', 60_000],
  ])('is given up after 10 s by %s', async (_, timeoutMs) => {
    const rpc = await clientOf(await startBlackHole());
    useFakeClock();
    const call = rpc.call('getblocktemplate', [], { timeoutMs });
    const refusal = expect(call).rejects.toMatchObject({ message: expect.stringContaining('within 10 s') });
    while (vi.getTimerCount() === 0) await nextTurn();
    vi.advanceTimersByTime(10_000);
    await refusal;
  });
});

it('has no clock for a longpoll that is open', async () => {
  const arrived = new AbortController();
  const node = await startFakeNode(() => {
    arrived.abort();
    return 'hang';
  });
  onTestFinished(() => node.close());
  const rpc = await clientOf(node.url);
  useFakeClock();
  const stop = new AbortController();
  const call = rpc.call('getblocktemplate', [], { timeoutMs: 0, signal: stop.signal });
  call.catch(() => {}); // told below
  await once(arrived.signal, 'abort');
  expect(vi.getTimerCount()).toBe(0);
  stop.abort();
  await expect(call).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
});

/** A node that treats the second request of each connection as `end` says; resolves to a client that has made one call. */
async function startForgetful(end: (request: IncomingMessage) => void) {
  const methods: string[] = [];
  const seen = new WeakSet<object>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    methods.push((JSON.parse(body) as { method: string }).method);
    if (seen.has(request.socket)) return end(request);
    seen.add(request.socket);
    response.end(JSON.stringify({ result: methods.length, error: null, id: 0 }));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const rpc = await clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(await rpc.call('getblockcount')).toBe(1);
  await nextTurn(); // the connection is free for the next call a moment after the answer
  return { rpc, methods };
}

describe('a kept connection that the node closed', () => {
  it.each<[string, (request: IncomingMessage) => void]>([
    ['in good order', ({ socket }) => socket.destroy()],
    ['by a reset', ({ socket }) => socket.resetAndDestroy()],
  ])('%s is made anew, and the call again', async (_, end) => {
    const { rpc, methods } = await startForgetful(end);
    expect(await rpc.call('getblockcount')).toBe(3);
    expect(methods).toHaveLength(3);
  });

  it('is made anew once only', async () => {
    const answers: Answer[] = [{ result: 1 }];
    const node = await startFakeNode(() => answers.shift() ?? 'reset');
    onTestFinished(() => node.close());
    const rpc = await clientOf(node.url);
    await rpc.call('getblockcount');
    await nextTurn();
    await expect(rpc.call('getblockcount')).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
    expect(node.calls).toHaveLength(3);
  });

  it('is told where a part of the answer came', async () => {
    const { rpc, methods } = await startForgetful(({ socket }) => socket.end('HTTP/1.1 200 OK\r\n'));
    await expect(rpc.call('getblockcount')).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
    expect(methods).toHaveLength(2);
  });

  it('is told where the call must not be made twice', async () => {
    const { rpc, methods } = await startForgetful(({ socket }) => socket.destroy());
    await expect(rpc.call('sendtoaddress')).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
    expect(methods).toEqual(['getblockcount', 'sendtoaddress']);
  });

  it('is told where this client closed it itself', async () => {
    let hang = () => {};
    const hanging = new Promise<void>((resolve) => {
      hang = resolve;
    });
    const { rpc, methods } = await startForgetful(() => hang());
    const call = rpc.call('getblockcount');
    await hanging;
    rpc.close();
    await expect(call).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
    expect(methods).toHaveLength(2);
  });
});
