/** The page's searches without a browser: every nonce once, stops, hits, the measurement, and plain JavaScript against OpenSSL. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetOfZeroBits } from '../../src/bitcoin/target.ts';
import { GENESIS_HASH, GENESIS_NONCE, genesisHeader, genesisWindow } from '../../src/web/lab/genesis.ts';
import { measure } from '../../src/web/lab/measure.ts';
import { createPlainSearcher, scanPlain } from '../../src/web/lab/plain.ts';
import { searchWindow } from '../../src/web/lab/search.ts';
import type { Searcher } from '../../src/web/lab/searcher.ts';
import type { ScanRequest } from '../../src/work/ports.ts';
import { scanRequest } from '../../src/work/scan.ts';

const sha256d = (bytes: Uint8Array) =>
  createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/** Each scan takes a millisecond of a clock of its own for each 1,000 nonces, and stops at the first hit. */
function fakeSearcher({ hits = [] as readonly number[], parallelism = 2, midstates = 1 } = {}) {
  let ms = 0;
  const seen: (readonly [number, number])[] = [];
  const searcher: Searcher = {
    parallelism,
    midstates,
    async scan({ nonceStart, nonceCount }, signal) {
      await Promise.resolve();
      if (signal.aborted) return { noncesScanned: 0, hits: [] };
      const hit = hits.find((nonce) => nonce >= nonceStart && nonce < nonceStart + nonceCount);
      const noncesScanned = hit === undefined ? nonceCount : hit - nonceStart + 1;
      ms += noncesScanned / 1000;
      seen.push([nonceStart, noncesScanned]);
      return { noncesScanned, hits: hit === undefined ? [] : [{ nonce: hit, versionIndex: 0 }] };
    },
  };
  return { searcher, now: () => ms, seen };
}

const requestOf = (nonceStart: number, nonceCount: number): ScanRequest =>
  scanRequest([genesisHeader(0)], targetOfZeroBits(32), { nonceStart, nonceCount });
const never = new AbortController().signal;

describe('a search', () => {
  it('searches every nonce of its window once and reports every hit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        async (start, count, places, parallelism) => {
          const nonceCount = Math.min(count, 2 ** 32 - start);
          const hits = [...new Set(places)].sort((a, b) => a - b).map((place) => start + place);
          const { searcher, now, seen } = fakeSearcher({ hits, parallelism });
          const options = { stopAtFirst: false, now, signal: never };
          const result = await searchWindow(searcher, requestOf(start, nonceCount), options);
          expect(result.noncesScanned).toBe(nonceCount);
          expect(result.nonces).toEqual(hits.filter((nonce) => nonce < start + nonceCount));
          let next = start;
          for (const [from, scanned] of seen.sort(([a], [b]) => a - b)) {
            expect(from).toBe(next);
            next += scanned;
          }
          expect(next).toBe(start + nonceCount);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends at the first hit, at a stop, and at an engine that stands still', async () => {
    const first = fakeSearcher({ hits: [500_000, 900_000], parallelism: 1 });
    const found = await searchWindow(first.searcher, requestOf(0, 2 ** 32), {
      stopAtFirst: true,
      now: first.now,
      signal: never,
    });
    expect(found).toMatchObject({ nonces: [500_000], noncesScanned: 500_001 });

    const stop = new AbortController();
    const stopped = fakeSearcher();
    const result = await searchWindow(stopped.searcher, requestOf(0, 2 ** 32), {
      stopAtFirst: false,
      now: stopped.now,
      signal: stop.signal,
      onProgress: ({ seconds }) => {
        if (seconds > 2) stop.abort();
      },
    });
    expect(result.nonces).toEqual([]);
    expect(result.noncesScanned).toBeLessThan(4_000_000);

    const still: Searcher = {
      parallelism: 1,
      midstates: 1,
      scan: async () => ({ noncesScanned: 0, hits: [] }),
    };
    await expect(
      searchWindow(still, requestOf(0, 10), { stopAtFirst: false, now: () => 0, signal: never }),
    ).rejects.toThrow('stands still');
  });
});

describe('a measurement', () => {
  it.each([
    [1, 1e6],
    [4, 4e6],
  ])('of %d versions counts %d hashes a second', async (midstates, rate) => {
    const { searcher, now } = fakeSearcher({ midstates, parallelism: 1 });
    const options = { seconds: 20, warmUpSeconds: 0.5, now, signal: never };
    const { hashes, seconds } = await measure(searcher, options);
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(seconds).toBeLessThan(20.2);
    expect(hashes / seconds).toBeCloseTo(rate, 0);
  });

  it('of one version measures what a search of one header gets, whatever the kernel likes best', async () => {
    let ms = 0;
    const twoAtATime: Searcher = {
      parallelism: 1,
      midstates: 2,
      async scan({ midstates, nonceCount }) {
        ms += nonceCount / (midstates.length === 8 ? 1000 : 800); // a nonce of two versions is not twice the work
        return { noncesScanned: nonceCount, hits: [] };
      },
    };
    const options = { now: () => ms, signal: never };
    const search = await searchWindow(twoAtATime, requestOf(0, 2 ** 24), { ...options, stopAtFirst: true });
    const each = { ...options, seconds: 2, warmUpSeconds: 0.1 };
    const one = await measure(twoAtATime, { ...each, versions: 1 });
    const two = await measure(twoAtATime, each);
    expect(one.hashes / one.seconds).toBeCloseTo(search.noncesScanned / search.seconds, 0);
    expect(two.hashes / two.seconds).toBeCloseTo(1.6e6, 0);
  });

  it('goes on with another header when the nonces are used up', async () => {
    let ms = 0;
    const requests: ScanRequest[] = [];
    const fast: Searcher = {
      parallelism: 1,
      midstates: 2,
      async scan(request) {
        requests.push(request);
        ms += request.nonceCount / 1e8; // 10^11 nonces a second, an ASIC's rate
        return { noncesScanned: request.nonceCount, hits: [] };
      },
    };
    await measure(fast, { seconds: 1, warmUpSeconds: 0.1, now: () => ms, signal: never });
    const ranges = requests.map(({ midstates, tail, nonceStart }) =>
      [midstates.join(), tail.join(), nonceStart].join(),
    );
    expect(new Set(ranges).size).toBe(ranges.length);
    expect(new Set(requests.map(({ tail }) => tail[1])).size).toBeGreaterThan(20);
    for (const { nonceStart, nonceCount } of requests)
      expect(nonceStart + nonceCount).toBeLessThanOrEqual(2 ** 32);
  });

  it('that is stopped at once counted nothing', async () => {
    const { searcher, now } = fakeSearcher();
    const signal = AbortSignal.abort();
    expect(await measure(searcher, { seconds: 1, warmUpSeconds: 0, now, signal })).toEqual({
      hashes: 0,
      seconds: 0,
    });
  });
});

describe('plain JavaScript', () => {
  it('finds what OpenSSL finds', () => {
    const expected = Array.from({ length: 3000 }, (_, nonce) => nonce).filter(
      (nonce) => sha256d(genesisHeader(nonce))[31]! < 4,
    );
    const request = scanRequest([genesisHeader(0)], targetOfZeroBits(6), { nonceStart: 0, nonceCount: 3000 });
    expect(scanPlain(request).hits.map(({ nonce }) => nonce)).toEqual(expected);
  });

  it('takes a target for what it is, to the last bit', () => {
    const header = genesisHeader(GENESIS_NONCE);
    expect(Buffer.from(sha256d(header)).reverse().toString('hex')).toBe(GENESIS_HASH);
    const hash = BigInt(`0x${GENESIS_HASH}`);
    const window = { nonceStart: GENESIS_NONCE, nonceCount: 1 };
    expect(scanPlain(scanRequest([header], hash, window)).hits).toHaveLength(1);
    expect(scanPlain(scanRequest([header], hash - 1n, window)).hits).toHaveLength(0);
  });

  it('lets others go first between its slices, and stops when told', async () => {
    const stop = new AbortController();
    let ms = 0;
    let pauses = 0;
    const plain = createPlainSearcher(
      () => ms++ * 5,
      async () => {
        if (++pauses === 3) stop.abort();
      },
    );
    const { noncesScanned, hits } = await plain.scan(requestOf(0, 2 ** 32), stop.signal);
    expect(pauses).toBe(3);
    expect(hits).toEqual([]);
    expect(noncesScanned % 256).toBe(0);
  });

  it('finds the first block', async () => {
    const plain = createPlainSearcher(performance.now.bind(performance), () => Promise.resolve());
    const result = await searchWindow(plain, requestOf(GENESIS_NONCE - 5000, 6000), {
      stopAtFirst: true,
      now: performance.now.bind(performance),
      signal: never,
    });
    expect(result.nonces).toEqual([GENESIS_NONCE]);
  });
});

it.each([16, 20, 24, 28, 32])(
  'the window of 2^%d nonces has the nonce in it and stays below 2^32',
  (exponent) => {
    const { nonceStart, nonceCount } = genesisWindow(exponent);
    expect(nonceCount).toBe(2 ** exponent);
    expect(nonceStart).toBeLessThanOrEqual(GENESIS_NONCE);
    expect(nonceStart + nonceCount).toBeGreaterThan(GENESIS_NONCE);
    expect(nonceStart + nonceCount).toBeLessThanOrEqual(2 ** 32);
  },
);
