/** The engine on real drivers: SwiftShader and llvmpipe run the shaders on the CPU, as a GPU would. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { gpuSelfTestCases } from '../../src/gpu/self-test.ts';
import { testRequest } from '../../src/work/self-test.ts';
import { type GpuChild, startGpuChild } from '../support/gpu.ts';
import { provisioned } from '../support/provisioned.ts';
import { caseOf, randomCase, randomHeaders, randomNumbers } from './oracle.ts';

const vulkan = await provisioned('the GPU engine on software drivers', provisionVulkan);
const drivers = 'found' in vulkan ? vulkan.found : undefined;
const NO_TARGET = (versions: number) => testRequest(versions, 0, 2 ** 32, 0n);

describe.skipIf(drivers === undefined).each([
  // SwiftShader takes seconds to compile a kernel for two versions.
  ['swiftshader', 'google swiftshader', ['k1-const-plain-xor-wg64-npi4'], 1],
  ['llvmpipe', 'mesa software', ['k2-const-plain-xor-wg64-npi4', 'k1-const-plain-xor-wg64-npi1'], 2],
] as const)('on %s', (driver, family, KERNELS, midstates) => {
  let gpu: GpuChild;

  beforeAll(async () => {
    gpu = await startGpuChild(drivers![driver].env);
    const opened = await gpu.open({ kernels: KERNELS });
    expect(opened).toMatchObject({ kernel: KERNELS[0], midstates, parallelism: 2, mismatches: [] });
  });
  afterAll(() => gpu.end());

  it('runs on that driver, and knows that it is software', async () => {
    const { info } = await gpu.describe();
    expect(`${info.vendor} ${info.architecture}`).toBe(family);
    expect(info).toMatchObject({ software: true, family: 'software' });
    expect(info.name).toContain(driver);
  });

  it('scans the self-test past its first hits', async () => {
    for (const { name, request, hits } of gpuSelfTestCases(true)) {
      expect({ name, ...(await gpu.scanWhole(request)) }).toEqual({
        name,
        noncesScanned: request.nonceCount,
        hits,
      });
    }
  });

  it('finds exactly what node:crypto finds in 200 random cases, two at once', async () => {
    const random = randomNumbers(driver.length);
    const cases = Array.from({ length: 200 }, () => randomCase(random));
    const half = async (own: typeof cases) => {
      for (const { request, hits } of own) {
        expect(await gpu.scanWhole(request)).toEqual({ noncesScanned: request.nonceCount, hits });
      }
    };
    await Promise.all([half(cases.slice(0, 100)), half(cases.slice(100))]);
    const sum = (count: (each: (typeof cases)[number]) => number) =>
      cases.map(count).reduce((a, b) => a + b, 0);
    expect(sum(({ hits }) => hits.length)).toBeGreaterThan(10_000);
    expect(sum(({ request }) => Number(request.nonceStart + request.nonceCount === 2 ** 32))).toBeGreaterThan(
      40,
    );
    expect((await gpu.describe()).mismatches).toEqual([]);
  });

  it('stops at the first hits, and claims no more than it has searched', async () => {
    const headers = randomHeaders(randomNumbers(77), 2);
    const { request, hits } = caseOf({ headers, nonceStart: 12_345, nonceCount: 60_000, target: 1n << 243n });
    const result = await gpu.scan(request);
    const end = request.nonceStart + result.noncesScanned;
    expect(result.hits.length).toBeGreaterThan(0);
    expect(result.hits).toEqual(hits.filter(({ nonce }) => nonce < end));
  });

  it('loses no hit of a range that is aborted over and over', async () => {
    await gpu.setTargetMs(driver === 'llvmpipe' ? 4 : 1);
    // As many versions as the kernel has, so that each scan gets its piece done.
    const [many, large] = gpuSelfTestCases(false).slice(-2);
    const { request: whole, hits: all } = driver === 'llvmpipe' ? large! : many!;
    const nonceCount = Math.min(whole.nonceCount, 2 ** 22);
    const request = { ...whole, nonceCount, midstates: whole.midstates.slice(0, 8 * midstates) };
    const end = whole.nonceStart + nonceCount;
    const hits = all.filter(({ nonce, versionIndex }) => nonce < end && versionIndex < midstates);
    const found = [];
    let done = 0;
    let cut = 0;
    while (done < request.nonceCount) {
      const abort = new AbortController();
      const rest = {
        ...request,
        nonceStart: request.nonceStart + done,
        nonceCount: request.nonceCount - done,
      };
      const scan = gpu.scan(rest, abort.signal);
      await gpu.describe(); // a round trip: it has begun
      abort.abort();
      const result = await scan;
      found.push(...result.hits);
      done += result.noncesScanned;
      if (result.hits.length === 0 && done < request.nonceCount) cut++;
    }
    expect(found).toEqual(hits);
    expect(hits.length).toBeGreaterThan(2);
    expect(cut).toBeGreaterThan(0);
    await gpu.setTargetMs(80);
  });

  it('tells how long the GPU has worked, by its own clock', async () => {
    const before = (await gpu.describe()).gpuSeconds!;
    const { tookMs, nonces } = await gpu.mine(NO_TARGET(2), 300);
    const seconds = (await gpu.describe()).gpuSeconds! - before;
    expect(nonces).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan((tookMs / 1000) * 1.1);
  });
});
