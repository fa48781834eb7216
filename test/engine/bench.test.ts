/** The benchmark's measurements: real work, every kernel, the shape of a result. Rates are not judged. */
import { describe, expect, it } from 'vitest';
import { type BenchedEngine, benchEngine, benchKernel, rateSpread } from '../../src/engine/bench.ts';
import { createBenchWork, MOST_MIDSTATES } from '../../src/engine/bench-work.ts';
import { scanJs } from '../../src/engine/js/kernel.ts';
import { listKernels } from '../../src/engine/select.ts';
import { headerHash } from './headers.ts';

const NEVER = new AbortController().signal;

describe('createBenchWork', () => {
  it('rolls as many distinct versions as asked for', () => {
    const { midstates } = createBenchWork(MOST_MIDSTATES).next();
    const states = Array.from({ length: MOST_MIDSTATES }, (_, i) => midstates.slice(8 * i, 8 * i + 8).join());
    expect(new Set(states).size).toBe(MOST_MIDSTATES);
  });

  it('never repeats a header, and asks for what no hash meets', () => {
    const work = createBenchWork(1);
    const requests = Array.from({ length: 100 }, () => work.next());
    expect(new Set(requests.map(({ tail }) => tail.join())).size).toBe(100);
    for (const { target, nonceStart, nonceCount } of requests) {
      expect(target.every((word) => word === 0)).toBe(true);
      expect([nonceStart, nonceCount]).toEqual([0, 2 ** 32]);
    }
  });

  it('is the header of mainnet block 700,000 with its version rolled', () => {
    const display = (hash: string) => Buffer.from(hash, 'hex').reverse();
    const header = Uint8Array.from([
      ...Buffer.from('04000020', 'hex'), // the mined one had 0x3fffe004: every bit of the mask of BIP 320
      ...display('0000000000000000000aa3ce000eb559f4143be419108134e0ce71042fc636eb'),
      ...display('1f8d213c864bfe9fb0098cecc3165cce407de88413741b0300d56ea0f4ec9c65'),
      ...Buffer.from('282d3c61e4480f1700000000', 'hex'),
    ]);
    const mined = Uint8Array.from([0x04, 0xe0, 0xff, 0x3f, ...header.slice(4)]);
    expect(headerHash(mined, 2881644503)).toBe(
      0x0000000000000000000590fc0f3eba193a278534220b2b37e9849e1a770ca959n,
    );
    const request = createBenchWork(1).next();
    const nonces = Array.from({ length: 300 }, (_, nonce) => nonce);
    const least = nonces.reduce((best, nonce) =>
      headerHash(header, nonce) < headerHash(header, best) ? nonce : best,
    );
    const target = Uint32Array.from({ length: 8 }, (_, i) =>
      Number((headerHash(header, least) >> BigInt(32 * (7 - i))) & 0xffffffffn),
    );
    const { hits } = scanJs({ ...request, target, nonceCount: 300 });
    expect(hits).toEqual([{ nonce: least, versionIndex: 0 }]);
  });
});

describe.each(listKernels().filter(({ missing }) => missing.length === 0))('kernel $name', (kernel) => {
  it.each([1, 4])('is measured with %i midstates', async (midstates) => {
    const result = await benchKernel({ kernel, threads: 2, midstates, seconds: 0.02, samples: 3 }, NEVER);
    expect(result).toEqual({
      engine: kernel.engine,
      kernel: kernel.name,
      threads: 2,
      midstates,
      samples: [expect.any(Number), expect.any(Number), expect.any(Number)],
      hashesPerSecond: rateSpread(result!.samples),
      cpuSeconds: expect.any(Number),
      hashes: expect.any(Number),
    });
    expect(result!.hashes % midstates).toBe(0);
    expect(result!.hashes).toBeGreaterThan(0);
    expect(result!.hashesPerSecond.worst).toBeGreaterThan(0);
    expect(result!.cpuSeconds).toBeGreaterThan(0);
  });

  it('stops at the abort', async () => {
    const abort = new AbortController();
    const result = benchKernel({ kernel, threads: 1, midstates: 1, seconds: 3600, samples: 1 }, abort.signal);
    setTimeout(() => abort.abort(), 30);
    expect(await result).toBeUndefined();
  });
});

it('names the kernels that hashed, which is not always the best one', async () => {
  const engine: BenchedEngine = {
    name: 'gpu',
    kernel: 'k2',
    parallelism: 1,
    preferredMidstates: 2,
    kernelsFor: (versions) => (versions === 1 ? ['k1'] : versions % 2 === 0 ? ['k2'] : ['k2', 'k1']),
    async scan(_, signal) {
      while (!signal.aborted) await new Promise(setImmediate);
      return { noncesScanned: 1, hits: [] };
    },
    close: async () => {},
  };
  const kernelOf = async (midstates: number | 'auto') =>
    (await benchEngine(engine, { midstates, seconds: 0.001, samples: 1 }, NEVER))?.kernel;
  expect([await kernelOf('auto'), await kernelOf(1), await kernelOf(3)]).toEqual(['k2', 'k1', 'k2 + k1']);
});

describe('rateSpread', () => {
  it('is the middle, the fastest and the slowest', () => {
    expect(rateSpread([5])).toEqual({ median: 5, best: 5, worst: 5 });
    expect(rateSpread([9, 1, 5])).toEqual({ median: 5, best: 9, worst: 1 });
    expect(rateSpread([4, 1, 2, 100])).toEqual({ median: 3, best: 100, worst: 1 });
  });
});
