/** A signet of one's own is mined, somebody else's is refused, and so is a node of another network than the one named. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { activeChain, describeWithNode, runMiner, startNode, summaryOf, temporaryFolder } from './harness.ts';
import { startProxy } from './proxy.ts';

/** BIP 173's example program on the test networks. */
const TESTNET_ADDRESS = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';
const ADDRESS = ['--address', TESTNET_ADDRESS];

describeWithNode('signet', () => {
  it('with the challenge OP_TRUE is mined at its real difficulty, by the rules segwit and signet', async () => {
    const node = await startNode({ chain: 'signet', extraArgs: ['-signetchallenge=51'] });
    const journal = join(await temporaryFolder(), 'journal');
    const asked: unknown[] = [];
    const proxy = await startProxy(node, (call) => {
      if (call.method === 'getblocktemplate') asked.push((call.params[0] as { rules: unknown }).rules);
      return call.forward();
    });
    const run = await runMiner(proxy, journal, [...ADDRESS, '--network', 'signet', '--blocks', '2']);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(summaryOf(run)).toMatchObject({
      blocks: 2,
      accepted: 2,
      rejected: 0,
      stale: 0,
      pending: 0,
      hardwareErrors: 0,
    });
    expect(run.lines).toContainEqual(
      expect.objectContaining({ type: 'job', difficulty: expect.closeTo(0.00112, 4) }),
    );
    expect(await activeChain(node)).toHaveLength(2);
    expect(new Set(asked.map((rules) => JSON.stringify(rules)))).toEqual(new Set(['["segwit","signet"]']));
  });

  it('with the challenge of others ends with SIGNET_CHALLENGE before any hash', async () => {
    const node = await startNode({ chain: 'signet' }); // the public signet's challenge is the default
    const run = await runMiner(node, join(await temporaryFolder(), 'journal'), ADDRESS);
    expect(run.exitCode).toBe(1);
    expect(run.lines).toEqual([
      { type: 'error', code: 'SIGNET_CHALLENGE', message: expect.stringContaining('challenge 51') },
    ]);
    expect(run.stderr).toMatch(/^error: Expected a signet with the challenge 51 .*\n$/);
  });

  it.each([
    ['testnet4', TESTNET_ADDRESS, 'NETWORK_MISMATCH'],
    ['main', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'NETWORK_MISMATCH'],
    ['main', TESTNET_ADDRESS, 'ADDRESS_WRONG_NETWORK'],
    ['signet', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'ADDRESS_WRONG_NETWORK'],
  ])('is refused as --network %s with the address %s: %s', async (network, address, code) => {
    const node = await startNode({ chain: 'signet', extraArgs: ['-signetchallenge=51'] });
    const run = await runMiner(node, join(await temporaryFolder(), 'journal'), [
      '--network',
      network,
      '--address',
      address,
    ]);
    expect(run.exitCode).toBe(2);
    expect(run.lines).toEqual([{ type: 'error', code, message: expect.any(String) }]);
    expect(await node.rpc('getblockcount')).toBe(0);
  });
});
