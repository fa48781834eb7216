/** Counting blocks by pool: what was read, one block after the other, until the end, an interrupt or a failure. */
import { toHex } from '../../bitcoin/hex.ts';
import { NETWORKS } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import { isCoinbase, type Transaction } from '../../bitcoin/transaction.ts';
import { type AttributedBy, type CoinbaseMarks, createAttributor } from '../../economics/attribution.ts';
import type { BlockCounts, PoolCount } from '../../economics/attribution-readings.ts';
import { POOLS } from '../../economics/pools.ts';
import { HashgapError } from '../../errors.ts';

/** A block that was read, or several of one pool from a list of counts. */
export interface BlockRecord {
  readonly height: number | undefined;
  /** Undefined where no pool is known. */
  readonly pool: Pick<PoolCount, 'id' | 'name'> | undefined;
  /** How the pool was told; `given` is by the file itself. */
  readonly by: AttributedBy | 'given' | 'unknown';
  readonly blocks: number;
}

/** What was counted. */
export interface Tally extends BlockCounts {
  readonly blocks: number;
  /** Lowest and highest height, where heights are known. */
  readonly heights: { readonly first: number; readonly last: number } | undefined;
  /** Blocks by how their pool was told. */
  readonly by: Readonly<Record<BlockRecord['by'], number>>;
}

/** A tally, and why it ended before its source did. */
export interface Count {
  readonly tally: Tally;
  readonly interrupted: boolean;
  readonly failure: HashgapError | undefined;
}

/** Attributes coinbases to the pools of the bundled list. */
export function bundledAttributor() {
  return createAttributor(POOLS, (address) => toHex(payoutScript(address, NETWORKS.main)));
}

/**
 * What a coinbase says about its pool.
 *
 * @throws {HashgapError} `BLOCK_MALFORMED` for a transaction that spends something.
 */
export function marksOf(transaction: Transaction): CoinbaseMarks {
  const [input] = transaction.inputs;
  if (input === undefined || !isCoinbase(transaction))
    throw new HashgapError(
      'BLOCK_MALFORMED',
      'Expected a coinbase, received a transaction that spends something.',
    );
  return { script: input.script, outputs: transaction.outputs.map(({ script }) => toHex(script)) };
}

/** One block, attributed. */
export function recordOf(
  height: number | undefined,
  marks: CoinbaseMarks,
  attribute: ReturnType<typeof bundledAttributor>,
): BlockRecord {
  const attribution = attribute(marks);
  return { height, pool: attribution?.pool, by: attribution?.by ?? 'unknown', blocks: 1 };
}

/**
 * Counts until the source ends, `signal` aborts, or the source fails; what was read by then stays counted.
 *
 * @param onBlock - told of the blocks so far.
 */
export async function countBlocks(
  records: AsyncIterable<BlockRecord>,
  signal: AbortSignal,
  onBlock: (blocks: number) => void,
): Promise<Count> {
  const tally = createTally();
  let failure: HashgapError | undefined;
  try {
    for await (const record of records) {
      onBlock(tally.add(record));
      if (signal.aborted) break;
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof HashgapError)) throw error;
    if (!signal.aborted) failure = error as HashgapError;
  }
  return { tally: tally.result(), interrupted: signal.aborted, failure };
}

function createTally() {
  const pools = new Map<string, PoolCount>();
  const by = { address: 0, tag: 0, given: 0, unknown: 0 };
  let blocks = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = -1;
  return {
    /** @returns the blocks so far. */
    add(record: BlockRecord): number {
      blocks += record.blocks;
      by[record.by] += record.blocks;
      if (record.height !== undefined) {
        first = Math.min(first, record.height);
        last = Math.max(last, record.height);
      }
      if (record.pool !== undefined) {
        const { id, name } = record.pool;
        pools.set(id, { id, name, blocks: record.blocks + (pools.get(id)?.blocks ?? 0) });
      }
      return blocks;
    },
    result: (): Tally => ({
      blocks,
      pools: [...pools.values()],
      unknown: by.unknown,
      by: { ...by },
      heights: last < 0 ? undefined : { first, last },
    }),
  };
}
