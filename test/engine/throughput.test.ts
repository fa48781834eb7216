/** Memory and arithmetic of this machine: the native measurement, its aborts and failures, and the one in JavaScript. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import {
  addonFiles,
  loadNativeBinding,
  type NativeBinding,
  type NativeThroughput,
} from '../../src/engine/native/binding.ts';
import { arrayBytesFor, lastCacheBytes, measureThroughput } from '../../src/engine/throughput.ts';
import { measureInJs } from '../../src/engine/throughput-js.ts';
import { isHashgapError } from '../../src/errors.ts';

const MIB = 2 ** 20;
const native = loadNativeBinding();
if (!('binding' in native)) throw new Error(`Expected the native addon, but ${native.unavailable}`);
const { binding } = native;

const never = new AbortController().signal;
const aborted = AbortSignal.abort();
const SHORT = { seconds: 0.01, threads: 2, arrayBytes: 4 * MIB };

const measure = (...args: [what: 'triad' | 'fp32' | 'int32' | 'int8', threads: number, seconds: number]) =>
  new Promise<NativeThroughput>((resolve) => void binding.measure(...args, MIB, resolve));

describe('the native measurement', () => {
  it('gives plausible rates, each from several samples', async () => {
    const cpu = (await measureThroughput(SHORT, never, native))!;
    expect(cpu).toMatchObject({ by: 'native', threads: 2, arrayBytes: 4 * MIB });
    // From a small board in an emulator up to a server of many sockets.
    const within = (rate: { perSecond: number; samples: number } | null, most: number) => {
      expect(rate!.perSecond).toBeGreaterThan(1e6);
      expect(rate!.perSecond).toBeLessThan(most);
      expect(rate!.samples).toBeGreaterThanOrEqual(3);
    };
    within(cpu.memory, 1e14);
    for (const rate of [cpu.fp32, cpu.int32]) within(rate, 1e15);
    const { features } = binding.cpu();
    if (features.includes('avx2')) within(cpu.int8, 1e16);
    else expect(cpu.int8).toBeNull();
  });

  it('takes the loop for the instruction sets of this CPU', async () => {
    const { features } = binding.cpu();
    const fp32 = features.includes('avx512f') ? 'avx512' : features.includes('fma') ? 'fma' : 'portable';
    const int32 = features.includes('avx512f') ? 'avx512' : features.includes('avx2') ? 'avx2' : 'portable';
    expect((await measure('fp32', 1, 0.001)).loop).toBe(fp32);
    expect((await measure('int32', 1, 0.001)).loop).toBe(int32);
    if (features.includes('avx512-vnni')) expect((await measure('int8', 1, 0.001)).loop).toBe('avx512-vnni');
  });

  it('does more the longer it may', async () => {
    const samples = async (seconds: number) => (await measure('triad', 1, seconds)).perSecond.length;
    expect(await samples(0.2)).toBeGreaterThan(await samples(0.0001));
  });

  it.each(['triad', 'fp32'] as const)('of %s ends at an abort, and says nothing', async (what) => {
    const said = await new Promise<NativeThroughput>((resolve) => {
      const cancel = binding.measure(what, 2, 600, 8 * MIB, resolve);
      cancel!();
    });
    expect(said).toEqual({ loop: '', failure: '', perSecond: new Float64Array(0) });
  });

  it('is undefined after an abort, before it starts and while it runs', async () => {
    expect(await measureThroughput(SHORT, aborted, native)).toBeUndefined();
    const abort = new AbortController();
    const measuring = measureThroughput({ ...SHORT, seconds: 600 }, abort.signal, native);
    setImmediate(() => abort.abort());
    expect(await measuring).toBeUndefined();
  });

  it('does not outlive its environment', async () => {
    const script = `const { parentPort, workerData } = require('node:worker_threads');
      require(workerData).measure('triad', 1, 600, ${MIB}, () => {});
      parentPort.postMessage('measuring');`;
    const worker = new Worker(script, { eval: true, workerData: addonFiles()[0] });
    await new Promise((resolve) => worker.once('message', resolve));
    expect(await worker.terminate()).toBe(1); // and not after 600 s
  });

  it.each<[unknown[], RegExp]>([
    [['tryad', 1, 1, 8, () => {}], /what to be triad, fp32, int32 or int8, received "tryad"/],
    [['triad', 0, 1, 8, () => {}], /threads to be an integer from 1 to 1024, received 0/],
    [['triad', 1, 0, 8, () => {}], /seconds to be a number above 0 and up to 600, received 0/],
    [['triad', 1, Number.NaN, 8, () => {}], /received NaN/],
    [['triad', 1, 1, -8, () => {}], /bytes to be an integer.*received -8/],
    [['triad', 1, 1, 8], /callback to be a function, received undefined/],
  ])('refuses %j', (args, message) => {
    expect(() => (binding.measure as (...args: unknown[]) => unknown)(...args)).toThrow(message);
  });
});

describe('a measurement that fails', () => {
  const failing = (failure: NativeThroughput['failure']): { binding: NativeBinding } => ({
    binding: {
      ...binding,
      measure(_what, _threads, _seconds, _bytes, callback) {
        setImmediate(callback, { loop: 'triad', failure, perSecond: new Float64Array([1]) });
        return () => {};
      },
    },
  });

  it.each([
    ['wrong result', 'SELF_TEST_FAILED', /right sums from the triad measurement.*memory and cooling/],
    ['no memory', 'ENGINE_FAILED', /Expected 3 x 4 MiB of memory for the triad.*Close other programs/],
    ['no threads', 'ENGINE_FAILED', /Expected 2 threads/],
  ] as const)('with %s is %s', async (failure, code, message) => {
    const error = await measureThroughput(SHORT, never, failing(failure)).catch((thrown) => thrown);
    expect(isHashgapError(error, code)).toBe(true);
    expect(error.message).toMatch(message);
  });
});

describe('without the addon', () => {
  it('one thread of JavaScript measures what it has numbers for', async () => {
    const cpu = (await measureThroughput(SHORT, never, { unavailable: 'for this test' }))!;
    expect(cpu).toMatchObject({ by: 'js', threads: 1, int8: null });
    for (const { perSecond, loop, samples } of [cpu.memory, cpu.fp32, cpu.int32]) {
      expect(perSecond).toBeGreaterThan(1e6);
      expect(loop).toBe('js');
      expect(samples).toBeGreaterThanOrEqual(3);
    }
  });

  it('an abort ends it', async () => {
    const abort = new AbortController();
    const measuring = measureInJs('int32', { seconds: 600, arrayBytes: 8 }, abort.signal);
    setImmediate(() => abort.abort());
    expect(await measuring).toBeNull();
    expect(await measureThroughput(SHORT, aborted, { unavailable: 'for this test' })).toBeUndefined();
  });
});

describe('the arrays', () => {
  it.each([
    [32 * MIB, 16 * 1024 * MIB, 128 * MIB],
    [1 * MIB, 16 * 1024 * MIB, 64 * MIB],
    [null, 16 * 1024 * MIB, 256 * MIB],
    [256 * MIB, 1024 * MIB, 128 * MIB], // short of four times the caches: the report says so
    [null, 0, MIB],
  ])('beside caches of %j and %i free bytes have %i', (cache, free, bytes) => {
    expect(arrayBytesFor(cache, free)).toBe(bytes);
  });

  it('go by all last caches of the machine, each counted once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const cache = (cpu: number, index: number, level: number, size: string, type: string, cpus: string) => {
      const path = join(folder, `cpu${cpu}/cache/index${index}`);
      mkdirSync(path, { recursive: true });
      const files = { level: String(level), size, type, shared_cpu_list: cpus };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), `${text}\n`);
    };
    for (const cpu of [0, 1, 2, 3]) {
      cache(cpu, 0, 1, '32K', 'Data', String(cpu));
      cache(cpu, 1, 1, '32K', 'Instruction', String(cpu));
      cache(cpu, 2, 2, '1024K', 'Unified', String(cpu));
      cache(cpu, 3, 3, '32768K', 'Unified', cpu < 2 ? '0-1' : '2-3');
    }
    mkdirSync(join(folder, 'cpufreq'));
    expect(lastCacheBytes(folder)).toBe(64 * MIB);
    expect(lastCacheBytes(join(folder, 'nowhere'))).toBeNull();
  });
});
