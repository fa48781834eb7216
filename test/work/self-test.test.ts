/** The self-test is itself tested: with every right kernel, and with kernels that are wrong in the ways kernels go wrong. */
import { describe, expect, it } from 'vitest';
import { scanJs } from '../../src/engine/js/kernel.ts';
import type { Hit, ScanRequest } from '../../src/work/ports.ts';
import { type ScanFunction, selfTest, selfTestCases } from '../../src/work/self-test.ts';

const cases = selfTestCases();

const withHits =
  (change: (hits: Hit[], request: ScanRequest) => Hit[]): ScanFunction =>
  (request) => {
    const { noncesScanned, hits } = scanJs(request);
    return { noncesScanned, hits: change([...hits], request) };
  };
const byteSwap = (x: number) =>
  (((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;

describe('selfTest', () => {
  it('passes a right kernel', () => {
    expect(selfTest(scanJs, cases)).toBeUndefined();
  });

  it.each<[string, ScanFunction]>([
    ['finds nothing', withHits(() => [])],
    [
      'claims everything',
      withHits((_, { nonceStart, nonceCount }) =>
        Array.from({ length: nonceCount }, (_, i) => ({ nonce: nonceStart + i, versionIndex: 0 })),
      ),
    ],
    ...[4, 8, 12, 16, 24, 48, 64].map((lanes): [string, ScanFunction] => [
      `skips the last lane of ${lanes}`,
      withHits((hits, { nonceStart }) =>
        hits.filter(({ nonce }) => (nonce - nonceStart) % lanes !== lanes - 1),
      ),
    ]),
    [
      'skips the tail that does not fill four lanes',
      withHits((hits, r) =>
        hits.filter(({ nonce }) => nonce - r.nonceStart < r.nonceCount - (r.nonceCount % 4)),
      ),
    ],
    [
      'runs past the count',
      (request) =>
        scanJs({ ...request, nonceCount: Math.min(request.nonceCount + 8, 2 ** 32 - request.nonceStart) }),
    ],
    [
      'ignores the count',
      (request) => ({ ...scanJs({ ...request, nonceCount: 2 ** 10 }), noncesScanned: request.nonceCount }),
    ],
    [
      'reports fewer nonces than it was given',
      (request) => ({ ...scanJs(request), noncesScanned: request.nonceCount - 1 }),
    ],
    [
      'swaps the byte order of the nonce',
      withHits((hits) => hits.map((hit) => ({ ...hit, nonce: byteSwap(hit.nonce) }))),
    ],
    ['is off by one', withHits((hits) => hits.map((hit) => ({ ...hit, nonce: (hit.nonce + 1) >>> 0 })))],
    ['loses the second midstate', withHits((hits) => hits.filter(({ versionIndex }) => versionIndex !== 1))],
    [
      'takes the first midstate for every version',
      (request) => {
        const midstates = request.midstates.map((_, i, all) => all[i % 8]!);
        return scanJs({ ...request, midstates });
      },
    ],
    [
      'keeps a stale schedule',
      (request) => scanJs({ ...request, tail: Uint32Array.of(0, request.tail[1]!, request.tail[2]!) }),
    ],
    [
      'compares only the top word',
      withHits((hits, request) =>
        request.nonceCount === 1 ? [{ nonce: request.nonceStart, versionIndex: 0 }] : hits,
      ),
    ],
    ['takes "at or below" for "below"', withHits((hits, { nonceCount }) => (nonceCount === 1 ? [] : hits))],
    [
      'stops one short of 0xffffffff',
      withHits((hits) =>
        hits.filter(({ nonce }) => nonce !== 0xffffffff && nonce !== 0xfffffffe && nonce !== 0xfffffffd),
      ),
    ],
    [
      'misses easy hashes: exits early unless the top word is zero',
      withHits((hits, { target }) => (target[0] === 0 ? hits : [])),
    ],
  ])('catches a kernel that %s', (_, wrong) => {
    expect(selfTest(wrong, cases)).toMatch(/expected/);
  });
});
