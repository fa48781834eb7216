/** How a request is made of headers, and what is left of one. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256Compress } from '../../src/bitcoin/sha256.ts';
import { plainRequest, restOf, scanConstants, scanRequest } from '../../src/work/scan.ts';
import { headersOf } from '../engine/headers.ts';

it('midstates and tail are what hashing goes on from', () => {
  const headers = headersOf(3);
  const { midstates, tail } = scanConstants(headers);
  headers.forEach((header, version) => {
    const state = midstates.slice(8 * version, 8 * version + 8);
    const block = new Uint8Array(64);
    const view = new DataView(block.buffer);
    tail.forEach((word, i) => {
      view.setUint32(4 * i, word);
    });
    block.set(header.subarray(76), 12);
    block[16] = 0x80;
    view.setUint32(60, 8 * 80);
    sha256Compress(state, block);
    const words = Array.from(state, (word) => word.toString(16).padStart(8, '0'));
    expect(words.join('')).toBe(createHash('sha256').update(header).digest('hex'));
  });
});

it('headers may lie anywhere in a buffer', () => {
  const [header] = headersOf(1) as [Uint8Array];
  const within = new Uint8Array(200);
  within.set(header, 37);
  expect(scanConstants([within.subarray(37, 117)])).toEqual(scanConstants([header]));
});

it('a target is eight words, and what is left of a range ends where the range did', () => {
  const range = { nonceStart: 0xfffffff0, nonceCount: 16 };
  const request = scanRequest(headersOf(1), 1n << 32n, range);
  expect([...request.target]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  expect(restOf(request, 15)).toEqual({ ...request, nonceStart: 0xffffffff, nonceCount: 1 });
  expect(restOf(request, 16)).toBeUndefined();
  expect(plainRequest({ ...request, job: 'a whole job' } as typeof request)).toEqual(request);
});
