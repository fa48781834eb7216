/** The network's figures from a real bitcoind on regtest, and from nodes that say less or something else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findBitcoind, RealNode } from '../support/bitcoind.ts';
import { runCli } from '../support/cli.ts';
import { type Answer, type Call, startFakeNode } from '../support/fake-node.ts';

const found = await findBitcoind();
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
const cookie = join(folder, '.cookie');
writeFileSync(cookie, 'user:password');
afterAll(() => rmSync(folder, { recursive: true }));

async function documentOf(...args: string[]) {
  const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { env: { HOME: folder } });
  expect(exitCode, stderr).toBe(0);
  return { ...JSON.parse(stdout), stderr };
}

describe.skipIf('skip' in found)(`a real node${'skip' in found ? ` (skipped: ${found.skip})` : ''}`, () => {
  let node: RealNode;
  const flags = () => ['--node', node.url, '--cookie', node.cookiePath];
  beforeAll(async () => {
    node = await RealNode.start();
  });
  afterAll(() => node.stop());

  it('has no blocks to say anything of at first', async () => {
    const { network, stderr } = await documentOf('network', ...flags());
    expect(network).toMatchObject({ from: 'node', network: 'regtest', height: 0, hashrateHps: 0 });
    expect(network).toMatchObject({ feesBtc: null, feesOfBlocks: 0, subsidyBtc: 50, stale: true });
    expect(stderr).toMatch(/newest block is .* old: it may still be downloading/);
  });

  it('gives difficulty, hashrate, fees and subsidy as its own RPC does', async () => {
    await node.rpc('createwallet', 'w');
    const address = await node.rpc<string>('getnewaddress');
    await node.rpc('generatetoaddress', 101, address);
    await node.rpc('sendtoaddress', address, 1);
    await node.rpc('generatetoaddress', 48, address);
    const { network } = await documentOf('network', ...flags());
    const { totalfee } = await node.rpc<{ totalfee: number }>('getblockstats', 102, ['totalfee']);
    expect(totalfee).toBeGreaterThan(0);
    expect(network).toMatchObject({ network: 'regtest', height: 149, stale: false, source: `${node.url}/` });
    expect(network.feesOfBlocks).toBe(72);
    expect(network.feesBtc).toBeCloseTo(totalfee / 72 / 1e8, 12);
    expect(network.hashrateHps).toBeCloseTo(await node.rpc<number>('getnetworkhashps', 149), 6);
    const { difficulty } = await node.rpc<{ difficulty: number }>('getblockchaininfo');
    expect(network.difficulty).toBe(difficulty);
    expect(network.hashesPerBlock).toBeCloseTo(2, 6); // 207fffff
    expect(network.subsidyBtc).toBe(25); // block 150 is the first after a halving
    expect(network.ageSeconds).toBeLessThan(600);
  });

  it('is what odds, costs and comparisons are calculated from', async () => {
    const { stdout } = await runCli(['odds', '--hashrate', '1', ...flags()], { env: { HOME: folder } });
    expect(stdout).toMatch(/network: regtest, difficulty 4\.66e-10, newest block of /);
    expect(stdout).not.toContain('snapshot');
    const { network, claims } = await documentOf('cost', '--kwh-price', '0.1', ...flags());
    expect(network.from).toBe('node');
    expect(claims).toEqual([]);
    const { machine } = await documentOf('compare', '--hashrate', '1', ...flags());
    expect(machine.secondsToBlock).toBeCloseTo(2, 6);
  });

  it('has to be of the network that was named', async () => {
    const { exitCode, stderr } = await runCli(['network', '--network', 'main', ...flags()]);
    expect(stderr).toMatch(/Expected a node of main at .*, received one of regtest/);
    expect(exitCode).toBe(2);
  });
});

describe('a node that says less', () => {
  const HASH = '00'.repeat(32);
  const time = Math.floor(Date.now() / 1000);
  const MAINNET: Readonly<Record<string, unknown>> = {
    getblockchaininfo: { chain: 'main', blocks: 970_000, bestblockhash: HASH, initialblockdownload: false },
    getblockheader: { height: 970_000, time, difficulty: 133.8e12, bits: '17021f52' },
    getnetworkhashps: 9.5e20,
  };
  const fake = async (answer: (call: Call) => Answer | undefined) => {
    const node = await startFakeNode(
      (call) => answer(call) ?? { result: MAINNET[call.method] ?? { totalfee: 2_000_000 } },
    );
    onTestFinished(() => node.close());
    return { node, flags: ['--node', node.url, '--cookie', cookie] };
  };

  it('gives the mean of the fees that are left by pruning', async () => {
    const { flags } = await fake(({ method, params }) =>
      method === 'getblockstats' && (params[0] as number) < 969_991
        ? { error: { code: -1, message: 'Block not available (pruned data)' } }
        : undefined,
    );
    const { network } = await documentOf('network', ...flags);
    expect(network).toMatchObject({
      feesOfBlocks: 10,
      feesBtc: 0.02,
      height: 970_000,
      subsidyBtc: 3.125,
      stale: false,
    });
  });

  it('gives no fees where it does not know getblockstats, and asks once for each call at a time', async () => {
    const { node, flags } = await fake(({ method }) =>
      method === 'getblockstats' ? { error: { code: -32_601, message: 'Method not found' } } : undefined,
    );
    const { network } = await documentOf('network', ...flags);
    expect(network).toMatchObject({ feesBtc: null, feesOfBlocks: 0 });
    expect(node.calls.filter(({ method }) => method === 'getblockstats').length).toBeLessThanOrEqual(3);
  });

  it('has no costs past the last halving of regtest', async () => {
    const info = { ...(MAINNET.getblockchaininfo as object), chain: 'regtest', blocks: 5_100 };
    const { flags } = await fake(({ method }) => {
      if (method === 'getblockchaininfo') return { result: info };
      if (method === 'getblockheader')
        return { result: { height: 5_100, time, difficulty: 4.656e-10, bits: '207fffff' } };
      return method === 'getblockstats' ? { result: { totalfee: 0 } } : undefined;
    });
    const { machine } = await documentOf('compare', '--hashrate', '1TH', '--watts', '9', ...flags);
    expect(machine.usdPerBtc).toBeNull();
    const { rows } = await documentOf('cost', '--region', 'de', ...flags);
    expect(rows[0].costs).toEqual([]);
    const report = await documentOf('report', '--hashrate', '1TH', '--watts', '9', ...flags);
    expect(report.cost.claims).toEqual([]);
    for (const args of [
      ['--html', '-'],
      ['--markdown', '-'],
    ]) {
      const { exitCode, stdout } = await runCli(['report', '--hashrate', '1TH', ...args, ...flags]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('A block of this network brings no bitcoin');
      expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('is stale while it downloads', async () => {
    const info = { ...(MAINNET.getblockchaininfo as object), initialblockdownload: true };
    const { flags } = await fake(({ method }) =>
      method === 'getblockchaininfo' ? { result: info } : undefined,
    );
    expect((await documentOf('network', ...flags)).network.stale).toBe(true);
  });

  it.each<[string, Answer, RegExp, number]>([
    ['an unknown chain', { result: { chain: 'lite' } }, /received one of lite/, 2],
    ['a web page', { status: 200, body: '<html>' }, /JSON-RPC answer/, 3],
    ['a refusal', { status: 401, body: '' }, /accept the credentials/, 3],
    [
      'a warm-up',
      { error: { code: -28, message: 'Loading block index' } },
      /error -28: Loading block index/,
      1,
    ],
    ['nonsense', { result: 5 }, /received one of undefined/, 2],
  ])('is refused with %s', async (_, answer, message, code) => {
    const { flags } = await fake(() => answer);
    const { exitCode, stderr, stdout } = await runCli(['network', ...flags]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(code);
  });

  it('is refused with a header that is none', async () => {
    const { flags } = await fake(({ method }) => (method === 'getblockheader' ? { result: {} } : undefined));
    const { exitCode, stderr } = await runCli(['network', ...flags]);
    expect(stderr).toMatch(/Expected .*getblockheader/);
    expect(exitCode).toBe(3);
  });
});
