/** The outputs of a coinbase, and whether the part that the miner counts through can change them. */
import { Reader } from '../bitcoin/codec.ts';
import type { TxOutput } from '../bitcoin/transaction.ts';
import { isHashgapError } from '../errors.ts';

/** What a coinbase pays, in its own order. */
export interface CoinbaseOutputs {
  readonly outputs: readonly TxOutput[];
  /** False when a count, a length, an amount or the script of an output that carries money lies in the gap: each search step would pay otherwise then. */
  readonly isFixed: boolean;
}

/** Bytes of a coinbase from `start` up to `end`, which differ from header to header. */
export interface Gap {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the outputs of a coinbase, stripped or with the BIP 144 marker.
 *
 * @param gap - where extranonce2 lies; it may fill scripts of inputs and of outputs of nothing.
 * @returns undefined when the bytes are no transaction.
 */
export function readCoinbaseOutputs(bytes: Uint8Array, gap: Gap): CoinbaseOutputs | undefined {
  try {
    return read(bytes, gap);
  } catch (error) {
    if (!isHashgapError(error)) throw error;
    return undefined;
  }
}

function read(bytes: Uint8Array, gap: Gap): CoinbaseOutputs | undefined {
  const reader = new Reader(bytes);
  const at = () => bytes.length - reader.remaining;
  let isFixed = true;
  const fixed = <T>(field: () => T): T => {
    const from = at();
    const value = field();
    if (from < gap.end && at() > gap.start) isFixed = false;
    return value;
  };
  const count = () => fixed(() => reader.compactSize());
  const times = <T>(length: number, item: () => T) => {
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item());
    return items;
  };
  const skipInput = () => {
    reader.bytes(36);
    reader.bytes(count());
    reader.bytes(4);
  };
  const readOutput = (): TxOutput => {
    const value = fixed(() => reader.int64());
    const length = count();
    const script = value === 0n ? reader.bytes(length) : fixed(() => reader.bytes(length));
    return { value, script };
  };
  reader.bytes(4);
  let inputs = count();
  const isMarked = inputs === 0 && fixed(() => reader.uint8()) === 1;
  if (isMarked) inputs = count();
  times(inputs, skipInput);
  const outputs = times(count(), readOutput);
  if (isMarked) times(inputs, () => times(count(), () => reader.bytes(count())));
  reader.bytes(4);
  return reader.remaining === 0 && inputs > 0 ? { outputs, isFixed } : undefined;
}
