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
const btc = (value: bigint) =>
  `${value / 100_000_000n}.${(value % 100_000_000n).toString().padStart(8, '0')}`;

/** A wallet of the node with one address of each form, and what it can spend. */
export interface Wallet {
  readonly addresses: Readonly<Record<Form, string>>;
  /** Mature coinbases by the form of their address. */
  readonly coins: Readonly<Record<Form, readonly Coin[]>>;
}

/** The forms in the order tests go through them. */
export const FORMS = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'] as const satisfies readonly Form[];

/** Makes one of four things, each by a call to the node. */
async function byForm<T>(make: (form: Form) => Promise<T>): Promise<Record<Form, T>> {
  const made: [Form, T][] = [];
  for (const form of FORMS) made.push([form, await make(form)]);
  return Object.fromEntries(made) as Record<Form, T>;
}

/** A wallet with `blocks` mature coinbases of each form. */
export async function fundWallet(node: RealNode, blocks: number): Promise<Wallet> {
  await node.rpc('createwallet', 'test');
  const addresses = await byForm((form) => node.rpc<string>('getnewaddress', '', form));
  await byForm((form) => node.rpc('generatetoaddress', blocks, addresses[form]));
  await node.rpc('generatetoaddress', 100, addresses.legacy);
  const coins = await byForm(async (form) => {
    type Unspent = { txid: string; vout: number; amount: number };
    const unspent = await node.rpc<Unspent[]>('listunspent', 1, 999, [addresses[form]]);
    return unspent.map(({ txid, vout, amount }) => ({ txid, vout, value: satoshis(amount) }));
  });
  return { addresses, coins };
}

/** Sends `coins` to the addresses of `forms` (each at most once) in equal parts, and leaves exactly `fee` satoshis. */
export async function send(
  node: RealNode,
  { addresses }: Wallet,
  coins: readonly Coin[],
  forms: readonly Form[],
  fee: bigint,
): Promise<Sent> {
  const total = coins.reduce((sum, { value }) => sum + value, -fee);
  const part = total / BigInt(forms.length);
  const values = forms.map((_, i) => (i === 0 ? total - part * BigInt(forms.length - 1) : part));
  const outputs = forms.map((form, i) => ({ [addresses[form]]: btc(values[i] as bigint) }));
  const inputs = coins.map(({ txid, vout }) => ({ txid, vout }));
  const raw = await node.rpc('createrawtransaction', inputs, outputs);
  const { hex } = await node.rpc<{ hex: string }>('signrawtransactionwithwallet', raw);
  const txid = await node.rpc<string>('sendrawtransaction', hex);
  return { txid, fee, coins: values.map((value, vout) => ({ txid, vout, value })) };
}
