/** The journal of found blocks: on disk and flushed before the first submission, settled only by the node's verdict. */
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fromHex, hashFromDisplay, hashToDisplay, toHex } from '../bitcoin/hex.ts';
import type { NetworkName } from '../bitcoin/network.ts';
import { HashgapError } from '../errors.ts';
import { flushFolder, makeFolder } from '../folder.ts';
import { type LockHolder, ownerText, takeLockInTime } from '../lock.ts';
import type { Verdict } from '../work/ports.ts';
import type { FoundBlock } from '../work/verify.ts';
import { createLineFile, type LineFile } from './line-file.ts';

/** A verdict that settles a block. */
export type FinalVerdict = Exclude<Verdict, { outcome: 'unknown' }>;

/** An open journal; one process owns it at a time. */
export interface Journal {
  readonly path: string;
  /** Blocks of earlier runs that have no verdict yet. */
  readonly pending: readonly FoundBlock[];
  /** Writes a block and flushes it to the disk. @throws {HashgapError} `JOURNAL_UNUSABLE` */
  add(block: FoundBlock): Promise<void>;
  /** Writes the verdict of a block and flushes it; from then on the block is settled. @throws {HashgapError} `JOURNAL_UNUSABLE` */
  settle(block: FoundBlock, verdict: FinalVerdict): Promise<void>;
  close(): Promise<void>;
}

/** A line of the journal. */
type JournalRecord =
  | {
      readonly record: 'found';
      readonly hash: string;
      readonly network: NetworkName;
      readonly height?: number;
      readonly at: string;
      /** The whole block in hex; empty where a pool keeps its transactions to itself, and then there are the two members below. */
      readonly block: string;
      readonly header?: string;
      readonly coinbase?: string;
    }
  | {
      readonly record: 'settled';
      readonly hash: string;
      readonly network: NetworkName;
      readonly height?: number;
      readonly at: string;
      readonly outcome: FinalVerdict['outcome'];
      readonly reason?: string;
    };

/** How a journal is opened. */
export interface JournalOpening {
  /** Told in a sentence that the owner of before may be gone, and is waited for. @default nobody */
  readonly onWait?: (sentence: string) => void;
  /** Ends that wait; `openJournal` then throws its reason. @default never */
  readonly signal?: AbortSignal;
}

/**
 * Opens the journal at `path` and creates it and its folder where needed. Each line is one JSON record: `found` with the block in hex, and
 * later `settled`. A last line cut short by a crash is dropped: that block had not been submitted. The owner of before is waited for, a minute at most, where
 * it was another container or machine that may be gone.
 *
 * @param now - the clock for the records' times.
 * @throws {HashgapError} `JOURNAL_UNUSABLE` when it cannot be read or written, `JOURNAL_IN_USE` when another process owns it.
 */
export async function openJournal(
  path: string,
  network: NetworkName,
  now: () => Date,
  opening: JournalOpening = {},
): Promise<Journal> {
  let unlock = () => {};
  try {
    makeFolder(dirname(path));
    unlock = await lockJournal(path, opening);
    const records = withoutRepeats(await readRecords(path));
    const pending = pendingBlocks(records, network);
    const file = await rewrite(path, records);
    return { path, pending, ...writer(path, network, file, now, unlock) };
  } catch (error) {
    unlock();
    opening.signal?.throwIfAborted();
    throw error instanceof HashgapError ? error : unusable(path, error);
  }
}

function writer(path: string, network: NetworkName, file: LineFile, now: () => Date, unlock: () => void) {
  const append = (record: JournalRecord) =>
    file.append(`${JSON.stringify(record)}\n`).catch((error) => {
      throw unusable(path, error);
    });
  const common = (block: FoundBlock) => ({
    hash: hashToDisplay(block.hash),
    network,
    ...(block.height === undefined ? {} : { height: block.height }),
    at: now().toISOString(),
  });
  return {
    add: (block: FoundBlock) => append({ record: 'found', ...common(block), ...contents(block) }),
    settle: (block: FoundBlock, verdict: FinalVerdict) =>
      append({ record: 'settled', ...common(block), ...verdict }),
    async close() {
      await file.close();
      unlock();
    },
  };
}

function contents({ bytes, parts }: FoundBlock) {
  if (bytes !== undefined) return { block: toHex(bytes) };
  if (parts === undefined) return { block: '' };
  return { block: '', header: toHex(parts.header), coinbase: toHex(parts.coinbase) };
}

async function readRecords(path: string): Promise<JournalRecord[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  const torn = lines.pop(); // '' when the last line is whole
  const records = lines
    .filter((line) => line !== '')
    .map((line, index) => parseRecord(path, line, index + 1));
  if (torn) {
    const whole = tryParse(torn); // whole but for its newline: it counts
    if (whole !== undefined) records.push(whole);
  }
  return records;
}

/** A block whose line was written but not flushed is written again. */
function withoutRepeats(records: readonly JournalRecord[]): JournalRecord[] {
  return [...new Map(records.map((each) => [`${each.record} ${each.network} ${each.hash}`, each])).values()];
}

function parseRecord(path: string, line: string, number: number): JournalRecord {
  const record = tryParse(line);
  if (record !== undefined) return record;
  throw new HashgapError(
    'JOURNAL_UNUSABLE',
    `Expected a journal record in line ${number} of ${path}, received "${line.slice(0, 40)}". ` +
      'Move the file away and keep it: it may hold blocks; or pass another --journal.',
    { details: { path, line: number } },
  );
}

const HEX = /^([0-9a-f]{2})*$/;

function tryParse(line: string): JournalRecord | undefined {
  try {
    const parsed = JSON.parse(line) as JournalRecord;
    const known =
      HEX.test(parsed.hash) &&
      (parsed.record === 'settled' ||
        (parsed.record === 'found' &&
          [parsed.block, parsed.header ?? '', parsed.coinbase ?? ''].every((hex) => HEX.test(hex))));
    return known ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function pendingBlocks(records: readonly JournalRecord[], network: NetworkName): FoundBlock[] {
  const settled = new Set(records.filter(({ record }) => record === 'settled').map(({ hash }) => hash));
  return records.flatMap((record): FoundBlock[] => {
    if (record.record !== 'found' || settled.has(record.hash) || record.network !== network) return [];
    const { header = '', coinbase = '' } = record;
    const hash = hashFromDisplay(record.hash);
    if (record.block !== '') return [{ hash, height: record.height, bytes: fromHex(record.block) }];
    const parts = { header: fromHex(header), coinbase: fromHex(coinbase) };
    return [{ hash, height: record.height, bytes: undefined, parts }];
  });
}

/** Writes the journal anew without the hex of settled blocks, in a file that replaces the old one in one step. */
async function rewrite(path: string, records: readonly JournalRecord[]): Promise<LineFile> {
  const settled = new Set(records.filter(({ record }) => record === 'settled').map(({ hash }) => hash));
  const kept = records.filter(({ record, hash }) => record === 'settled' || !settled.has(hash));
  const fresh = `${path}.new`;
  const handle = await open(fresh, 'w', 0o600);
  let name = fresh;
  const file = createLineFile(handle, () => requireName(handle, name));
  await file.append(kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await rename(fresh, path);
  name = path;
  flushFolder(dirname(path));
  return file;
}

/**
 * Another file under the journal's name is that of a miner that took this one for dead, or somebody's copy: what is written here nobody will read.
 * Windows does not number its files reliably.
 */
async function requireName(file: FileHandle, path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const [own, there] = await Promise.all([file.stat({ bigint: true }), stat(path, { bigint: true })]);
  if (own.ino !== there.ino || own.dev !== there.dev)
    throw new Error('another file in its place, which another miner may have put there');
}

async function lockJournal(path: string, { onWait = () => {}, signal }: JournalOpening): Promise<() => void> {
  const file = `${path}.lock`;
  const tell = (holder: LockHolder) =>
    onWait(
      `Waiting for up to a minute whether ${ownerText(holder)}, which owns the journal ${path}, is gone.`,
    );
  const lock = await takeLockInTime(file, tell, signal);
  if ('release' in lock) return lock.release;
  const gone = lock.isElsewhere ? `, remove ${file} if it is gone` : '';
  throw new HashgapError(
    'JOURNAL_IN_USE',
    `Expected to be the only owner of the journal ${path}, received the lock of ${ownerText(lock)}. Stop that miner${gone}, or pass another --journal.`,
    { details: { path, pid: lock.heldBy } },
  );
}

function unusable(path: string, cause: unknown): HashgapError {
  return new HashgapError(
    'JOURNAL_UNUSABLE',
    `Expected to write the block journal ${path}, received "${(cause as Error).message}". ` +
      'Make the folder writable or pass another --journal: without one, a found block could be lost.',
    { details: { path }, cause },
  );
}
