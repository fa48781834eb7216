/** The block file: every block the chain has taken in, in order, one record each, appended and flushed. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { uint32le } from '../bitcoin/codec.ts';
import { concatBytes, equalBytes } from '../bitcoin/hex.ts';
import { sha256d } from '../bitcoin/sha256.ts';
import { bitsToHex } from '../bitcoin/target.ts';
import { HashgapError } from '../errors.ts';
import { flushFolder } from '../folder.ts';

/** Length and checksum in front of each record, bytes. */
const RECORD_HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** What a block file holds. */
export interface StoredBlocks {
  /** Serialised blocks in the order they were appended. */
  readonly blocks: readonly Uint8Array[];
  /** Bytes of a last record that a crash cut short; they have been dropped. */
  readonly droppedBytes: number;
}

/** An open block file. One process at a time: the caller holds the folder's lock. */
export class BlockStore {
  readonly #path: string;
  readonly #file: number;
  #length: number;
  #failure: unknown;

  private constructor(path: string, file: number, length: number) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
  }

  /**
   * Opens or creates the block file of a chain whose blocks carry `bits`.
   *
   * @throws {HashgapError} `DATADIR_UNUSABLE` when it cannot be read, is damaged, or belongs to a chain with other nBits.
   */
  static open(path: string, bits: number): { store: BlockStore; stored: StoredBlocks } {
    const banner = new TextEncoder().encode(`hashgap regtest blocks 1 ${bitsToHex(bits)}\n`);
    let file: number | undefined;
    try {
      file = openSync(path, 'a+', 0o600);
      const bytes = new Uint8Array(readFileSync(file));
      if (bytes.length < banner.length && equalBytes(bytes, banner.subarray(0, bytes.length))) {
        return { store: BlockStore.#create(path, file, banner), stored: { blocks: [], droppedBytes: 0 } };
      }
      requireBanner(path, bytes, banner);
      const { blocks, end } = readRecords(path, bytes, banner.length);
      ftruncateSync(file, end);
      return { store: new BlockStore(path, file, end), stored: { blocks, droppedBytes: bytes.length - end } };
    } catch (error) {
      if (file !== undefined) closeSync(file);
      if (error instanceof HashgapError) throw error;
      throw unusable(`Expected to read and write ${path}, but ${(error as Error).message}.`, path, error);
    }
  }

  /** A new file, or one whose very first write was cut short. */
  static #create(path: string, file: number, banner: Uint8Array): BlockStore {
    ftruncateSync(file, 0);
    const store = new BlockStore(path, file, 0);
    store.#write(banner);
    flushFolder(dirname(path));
    return store;
  }

  /**
   * Appends a block and returns when the disk has it.
   *
   * @throws {HashgapError} `DATADIR_UNUSABLE` when it cannot; what was half written is taken back.
   */
  append(block: Uint8Array): void {
    this.#write(concatBytes(uint32le(block.length), checksum(block), block));
  }

  #write(bytes: Uint8Array): void {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
      fsyncSync(this.#file);
      this.#length += bytes.length;
    } catch (error) {
      this.#takeBack(error);
      throw unusable(
        `Expected to write ${bytes.length} bytes to ${this.#path}, but ${(error as Error).message}.`,
        this.#path,
        error,
      );
    }
  }

  /** A record behind half a record would be lost, so if the half cannot be removed nothing more is written. */
  #takeBack(cause: unknown): void {
    try {
      ftruncateSync(this.#file, this.#length);
    } catch {
      this.#failure = cause;
    }
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.#file);
  }
}

function checksum(block: Uint8Array): Uint8Array {
  return sha256d(block).subarray(0, CHECKSUM_BYTES);
}

function requireBanner(path: string, bytes: Uint8Array, banner: Uint8Array): void {
  const found = bytes.subarray(0, banner.length);
  if (equalBytes(found, banner)) return;
  const text = (line: Uint8Array) => new TextDecoder().decode(line).trim();
  const message = `Expected ${path} to begin with "${text(banner)}", received "${text(found)}".`;
  throw unusable(`${message} The last word is the nBits of its chain`, path);
}

/** Reads records up to the end, or up to a last one that was cut short. */
function readRecords(path: string, bytes: Uint8Array, start: number): { blocks: Uint8Array[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  let at = start;
  while (at + RECORD_HEADER_BYTES <= bytes.length) {
    const end = at + RECORD_HEADER_BYTES + view.getUint32(at, true);
    if (end > bytes.length) break;
    const block = bytes.subarray(at + RECORD_HEADER_BYTES, end);
    if (!equalBytes(checksum(block), bytes.subarray(at + CHECKSUM_BYTES, at + RECORD_HEADER_BYTES))) {
      // The file grew before the data reached the disk: the last record holds zeros, or is nothing but zeros.
      if (end === bytes.length || bytes.subarray(at).every((byte) => byte === 0)) break;
      throw unusable(
        `Expected an undamaged record at byte ${at} of ${path}, received a wrong checksum.`,
        path,
      );
    }
    blocks.push(block);
    at = end;
  }
  return { blocks, end: at };
}

function unusable(what: string, path: string, cause?: unknown): HashgapError {
  const message = `${what.replace(/\.?$/, '.')} Choose another data directory, or move this one away.`;
  return new HashgapError('DATADIR_UNUSABLE', message, { details: { path }, cause });
}
