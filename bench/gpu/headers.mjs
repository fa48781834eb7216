/** What a kernel must find: real headers whose nonce is known, and exact lists of easy hits by node:crypto. */
import { createHash } from 'node:crypto';
import { scanConstants } from '../../dist/src/work/scan.js';

const KNOWN = [
  {
    name: 'genesis',
    header:
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
  },
  {
    name: 'block 125552',
    header:
      '0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695',
  },
];

/** Nonces before and behind the known one: many workgroups, and some at the end that are not whole. */
const AROUND = 40_009;
const EASY_MASK = 0xff;
/** Hits that one dispatch can report are 63: this many nonces give about half of that, whatever the versions. */
const EASY_HASHES = 8192;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** Headers that differ in their version; the last one is the header itself. */
function versionsOf(header, midstates) {
  return Array.from({ length: midstates }, (_, i) => {
    const copy = Uint8Array.from(header);
    const view = new DataView(copy.buffer);
    view.setUint32(0, (view.getUint32(0, true) ^ ((midstates - 1 - i) << 13)) >>> 0, true);
    return copy;
  });
}

/** A kernel's job for some headers: the words behind their first 64 bytes. */
export function jobOf(kernel, headers) {
  const { midstates, tail } = scanConstants(headers);
  return kernel.wordsOfJob(midstates, tail);
}

/** The last word of the block hash, as SHA-256 makes it: its most significant one as a number. */
function lastWord(header, nonce) {
  const copy = Uint8Array.from(header);
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return sha256(sha256(copy)).readUInt32BE(28);
}

/** Bytes without structure: what is measured is searched on them, and their hits are counted. */
export function anyHeader(seed = 13) {
  return Uint8Array.from({ length: 80 }, (_, i) => (i * 167 + seed) & 0xff);
}

/**
 * What a kernel for so many versions must find: `{ name, headers, first, count, mask, hits: [[nonce, version]] }`, hits by nonce, then version.
 */
export function checksFor(midstates) {
  const known = KNOWN.map(({ name, header }) => {
    const bytes = Uint8Array.from(Buffer.from(header, 'hex'));
    const nonce = new DataView(bytes.buffer).getUint32(76, true);
    const range = { first: nonce - AROUND, count: 2 * AROUND, mask: 0xffffffff };
    return { name, headers: versionsOf(bytes, midstates), ...range, hits: [[nonce, midstates - 1]] };
  });
  const headers = versionsOf(anyHeader(), midstates);
  const count = Math.floor(EASY_HASHES / midstates) - 37;
  const first = 2 ** 32 - count; // up to the very last nonce
  const hits = [];
  for (let nonce = first; nonce < first + count; nonce++) {
    headers.forEach((header, version) => {
      if ((lastWord(header, nonce) & EASY_MASK) === 0) hits.push([nonce, version]);
    });
  }
  return [...known, { name: 'easy hits', headers, first, count, mask: EASY_MASK, hits }];
}

/** What is wrong with the hits of a check; undefined when they are exactly those expected. */
export function failureOf({ name, hits: expected }, { count, hits }) {
  const text = (list) =>
    [...list]
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map((hit) => hit.join('/'))
      .join(' ');
  if (count === expected.length && text(hits) === text(expected)) return undefined;
  return `${name}: expected ${expected.length} hits ${text(expected)}, received ${count}: ${text(hits)}`;
}
