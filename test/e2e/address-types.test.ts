/** Heights 1..120 from an empty chain, mined to each of the five address types; the node says what each coinbase pays. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import {
  activeBlocks,
  describeWithNode,
  runMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';

const BLOCKS = 120;
const TAG = '/e2e/';
/** The height at the start of a coinbase script (BIP 34), as consensus has it up to 127: OP_1..OP_16, then a push of one byte. */
const bip34 = (height: number) =>
  height <= 16 ? `${(0x50 + height).toString(16)}` : `01${height.toString(16).padStart(2, '0')}`;

/** An address of the wallet, or for P2WSH, which wallets do not hand out, of a 1-of-1 script of its key. */
async function newAddress(node: RealNode, form: string): Promise<string> {
  if (form !== 'P2WSH') return node.rpc('getnewaddress', '', form);
  const { pubkey } = await node.rpc<{ pubkey: string }>('getaddressinfo', await node.rpc('getnewaddress'));
  return (await node.rpc<{ address: string }>('createmultisig', 1, [pubkey], 'bech32')).address;
}

describeWithNode('mining to', () => {
  it.each([
    ['P2PKH', 'legacy', 'pubkeyhash'],
    ['P2SH', 'p2sh-segwit', 'scripthash'],
    ['P2WPKH', 'bech32', 'witness_v0_keyhash'],
    ['P2WSH', 'P2WSH', 'witness_v0_scripthash'],
    ['P2TR', 'bech32m', 'witness_v1_taproot'],
  ])('%s pays that script the whole subsidy in 120 blocks', async (_, form, type) => {
    const node = await startNode();
    await node.rpc('createwallet', 'miner');
    const address = await newAddress(node, form);
    const { scriptPubKey } = await node.rpc<{ scriptPubKey: string }>('validateaddress', address);
    const journal = join(await temporaryFolder(), 'journal');

    const run = await runMiner(node, journal, ['--blocks', `${BLOCKS}`, '--address', address, '--tag', TAG]);

    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(summaryOf(run)).toMatchObject({
      blocks: BLOCKS,
      accepted: BLOCKS,
      rejected: 0,
      stale: 0,
      pending: 0,
      hardwareErrors: 0,
    });
    expect(await node.rpc('getblockcount')).toBe(BLOCKS);
    const blocks = await activeBlocks(node);
    for (const { height, tx } of blocks) {
      const script = tx[0]?.vin[0]?.coinbase ?? '';
      expect(script, `height ${height}`).toContain(Buffer.from(TAG).toString('hex'));
      expect(script.startsWith(bip34(height)), `height ${height}: ${script}`).toBe(true);
      const [paid, ...rest] = tx[0]?.vout ?? [];
      expect(paid, `height ${height}`).toMatchObject({
        value: 50,
        scriptPubKey: { hex: scriptPubKey, type },
      });
      expect(rest.map(({ value, scriptPubKey: { hex } }) => [value, hex.slice(0, 12)])).toEqual([
        [0, '6a24aa21a9ed'],
      ]);
    }
    expect(new Set(blocks.map(({ hash }) => hash)).size).toBe(BLOCKS);
    expect(new Set(blocks.map(({ merkleroot }) => merkleroot)).size).toBe(BLOCKS);
    // A coinbase can be spent 100 blocks later: the wallet agrees that the first 20 are its own.
    if (form !== 'P2WSH') expect(await node.rpc('getbalance')).toBe(50 * (BLOCKS - 100));
  });
});
