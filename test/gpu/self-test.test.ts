/** How far the self-test of a kernel goes: dispatches of two dimensions on every GPU that is fast, however long it answers, and none that a slow one needs seconds for. */
import { describe, expect, it } from 'vitest';
import { HIT_WORDS, hitMask } from '../../shaders/kernel.ts';
import { Dispatcher } from '../../src/gpu/dispatcher.ts';
import type { Dispatch, Lane } from '../../src/gpu/lane.ts';
import { gridOf } from '../../src/gpu/piece.ts';
import { gpuSelfTest, gpuSelfTestCases } from '../../src/gpu/self-test.ts';
import { kernelOf } from './simulation.ts';

const CASES = gpuSelfTestCases(false);
const LARGEST = 2 ** 23;
const LIMIT_MS = 300;

/** A GPU that knows the answers. */
interface Device {
  readonly hashesPerMs: number;
  /** From the end of a dispatch to its result. */
  readonly latencyMs: number;
  /** Steps of its own clock, nanoseconds; without it there is none. */
  readonly stampNs?: number;
  readonly midstates?: number;
  /** Whether only the first row of workgroups is searched. */
  readonly broken?: boolean;
  /** Dispatches, counted from 0, that wait for something else for seconds. */
  readonly hiccups?: readonly number[];
}

/** What a right kernel reports, as the cases have it; `searched` nonces of the dispatch are tested. */
function answer({ kernel, job, words }: Dispatch, searched: number): Uint32Array {
  const [first = 0, , mask] = words;
  const { midstates } = kernel.kernel;
  const states = Array.from({ length: midstates }, (_, k) => job.slice(8 * k, 8 * k + 8).join());
  const found = new Map<string, readonly [number, number]>();
  for (const { request, hits } of CASES) {
    if (hitMask(request.target[0]!) !== mask) continue;
    for (const { nonce, versionIndex } of hits) {
      const state = request.midstates.slice(8 * versionIndex, 8 * versionIndex + 8).join();
      const inside = nonce >= first && nonce < first + searched;
      states.forEach((each, k) => {
        if (inside && each === state) found.set(`${nonce}/${k}`, [nonce, k]);
      });
    }
  }
  const reported = new Uint32Array(Math.max(HIT_WORDS, 2 + 2 * found.size));
  reported[0] = found.size;
  reported.set([...found.values()].flat(), 2);
  return reported.subarray(0, HIT_WORDS);
}

/** The outcome of the self-test, and how many nonces each dispatch had and how long the device worked on it. */
async function testOn({ hashesPerMs, latencyMs, stampNs, midstates = 1, broken, hiccups = [] }: Device) {
  const kernel = kernelOf(midstates);
  const dispatched: { nonces: number; ms: number }[] = [];
  let now = 0;
  let submitted: Dispatch;
  const stamp = (ms: number) => BigInt(stampNs! * Math.floor((1e6 * ms) / stampNs!));
  const lane: Lane = {
    submit(dispatch) {
      submitted = dispatch;
    },
    async result() {
      const { count } = submitted;
      const began = now;
      const ms = 0.02 + (count * midstates) / hashesPerMs;
      const waited = hiccups.includes(dispatched.length) ? 3000 : 0;
      now += waited + ms + latencyMs;
      dispatched.push({ nonces: count, ms });
      const hits = answer(submitted, broken ? Math.min(count, 64 * gridOf(count, 64).x) : count);
      return stampNs === undefined ? { hits } : { hits, stamps: [stamp(began), stamp(began + ms)] };
    },
    destroy() {},
  };
  const dispatcher = new Dispatcher({ targetMs: 80, now: () => now, deviceName: 'simulated' });
  const failure = await gpuSelfTest({ dispatcher, lane, kernel, cases: CASES });
  const longestMs = Math.max(...dispatched.map(({ ms }) => ms));
  const mostNonces = Math.max(...dispatched.map(({ nonces }) => nonces));
  return { failure, longestMs, mostNonces, dispatches: dispatched.length };
}

describe.each([
  ['an integrated GPU', 2e5],
  ['an H200', 9e6],
])('on %s', (_, hashesPerMs) => {
  it.each([
    { latencyMs: 0.1 },
    { latencyMs: 5 },
    { latencyMs: 15 },
    { latencyMs: 100 },
    { latencyMs: 5, stampNs: 65_536 },
    { latencyMs: 15, stampNs: 65_536 },
    { latencyMs: 15, stampNs: 65_536, midstates: 4 },
    { latencyMs: 15, midstates: 2 },
    { latencyMs: 0.1, stampNs: 1 },
  ])('a kernel that is wrong in the second dimension is found out with %o', async (how) => {
    const wrong = await testOn({ hashesPerMs, ...how, broken: true });
    expect(wrong.failure).toMatch(/workgroups in two dimensions: expected/);
    expect(await testOn({ hashesPerMs, ...how })).toMatchObject({ failure: undefined, mostNonces: LARGEST });
  });

  it('and one long wait hides nothing', async () => {
    const { dispatches } = await testOn({ hashesPerMs, latencyMs: 15 });
    for (let hiccup = 0; hiccup < dispatches; hiccup++) {
      const { failure } = await testOn({ hashesPerMs, latencyMs: 15, broken: true, hiccups: [hiccup] });
      expect(failure, `dispatch ${hiccup}`).toMatch(/two dimensions: expected/);
    }
  });
});

describe.each([120, 350, 2000, 8000, 13_000, 20_000, 30_000])(
  'on a GPU of %i hashes a millisecond',
  (hashesPerMs) => {
    it.each([
      { latencyMs: 0.1 },
      { latencyMs: 15 },
      { latencyMs: 100 },
      { latencyMs: 15, stampNs: 65_536 },
      { latencyMs: 0.1, midstates: 4 },
    ])('no dispatch is far above the limit with %o', async (how) => {
      const { failure, longestMs } = await testOn({ hashesPerMs, ...how });
      expect(failure).toBeUndefined();
      const smallest = (2 ** 15 * (how.midstates ?? 1)) / hashesPerMs; // which every GPU gets
      expect(longestMs).toBeLessThan(Math.max(2 * LIMIT_MS, 1.01 * smallest));
    });
  },
);
