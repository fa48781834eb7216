/** The RPC client: every kind of failure is its own error, one sentence with the next step. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askNetwork } from '../../../src/source/node/connect.ts';
import { defaultCookiePath, fileCredentials } from '../../../src/source/node/credentials.ts';
import { createRpcClient, type RpcClient } from '../../../src/source/node/rpc.ts';
import { type Answer, type Call, type FakeNode, startFakeNode } from '../../support/fake-node.ts';

let folder: string;
let cookie: string;
let node: FakeNode | undefined;
let client: RpcClient | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  cookie = join(folder, '.cookie');
  await writeFile(cookie, '__cookie__:secret\n');
});
afterEach(async () => {
  client?.close();
  await node?.close();
  await rm(folder, { recursive: true });
});

async function clientOf(answer: (call: Call) => Answer | Promise<Answer>): Promise<RpcClient> {
  node = await startFakeNode(answer);
  client = createRpcClient(new URL(node.url), fileCredentials(cookie));
  return client;
}

describe('call', () => {
  it('sends the trimmed cookie and gives the result', async () => {
    const rpc = await clientOf(({ authorization }) => ({ result: authorization }));
    expect(await rpc.call('x')).toBe(`Basic ${Buffer.from('__cookie__:secret').toString('base64')}`);
  });

  it.each<[string, Answer, string, RegExp]>([
    [
      'an HTML page',
      { status: 200, body: '<html><body>router login</body></html>' },
      'NODE_NOT_JSON',
      /HTTP 200 with an HTML page/,
    ],
    ['half a JSON document', { status: 200, body: '{"result":{"version":5' }, 'NODE_NOT_JSON', /no JSON-RPC/],
    ['JSON that is no answer', { status: 200, body: '[1,2]' }, 'NODE_NOT_JSON', /no JSON-RPC/],
    ['an empty body', { status: 200, body: '' }, 'NODE_NOT_JSON', /an empty body/],
    ['503', { status: 503, body: 'Work queue depth exceeded' }, 'NODE_UNREACHABLE', /HTTP 503/],
    ['401', { status: 401, body: '' }, 'NODE_AUTH', /received HTTP 401.*--cookie/],
    ['403', { status: 403, body: '' }, 'NODE_AUTH', /received HTTP 403/],
    ['a reset connection', 'reset', 'NODE_UNREACHABLE', /Start bitcoind/],
    [
      "the node's own error",
      { error: { code: -28, message: 'Loading block index...' } },
      'NODE_RPC',
      /error -28: Loading block index/,
    ],
  ])('tells %s', async (_, answer, code, message) => {
    const rpc = await clientOf(() => answer);
    await expect(rpc.call('getblockcount')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('reads the cookie anew after a 401, once', async () => {
    const rpc = await clientOf(async ({ authorization }) => {
      if (authorization === `Basic ${Buffer.from('__cookie__:fresh').toString('base64')}`)
        return { result: 'in' };
      await writeFile(cookie, '__cookie__:fresh'); // the node restarted
      return { status: 401, body: '' };
    });
    expect(await rpc.call('x')).toBe('in');
    expect(node?.calls).toHaveLength(2);
  });

  it('gives up at its timeout', async () => {
    const rpc = await clientOf(() => 'hang');
    await expect(rpc.call('x', [], { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringContaining('0.03 s'),
    });
  });

  it('says what is wrong with a port that speaks no TLS, and with a name that nobody knows', async () => {
    await clientOf(() => ({ status: 200, body: '{}' }));
    const cases = [
      [
        node!.url.replace('http:', 'https:'),
        /but that port does not speak TLS. Pass http:\/\/ instead of https/,
      ],
      ['http://node.invalid:8332', /but the name node.invalid is not known. Start bitcoind/],
    ] as const;
    for (const [url, message] of cases) {
      const rpc = createRpcClient(new URL(url), fileCredentials(cookie));
      const error: unknown = await rpc.call('x').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'NODE_UNREACHABLE', message: expect.stringMatching(message) });
      expect((error as Error).message).not.toContain('\n');
      rpc.close();
    }
  });

  it('gives up a first contact that nobody answers when the patience is over', async () => {
    const rpc = await clientOf(() => 'hang');
    const emit = () => {};
    const contact = askNetwork({
      rpc,
      network: undefined,
      patienceMs: 80,
      emit,
      signal: new AbortController().signal,
    });
    await expect(contact).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringMatching(/no answer came within 0\.5 s/),
    });
  });

  it('gives up at the abort', async () => {
    const abort = new AbortController();
    const rpc = await clientOf(() => {
      abort.abort();
      return 'hang';
    });
    await expect(rpc.call('x', [], { signal: abort.signal })).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
    });
  });

  it('tells a missing cookie where a node answers', async () => {
    await clientOf(() => ({ status: 401, body: '' }));
    const rpc = createRpcClient(new URL(node!.url), fileCredentials(join(folder, 'none')));
    await expect(rpc.call('x')).rejects.toMatchObject({
      code: 'COOKIE_UNREADABLE',
      message: expect.stringContaining('no file there'),
    });
    rpc.close();
  });

  it('tells a refused connection, with or without a cookie', async () => {
    const refused = {
      code: 'NODE_UNREACHABLE',
      message: expect.stringContaining('the connection was refused'),
    };
    for (const path of [cookie, join(folder, 'none')]) {
      const rpc = createRpcClient(new URL('http://127.0.0.1:1'), fileCredentials(path));
      await expect(rpc.call('x')).rejects.toMatchObject(refused);
      rpc.close();
    }
  });

  it('never shows a secret in an error', async () => {
    const rpc = await clientOf(() => ({ status: 401, body: '' }));
    const error: unknown = await rpc.call('x').catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });
});

it.each([
  ['linux', '/home/ann/.bitcoin/signet/.cookie'],
  ['darwin', '/home/ann/Library/Application Support/Bitcoin/signet/.cookie'],
])('knows the default data directory of %s', (platform, path) => {
  expect(defaultCookiePath('signet', { platform, home: '/home/ann', env: {} })).toBe(path);
  expect(defaultCookiePath('main', { platform, home: '/home/ann', env: {} })).toBe(
    path.replace('signet/', ''),
  );
  expect(defaultCookiePath('test', { platform, home: '/home/ann', env: {} })).toBe(
    path.replace('signet', 'testnet3'),
  );
});

it('reads a password file beside a user name', async () => {
  const file = join(folder, 'password');
  await writeFile(file, 'hunter2\n');
  expect(await fileCredentials(file, 'ann').authorization()).toBe(
    `Basic ${Buffer.from('ann:hunter2').toString('base64')}`,
  );
});
