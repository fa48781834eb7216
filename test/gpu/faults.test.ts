/** Kernels that are wrong on purpose, and devices that are lost, on real drivers: nothing wrong is used, nothing is lost silently. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { testRequest } from '../../src/work/self-test.ts';
import { type ChangedKernel, type GpuChild, startGpuChild } from '../support/gpu.ts';
import { provisioned } from '../support/provisioned.ts';
import { caseOf, randomHeaders, randomNumbers } from './oracle.ts';

const vulkan = await provisioned('wrong kernels and lost devices', provisionVulkan);
const drivers = 'found' in vulkan ? vulkan.found : undefined;

const readable = (name: string, find: string, replace: string): ChangedKernel => ({
  base: 'readable',
  name,
  find,
  replace,
});

/** The compiler's work for the readable kernel is a tenth of that for a generated one. */
const WRONG: readonly ChangedKernel[] = [
  readable('has a changed constant', '0x71374491', '0x71374493'),
  readable('has one wrong rotation', '25u', '26u'),
  readable('drops hits', 'let at = ', 'if ((nonce & 31u) == 7u) { return; }\n    let at = '),
  readable(
    'drops the last invocation of a workgroup',
    'if \\(index >= ',
    'if (index % 64u == 63u || index >= ',
  ),
  readable('reports the wrong nonce', 'vec2<u32>\\(nonce, 0u\\)', 'vec2<u32>(nonce + 1u, 0u)'),
  readable('reports the wrong version', 'vec2<u32>\\(nonce, 0u\\)', 'vec2<u32>(nonce, 1u)'),
  readable('tests the last nonce twice', 'dispatch.first \\+ index', 'dispatch.first + max(index, 1u)'),
  readable('searches past the end', 'index >= dispatch.count', 'index > dispatch.count'),
  readable('has only one dimension', 'id.x \\+ id.y \\* groups.x \\* 64u', 'id.x % 16384u'),
  readable('takes any hash', '\\) == 0u', ') != 1u'),
  readable('finds nothing', '\\) == 0u', ') == 1u'),
];

/** The test of the second version takes the first one's hash. */
const IGNORES_VERSION: ChangedKernel = {
  base: 'k2-const-plain-xor-wg64-npi1',
  name: 'ignores the second version',
  find: '(if \\(\\((\\S+) & dispatch\\.mask\\) == 0u\\) \\{ report\\(nonce, 0u\\); \\}\\s+if \\(\\()\\S+( & )',
  replace: '$1$2$3',
};
const REFUSED = readable('is not WGSL', 'fn scan', 'fun scan');
const TOO_FEW_WORDS: ChangedKernel = { base: 'readable', name: 'has too few words', jobWords: 8 };
/** Right in every case of the self-test: none is in this part of the nonces. */
const WRONG_LATER = readable(
  'is wrong in a part of the nonces',
  'vec2<u32>\\(nonce, 0u\\)',
  'vec2<u32>(nonce + u32((nonce >> 28u) == 5u), 0u)',
);

describe.skipIf(drivers === undefined)('on llvmpipe', () => {
  let gpu: GpuChild;
  beforeAll(async () => {
    gpu = await startGpuChild(drivers!.llvmpipe.env);
  });
  afterAll(() => gpu.end());

  it.each(WRONG.map((kernel) => [kernel.name, kernel]))(
    'a kernel that %s is not opened',
    async (_, kernel) => {
      await expect(gpu.open({ kernels: [kernel] })).rejects.toMatchObject({ code: 'SELF_TEST_FAILED' });
      expect(await gpu.open({ kernels: [kernel, 'readable'] })).toMatchObject({
        kernel: 'readable',
        mismatches: [],
      });
    },
  );

  it('a kernel that ignores the second version is not opened', async () => {
    const opened = await gpu.open({ kernels: [IGNORES_VERSION, 'readable'] });
    expect(opened).toMatchObject({ info: { vendor: 'mesa' }, kernel: 'readable', midstates: 1 });
  });

  it.each([
    [REFUSED, /is not WGSL refused \(.*expected/],
    [TOO_FEW_WORDS, /has too few words refused \(.*does not fit/],
  ])('one that the driver refuses is not opened: %j', async (kernel, message) => {
    await expect(gpu.open({ kernels: [kernel] })).rejects.toMatchObject({
      code: 'GPU_KERNEL_REFUSED',
      message: expect.stringMatching(message),
    });
    expect(await gpu.open({ kernels: [kernel, 'readable'] })).toMatchObject({ kernel: 'readable' });
  });

  it('one that is right in one dimension only is caught where two are tested', async () => {
    await gpu.open({ kernels: ['readable'] });
    const base = 'k1-const-plain-xor-wg64-npi1';
    const flat = { base, name: 'flat', find: 'id.x \\+ id.y \\* groups.x \\* 64u', replace: 'id.x' };
    const [right, wrong] = await gpu.selfTest([base, flat], 'gpu');
    expect(right).toBeUndefined();
    expect(wrong).toMatch(/two dimensions: expected/);
    expect(await gpu.selfTest([flat], 'gpu', 5)).toEqual([undefined]); // that window is left out where it takes too long
  });

  it('no kernel at all is told as such', async () => {
    await expect(gpu.open({ kernels: [] })).rejects.toMatchObject({ code: 'GPU_KERNEL_REFUSED' });
  });

  it('one that turns out to be wrong is dropped, and what it did is done again', async () => {
    expect(await gpu.open({ kernels: [WRONG_LATER, 'readable'] })).toMatchObject({
      kernel: WRONG_LATER.name,
    });
    const headers = randomHeaders(randomNumbers(5), 2);
    const { request, hits } = caseOf({
      headers,
      nonceStart: 0x4ffffff0,
      nonceCount: 400,
      target: (1n << 252n) - 1n,
    });
    expect(await gpu.scanWhole(request)).toEqual({ noncesScanned: 400, hits });
    expect(hits.length).toBeGreaterThan(20);
    expect(await gpu.describe()).toMatchObject({ kernel: 'readable', mismatches: [WRONG_LATER.name] });
  });

  it('when that was the last one, scans end with an error', async () => {
    await gpu.open({ kernels: [WRONG_LATER] });
    const easy = testRequest(1, 0x50000000, 100, (1n << 254n) - 1n);
    await expect(gpu.scan(easy)).rejects.toMatchObject({ code: 'GPU_KERNEL_REFUSED' });
    expect(await gpu.describe()).toMatchObject({ mismatches: [WRONG_LATER.name] });
  });

  it('tuning takes the fastest that is right, while scans go on', async () => {
    await gpu.open({ kernels: ['readable'] });
    const mined = gpu.mine(testRequest(2, 0, 2 ** 32, 0n), 1500);
    const fast = 'k2-const-plain-xor-wg64-npi16';
    const rows = await gpu.tune([WRONG[0]!, REFUSED, fast, IGNORES_VERSION], 0.05);
    expect(rows.map(({ kernel, status }) => [kernel, status])).toEqual([
      ['readable', 'right'],
      ['has a changed constant', 'wrong'],
      ['is not WGSL', 'refused'],
      [fast, 'right'],
      ['ignores the second version', 'wrong'],
    ]);
    const [slow, , , quick] = rows;
    expect(quick!.hashesPerSecond).toBeGreaterThan(2 * slow!.hashesPerSecond!);
    expect(rows.map(({ failure }) => failure)).toEqual([
      undefined,
      expect.stringMatching(/^mainnet genesis: expected/),
      expect.stringMatching(/WGSL/),
      undefined,
      expect.stringMatching(/2 versions: expected/),
    ]);
    expect((await mined).nonces).toBeGreaterThan(0);
    expect(await gpu.describe()).toMatchObject({ kernel: fast, midstates: 2, mismatches: [] });
    const headers = randomHeaders(randomNumbers(6), 5);
    const { request, hits } = caseOf({ headers, nonceStart: 9, nonceCount: 300, target: (1n << 251n) - 1n });
    expect(await gpu.scanWhole(request)).toEqual({ noncesScanned: 300, hits });
  });
});

describe.skipIf(drivers === undefined).each(['swiftshader', 'llvmpipe'] as const)(
  'a device of %s that is lost',
  (driver) => {
    let gpu: GpuChild;
    const request = testRequest(1, 0, 2 ** 32, 0n);
    beforeAll(async () => {
      gpu = await startGpuChild(drivers![driver].env);
    });
    afterAll(() => gpu.end());

    it.each([
      ['ends every scan', (lost: GpuChild) => lost.destroyDevice(), /destroy/],
      [
        'or reports an error that nobody asked for, ends every scan',
        (lost: GpuChild) => lost.disturbDevice(),
        /usage/i,
      ],
    ])('%s, and says why', async (_, lose, why) => {
      const { info } = await gpu.open({ kernels: ['readable'] });
      expect(info.name).toContain(driver);
      const scans = [0, 1, 2].map(() => gpu.scan(request));
      const ended = Promise.allSettled(scans);
      const lost = gpu.lost();
      await gpu.describe(); // a round trip: the scans have begun
      await lose(gpu);
      for (const result of await ended) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'GPU_LOST' } });
      }
      expect(await lost).toMatch(why);
      await expect(gpu.scan(request)).rejects.toMatchObject({ code: 'GPU_LOST' });
    });

    it('is followed by one that works', async () => {
      await gpu.open({ kernels: ['readable'], timestamps: false });
      expect(await gpu.scan(testRequest(1, 7, 1, (1n << 256n) - 1n))).toEqual({
        noncesScanned: 1,
        hits: [{ nonce: 7, versionIndex: 0 }],
      });
      expect((await gpu.describe()).gpuSeconds).toBeUndefined();
    });
  },
);
