/** `hashgap concentration` as a user runs it: files of every form, a node that fails, and a real one whose blocks imitate pools. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { address as bitcoinAddress } from 'bitcoinjs-lib';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startRegtestNode } from '../../src/regtest/node.ts';
import { describeWithNode, runMiner, startNode, summaryOf, temporaryFolder } from '../e2e/harness.ts';
import { RECORDED_COINBASES } from '../economics/attribution-coinbases.ts';
import { runCli, startCli } from '../support/cli.ts';
import { type Answer, type Call, startFakeNode } from '../support/fake-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cookie = join(folder, '.cookie');
writeFileSync(cookie, '__cookie__:secret');

let files = 0;
/** A file with these lines; objects are written as JSON. */
function fileOf(...lines: readonly (object | string)[]): string {
  const path = join(folder, `blocks-${files++}.jsonl`);
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

interface Share {
  readonly id: string;
  readonly name: string;
  readonly blocks: number;
}
interface Report {
  readonly blocks: number;
  readonly incomplete: boolean;
  readonly attributedBy: Readonly<Record<string, number>>;
  readonly unknown: { readonly blocks: number; readonly share: number };
  readonly asTagged: { readonly shares: readonly Share[] };
  readonly proxiesMerged: { readonly shares: readonly Share[] };
}
const reportIn = (stdout: string) => JSON.parse(stdout.split('\n')[0]!) as Report;
const blocksOf = ({ asTagged }: Report) =>
  Object.fromEntries(asTagged.shares.map(({ id, blocks }) => [id, blocks]));

async function report(...args: string[]): Promise<Report> {
  const { exitCode, stdout, stderr } = await runCli(['concentration', '--json', ...args]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return reportIn(stdout);
}

async function failure(...args: string[]) {
  const { exitCode, stdout, stderr } = await runCli(['concentration', ...args], { env: { HOME: folder } });
  expect(stdout).toBe('');
  return { exitCode, message: stderr.trimEnd().split('\n').at(-1) };
}

describe('without a node or a file', () => {
  it('shows the shipped history', async () => {
    const { exitCode, stdout, stderr } = await runCli(['concentration'], { env: { COLUMNS: '80' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^2026-04 +1,627 +3 .*\n^2026-04-merged \* +2,235 +2 /m);
    expect(stderr).toMatch(/--node URL .*--file FILE/);
  });

  it('has help with its options and examples', async () => {
    const { stdout } = await runCli(['concentration', '--help']);
    for (const part of [
      '--node',
      '--blocks',
      '--file',
      '--merge-proxies',
      '--json',
      '$ hashgap concentration',
    ])
      expect(stdout).toContain(part);
  });
});

describe('--file', () => {
  it('attributes coinbases of mainnet, whole or in parts', async () => {
    const path = fileOf(...RECORDED_COINBASES.map(({ height, coinbase }) => ({ height, coinbase })));
    const result = await report('--file', path);
    const expected: Record<string, number> = {};
    for (const { pool } of RECORDED_COINBASES)
      if (pool !== undefined) expected[pool] = (expected[pool] ?? 0) + 1;
    expect(blocksOf(result)).toEqual(expected);
    expect(result.unknown.blocks).toBe(1);
    expect(result.attributedBy).toMatchObject({ address: 7, given: 0, unknown: 1 });
  });

  it('takes pools that are named already, singly or as counts, and leaves unknown ones unknown', async () => {
    const path = fileOf(
      { pool: 'foundryusa', blocks: 3 },
      { height: 7, pool: 'Foundry USA', hash: 'whatever' },
      '',
      { pool: 'Class 9b', blocks: 2 },
      { pool: 'class 9B' },
      { pool: null },
      { pool: 'Unknown', blocks: 4 },
    );
    const result = await report('--file', path);
    expect(blocksOf(result)).toEqual({ 'foundry-usa': 4, 'class 9b': 3 });
    expect(result.unknown).toMatchObject({ blocks: 5, share: 5 / 12 });
  });

  it('lists the merged group with --merge-proxies, and both measures either way', async () => {
    const path = fileOf(
      { pool: 'AntPool', blocks: 4 },
      { pool: 'Poolin', blocks: 2 },
      { pool: 'ViaBTC', blocks: 5 },
    );
    const options = { env: { COLUMNS: '80' } };
    const tagged = await runCli(['concentration', '--file', path], options);
    const merged = await runCli(['concentration', '--file', path, '--merge-proxies'], options);
    expect(tagged.stdout).toMatch(/^AntPool +4 +36\.4%/m);
    expect(merged.stdout).toMatch(/^AntPool & friends \* +6 +54\.5%/m);
    for (const { stdout } of [tagged, merged]) expect(stdout).toMatch(/^Nakamoto +2 +1$/m);
  });

  it('never prints a control character of a name', async () => {
    const { stdout } = await runCli([
      'concentration',
      '--file',
      fileOf({ pool: '\u001b[31mred\u0007\u202e' }),
    ]);
    expect(stdout).toMatch(/^\[31mred +1/m);
    for (const line of stdout.split('\n')) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  const COINBASE = RECORDED_COINBASES[0]!.coinbase;
  it.each<[string, readonly (object | string)[], RegExp]>([
    ['no JSON', ['{"pool":"a"}', 'height 5'], /JSON object in line 2 of .*, received "height 5"/],
    ['a list', ['[1]'], /JSON object in line 1/],
    ['neither coinbase nor pool', [{ height: 1, pol: 'AntPool' }], /"coinbase" or "pool" in line 1/],
    ['a negative height', [{ height: -1, pool: 'a' }], /whole height of at least 0 in line 1.*"-1"/],
    [
      'a height twice',
      [
        { height: 5, coinbase: COINBASE },
        { height: 5, pool: 'a' },
      ],
      /height 5 once.*line 2/,
    ],
    [
      'more blocks than any chain has',
      [{ pool: null, blocks: 9_007_199_254_740_991 }],
      /at most 10,000,000 blocks in line 1 .*, received 9007199254740991/,
    ],
    ['no blocks', [{ pool: 'a', blocks: 0 }], /number of blocks of at least 1.*"0"/],
    [
      'a height of several blocks',
      [{ pool: 'a', blocks: 2, height: 5 }],
      /either a height or a number of blocks/,
    ],
    ['a pool that is a number', [{ pool: 5 }], /name of a pool, or null.*"5"/],
    ['half a coinbase', [{ coinbase: '0100' }], /a coinbase in line 1.*more bytes/],
    ['hex that is none', [{ coinbase: 'zz' }], /hex digits/],
    [
      'an address that is none',
      [{ coinbase: { scriptSig: '', outputs: ['1Nobody'] } }],
      /a coinbase in line 1.*1Nobody/,
    ],
    ['a coinbase without a script', [{ coinbase: { outputs: [] } }], /scriptSig and outputs/],
    [
      'a transaction that spends something',
      [{ coinbase: `0100000001${'11'.repeat(32)}0000000000ffffffff0100000000000000000000000000` }],
      /a coinbase in line 1.*spends something/,
    ],
  ])('refuses %s', async (_, lines, message) => {
    const { exitCode, message: received } = await failure('--file', fileOf(...lines));
    expect(received).toMatch(message);
    expect(received).toMatch(/docs\/json\.md/);
    expect(exitCode).toBe(2);
  });

  it('takes millions of unknown blocks without a list of them', async () => {
    const lines = Array.from({ length: 12 }, () => ({ pool: null, blocks: 10_000_000 }));
    const { unknown } = await report('--file', fileOf({ pool: 'AntPool', blocks: 5 }, ...lines));
    expect(unknown.blocks).toBe(120_000_000);
  });

  it('refuses a file that is not there, a folder, an empty file', async () => {
    expect(await failure('--file', join(folder, 'none'))).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/ENOENT/),
    });
    expect(await failure('--file', folder)).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/EISDIR/),
    });
    expect(await failure('--file', fileOf('', ' '))).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/at least one block/),
    });
  });

  it('refuses a file and a node at once', async () => {
    expect(await failure('--file', 'a', '--blocks', '5')).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/options of both/),
    });
  });
});

/** A chain of one block again and again, whose header names itself as its parent. */
function endlessChain(
  answer: (blocksAsked: number) => Answer | undefined = () => undefined,
  downloading = false,
) {
  const coinbase = RECORDED_COINBASES.find(({ height }) => height === 400_021)!.coinbase as string;
  let asked = 0;
  return startFakeNode(({ method }: Call) => {
    if (method === 'getblockchaininfo')
      return {
        result: {
          chain: 'main',
          blocks: 900_000,
          bestblockhash: '00'.repeat(32),
          initialblockdownload: downloading,
        },
      };
    asked++;
    return answer(asked) ?? { result: `${'00'.repeat(80)}01${coinbase}` };
  });
}

describe('a node that does not answer to the end', () => {
  const nodeArgs = (url: string, ...args: string[]) => ['--node', url, '--cookie', cookie, ...args];

  it('keeps what was read at Ctrl-C, and says how many', async () => {
    const node = await endlessChain((asked) => (asked > 250 ? 'hang' : undefined));
    onTestFinished(() => node.close());
    const reached = new Promise<void>((resolve) => {
      const { calls } = node;
      const { push } = calls;
      calls.push = (...items) => {
        const length = push.apply(calls, items);
        if (length === 252) resolve(); // the first call was getblockchaininfo
        return length;
      };
    });
    const cli = startCli(['concentration', '--json', ...nodeArgs(node.url)]);
    await reached;
    cli.kill('SIGINT');
    const { exitCode, stdout, stderr } = await cli.ended;
    expect(exitCode).toBe(130);
    expect(stderr.split('\n')).toEqual([
      '100 of 1,008 blocks read',
      '200 of 1,008 blocks read',
      'Stopped after 250 blocks.',
      '',
    ]);
    expect(reportIn(stdout)).toMatchObject({ blocks: 250, incomplete: true, attributedBy: { address: 250 } });
  });

  it('keeps what was read when a block is pruned, and fails with the reason', async () => {
    const pruned = { error: { code: -1, message: 'Block not available (pruned data)' } };
    const node = await endlessChain((asked) => (asked > 3 ? pruned : undefined), true);
    onTestFinished(() => node.close());
    const { exitCode, lines, stderr } = await runCli(['concentration', '--json', ...nodeArgs(node.url)]);
    expect(exitCode).toBe(1);
    expect(lines).toMatchObject([
      { blocks: 3, incomplete: true },
      { type: 'error', code: 'NODE_RPC' },
    ]);
    expect(stderr).toMatch(
      /^The node is still catching up.*\nStopped after 3 blocks\.\nerror: .*pruned data/,
    );
  });

  it.each<[string, Answer, RegExp]>([
    ['a block that is none', { result: 'abcd' }, /more bytes/],
    ['a block in another form', { result: { hash: 'x' } }, /hex digits/],
  ])('refuses %s', async (_, answer, message) => {
    const node = await endlessChain(() => answer);
    onTestFinished(() => node.close());
    expect(await failure(...nodeArgs(node.url))).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a node of another network, and one that is not there', async () => {
    const node = await endlessChain();
    onTestFinished(() => node.close());
    expect(await failure(...nodeArgs(node.url, '--network', 'signet'))).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/signet network.*one of main/),
    });
    expect(await failure(...nodeArgs('http://127.0.0.1:1'))).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/refused/),
    });
  });

  it('counts nothing on a chain without blocks', async () => {
    const node = await startRegtestNode({ port: 0 });
    onTestFinished(() => node.close());
    const args = ['--node', node.url, '--cookie', node.cookiePath];
    expect(await failure(...args)).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/at least one block from .*genesis/),
    });
  });
});

describeWithNode('a real bitcoind', () => {
  /** Regtest's form of a mainnet address: the same script. */
  const onRegtest = (address: string) => {
    const { version, data } = bitcoinAddress.fromBech32(address);
    return bitcoinAddress.toBech32(data, version, 'bcrt');
  };

  it('blocks that imitate pools are told by tag and by address, ours are unknown', async () => {
    const node = await startNode();
    const home = await temporaryFolder();
    const mine = async (blocks: number, ...args: string[]) => {
      const run = await runMiner(node, join(home, 'journal'), [
        '--engine',
        'js',
        '--blocks',
        `${blocks}`,
        ...args,
      ]);
      expect(summaryOf(run)).toMatchObject({ accepted: blocks });
    };
    await mine(5, '--tag', '/Foundry USA Pool #dropgold/');
    await mine(3, '--tag', 'Mined by AntPool874');
    await mine(2, '--tag', '/slush/');
    await mine(1, '--tag', '/slush/', '--address', onRegtest('bc1qf274x7penhcd8hsv3jcmwa5xxzjl2a6pa9pxwm'));
    await mine(2, '--tag', '/hashgap/');

    const args = ['--node', node.url, '--cookie', node.cookiePath];
    const result = await report(...args);
    expect(blocksOf(result)).toEqual({ 'foundry-usa': 5, antpool: 3, 'braiins-pool': 2, f2pool: 1 });
    expect(result).toMatchObject({
      blocks: 13,
      incomplete: false,
      source: { kind: 'node', network: 'regtest' },
      heights: { first: 1, last: 13 },
      unknown: { blocks: 2 },
      attributedBy: { address: 1, tag: 10, given: 0, unknown: 2 },
    });
    expect(result.proxiesMerged.shares[0]).toMatchObject({ id: 'antpool-and-friends', blocks: 5 });
    const newest = await report(...args, '--blocks', '3');
    expect({ ...blocksOf(newest), unknown: newest.unknown.blocks }).toEqual({ f2pool: 1, unknown: 2 });
  });
});
