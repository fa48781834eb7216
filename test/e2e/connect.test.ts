/** The first contact: nodes that have no work yet, are warming up, are not there, or refuse; and the credentials. */
import { createHmac } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCookiePath } from '../../src/source/node/credentials.ts';
import { runCli } from '../support/cli.ts';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  REGTEST_ADDRESS,
  runMiner,
  startMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { readJournal, settledAs } from './journal.ts';
import { type Answer, startProxy } from './proxy.ts';

const NOTHING_MINED = { blocks: 0, accepted: 0, rejected: 0, stale: 0, pending: 0, recovered: 0, hashes: 0 };

/** An error as bitcoind sends it. */
const nodeError = (code: number, message: string): Answer => ({
  status: 500,
  body: JSON.stringify({ result: null, error: { code, message }, id: 0 }),
});

const temporaryJournal = async () => join(await temporaryFolder(), 'journal');

describeWithNode('a node without work', () => {
  it('because it has no peers (-9) is waited for until --seconds are over', async () => {
    const node = await startNode({ chain: 'main' });
    const address = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
    const run = await runMiner(node, await temporaryJournal(), [
      '--network',
      'main',
      '--address',
      address,
      '--seconds',
      '2',
    ]);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(summaryOf(run)).toMatchObject(NOTHING_MINED);
    const down = run.lines.filter(({ type }) => type === 'source-down');
    expect(down).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/getblocktemplate.*-9.*not connected/) }),
    ]);
  });

  it('because it is warming up (-28) or in its initial download (-10) is waited for and mined on', async () => {
    const node = await startNode();
    const first: Answer[] = Array.from({ length: 3 }, () => nodeError(-28, 'Loading block index…'));
    const second = [nodeError(-28, 'Verifying blocks…'), nodeError(-10, 'Bitcoin Knots is in initial sync')];
    const proxy = await startProxy(node, async (call) => {
      const queue = call.method === 'getblockchaininfo' ? first : second;
      return queue.shift() ?? call.forward();
    });
    const run = await runMiner(proxy, await temporaryJournal(), ['--blocks', '1', '--connect-timeout', '0']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(summaryOf(run)).toMatchObject({ blocks: 1, accepted: 1 });
    const reasons = run.lines.filter(({ type }) => type === 'source-down').map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringContaining('-28: Loading'),
      expect.stringContaining('-10: Bitcoin Knots is in'),
    ]);
    expect([first.length, second.length]).toEqual([0, 0]);
  });

  it('on testnet4 is one all the same: templates there need no peers', async () => {
    const node = await startNode({ chain: 'testnet4' });
    const address = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';
    const cli = startMiner(node, await temporaryJournal(), ['--network', 'testnet4', '--address', address]);
    expect(await cli.nextLine(({ type }) => type === 'job')).toMatchObject({ height: 1, difficulty: 1 });
    cli.kill('SIGINT');
    const run = await cli.ended;
    expect(run.exitCode).toBe(130);
    expect(summaryOf(run)).toMatchObject({ rejected: 0, pending: 0 });
  });
});

describeWithNode('a node that is not there', () => {
  it('ends the program with exit code 3 after --connect-timeout', async () => {
    const node = await startNode();
    const { url, cookiePath } = node;
    await node.kill();
    const run = await runMiner({ url, cookiePath }, await temporaryJournal(), ['--connect-timeout', '0.3']);
    expect(run.exitCode).toBe(3);
    expect(run.lines.at(-1)).toMatchObject({ type: 'error', code: 'NODE_UNREACHABLE' });
    expect(run.lines[0]).toMatchObject({ type: 'source-down', reason: expect.stringContaining('refused') });
  });

  it('is waited for with --wait, from before it has a cookie', async () => {
    const node = await startNode();
    await node.kill();
    await rm(node.cookiePath);
    const cli = startMiner(node, await temporaryJournal(), [
      '--wait',
      '--blocks',
      '1',
      '--connect-timeout',
      '0',
    ]);
    await cli.nextLine(({ type }) => type === 'source-down');
    await node.restart();
    expect(summaryOf(await cli.ended)).toMatchObject({ blocks: 1, accepted: 1 });
  });

  it.each([
    ['--seconds are over', ['--seconds', '2'], 0],
    ['Ctrl-C', [], 130],
  ])('is given up at %s, with a summary', async (_, extra, exitCode) => {
    const node = await startNode();
    const { url, cookiePath } = node;
    await node.kill();
    const cli = startMiner({ url, cookiePath }, await temporaryJournal(), ['--wait', ...extra]);
    await cli.nextLine(({ type }) => type === 'source-down');
    if (exitCode === 130) cli.kill('SIGINT');
    const run = await cli.ended;
    expect(run).toMatchObject({ exitCode, stderr: '' });
    expect(summaryOf(run)).toMatchObject(NOTHING_MINED);
  });
});

describeWithNode('credentials', () => {
  it('are found where bitcoind puts them, and the journal goes where XDG says', async () => {
    const node = await startNode();
    const home = await temporaryFolder();
    const cookie = defaultCookiePath('regtest', { platform: process.platform, home, env: {} });
    await mkdir(dirname(cookie), { recursive: true });
    await copyFile(node.cookiePath, cookie);
    const mine = ['mine', '--network', 'regtest', '--node', node.url, '--address', REGTEST_ADDRESS];
    const env = { HOME: home, XDG_STATE_HOME: join(home, 'state') };
    const run = await runCli([...mine, '--blocks', '1', '--json'], { env });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const journal = await readJournal(join(home, 'state', 'hashgap', 'blocks-regtest.jsonl'));
    expect(settledAs(journal, 'accepted')).toEqual(await activeChain(node));
  });

  it('that the node refuses end the program with exit code 3', async () => {
    const node = await startNode();
    const cookiePath = join(await temporaryFolder(), 'cookie');
    await writeFile(cookiePath, '__cookie__:wrong');
    const run = await runMiner({ url: node.url, cookiePath }, await temporaryJournal(), [
      '--connect-timeout',
      '0',
    ]);
    expect(run.exitCode).toBe(3);
    expect(run.lines).toEqual([
      { type: 'error', code: 'NODE_AUTH', message: expect.stringContaining(cookiePath) },
    ]);
  });

  it('of a user with a password file are accepted, and a wrong password is not', async () => {
    const salt = '00112233445566778899aabbccddeeff';
    const hmac = createHmac('sha256', salt).update('correct horse').digest('hex');
    const node = await startNode({ extraArgs: [`-rpcauth=ann:${salt}$${hmac}`] });
    const passwordFile = join(await temporaryFolder(), 'password');
    const journal = await temporaryJournal();
    const credentials = ['--rpc-user', 'ann', '--rpc-password-file', passwordFile, '--connect-timeout', '0'];
    const mine = [
      'mine',
      '--json',
      '--node',
      node.url,
      '--address',
      REGTEST_ADDRESS,
      '--journal',
      journal,
      ...credentials,
      '--blocks',
      '1',
    ];
    await writeFile(passwordFile, 'correct horse\n');
    const run = await runCli(mine);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.lines.filter((line) => isVerdict(line, 'accepted'))).toHaveLength(1);
    await writeFile(passwordFile, 'battery staple\n');
    expect(await runCli(mine)).toMatchObject({ exitCode: 3, lines: [{ type: 'error', code: 'NODE_AUTH' }] });
    expect(await node.rpc('getblockcount')).toBe(1);
  });
});
