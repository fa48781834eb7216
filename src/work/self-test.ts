/** The self-test every kernel passes before it may mine: known headers and exact hit lists against the SHA-256 oracle. */
import { fromHex } from '../bitcoin/hex.ts';
import { sha256d } from '../bitcoin/sha256.ts';
import { hashToNumber, targetFromBits } from '../bitcoin/target.ts';
import type { Hit, ScanRequest, ScanResult } from './ports.ts';
import { scanRequest } from './scan.ts';

/** Searches a whole range at once: how kernels are tested outside the engines' threads. */
export type ScanFunction = (request: ScanRequest) => ScanResult;

/** One case: a request and exactly what it must find. */
export interface SelfTestCase {
  readonly name: string;
  readonly request: ScanRequest;
  readonly hits: readonly Hit[];
}

/**
 * Runs every case.
 *
 * @returns undefined when the kernel is right, else a sentence that names the first case it failed.
 * @example
 * ```ts
 * selfTest(scanJs, selfTestCases()); // undefined
 * ```
 */
export function selfTest(scan: ScanFunction, cases: readonly SelfTestCase[]): string | undefined {
  for (const test of cases) {
    const failure = failureOf(test, scan(test.request));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** What is wrong with the result of a case; undefined when it is right. */
export function failureOf({ name, request, hits }: SelfTestCase, result: ScanResult): string | undefined {
  if (result.noncesScanned !== request.nonceCount) {
    return `${name}: expected ${request.nonceCount} nonces scanned, received ${result.noncesScanned}`;
  }
  const expected = describe(hits);
  const received = describe(result.hits);
  return expected === received ? undefined : `${name}: expected hits ${expected}, received ${received}`;
}

const describe = (hits: readonly Hit[]) =>
  hits.length === 0
    ? 'none'
    : hits.map(({ nonce, versionIndex }) => `${nonce.toString(16)}/${versionIndex}`).join(' ');

/** Real headers whose nonce is the answer; difficulty 1 and more, where a wrong early exit would show. */
const KNOWN_HEADERS = [
  {
    name: 'mainnet genesis',
    header:
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
  },
  {
    name: 'mainnet block 125552',
    header:
      '0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695',
  },
  {
    name: 'share with a rolled version',
    header:
      '00200020f2921517920e7423e6f623d22725ff8b4facf79a1e45462202000000000000006b5d684a704b4abe62b2375c5326d1fc1dbb61168aff84e920ba28968bf1075fecf3b364f8952419910d46ed',
  },
  {
    name: 'share on a mainnet job of 2022',
    header:
      '04000020fc102bd0ea11470daf05a8e133a8a8505e21a2122b7f010000000000000000006d0359c451434605c52a5a9ce074340be47c2c63840731f9edf1db3f26b1cdd9a9f16f643aae051747896e27',
  },
];

/** A quarter of all hashes hits: every lane and every position in a batch comes up. */
const EASY_TARGET = (1n << 254n) - 1n;
const ANY_HASH = (1n << 256n) - 1n;

/** Hashes of the test headers, found in 2^34 tries, whose top word is as small as early exits care about. */
const RARE_HASHES = [
  { topWord: 0n, nonce: 652973380, versionIndex: 0 },
  { topWord: 1n, nonce: 901737093, versionIndex: 0 },
  { topWord: 1n, nonce: 3466723151, versionIndex: 1 },
];

/** Every case, with the expected hits computed by the oracle; about 1,200 hashes. Deterministic. */
export function selfTestCases(): SelfTestCase[] {
  return [
    ...KNOWN_HEADERS.map(({ name, header }) => knownHeader(name, fromHex(header))),
    window('lanes and tails, 1 version', 1, 0x10000000, 259, EASY_TARGET),
    window('lanes and tails, 2 versions', 2, 0x7fffff80, 131, EASY_TARGET),
    window('lanes and tails, 4 versions', 4, 0x80000001, 101, EASY_TARGET),
    window('the last nonces, a hit in every lane', 1, 0xffffffff - 132, 133, ANY_HASH),
    window('one nonce', 1, 7, 1, ANY_HASH),
    ...RARE_HASHES.map(rareHash),
    ...boundaryCases(),
  ];
}

function knownHeader(name: string, header: Uint8Array): SelfTestCase {
  const nonce = new DataView(header.buffer).getUint32(76, true);
  const target = targetFromBits(0x1d00ffff);
  const nonceStart = nonce - 100;
  const request = scanRequest([header], target, { nonceStart, nonceCount: 164 });
  return { name, request, hits: [{ nonce, versionIndex: 0 }] };
}

function window(
  name: string,
  versions: number,
  nonceStart: number,
  nonceCount: number,
  target: bigint,
): SelfTestCase {
  const headers = Array.from({ length: versions }, (_, version) => testHeader(version));
  return {
    name,
    request: scanRequest(headers, target, { nonceStart, nonceCount }),
    hits: oracle(headers, nonceStart, nonceCount, target),
  };
}

/**
 * A request over the test headers: 80 bytes with no structure, of which each version has its own.
 *
 * @param versions - how many, 1 or more.
 */
export function testRequest(
  versions: number,
  nonceStart: number,
  nonceCount: number,
  target: bigint,
): ScanRequest {
  const headers = Array.from({ length: versions }, (_, version) => testHeader(version));
  return scanRequest(headers, target, { nonceStart, nonceCount });
}

function rareHash({ topWord, nonce, versionIndex }: (typeof RARE_HASHES)[number]): SelfTestCase {
  const target = ((topWord + 1n) << 224n) - 1n; // the easiest one with this top word
  const name = `a hash whose top word is ${topWord}, version ${versionIndex}`;
  return { name, request: testRequest(4, nonce - 30, 61, target), hits: [{ nonce, versionIndex }] };
}

/** A target equal to a hash is met; one below it is not: the comparison of all words, not just the top one. */
function boundaryCases(): SelfTestCase[] {
  const header = testHeader(0);
  const nonce = 0x01020304;
  const hash = hashToNumber(sha256d(withNonce(header, nonce)));
  return [
    {
      name: 'target equal to the hash',
      request: scanRequest([header], hash, { nonceStart: nonce, nonceCount: 1 }),
      hits: [{ nonce, versionIndex: 0 }],
    },
    {
      name: 'target one below the hash',
      request: scanRequest([header], hash - 1n, { nonceStart: nonce, nonceCount: 1 }),
      hits: [],
    },
  ];
}

/** 80 bytes with no structure; only the version's 4 bytes differ from one to the next, as with rolled versions. */
function testHeader(version: number): Uint8Array {
  const header = Uint8Array.from({ length: 80 }, (_, i) => (i * 167 + 13) & 0xff);
  new DataView(header.buffer).setUint32(0, 0x20000000 + version * 0x2000, true);
  return header;
}

function oracle(
  headers: readonly Uint8Array[],
  nonceStart: number,
  nonceCount: number,
  target: bigint,
): Hit[] {
  const hits: Hit[] = [];
  for (let nonce = nonceStart; nonce < nonceStart + nonceCount; nonce++) {
    headers.forEach((header, versionIndex) => {
      if (hashToNumber(sha256d(withNonce(header, nonce))) <= target) hits.push({ nonce, versionIndex });
    });
  }
  return hits;
}

function withNonce(header: Uint8Array, nonce: number): Uint8Array {
  const copy = header.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return copy;
}
