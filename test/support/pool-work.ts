/** What a test pool works on, and its bytes: coinbase, header and block written by hand, not with the code under test. */
import { createHash } from 'node:crypto';

/** What a pool works on. Hashes are hex in internal byte order unless said otherwise. */
export interface PoolWork {
  /** Display order. */
  readonly prevHash: string;
  readonly height: number;
  readonly version: number;
  readonly nBits: string;
  readonly nTime: number;
  readonly branch: readonly string[];
  /** Hex of every transaction but the coinbase. */
  readonly transactions?: readonly string[];
  /** Satoshis that the coinbase may claim. @default 50 BTC */
  readonly value?: bigint;
  /** The script of the BIP 141 commitment, where there is one. */
  readonly commitment?: string;
}

/** An output of a coinbase. */
export interface PoolOutput {
  readonly satoshis: bigint;
  /** Hex. */
  readonly script: string;
}

/** Internal byte order. */
export const sha256d = (bytes: Uint8Array) =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();
/** The bytes of a hex text from behind. */
export const reversed = (hex: string) => Buffer.from(hex, 'hex').reverse().toString('hex');
/** As the wire has it. */
export const word = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
/** A number in so many bytes, hex. */
export const littleEndian = (value: number | bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, i) =>
    Number((BigInt(value) >> BigInt(8 * i)) & 0xffn)
      .toString(16)
      .padStart(2, '0'),
  ).join('');
const bytesOf = (hex: string) => littleEndian(hex.length / 2, 1) + hex;

/** The target that nBits stand for. */
export const targetOfBits = (nBits: string) =>
  BigInt(`0x${nBits.slice(2)}`) << BigInt(8 * (Number.parseInt(nBits.slice(0, 2), 16) - 3));

/** The part of the coinbase that the miner counts through. */
export const EXTRANONCE2_BYTES = 4;

/** The coinbase around its extranonce: height, extranonce, outputs, commitment. */
export function coinbaseParts(work: PoolWork, outputs: readonly PoolOutput[]): readonly [string, string] {
  const heightBytes = work.height < 128 ? 1 : work.height < 32768 ? 2 : 3;
  const height =
    work.height <= 16 ? word(0x50 + work.height).slice(6) : bytesOf(littleEndian(work.height, heightBytes));
  const scriptBytes = height.length / 2 + 1 + 4 + EXTRANONCE2_BYTES;
  const head = `0200000001${'00'.repeat(32)}ffffffff${littleEndian(scriptBytes, 1)}${height}${littleEndian(4 + EXTRANONCE2_BYTES, 1)}`;
  const all = [...outputs];
  if (work.commitment !== undefined) all.push({ satoshis: 0n, script: work.commitment });
  const written = all.map(({ satoshis, script }) => littleEndian(satoshis, 8) + bytesOf(script));
  return [head, `ffffffff${littleEndian(all.length, 1)}${written.join('')}00000000`];
}

/** The 80 bytes of a header. */
export function headerOf(work: PoolWork, coinbase: string, version: number, nonce: string): Buffer {
  let root = sha256d(Buffer.from(coinbase, 'hex'));
  for (const sibling of work.branch) root = sha256d(Buffer.concat([root, Buffer.from(sibling, 'hex')]));
  return Buffer.from(
    littleEndian(version, 4) +
      reversed(work.prevHash) +
      root.toString('hex') +
      littleEndian(work.nTime, 4) +
      reversed(work.nBits) +
      reversed(nonce),
    'hex',
  );
}

/** The whole block, hex. */
export function blockOf(
  header: Buffer,
  coinbase: string,
  { transactions = [], commitment }: PoolWork,
): string {
  const witness = `0120${'00'.repeat(32)}`;
  const full =
    commitment === undefined
      ? coinbase
      : `${coinbase.slice(0, 8)}0001${coinbase.slice(8, -8)}${witness}${coinbase.slice(-8)}`;
  const count = transactions.length + 1;
  const countHex = count < 253 ? littleEndian(count, 1) : `fd${littleEndian(count, 2)}`;
  return header.toString('hex') + countHex + full + transactions.join('');
}
