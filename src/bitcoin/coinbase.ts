/** The coinbase transaction of a template: built in two parts around the extranonce. */
import { HashgapError } from '../errors.ts';
import { commitmentScript } from './block.ts';
import { concatBytes } from './hex.ts';
import { heightScript, pushData } from './script.ts';
import { encodeTransaction, NULL_INDEX, type Transaction, type TxOutput } from './transaction.ts';

/** Consensus limit on a coinbase input script, bytes (`CheckTransaction`: bad-cb-length). */
export const MAX_COINBASE_SCRIPT_BYTES = 100;

/** BIP 141: the reserved value that the witness of a coinbase holds, 32 zero bytes today. */
export const WITNESS_RESERVED_VALUE = new Uint8Array(32);

/** What a coinbase is made from. */
export interface CoinbaseSpec {
  readonly height: number;
  /** Everything the coinbase may claim: subsidy and fees, satoshis. */
  readonly value: bigint;
  readonly payoutScript: Uint8Array;
  /** Bytes the node asks for (`coinbaseaux`), each put into the script as it is. */
  readonly aux: readonly Uint8Array[];
  /** Free text of the miner, UTF-8; may be empty. */
  readonly tag: string;
  readonly extranonceBytes: number;
  /** The BIP 141 commitment; undefined on a chain without segwit. */
  readonly witnessCommitment: Uint8Array | undefined;
}

/** A coinbase in two parts, stripped of its witness: the transaction id hashes `coinbase1 || extranonce || coinbase2`. */
export interface CoinbaseParts {
  readonly coinbase1: Uint8Array;
  readonly coinbase2: Uint8Array;
}

/**
 * Builds the coinbase around a gap for the extranonce: script is BIP 34 height, aux, tag, extranonce.
 *
 * @throws {HashgapError} `COINBASE_TOO_LONG` when the tag does not fit the 100 bytes consensus allows.
 */
export function buildCoinbase(spec: CoinbaseSpec): CoinbaseParts {
  const tag = new TextEncoder().encode(spec.tag);
  const head = concatBytes(
    heightScript(spec.height),
    ...spec.aux,
    tag.length > 0 ? pushData(tag) : tag,
    Uint8Array.of(spec.extranonceBytes),
  );
  const scriptBytes = head.length + spec.extranonceBytes;
  if (scriptBytes > MAX_COINBASE_SCRIPT_BYTES) {
    const room = tag.length - (scriptBytes - MAX_COINBASE_SCRIPT_BYTES);
    throw new HashgapError(
      'COINBASE_TOO_LONG',
      `Expected a tag of at most ${Math.max(room, 0)} bytes, received ${tag.length} bytes. Pass a shorter --tag.`,
      { details: { tag: spec.tag, tagBytes: tag.length, room } },
    );
  }
  const script = concatBytes(head, new Uint8Array(spec.extranonceBytes));
  const bytes = encodeTransaction(coinbaseTransaction(spec, script), 'stripped');
  // version 4, input count 1, outpoint 36, script length 1: the script starts at byte 42 in every coinbase.
  const gap = 42 + head.length;
  return { coinbase1: bytes.slice(0, gap), coinbase2: bytes.slice(gap + spec.extranonceBytes) };
}

function coinbaseTransaction(spec: CoinbaseSpec, script: Uint8Array): Transaction {
  const outputs: TxOutput[] = [{ value: spec.value, script: spec.payoutScript }];
  if (spec.witnessCommitment !== undefined) {
    outputs.push({ value: 0n, script: commitmentScript(spec.witnessCommitment) });
  }
  return {
    version: 2,
    inputs: [
      { prevHash: new Uint8Array(32), prevIndex: NULL_INDEX, script, sequence: 0xffffffff, witness: [] },
    ],
    outputs,
    lockTime: 0,
  };
}

/**
 * A stripped coinbase with the segwit marker and the reserved value put in, as a block with a commitment carries it.
 *
 * @example
 * ```ts
 * addCoinbaseWitness(new Uint8Array(60)).length; // 60 + 2 + 34
 * ```
 */
export function addCoinbaseWitness(stripped: Uint8Array): Uint8Array {
  return concatBytes(
    stripped.subarray(0, 4), // version
    Uint8Array.of(0, 1), // BIP 144 marker and flag
    stripped.subarray(4, -4),
    Uint8Array.of(1, 32), // one witness item of 32 bytes
    WITNESS_RESERVED_VALUE,
    stripped.subarray(-4), // lock time
  );
}
