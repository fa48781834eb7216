/** Both engines behind one port: the same requests, the same hits, aborts, ends. Each test says which kernel it ran on. */
import { afterAll, describe, expect, it } from 'vitest';
import { measureEngine } from '../../src/engine/measure.ts';
import { listKernels, startEngine } from '../../src/engine/select.ts';
import { selfTestCases } from '../../src/work/self-test.ts';

const kernels = listKernels().filter(({ missing }) => missing.length === 0);
const NEVER = new AbortController().signal;

it('has the JavaScript kernel, and the native ones wherever the addon is built', () => {
  expect(kernels.at(-1)?.name).toBe('js');
  expect(
    kernels.map(({ name }) => name),
    'the addon is built by npm ci',
  ).toContain('scalar');
});

describe.each(kernels)('kernel $name on the $engine engine', (kernel) => {
  const engine = startEngine(kernel, 2);
  afterAll(() => engine.close());

  it('is the kernel it says', () => {
    expect(engine.kernel).toBe(kernel.name);
    expect(engine.name).toBe(kernel.engine);
  });

  it.each(selfTestCases())('finds exactly the hits of "$name", scan by scan', async ({ request, hits }) => {
    const found = [];
    let done = 0;
    while (done < request.nonceCount) {
      const rest = {
        ...request,
        nonceStart: request.nonceStart + done,
        nonceCount: request.nonceCount - done,
      };
      const result = await engine.scan(rest, NEVER);
      expect(result.noncesScanned).toBeGreaterThan(0);
      found.push(...result.hits);
      done += result.noncesScanned;
    }
    expect(found).toEqual(hits);
  });

  const endless = {
    midstates: new Uint32Array(8),
    tail: new Uint32Array(3),
    target: new Uint32Array(8),
    nonceStart: 0,
    nonceCount: 2 ** 32,
  };

  it('stops at the abort and says how far it came', async () => {
    const abort = new AbortController();
    const scans = [0, 1, 2, 3, 4].map(() => engine.scan(endless, abort.signal)); // more than it has threads
    setTimeout(() => abort.abort(), 30);
    const results = await Promise.all(scans);
    expect(results[0]!.noncesScanned).toBeGreaterThan(0);
    for (const { noncesScanned, hits } of results) {
      expect(noncesScanned).toBeLessThan(2 ** 32);
      expect(hits).toEqual([]);
    }
    expect(await engine.scan(endless, abort.signal)).toEqual({ noncesScanned: 0, hits: [] });
  });

  it('measures itself', async () => {
    const { hashes, seconds } = await measureEngine(engine, 0.05);
    expect(hashes).toBeGreaterThan(1000);
    expect(seconds).toBeGreaterThan(0.04);
  });

  it('resolves what is pending when it is closed', async () => {
    const other = startEngine(kernel, 1);
    const scan = other.scan(endless, NEVER);
    const queued = other.scan(endless, NEVER);
    await other.close();
    expect((await scan).hits).toEqual([]);
    expect((await queued).hits).toEqual([]);
  });
});
