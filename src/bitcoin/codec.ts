/** The wire encoding under transactions and blocks: a strict reader, and compact sizes. */
import { HashgapError } from '../errors.ts';
import { concatBytes } from './hex.ts';

/** Bitcoin Core's limit on any one size in a message (`MAX_SIZE`), bytes. */
const MAX_SIZE = 0x02000000;

/** Reads serialised Bitcoin data front to back; as strict as Bitcoin Core's deserialiser. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /**
   * The next `length` bytes, copied.
   *
   * @throws {HashgapError} `BLOCK_MALFORMED` when fewer are left.
   */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.slice(start, start + length);
  }

  /** The next byte. */
  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** The next 4 bytes, little-endian. */
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** The next 8 bytes, little-endian and signed: an amount in satoshis. */
  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  /**
   * The next compact size.
   *
   * @throws {HashgapError} `BLOCK_MALFORMED` when it is not in its shortest form or above 0x02000000.
   */
  compactSize(): number {
    const first = this.uint8();
    if (first < 0xfd) return first;
    const [size, shortest] =
      first === 0xfd
        ? [this.#view.getUint16(this.#advance(2), true), 0xfd]
        : first === 0xfe
          ? [this.uint32(), 0x10000]
          : [Number(this.#view.getBigUint64(this.#advance(8), true)), 0x100000000];
    if (size < shortest)
      throw malformed(`a compact size in its shortest form, received ${size} in a longer one`);
    if (size > MAX_SIZE) throw malformed(`a compact size of at most ${MAX_SIZE}, received ${size}`);
    return size;
  }

  /** The next bytes behind their own compact size. */
  sized(): Uint8Array {
    return this.bytes(this.compactSize());
  }

  /** A list behind its own compact size. */
  list<T>(item: () => T): T[] {
    const length = this.compactSize();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item()); // no preallocation: a lie about the length runs out of bytes
    return items;
  }

  #advance(length: number): number {
    if (length > this.remaining) throw malformed(`${length} more bytes, received ${this.remaining}`);
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

/** The error of data that does not deserialise; `what` completes "Expected ...". */
export function malformed(what: string): HashgapError {
  return new HashgapError('BLOCK_MALFORMED', `Expected ${what}. The block was cut short or is not a block.`);
}

/**
 * A compact size in its shortest form.
 *
 * @example
 * ```ts
 * compactSize(253); // Uint8Array.of(0xfd, 0xfd, 0x00)
 * ```
 */
export function compactSize(size: number): Uint8Array {
  if (size < 0xfd) return Uint8Array.of(size);
  const bytes = new Uint8Array(size < 0x10000 ? 3 : 5);
  bytes[0] = size < 0x10000 ? 0xfd : 0xfe;
  if (size < 0x10000) new DataView(bytes.buffer).setUint16(1, size, true);
  else new DataView(bytes.buffer).setUint32(1, size, true);
  return bytes;
}

/** `bytes` behind their compact size. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(compactSize(bytes.length), bytes);
}

/** 4 bytes, little-endian. */
export function uint32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** 8 bytes, little-endian and signed: an amount in satoshis. */
export function int64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}
