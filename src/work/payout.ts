/** Who a job's coinbase pays: decoded from the bytes the job was sent with, so that nobody has to be believed. */
import { address as bitcoinAddress, opcodes, Transaction } from 'bitcoinjs-lib';
import { concatBytes, toHex } from '../bitcoin/hex.ts';
import { NETWORKS, type Network } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import type { Job } from './job.ts';

/** One output of a coinbase that carries money. */
export interface PayoutOutput {
  /** The address, or `script` with the first bytes in hex where the script has none. */
  readonly to: string;
  readonly script: Uint8Array;
  readonly satoshis: bigint;
  /** Of everything the coinbase pays, 0..100. */
  readonly percent: number;
}

/** What a coinbase pays, and to whom, the largest first. Outputs of nothing (commitments, messages) are left out. */
export interface Payout {
  readonly satoshis: bigint;
  readonly outputs: readonly PayoutOutput[];
}

/** Only these parts of a job are needed. */
export type JobCoinbase = Pick<Job, 'coinbase1' | 'coinbase2' | 'extranonce1' | 'extranonce2Bytes'>;

/**
 * Decodes what the coinbase of a job pays; the extranonce is filled with zeros, wherever in the transaction it lies. Outputs to the same script are added
 * up.
 *
 * @param network - how addresses are written.
 * @returns undefined when the bytes are no transaction: such a job cannot be trusted at all.
 */
export function decodePayout(job: JobCoinbase, network: Network): Payout | undefined {
  const bytes = concatBytes(
    job.coinbase1,
    job.extranonce1,
    new Uint8Array(job.extranonce2Bytes),
    job.coinbase2,
  );
  const transaction = parse(bytes);
  if (transaction === undefined) return undefined;
  const byScript = new Map<string, { script: Uint8Array; satoshis: bigint }>();
  for (const { script, value } of transaction.outs) {
    if (value <= 0n) continue;
    const key = toHex(script);
    byScript.set(key, { script, satoshis: value + (byScript.get(key)?.satoshis ?? 0n) });
  }
  const paid = [...byScript.values()].sort((a, b) => (a.satoshis < b.satoshis ? 1 : -1));
  const satoshis = paid.reduce((sum, output) => sum + output.satoshis, 0n);
  const outputs = paid.map((output) => ({
    ...output,
    to: describeScript(output.script, network),
    percent: percentOf(output.satoshis, satoshis),
  }));
  return { satoshis, outputs };
}

/**
 * The share of a payout that goes to an address, in percent.
 *
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK`.
 */
export function percentPaidTo(payout: Payout, address: string, network: Network): number {
  const wanted = toHex(payoutScript(address, network));
  const satoshis = payout.outputs
    .filter(({ script }) => toHex(script) === wanted)
    .reduce((sum, output) => sum + output.satoshis, 0n);
  return percentOf(satoshis, payout.satoshis);
}

/**
 * The networks whose addresses look like this one; testnet, testnet4 and signet share theirs. Empty for what is no address.
 *
 * @example
 * ```ts
 * networksOfAddress('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa').map(({ name }) => name); // ['main']
 * networksOfAddress('ann.rig1'); // []
 * ```
 */
export function networksOfAddress(address: string): readonly Network[] {
  return Object.values(NETWORKS).filter((network) => {
    try {
      payoutScript(address, network);
      return true;
    } catch {
      return false;
    }
  });
}

/** A pool that leaves the BIP 144 marker in its parts is read all the same: only the outputs matter here. */
function parse(bytes: Uint8Array): Transaction | undefined {
  try {
    return Transaction.fromBuffer(bytes);
  } catch {
    return undefined;
  }
}

function describeScript(script: Uint8Array, { addresses }: Network): string {
  // bitcoinjs-lib wants a curve library to write P2TR addresses, to check the point; BIP 350 alone needs none.
  if (script.length === 34 && script[0] === opcodes.OP_1 && script[1] === 32)
    return bitcoinAddress.toBech32(script.subarray(2), 1, addresses.bech32);
  try {
    return bitcoinAddress.fromOutputScript(script, addresses);
  } catch {
    const kind = script[0] === opcodes.OP_RETURN ? 'OP_RETURN' : 'script';
    const hex = toHex(script);
    return `${kind} ${hex.length > 24 ? `${hex.slice(0, 24)}...` : hex}`;
  }
}

/** Exact to a millionth of a percent: satoshis fit a double, their product with 100 need not. */
const percentOf = (part: bigint, whole: bigint) =>
  whole === 0n ? 0 : Number((part * 100_000_000n) / whole) / 1_000_000;
