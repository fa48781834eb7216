/** The 80-byte block header: fields to bytes, bytes to fields, and its hash. */
import { sha256d } from './sha256.ts';

/** Serialised length of a header in bytes. */
export const HEADER_BYTES = 80;

/** A block header. Hashes are in internal byte order (as serialised), integers as numbers. */
export interface Header {
  /** Signed 32-bit in Bitcoin Core; held here as the same 32 bits, unsigned. */
  readonly version: number;
  /** Hash of the parent header, 32 bytes. */
  readonly prevHash: Uint8Array;
  /** Merkle root of the transaction ids, 32 bytes. */
  readonly merkleRoot: Uint8Array;
  /** Unix time in seconds. */
  readonly nTime: number;
  /** Compact network target. */
  readonly nBits: number;
  readonly nonce: number;
}

/**
 * The header as 80 bytes; integers little-endian.
 *
 * @example
 * ```ts
 * const zero = new Uint8Array(32);
 * encodeHeader({ version: 1, prevHash: zero, merkleRoot: zero, nTime: 0, nBits: 0, nonce: 0 }).length; // 80
 * ```
 */
export function encodeHeader(header: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.version, true);
  bytes.set(header.prevHash, 4);
  bytes.set(header.merkleRoot, 36);
  view.setUint32(68, header.nTime, true);
  view.setUint32(72, header.nBits, true);
  view.setUint32(76, header.nonce, true);
  return bytes;
}

/**
 * The fields of a serialised header; the first 80 bytes of `bytes` are read.
 *
 * @example
 * ```ts
 * decodeHeader(new Uint8Array(80)).nonce; // 0
 * ```
 */
export function decodeHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  return {
    version: view.getUint32(0, true),
    prevHash: bytes.slice(4, 36),
    merkleRoot: bytes.slice(36, 68),
    nTime: view.getUint32(68, true),
    nBits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  };
}

/**
 * The block hash, 32 bytes in internal byte order: display reverses it.
 *
 * @example
 * ```ts
 * headerHash(decodeHeader(new Uint8Array(80))).length; // 32
 * ```
 */
export function headerHash(header: Header): Uint8Array {
  return sha256d(encodeHeader(header));
}
