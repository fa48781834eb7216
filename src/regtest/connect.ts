/** What a block must satisfy to become part of the active chain: inputs, and the value of the coinbase. */
import type { Block } from '../bitcoin/block.ts';
import { toHex } from '../bitcoin/hex.ts';
import {
  isCoinbase,
  type Transaction,
  type TxInput,
  type TxOutput,
  transactionId,
} from '../bitcoin/transaction.ts';
import { ancestors, type BlockIndex } from './block-index.ts';
import { blockSubsidy, COINBASE_MATURITY } from './params.ts';

/** bitcoind's limit on a script that can be spent (`MAX_SCRIPT_SIZE`), bytes. */
const MAX_SCRIPT_BYTES = 10_000;

/** The reject reason of this node alone: a spend that bitcoind would go on to verify the scripts of. */
export const COINBASE_ONLY = 'coinbase-only-node-cannot-verify-spends';

interface Coinbase {
  readonly outputs: readonly TxOutput[];
  readonly height: number;
}

interface Coin {
  readonly output: TxOutput;
  readonly height: number;
}

/**
 * The reject reason of a block that cannot be connected to `parent`, undefined for one that can (`ConnectBlock`). This
 * chain never holds anything but coinbases, so the only outputs in existence are those of the coinbases before, and of the
 * block's own. There is no check for BIP 30: BIP 34 from height 1 on keeps coinbase ids on one branch apart.
 */
export function connectBlock(block: Block, parent: BlockIndex): string | undefined {
  const height = parent.height + 1;
  // The first spend decides: whatever it is, it is refused.
  const spend = block.transactions.find((transaction) => !isCoinbase(transaction));
  if (spend !== undefined) return refuseSpend(spend, coinbasesUpTo(block, parent), height);
  const claimed = block.transactions[0]!.outputs.reduce((total, { value }) => total + value, 0n);
  return claimed > blockSubsidy(height) ? 'bad-cb-amount' : undefined;
}

/** `CheckTxInputs`, as far as it goes without a script interpreter. */
function refuseSpend(spend: Transaction, coinbases: ReadonlyMap<string, Coinbase>, height: number): string {
  const coins = spend.inputs.map((input) => findCoin(input, coinbases)).filter((coin) => coin !== undefined);
  if (coins.length < spend.inputs.length) return 'bad-txns-inputs-missingorspent';
  if (coins.some((coin) => height - coin.height < COINBASE_MATURITY))
    return 'bad-txns-premature-spend-of-coinbase';
  const valueIn = coins.reduce((total, { output }) => total + output.value, 0n);
  const valueOut = spend.outputs.reduce((total, { value }) => total + value, 0n);
  return valueIn < valueOut ? 'bad-txns-in-belowout' : COINBASE_ONLY;
}

/** Every coinbase that `block` could spend, its own among them, by transaction id in hex. */
function coinbasesUpTo(block: Block, parent: BlockIndex): Map<string, Coinbase> {
  const coinbases = new Map<string, Coinbase>();
  const add = ({ transactions }: Block, height: number) => {
    const coinbase = transactions[0]!;
    coinbases.set(toHex(transactionId(coinbase)), { outputs: coinbase.outputs, height });
  };
  add(block, parent.height + 1);
  for (const entry of ancestors(parent)) {
    // Genesis pays nobody: its output was never put into the set of spendable ones.
    if (entry.parent !== undefined) add(entry.block!, entry.height);
  }
  return coinbases;
}

function findCoin(input: TxInput, coinbases: ReadonlyMap<string, Coinbase>): Coin | undefined {
  const coinbase = coinbases.get(toHex(input.prevHash));
  const output = coinbase?.outputs[input.prevIndex];
  return output === undefined || isUnspendable(output.script)
    ? undefined
    : { output, height: coinbase!.height };
}

/** Outputs that bitcoind never puts into the set of spendable ones (`IsUnspendable`): OP_RETURN and overlong scripts. */
function isUnspendable(script: Uint8Array): boolean {
  return script[0] === 0x6a || script.length > MAX_SCRIPT_BYTES;
}
