/** Blocks from a file with one JSON object per line; docs/json.md has its form. */
import { createReadStream } from 'node:fs';
import { Reader } from '../../bitcoin/codec.ts';
import { fromHex, toHex } from '../../bitcoin/hex.ts';
import { NETWORKS } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import { readTransaction } from '../../bitcoin/transaction.ts';
import type { CoinbaseMarks } from '../../economics/attribution.ts';
import { poolByName } from '../../economics/pools.ts';
import { HashgapError } from '../../errors.ts';
import { formatWhole } from '../../report/numbers.ts';
import { fitText, safeText } from '../../report/text.ts';
import { linesIn } from '../text-file.ts';
import { type BlockRecord, bundledAttributor, marksOf, recordOf } from './concentration-blocks.ts';

/** The longest name of a pool that is kept, columns. */
const MAX_NAME = 40;

/** The most blocks of one line: ten times what the chain has, and little enough for any number of lines to be added up exactly. */
const MAX_BLOCKS = 10_000_000;

/**
 * The blocks of a file, in its order; empty lines are left out.
 *
 * @throws {HashgapError} `BLOCKS_INVALID` for a file that cannot be read, a line of another form, or a height that comes twice.
 */
export async function* fileBlocks(path: string): AsyncGenerator<BlockRecord> {
  const attribute = bundledAttributor();
  const heights = new Set<number>();
  let number = 0;
  for await (const text of linesOf(path)) {
    number++;
    if (text.trim() === '') continue;
    const record = parseLine(text, `line ${number} of ${path}`, attribute);
    const { height } = record;
    if (height !== undefined && heights.has(height))
      throw invalid(`height ${height} once`, `it again in line ${number} of ${path}`);
    if (height !== undefined) heights.add(height);
    yield record;
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* linesIn(createReadStream(path));
  } catch (cause) {
    if (cause instanceof HashgapError || (cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw invalid(`a file with one block per line at ${path}`, (cause as Error).message);
  }
}

function parseLine(
  text: string,
  place: string,
  attribute: ReturnType<typeof bundledAttributor>,
): BlockRecord {
  const line = parseObject(text);
  if (line === undefined) throw invalid('a JSON object', quoted(text), place);
  const height = wholeOf(line.height, 0, 'height', place);
  if (line.pool !== undefined) return givenRecord(line, height, place);
  if (line.coinbase === undefined) throw invalid('"coinbase" or "pool"', quoted(text), place);
  try {
    return recordOf(height, coinbaseMarks(line.coinbase), attribute);
  } catch (cause) {
    if (cause instanceof HashgapError) throw invalid('a coinbase', quoted(text), place, cause);
    throw cause;
  }
}

/** A line that names the pool itself, perhaps for several blocks. */
function givenRecord(line: Record<string, unknown>, height: number | undefined, place: string): BlockRecord {
  const blocks = wholeOf(line.blocks, 1, 'number of blocks', place) ?? 1;
  if (blocks > MAX_BLOCKS) throw invalid(`at most ${formatWhole(MAX_BLOCKS)} blocks`, `${blocks}`, place);
  const { pool } = line;
  if (pool !== null && typeof pool !== 'string')
    throw invalid('the name of a pool, or null', quoted(JSON.stringify(pool)), place);
  if (blocks > 1 && height !== undefined)
    throw invalid('either a height or a number of blocks', 'both', place);
  const name = fitText(safeText(pool ?? ''), MAX_NAME, '...');
  if (name === '' || name.toLowerCase() === 'unknown')
    return { height, pool: undefined, by: 'unknown', blocks };
  return { height, pool: poolByName(name) ?? { id: name.toLowerCase(), name }, by: 'given', blocks };
}

/** The hex of the whole transaction, or its input script with the output scripts or addresses. */
function coinbaseMarks(coinbase: unknown): CoinbaseMarks {
  if (typeof coinbase === 'string') return marksOf(readTransaction(new Reader(fromHex(coinbase))));
  const { scriptSig, outputs = [] } = (coinbase ?? {}) as { scriptSig?: unknown; outputs?: unknown };
  if (typeof scriptSig !== 'string' || !Array.isArray(outputs))
    throw new HashgapError('BLOCK_MALFORMED', 'Expected scriptSig and outputs, received none.');
  return { script: fromHex(scriptSig), outputs: outputs.map(outputScript) };
}

function outputScript(output: unknown): string {
  const text = String(output);
  if (/^([0-9a-f]{2})*$/i.test(text)) return text.toLowerCase();
  return toHex(payoutScript(text, NETWORKS.main));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function wholeOf(value: unknown, least: number, what: string, place: string): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw invalid(`a whole ${what} of at least ${least}`, quoted(JSON.stringify(value)), place);
}

const quoted = (text: string) => `"${fitText(safeText(text), 60, '...')}"`;

function invalid(expected: string, received: string, place?: string, cause?: HashgapError): HashgapError {
  const where = place === undefined ? '' : ` in ${place}`;
  const why = cause === undefined ? '' : ` (${cause.message})`;
  return new HashgapError(
    'BLOCKS_INVALID',
    `Expected ${expected}${where}, received ${received}${why}. docs/json.md describes the file.`,
    { details: { expected, received, place }, cause },
  );
}
