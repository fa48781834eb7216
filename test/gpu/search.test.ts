/** Searching a piece: versions divided among kernels, more hits than a dispatch can report, and kernels that lie. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hitMask } from '../../shaders/kernel.ts';
import { byNonce, checkClaims, readClaims } from '../../src/gpu/hits.ts';
import type { Dispatch } from '../../src/gpu/lane.ts';
import { gridOf, MOST_NONCES, nextPiece } from '../../src/gpu/piece.ts';
import { groupVersions, type PieceResult, searchPiece } from '../../src/gpu/search.ts';
import { type Case, caseOf, randomCase, randomHeaders, randomNumbers } from './oracle.ts';
import { hashingLane, kernelOf } from './simulation.ts';

const ANY_HASH = (1n << 256n) - 1n;

interface How {
  readonly midstates?: readonly number[];
  readonly spoil?: (hits: Uint32Array, dispatch: Dispatch) => void;
  readonly dispatches?: number;
}

function searchCase(
  { request }: Case,
  { midstates = [4, 1], spoil, dispatches = 1e9 }: How = {},
): Promise<PieceResult> {
  const lane = hashingLane(spoil);
  let left = dispatches;
  return searchPiece({
    request,
    first: request.nonceStart,
    count: request.nonceCount,
    kernels: midstates.map((k) => kernelOf(k)),
    async run(dispatch) {
      left--;
      lane.submit(dispatch);
      return (await lane.result()).hits;
    },
    stopped: () => left <= 0,
  });
}

describe('versions are divided among kernels', () => {
  const divided = (versions: number, midstates: readonly number[]) =>
    groupVersions(
      versions,
      midstates.map((k) => kernelOf(k)),
    ).map(({ kernel, firstVersion, versions: taken }) => [kernel.kernel.midstates, firstVersion, taken]);

  it.each([
    [1, [1], [[1, 0, 1]]],
    [
      5,
      [2, 1],
      [
        [2, 0, 2],
        [2, 2, 2],
        [1, 4, 1],
      ],
    ],
    [
      7,
      [4, 2, 1],
      [
        [4, 0, 4],
        [2, 4, 2],
        [1, 6, 1],
      ],
    ],
    [
      3,
      [4, 1],
      [
        [1, 0, 1],
        [1, 1, 1],
        [1, 2, 1],
      ],
    ],
    [
      5,
      [4],
      [
        [4, 0, 4],
        [4, 4, 1],
      ],
    ],
    [1, [4, 2], [[2, 0, 1]]],
  ])('%i among kernels of %j', (versions, midstates, groups) => {
    expect(divided(versions, midstates)).toEqual(groups);
  });

  it('each goes to one kernel, none to two', () => {
    const kernels = fc.array(fc.constantFrom(1, 2, 4), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), kernels, (versions, midstates) => {
        const taken = divided(versions, midstates).flatMap(([, first, count]) =>
          Array.from({ length: count! }, (_, i) => first! + i),
        );
        expect(taken).toEqual(Array.from({ length: versions }, (_, i) => i));
      }),
    );
  });
});

describe('a piece', () => {
  it.each([[[1]], [[2, 1]], [[4, 1]], [[4]], [[4, 2, 1]]])(
    'has exactly the hits of the oracle with kernels of %j',
    async (midstates) => {
      const random = randomNumbers(7);
      for (let i = 0; i < 25; i++) {
        const each = randomCase(random);
        expect(await searchCase(each, { midstates })).toEqual({ outcome: 'searched', hits: each.hits });
      }
    },
  );

  it('with more hits than a dispatch can report is searched in halves, and loses none', async () => {
    const headers = randomHeaders(randomNumbers(3), 4);
    const each = caseOf({ headers, nonceStart: 2 ** 32 - 501, nonceCount: 501, target: ANY_HASH });
    const result = await searchCase(each);
    expect(result).toEqual({ outcome: 'searched', hits: each.hits });
    expect(each.hits).toHaveLength(4 * 501);
  });

  it('is not searched when it was stopped on the way', async () => {
    const each = caseOf({
      headers: randomHeaders(randomNumbers(3), 5),
      nonceStart: 0,
      nonceCount: 9,
      target: 0n,
    });
    expect(await searchCase(each, { dispatches: 1 })).toEqual({ outcome: 'stopped' });
    expect(await searchCase(each, { dispatches: 0 })).toEqual({ outcome: 'stopped' });
  });
});

describe('a kernel is found wrong that', () => {
  const headers = randomHeaders(randomNumbers(11), 2);
  const each = caseOf({ headers, nonceStart: 1000, nonceCount: 200, target: (1n << 252n) - 1n });
  it.each<[string, (hits: Uint32Array, dispatch: Dispatch) => void]>([
    ['is off by one', (hits) => hits[2]!++],
    ['claims a nonce before the range', (hits) => hits.set([1, 0, 999, 0])],
    ['claims a nonce behind the range', (hits) => hits.set([1, 0, 1200, 0])],
    ['claims a version that it does not have', (hits) => hits.set([2], 3)],
    ['takes one version for the other', (hits) => hits.set([1 - hits[3]!], 3)],
    ['claims a hit twice', (hits) => hits.set([hits[0]! + 1, 0, ...hits.slice(2, 4), ...hits.slice(2, 124)])],
    ['counts hits that it does not report', (hits) => hits.set([hits[0]! + 1])],
    ['counts more hits than hashes', (hits) => hits.set([0xffffffff])],
  ])('%s', async (_, spoil) => {
    expect(each.hits.length).toBeGreaterThan(3);
    const result = await searchCase(each, { midstates: [2], spoil });
    expect(result).toMatchObject({ outcome: 'wrong', kernel: { kernel: { name: 'k2' } } });
  });
});

describe('claims', () => {
  const [header] = randomHeaders(randomNumbers(5), 1);
  const easy = caseOf({ headers: [header!], nonceStart: 50, nonceCount: 300, target: (1n << 250n) - 1n });
  const [hit] = easy.hits;

  it('that pass the mask but not the target are no hits, and no fault', () => {
    const mask = hitMask(easy.request.target[0]!);
    const searched = { firstVersion: 0, versions: 1, midstates: 1, first: 50, count: 300, mask };
    const claims = [{ nonce: hit!.nonce, midstate: 0 }];
    expect(checkClaims(claims, { ...searched, request: easy.request })).toEqual({ hits: [hit] });
    const harder = { ...easy.request, target: new Uint32Array(8) };
    expect(checkClaims(claims, { ...searched, request: harder })).toEqual({ hits: [] });
  });

  it('are as many as there is room for', () => {
    expect(readClaims(Uint32Array.from({ length: 128 }, () => 99)).claims).toHaveLength(63);
    expect(readClaims(new Uint32Array(128))).toEqual({ count: 0, claims: [] });
  });

  it('are put in the order of nonces, then versions', () => {
    const hits = [
      { nonce: 0xfffffff0, versionIndex: 0 },
      { nonce: 5, versionIndex: 1 },
      { nonce: 5, versionIndex: 0 },
    ];
    expect(hits.sort(byNonce).map(({ nonce, versionIndex }) => [nonce, versionIndex])).toEqual([
      [5, 0],
      [5, 1],
      [0xfffffff0, 0],
    ]);
  });
});

describe('the next piece', () => {
  const easy = { hashes: 1e9, remaining: 2 ** 32, midstates: 1, workgroupNonces: 64 };

  it('is whole workgroups, within the range and within 2^31', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e12, noNaN: true }),
        fc.integer({ min: 1, max: 2 ** 32 }),
        fc.constantFrom(1, 2, 4),
        fc.constantFrom(64, 256, 16_384),
        (hashes, remaining, midstates, workgroupNonces) => {
          const count = nextPiece({ hashes, remaining, midstates, workgroupNonces, mask: 0xffffffff });
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThanOrEqual(Math.min(remaining, MOST_NONCES));
          if (count < remaining) expect(count % workgroupNonces).toBe(0);
        },
      ),
    );
  });

  it('expects 16 hits at most', () => {
    expect(nextPiece({ ...easy, mask: 0 })).toBe(16);
    expect(nextPiece({ ...easy, mask: hitMask(0x7fffffff) })).toBe(32); // regtest
    expect(nextPiece({ ...easy, midstates: 4, mask: 0 })).toBe(4);
  });

  it('has a shape that covers it with at most 65,535 workgroups along each side', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.constantFrom(64, 256, 16_384), (count, nonces) => {
        const { x, y } = gridOf(count, nonces);
        expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
        expect(x * y * nonces).toBeGreaterThanOrEqual(count);
        expect((x * y - y) * nonces).toBeLessThan(count); // less than a workgroup to spare in each row
      }),
    );
  });
});
