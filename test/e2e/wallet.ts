/** A wallet whose every coin and fee the test chooses: transactions of known inputs, outputs and fees, put into the mempool. */
import type { RealNode } from '../support/bitcoind.ts';
import { satoshis } from './harness.ts';

/** An unspent output of the wallet. */
export interface Coin {
  readonly txid: string;
  readonly vout: number;
  /** Satoshis. */
  readonly value: bigint;
}

/** A transaction in the mempool. */
export interface Sent {
  readonly txid: string;
  /** Satoshis. */
  readonly fee: bigint;
  /** Its outputs, all of them the wallet's own. */
  readonly coins: readonly Coin[];
}

/** Where outputs go: the four address forms of a wallet, as getnewaddress calls them. */
export type Form = 'legacy' | 'p2sh-segwit' | 'bech32' | 'bech32m';

/** Amounts as text: a double's digits never get in between. */
const btc = (value: bigint) => `${value / 100_000_000n}.${(value % 100_000_000n).toString().padStart(8, '0')}`;

/** A wallet with `blocks` mature coinbases for each of `forms`. */
export async function fundWallet(node: RealNode, forms: readonly Form[], blocks: number): Promise<Map<Form, Coin[]>> {
  await node.rpc('createwallet', 'test');
  const addresses = new Map<Form, string>();
  for (const form of forms) addresses.set(form, await node.rpc('getnewaddress', '', form));
  for (const address of addresses.values()) await node.rpc('generatetoaddress', blocks, address);
  await node.rpc('generatetoaddress', 100, [...addresses.values()][0]);
  const funded = new Map<Form, Coin[]>();
  for (const [form, address] of addresses) {
    const unspent = await node.rpc<{ txid: string; vout: number; amount: number }[]>('listunspent', 1, 999, [address]);
    funded.set(form, unspent.map(({ txid, vout, amount }) => ({ txid, vout, value: satoshis(amount) })));
  }
  return funded;
}

/** Sends `coins` to one new address for each of `forms`, in equal parts, and leaves exactly `fee` satoshis. */
export async function send(node: RealNode, coins: readonly Coin[], forms: readonly Form[], fee: bigint): Promise<Sent> {
  const total = coins.reduce((sum, { value }) => sum + value, -fee);
  const part = total / BigInt(forms.length);
  const values = forms.map((_, i) => (i === 0 ? total - part * BigInt(forms.length - 1) : part));
  const outputs: Record<string, string>[] = [];
  for (const [i, form] of forms.entries()) {
    outputs.push({ [await node.rpc<string>('getnewaddress', '', form)]: btc(values[i] as bigint) });
  }
  const inputs = coins.map(({ txid, vout }) => ({ txid, vout }));
  const raw = await node.rpc('createrawtransaction', inputs, outputs);
  const { hex } = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', raw);
  const txid = await node.rpc<string>('sendrawtransaction', hex);
  return { txid, fee, coins: values.map((value, vout) => ({ txid, vout, value })) };
}
