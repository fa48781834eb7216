/** The node as a whole: starting, stopping, its cookie, its port, its calls and its long polls. */
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeBlock } from '../../src/bitcoin/block.ts';
import { toHex } from '../../src/bitcoin/hex.ts';
import { waitForNewWork } from '../../src/regtest/longpoll.ts';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import type { RpcContext } from '../../src/regtest/rpc-method.ts';
import { makeBlock, type Slot } from './blocks.ts';
import { http, outcome, rpc } from './rpc-client.ts';

let node: RegtestNode;

beforeEach(async () => {
  node = await startRegtestNode();
});

afterEach(() => node.close());

const template = (longpollid?: unknown) =>
  rpc<Slot & { longpollid: string }>(node, 'getblocktemplate', { rules: ['segwit'], longpollid });

async function mine(slot?: Slot): Promise<void> {
  const block = makeBlock(slot ?? (await template()));
  expect(await rpc(node, 'submitblock', toHex(encodeBlock(block)))).toBeNull();
}

describe('starting and stopping', () => {
  it('mines a block through RPC alone', async () => {
    await mine();
    expect(await rpc(node, 'getblockcount')).toBe(1);
    expect(await rpc(node, 'getbestblockhash')).toBe(node.chain.tip.hash);
    expect(node.url).toBe(`http://127.0.0.1:${node.port}`);
  });

  it('keeps its cookie from others, and removes it', async () => {
    expect(statSync(node.cookiePath).mode & 0o777).toBe(0o600);
    expect(await readFile(node.cookiePath, 'utf8')).toMatch(/^__cookie__:[0-9a-f]{64}$/);
    await node.close();
    expect(existsSync(dirname(node.cookiePath))).toBe(false);
  });

  it('listens on loopback only', async () => {
    const socket = connect({ host: '127.0.0.2', port: node.port });
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
  });

  it('says which port another program has', async () => {
    await expect(startRegtestNode({ port: node.port })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: `Expected to listen on 127.0.0.1:${node.port}, but another program is using it. Choose another port, or 0 for any free one.`,
    });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(startRegtestNode({ port })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
    server.close();
  });

  it('refuses nBits that regtest does not allow', async () => {
    for (const bits of [0x2100ffff, 0x20ffffff, 0]) {
      await expect(startRegtestNode({ bits })).rejects.toMatchObject({ code: 'TARGET_INVALID' });
    }
  });

  it('ends by the RPC stop, answers it first, and resolves closed', async () => {
    expect(await rpc(node, 'stop')).toBe('hashgap regtest node stopping');
    await node.closed;
    await expect(http(node, '', { auth: 'a:b' })).rejects.toThrow('ECONNREFUSED');
    await node.close(); // once more does nothing
  });

  it('closes at once although clients keep connections open', async () => {
    const agent = new Agent({ keepAlive: true });
    const sent = request({ host: '127.0.0.1', port: node.port, method: 'GET', agent }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'end');
    const silent = connect({ host: '127.0.0.1', port: node.port });
    await once(silent, 'connect');
    const hungUp = once(silent.resume(), 'close');
    await node.close();
    await hungUp;
    agent.destroy();
  });
});

describe('a client that does not read', () => {
  it('does not keep the node from ending', async () => {
    const outputs = [{ value: 0n, script: new Uint8Array(900_000).fill(0x6a) }];
    const block = makeBlock(await template(), { outputs });
    expect(node.chain.submit(block)).toBeNull();
    const auth = Buffer.from(await readFile(node.cookiePath)).toString('base64');
    // Ten times 1.8 MB fit into no socket buffer.
    const call = JSON.stringify({ id: 1, method: 'getblock', params: [node.chain.tip.hash, 0] });
    const body = `[${Array(10).fill(call).join(',')}]`;
    const socket = connect({ host: '127.0.0.1', port: node.port });
    socket.on('error', () => {});
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${auth}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await once(socket, 'readable');
    await node.close();
    socket.destroy();
  });
});

describe('long polls', () => {
  it('are answered when the tip changes, and not when a side chain grows', async () => {
    const first = await template();
    const polled = template(first.longpollid);
    let isAnswered = false;
    void polled.then(() => {
      isAnswered = true;
    });
    await mine(first);
    const second = await polled;
    expect(second.height).toBe(2);
    expect(isAnswered).toBe(true);

    const again = template(second.longpollid);
    let isAnsweredAgain = false;
    void again.then(() => {
      isAnsweredAgain = true;
    });
    const side = makeBlock(first, { extranonce: 9 });
    expect(await rpc(node, 'submitblock', toHex(encodeBlock(side)))).toBe('inconclusive');
    expect(isAnsweredAgain).toBe(false);
    await mine(second);
    expect((await again).height).toBe(3);
  });

  it('are answered at once when they name another tip', async () => {
    expect((await template(`${'0'.repeat(64)}1`)).height).toBe(1);
    expect(await outcome(node, 'getblocktemplate', { rules: ['segwit'], longpollid: 'x' })).toEqual({
      code: -8,
      message: "longpollid must be of length 64 (not 1, for 'x')",
      status: 500,
    });
  });

  it('are answered when the node stops, as the callers of both kinds of stop expect', async () => {
    const { longpollid } = await template();
    const listening = vi.spyOn(node.chain, 'onTip');
    const polled = outcome(node, 'getblocktemplate', { rules: ['segwit'], longpollid });
    await vi.waitUntil(() => listening.mock.calls.length > 0);
    await node.close();
    expect(await polled).toEqual({ code: -9, message: 'Shutting down', status: 500 });
  });

  it('leave nothing behind when the client hangs up', async () => {
    const { longpollid } = await template();
    const ended = vi.fn();
    const onTip = node.chain.onTip.bind(node.chain);
    const listening = vi.spyOn(node.chain, 'onTip').mockImplementation((listener) => {
      const end = onTip(listener);
      return () => {
        ended();
        end();
      };
    });
    const auth = await readFile(node.cookiePath, 'utf8');
    const sent = request({ host: '127.0.0.1', port: node.port, method: 'POST', auth, agent: false });
    sent.on('error', () => {});
    sent.end(JSON.stringify({ method: 'getblocktemplate', params: [{ rules: ['segwit'], longpollid }] }));
    await vi.waitUntil(() => listening.mock.calls.length > 0);
    sent.destroy();
    await vi.waitUntil(() => ended.mock.calls.length > 0);
  });

  it('with another counter are answered after a minute, with the current one never', async () => {
    vi.useFakeTimers();
    try {
      const context = { chain: node.chain, stopping: new AbortController().signal } as RpcContext;
      const gone = new AbortController();
      const wait = (counter: number) => {
        const state = { isOver: false };
        const id = `${node.chain.tip.hash}${counter}`;
        void waitForNewWork(context, id, gone.signal).then(() => {
          state.isOver = true;
        });
        return state;
      };
      const [other, current] = [wait(node.chain.tipUpdates + 1), wait(node.chain.tipUpdates)];
      await vi.advanceTimersByTimeAsync(59_999);
      expect(other.isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(other.isOver).toBe(true);
      await vi.advanceTimersByTimeAsync(600_000);
      expect(current.isOver).toBe(false);
      gone.abort();
      await vi.advanceTimersByTimeAsync(0);
      expect(current.isOver).toBe(true);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('HTTP', () => {
  it('wants the cookie', async () => {
    const answer = await http(node, '{"id":1,"method":"getblockcount"}', { auth: null });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="jsonrpc"');
    expect((await http(node, '{}', { auth: '__cookie__:' })).status).toBe(401);
    expect((await http(node, '{}', { auth: null, headers: { Authorization: 'Basic' } })).status).toBe(401);
  });

  it('answers as bitcoind does, word for word', async () => {
    const ask = async (body: string) => {
      const { status, body: text } = await http(node, body);
      return [status, text];
    };
    expect(await ask('{"id":1,"method":"getblockcount"}')).toEqual([
      200,
      '{"result":0,"error":null,"id":1}\n',
    ]);
    expect(await ask('{"id":1,"method":"x"}')).toEqual([
      404,
      '{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}\n',
    ]);
    expect(await ask('{')).toEqual([
      500,
      '{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}\n',
    ]);
    expect(await ask('{"jsonrpc":"2.0","id":1,"method":"getblockhash","params":[9]}')).toEqual([
      200,
      '{"jsonrpc":"2.0","error":{"code":-8,"message":"Block height out of range"},"id":1}\n',
    ]);
    expect(await ask('{"jsonrpc":"2.0","method":"getblockcount"}')).toEqual([204, '']);
    expect(await ask('[]')).toEqual([200, '[]\n']);
  });

  it('survives whatever comes', async () => {
    for (const body of [
      '[[[[',
      '{"method":{}}',
      '\0\xff',
      '['.repeat(100_000),
      '{"id":1,"method":"__proto__"}',
    ]) {
      await http(node, body);
    }
    for (const bytes of ['\r\n\r\n', 'GET', '\x16\x03\x01', 'POST / HTTP/9.9\r\n\r\n', 'x'.repeat(100_000)]) {
      const socket = connect({ host: '127.0.0.1', port: node.port });
      socket.on('error', () => {});
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    expect(await rpc(node, 'getblockcount')).toBe(0);
  });

  it('bounds headers and bodies', async () => {
    const long = await http(node, '{}', { headers: { 'X-Long': 'x'.repeat(9000) } });
    expect(long.status).toBe(431);
    const auth = await readFile(node.cookiePath, 'utf8');
    const options = { host: '127.0.0.1', port: node.port, method: 'POST', auth, agent: false } as const;
    const announced = request({ ...options, headers: { 'Content-Length': 0x02000001 } });
    announced.on('error', () => {});
    announced.flushHeaders();
    const [response] = await once(announced, 'response');
    expect(response.statusCode).toBe(413);
    announced.destroy();
    expect(await rpc(node, 'getblockcount')).toBe(0);
  });
});

describe('methods', () => {
  it('help lists them and explains one', async () => {
    const list = await rpc<string>(node, 'help');
    expect(list.split('\n')).toContain('submitblock "hexdata" ( "dummy" )');
    expect(await rpc(node, 'help', 'getblockhash')).toContain('getblockhash height\n');
    expect(await rpc(node, 'help', 'nothing')).toContain('unknown command: nothing');
  });

  it('uptime counts from the start', async () => {
    let now = 1_790_000_000;
    const timed = await startRegtestNode({ now: () => now });
    now += 90;
    expect(await rpc(timed, 'uptime')).toBe(90);
    await timed.close();
  });

  it('getmininginfo tells of a template once there was one', async () => {
    expect(await rpc(node, 'getmininginfo')).not.toHaveProperty('currentblockweight');
    await template();
    expect(await rpc(node, 'getmininginfo')).toMatchObject({ currentblockweight: 8000, currentblocktx: 0 });
  });

  it('getblockchaininfo leaves initial download for good', async () => {
    let now = Math.floor(Date.now() / 1000);
    const timed = await startRegtestNode({ now: () => now });
    expect(await rpc(timed, 'getblockchaininfo')).toMatchObject({ initialblockdownload: true });
    const slot = await rpc<Slot>(timed, 'getblocktemplate', { rules: ['segwit'] });
    await rpc(timed, 'submitblock', toHex(encodeBlock(makeBlock(slot))));
    now += 1_000_000;
    expect(await rpc(timed, 'getblockchaininfo')).toMatchObject({ initialblockdownload: false });
    await timed.close();
  });
});
