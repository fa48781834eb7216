/** Who a job's coinbase pays: decoded from the bytes the job was sent with, so that nobody has to be believed. */
import { address as bitcoinAddress, opcodes } from 'bitcoinjs-lib';
import { concatBytes, fromHex, toHex } from '../bitcoin/hex.ts';
import { NETWORKS, type Network } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { readCoinbaseOutputs } from './coinbase-outputs.ts';
import type { Job } from './job.ts';

/** One output of a coinbase that carries money. */
export interface PayoutOutput {
  /** The address, or `script` with the first bytes in hex where the script has none; `N others` for the small ones together. */
  readonly to: string;
  /** Absent for `N others`. */
  readonly script?: Uint8Array;
  readonly satoshis: bigint;
  /** Of everything the coinbase pays, 0..100. */
  readonly percent: number;
}

/** What a coinbase pays, and to whom. Outputs of nothing (commitments, messages) are left out. */
export interface Payout {
  readonly satoshis: bigint;
  /** The ten largest and the expected one, the largest first; at the end what is left as one, `N others`. */
  readonly outputs: readonly PayoutOutput[];
  /** All of them: satoshis by script in hex. */
  readonly byScript: ReadonlyMap<string, bigint>;
  /** False when extranonce2 overlays an amount or whom it goes to: then nothing here holds for the next header. */
  readonly isFixed: boolean;
}

/** Only these parts of a job are needed. */
export type JobCoinbase = Pick<Job, 'coinbase1' | 'coinbase2' | 'extranonce1' | 'extranonce2Bytes'>;

/** Outputs described one by one: a coinbase can have thousands, and each address costs hashing. */
const DESCRIBED = 10;

/**
 * Decodes what the coinbase of a job pays, wherever in it the extranonce lies. Outputs to the same script are added up.
 *
 * @param network - how addresses are written.
 * @param expected - an address whose output is described however small it is.
 * @returns undefined when the bytes are no transaction: such a job cannot be trusted at all.
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK` for the expected address.
 */
export function decodePayout(job: JobCoinbase, network: Network, expected?: string): Payout | undefined {
  const { coinbase1, extranonce1, extranonce2Bytes, coinbase2 } = job;
  const start = coinbase1.length + extranonce1.length;
  const bytes = concatBytes(coinbase1, extranonce1, new Uint8Array(extranonce2Bytes), coinbase2);
  const read = readCoinbaseOutputs(bytes, { start, end: start + extranonce2Bytes });
  if (read === undefined) return undefined;
  const byScript = new Map<string, bigint>();
  for (const { script, value } of read.outputs) {
    if (value <= 0n) continue;
    const key = toHex(script);
    byScript.set(key, value + (byScript.get(key) ?? 0n));
  }
  const wanted = expected === undefined ? undefined : toHex(payoutScript(expected, network));
  return { ...describe(byScript, network, wanted), byScript, isFixed: read.isFixed };
}

function describe(byScript: ReadonlyMap<string, bigint>, network: Network, wanted: string | undefined) {
  const paid = [...byScript].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0));
  const sum = (entries: readonly (readonly [string, bigint])[]) =>
    entries.reduce((total, [, satoshis]) => total + satoshis, 0n);
  const satoshis = sum(paid);
  const isNamed = ([script]: readonly [string, bigint], rank: number) =>
    rank < DESCRIBED || script === wanted;
  const outputs = paid.filter(isNamed).map(([hex, part]): PayoutOutput => {
    const script = fromHex(hex);
    return {
      to: describeScript(script, network),
      script,
      satoshis: part,
      percent: percentOf(part, satoshis),
    };
  });
  const others = paid.filter((entry, rank) => !isNamed(entry, rank));
  const rest = sum(others);
  const to = others.length === 1 ? '1 other' : `${others.length} others`;
  if (others.length > 0) outputs.push({ to, satoshis: rest, percent: percentOf(rest, satoshis) });
  return { satoshis, outputs };
}

/**
 * The share of a payout that goes to an address, in percent.
 *
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK`.
 */
export function percentPaidTo(payout: Payout, address: string, network: Network): number {
  const wanted = toHex(payoutScript(address, network));
  return percentOf(payout.byScript.get(wanted) ?? 0n, payout.satoshis);
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

function describeScript(script: Uint8Array, { addresses }: Network): string {
  const program = witnessProgram(script);
  // Not left to bitcoinjs-lib: for P2TR it wants a curve library to check the point, and for later versions it writes to the console.
  if (program !== undefined && program.version > 0)
    return bitcoinAddress.toBech32(program.bytes, program.version, addresses.bech32);
  try {
    return bitcoinAddress.fromOutputScript(script, addresses);
  } catch {
    const kind = script[0] === opcodes.OP_RETURN ? 'OP_RETURN' : 'script';
    const hex = toHex(script.subarray(0, 13));
    return `${kind} ${hex.length > 24 ? `${hex.slice(0, 24)}...` : hex}`;
  }
}

/** A version and 2 to 40 bytes behind it (BIP 141). */
function witnessProgram(script: Uint8Array): { version: number; bytes: Uint8Array } | undefined {
  const [opcode = 0, length = 0] = script;
  const isSized = length >= 2 && length <= 40 && script.length === length + 2;
  const isVersion = opcode === opcodes.OP_0 || (opcode >= opcodes.OP_1! && opcode <= opcodes.OP_16!);
  if (!isSized || !isVersion) return undefined;
  return { version: opcode === opcodes.OP_0 ? 0 : opcode - opcodes.OP_1! + 1, bytes: script.subarray(2) };
}

/** Exact to a millionth of a percent: satoshis fit a double, their product with 100 need not. */
const percentOf = (part: bigint, whole: bigint) =>
  whole === 0n ? 0 : Number((part * 100_000_000n) / whole) / 1_000_000;
