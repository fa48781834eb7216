/** The native kernels and engine, each kernel against `node:crypto`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bitcoin/hex.ts';
import { loadNativeBinding, scanNative } from '../../src/engine/native/binding.ts';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import type { HashEngine, ScanRequest } from '../../src/work/ports.ts';
import { expectedHits, headerHash, headersOf, requestFor, targetWords } from './headers.ts';

const native = loadNativeBinding();
if (!('binding' in native)) throw new Error(native.unavailable);
const { binding } = native;
const kernels = binding.kernels().filter(({ supported }) => supported);

const EVERY_HASH = (1n << 256n) - 1n;
const HALF = (1n << 255n) - 1n;
const NO_HASH = 0n;
const NOTHING = { noncesScanned: 0, hits: [] };
/** What no computer searches in the time of a test. */
const FOREVER = 2 ** 32;

describe('the addon', () => {
  it('names its compiler and the CPU', () => {
    expect(binding.compiler).toMatch(/^(g\+\+|clang|msvc) \S/);
    expect(typeof binding.cpu().brand).toBe('string');
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('agrees with /proc/cpuinfo', () => {
    const flags = /^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))![1]!.split(' ');
    const known = [
      'sse2',
      'ssse3',
      'sse4_1',
      'avx',
      'avx2',
      'bmi2',
      'avx512f',
      'avx512bw',
      'avx512vl',
      'sha_ni',
      'fma',
      'avx512_vnni',
    ];
    const named = known.filter((flag) => flags.includes(flag));
    expect(binding.cpu().features).toEqual(
      named.map((flag) => flag.replace('sse4_1', 'sse4.1').replace('_', '-')),
    );
    expect(kernels.some(({ name }) => name === 'sha-ni')).toBe(flags.includes('sha_ni'));
  });

  it('always has the scalar kernel, last', () => {
    expect(kernels.at(-1)).toEqual({
      name: 'scalar',
      lanes: 1,
      preferredMidstates: 16,
      needs: [],
      supported: true,
    });
  });

  it('says what it expected and what it received', () => {
    const request = requestFor(headersOf(1), HALF, 0, 1);
    const scan = (change: object, kernel = 'scalar') =>
      scanNative(binding, kernel, { ...request, ...change } as ScanRequest);
    const names = binding.kernels().map(({ name }) => name);
    expect(() => scan({}, 'sse5')).toThrow(
      new TypeError(`Expected kernel to be one of ${names.join(', ')}, received "sse5".`),
    );
    expect(() => scan({ midstates: new Uint32Array(9) })).toThrow(
      new TypeError(
        'Expected midstates to be a Uint32Array of 8 words for each of 1 to 64 versions, received a Uint32Array of 9 elements.',
      ),
    );
    expect(() => scan({ midstates: new Uint32Array(8 * 65) })).toThrow(TypeError);
    expect(() => scan({ midstates: new Uint8Array(8) })).toThrow(TypeError);
    expect(() => scan({ tail: [1, 2, 3] })).toThrow(
      new TypeError('Expected tail to be a Uint32Array of 3 words, received an array.'),
    );
    expect(() => scan({ target: null })).toThrow(
      new TypeError('Expected target to be a Uint32Array of 8 words, received null.'),
    );
    expect(() => scan({ nonceStart: 0.5 })).toThrow(
      new TypeError('Expected nonceStart to be an integer from 0 to 4294967295, received 0.5.'),
    );
    expect(() => scan({ nonceStart: 0xffffffff, nonceCount: 2 })).toThrow(
      new TypeError('Expected nonceCount to be an integer from 1 to 1, received 2.'),
    );
    expect(() => new binding.Pool('scalar', Number.NaN)).toThrow(
      new TypeError('Expected threads to be an integer from 1 to 1024, received NaN.'),
    );
  });
});

/** Real headers, of difficulty 1 and far above: their nonce is the one answer in the window. */
const MINED = [
  [
    'genesis',
    '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
    2083236893,
  ],
  [
    '125552',
    '0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695',
    2504433986,
  ],
] as const;

/** Found with these kernels in 2^34 hashes of `headersOf(4)`: [nonce, versionIndex, top word of the hash]. */
const RARE = [
  [652973380, 0, 0],
  [4030687682, 0, 0],
  [901737093, 0, 1],
  [3466723151, 1, 1],
  [263901785, 3, 1],
] as const;

describe.each(kernels)('kernel $name', ({ name: kernel, lanes }) => {
  const search = (headers: readonly Uint8Array[], target: bigint, start: number, count: number) =>
    scanNative(binding, kernel, requestFor(headers, target, start, count));
  const expectExact = (headers: readonly Uint8Array[], target: bigint, start: number, count: number) => {
    const hits = expectedHits(headers, target, start, count);
    expect(search(headers, target, start, count)).toEqual({ noncesScanned: count, hits });
    return hits.length;
  };

  it.each(MINED)('finds the nonce of mainnet block %s and nothing else', (_, hex, nonce) => {
    const header = fromHex(hex);
    const difficulty1 = 0xffffn << 208n;
    const hits = [{ nonce, versionIndex: 0 }];
    expect(search([header], difficulty1, nonce - 3001, 5000)).toEqual({ noncesScanned: 5000, hits });
  });

  it.each([1, 2, 3, 4, 7, 64])('finds exactly the hits of %i midstates', (versions) => {
    const count = Math.ceil(600 / versions) + 5;
    const found = expectExact(headersOf(versions), HALF, 0x7ffffff0, count);
    expect(found).toBeGreaterThan(count * versions * 0.3);
    expectExact(headersOf(versions, 99), HALF >> 6n, 0x01020304, count);
    expectExact(headersOf(versions), NO_HASH, 0, count);
    expectExact(headersOf(versions), EVERY_HASH, 0, count);
  });

  it('takes counts that are no multiple of its lanes', () => {
    for (let count = 1; count <= 3 * lanes + 2; count++) {
      expectExact(headersOf(1), EVERY_HASH, 0xabcdef00, count);
      expectExact(headersOf(3), HALF, 5, count);
    }
  });

  it('takes ranges up to nonce 0xffffffff, and none past it', () => {
    for (let count = 1; count <= 2 * lanes + 3; count++) {
      expectExact(headersOf(2), EVERY_HASH, 2 ** 32 - count, count);
    }
  });

  it('tells a hash equal to the target from one above it, in every lane', () => {
    const headers = headersOf(2);
    for (let lane = 0; lane < 2 * lanes; lane++) {
      const nonce = 0x5a5a5a5a + lane;
      const hash = headerHash(headers[1]!, nonce);
      const only = [{ nonce, versionIndex: 1 }];
      const at = (target: bigint) =>
        search(headers, target, nonce - lane, 2 * lanes + 1).hits.filter(
          (hit) => hit.nonce === nonce && hit.versionIndex === 1,
        );
      expect(at(hash)).toEqual(only);
      expect(at(hash - 1n)).toEqual([]);
      // One lower in each single word: the top words are equal in all but the first of them.
      for (let word = 0; word < 8; word++) expect(at(hash - (1n << BigInt(32 * word)))).toEqual([]);
      expect(at(((hash >> 224n) << 224n) | ((1n << 224n) - 1n))).toEqual(only);
    }
  });

  it.each(RARE)(
    'is exact around nonce %i of version %i, whose hash has the top word %i',
    (nonce, versionIndex, top) => {
      const headers = headersOf(4);
      const hash = headerHash(headers[versionIndex]!, nonce);
      expect(Number(hash >> 224n)).toBe(top);
      for (const shift of [0, 1, lanes - 1, lanes, 1000]) {
        const at = (target: bigint) => search(headers, target, nonce - shift, shift + 1 + lanes).hits;
        expect(at(hash)).toEqual([{ nonce, versionIndex }]);
        expect(at(hash - 1n)).toEqual([]);
        expect(at((BigInt(top) << 224n) - 1n < 0n ? 0n : (BigInt(top) << 224n) - 1n)).toEqual([]);
        expect(at(((BigInt(top) + 1n) << 224n) - 1n)).toEqual([{ nonce, versionIndex }]);
      }
    },
  );

  it('finds what the oracle finds on any work', () => {
    const work = fc.record({
      versions: fc.integer({ min: 1, max: 5 }),
      seed: fc.integer({ min: 0, max: 255 }),
      start: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      count: fc.integer({ min: 1, max: 40 }),
      target: fc.bigInt({ min: 0n, max: EVERY_HASH }),
    });
    fc.assert(
      fc.property(work, ({ versions, seed, start, count, target }) => {
        expectExact(headersOf(versions, seed), target, start, Math.min(count, 2 ** 32 - start));
      }),
      { numRuns: 200 },
    );
  });

  it('stops where its buffer might overflow, and loses nothing when resumed there', () => {
    const headers = headersOf(3);
    const { midstates, tail, target } = requestFor(headers, HALF, 0, 1);
    const expected = expectedHits(headers, HALF, 1000, 500).flatMap(({ nonce, versionIndex }) => [
      nonce,
      versionIndex,
    ]);
    const found: number[] = [];
    let scanned = 0;
    while (scanned < 500) {
      const part = binding.scanOnce(
        kernel,
        midstates,
        tail,
        target,
        1000 + scanned,
        500 - scanned,
        3 * lanes,
      );
      expect(part.noncesScanned).toBeGreaterThan(0);
      scanned += part.noncesScanned;
      found.push(...part.hits);
    }
    expect(scanned).toBe(500);
    expect(found).toEqual(expected);
    expect(() => binding.scanOnce(kernel, midstates, tail, target, 0, 1, 3 * lanes - 1)).toThrow(TypeError);
  });

  describe('its engine', () => {
    const engines: HashEngine[] = [];
    afterAll(() => Promise.all(engines.map((engine) => engine.close())));
    const start = (threads: number) => {
      const engine = createNativeEngine({ binding, kernel, preferredMidstates: 1, threads });
      engines.push(engine);
      expect(engine).toMatchObject({ name: 'native', kernel, parallelism: threads });
      return engine;
    };
    const never = new AbortController().signal;

    it('ends at the first hits, and loses nothing when resumed behind them', async () => {
      const engine = start(2);
      const headers = headersOf(2);
      const target = EVERY_HASH >> 8n;
      const found = [];
      let scanned = 0;
      while (scanned < 20_000) {
        const part = await engine.scan(requestFor(headers, target, scanned, 20_000 - scanned), never);
        scanned += part.noncesScanned;
        found.push(...part.hits);
        expect(part.hits.length > 0 || scanned === 20_000).toBe(true);
      }
      expect(scanned).toBe(20_000);
      expect(found).toEqual(expectedHits(headers, target, 0, 20_000));
    });

    it('ends within the first nonces when every hash is a hit', async () => {
      const { noncesScanned, hits } = await start(1).scan(
        requestFor(headersOf(4), EVERY_HASH, 9, FOREVER - 9),
        never,
      );
      expect(noncesScanned).toBeLessThanOrEqual(64 + lanes);
      expect(hits.length).toBe(4 * noncesScanned);
    });

    it('ends soon after an abort, saying how far it came; a queued scan ends untouched', async () => {
      const engine = start(2);
      const [running, queued] = [new AbortController(), new AbortController()];
      const endless = (signal: AbortSignal) =>
        engine.scan(requestFor(headersOf(4), NO_HASH, 0, FOREVER), signal);
      const first = endless(running.signal);
      // While the other thread does this, the first scan gets somewhere.
      await engine.scan(requestFor(headersOf(1), NO_HASH, 0, 2 ** 20), never);
      const second = endless(running.signal);
      const waiting = [endless(queued.signal), endless(queued.signal)];
      queued.abort();
      expect(await Promise.all(waiting)).toEqual([NOTHING, NOTHING]);
      running.abort();
      const counts = (await Promise.all([first, second])).map(({ noncesScanned }) => noncesScanned);
      expect(counts[0]).toBeGreaterThan(0);
      expect(Math.max(...counts)).toBeLessThan(FOREVER);
      expect(await engine.scan(requestFor(headersOf(1), EVERY_HASH, 0, 1), running.signal)).toEqual(NOTHING);
    });

    it('has as many scans share a signal as it has threads, without a warning', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      process.on('warning', note);
      const engine = start(16);
      const abort = new AbortController();
      const scans = Array.from({ length: 16 }, () =>
        engine.scan(requestFor(headersOf(1), NO_HASH, 0, FOREVER), abort.signal),
      );
      abort.abort();
      await Promise.all(scans);
      process.off('warning', note);
      expect(warnings).toEqual([]);
    });

    it('runs more scans than threads, each to its end', async () => {
      const engine = start(2);
      const headers = headersOf(1);
      const scans = Array.from({ length: 100 }, (_, i) =>
        engine.scan(requestFor(headers, HALF, i * 10, 10), never),
      );
      const hits = (await Promise.all(scans)).flatMap((result) => result.hits);
      expect(hits).toEqual(expectedHits(headers, HALF, 0, 1000));
    });

    it('closes with scans pending: all of them end', async () => {
      const engine = start(2);
      const scans = [0, 1, 2, 3].map(() => engine.scan(requestFor(headersOf(1), NO_HASH, 0, FOREVER), never));
      await engine.close();
      await engine.close();
      const counts = (await Promise.all(scans)).map(({ noncesScanned }) => noncesScanned);
      expect(counts.every((count) => count < FOREVER)).toBe(true);
      expect(counts.slice(2)).toEqual([0, 0]);
      expect(await engine.scan(requestFor(headersOf(1), EVERY_HASH, 0, 1), never)).toEqual(NOTHING);
    });

    it('counts the processor time of its threads', () => {
      const pool = new binding.Pool(kernel, 1);
      return new Promise<void>((resolve) => {
        pool.scan(
          new Uint32Array(8),
          new Uint32Array(3),
          targetWords(NO_HASH),
          0,
          200_000,
          (noncesScanned) => {
            expect(noncesScanned).toBe(200_000);
            const seconds = pool.cpuSeconds();
            expect(seconds).toBeGreaterThan(0.001);
            pool.cancel(1); // over already: does nothing
            pool.close();
            expect(pool.cpuSeconds()).toBeGreaterThanOrEqual(seconds);
            expect(() =>
              pool.scan(new Uint32Array(8), new Uint32Array(3), new Uint32Array(8), 0, 1, () => {}),
            ).toThrow(new Error('Expected an open pool, received a closed one.'));
            resolve();
          },
        );
      });
    });
  });
});

it('says in one sentence why there is no addon, and what to run', () => {
  const load = loadNativeBinding('/nowhere/');
  expect(load).toEqual({
    unavailable: 'the native engine is not built: run "node /nowhere/scripts/build-native.mjs".',
  });
});

it('reports threads that cannot be had as ENGINE_FAILED', () => {
  expect(() =>
    createNativeEngine({ binding, kernel: 'scalar', preferredMidstates: 1, threads: 1025 }),
  ).toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }));
});
