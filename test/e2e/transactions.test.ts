/** Blocks with wallet transactions in them: every one is mined, the coinbase takes the fees exactly, the commitment is right. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import {
  type BlockView,
  describeWithNode,
  REGTEST_ADDRESS,
  runMiner,
  satoshis,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { type Coin, FORMS, type Form, fundWallet, type Sent, send } from './wallet.ts';

const sha256d = (bytes: Buffer) =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/** A merkle root written apart from src/: the last of an odd level is paired with itself. */
function root(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  const pairs = Array.from({ length: Math.ceil(leaves.length / 2) }, (_, i) =>
    leaves.slice(2 * i, 2 * i + 2),
  );
  return root(
    pairs.map(([left, right]) => sha256d(Buffer.concat([left as Buffer, right ?? (left as Buffer)]))),
  );
}

const internal = (hash: string) => Buffer.from(hash, 'hex').reverse();

/** The commitment output that BIP 141 demands for the transactions the node shows. */
function commitmentOf({ tx }: BlockView): string {
  const witnessIds = tx.map(({ hash }, i) => (i === 0 ? Buffer.alloc(32) : internal(hash)));
  return `6a24aa21a9ed${sha256d(Buffer.concat([root(witnessIds), Buffer.alloc(32)])).toString('hex')}`;
}

/** Regtest halves the subsidy every 150 blocks. */
const subsidy = (height: number) => 5_000_000_000n >> BigInt(Math.floor(height / 150));

/** Mines one block through the program and checks that it holds exactly `sent`. */
async function mineAndCheck(node: RealNode, journal: string, sent: readonly Sent[]): Promise<void> {
  // An empty block of somebody else's: bitcoind looks at its mempool again at once only when the tip moves.
  await node.rpc('generateblock', REGTEST_ADDRESS, []);
  expect((await node.rpc<string[]>('getrawmempool')).toSorted()).toEqual(
    sent.map(({ txid }) => txid).toSorted(),
  );
  const run = await runMiner(node, journal, ['--blocks', '1']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(summaryOf(run)).toMatchObject({ blocks: 1, accepted: 1, rejected: 0, stale: 0, pending: 0 });

  const block = await node.rpc<BlockView>('getblock', await node.rpc('getbestblockhash'), 2);
  const [coinbase, ...others] = block.tx;
  expect(others.map(({ txid }) => txid).toSorted()).toEqual(sent.map(({ txid }) => txid).toSorted());
  const fees = sent.reduce((sum, { fee }) => sum + fee, 0n);
  expect(others.reduce((sum, { fee }) => sum + satoshis(fee ?? 0), 0n)).toBe(fees);
  expect(satoshis(coinbase?.vout[0]?.value ?? 0)).toBe(subsidy(block.height) + fees);
  expect(coinbase?.vout[1]).toMatchObject({ value: 0, scriptPubKey: { hex: commitmentOf(block) } });
  expect(block.merkleroot).toBe(
    root(block.tx.map(({ txid }) => internal(txid)))
      .reverse()
      .toString('hex'),
  );
  expect(await node.rpc('getrawmempool')).toEqual([]);
}

describeWithNode('a block with transactions', () => {
  it('has 1, 2, 3, 5 and 8 of them, with every form of input and output', async () => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const wallet = await fundWallet(node, 5);
    const spent = { legacy: 0, 'p2sh-segwit': 0, bech32: 0, bech32m: 0 };
    for (const count of [1, 2, 3, 5, 8]) {
      const sent: Sent[] = [];
      for (let i = 1; i < count; i++) {
        const form = FORMS[i % FORMS.length] as Form; // legacy and segwit inputs in turn
        const coin = wallet.coins[form][spent[form]++] as Coin;
        const fee = 1_000n + 137n * BigInt(i);
        sent.push(await send(node, wallet, [coin], FORMS.slice(0, 1 + (i % FORMS.length)), fee));
      }
      await mineAndCheck(node, journal, sent);
    }
  });

  it('has chains and fans of unconfirmed parents and children in an order the node accepts', async () => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const wallet = await fundWallet(node, 3);
    const sent: Sent[] = [];
    const put = async (coins: readonly Coin[], forms: readonly Form[]) => {
      const fee = 3_000n + 311n * BigInt(sent.length % 17); // children pay more than their parents, and less
      sent.push(await send(node, wallet, coins, forms, fee));
      return sent.at(-1) as Sent;
    };
    for (const form of FORMS) {
      const [first, second] = wallet.coins[form] as [Coin, Coin];
      const fan = await put([first], FORMS);
      for (const coin of fan.coins) await put([coin], ['bech32']);
      let tip = await put([second], ['legacy']);
      for (let depth = 1; depth < 12; depth++) {
        tip = await put(tip.coins, [FORMS[depth % FORMS.length] as Form]);
      }
    }
    const oneOfEach = FORMS.map((form) => wallet.coins[form][2] as Coin);
    await put(oneOfEach, ['legacy']); // one transaction with all four forms of input
    await mineAndCheck(node, journal, sent);
    expect(sent).toHaveLength(4 * (5 + 12) + 1);
  });
});
