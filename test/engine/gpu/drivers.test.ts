/** The engine with its real child process on real drivers: what it finds, what a kill costs, and which adapter it all ran on. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseGpu, type UsableAdapter } from '../../../src/engine/gpu/choose.ts';
import { startGpuEngine } from '../../../src/engine/gpu/engine.ts';
import { READABLE, SAFE_KERNEL } from '../../../src/engine/gpu/kernels.ts';
import { type GpuListing, listGpus } from '../../../src/engine/gpu/list.ts';
import { openTuningMemory } from '../../../src/engine/gpu/memory.ts';
import { startTunedGpu, type TunedGpu } from '../../../src/engine/gpu/tuned.ts';
import { scanJs } from '../../../src/engine/js/kernel.ts';
import { measureEngine } from '../../../src/engine/measure.ts';
import { testEngine } from '../../../src/engine/test-engine.ts';
import type { Hit, ScanRequest } from '../../../src/work/ports.ts';
import { testRequest } from '../../../src/work/self-test.ts';
import { isAlive } from '../../support/fake-gpu.ts';
import { seededRandom } from '../../support/random.ts';
import { DRIVERS, type DriverName, describeWithDriver } from '../../support/vulkan.ts';

const NEVER = new AbortController().signal;
const SEED = Number(process.env.HASHGAP_TEST_SEED ?? 20261120);
const EASY = (1n << 245n) - 1n; // one hash in 2,048
const UNITS = 30;
const UNIT = 2_000;

/** Everything in a range, by both lanes of the engine, unit by unit. */
async function searchWhole(engine: TunedGpu['engine'], request: ScanRequest, onUnit: (unit: number) => void) {
  const hits: Hit[] = [];
  let next = 0;
  const lane = async () => {
    while (next < UNITS) {
      const unit = next++;
      onUnit(unit);
      for (let done = 0; done < UNIT; ) {
        const rest = { nonceStart: request.nonceStart + unit * UNIT + done, nonceCount: UNIT - done };
        const result = await engine.scan({ ...request, ...rest }, NEVER);
        done += result.noncesScanned;
        hits.push(...result.hits);
      }
    }
  };
  await Promise.all([lane(), lane()]);
  return hits.sort((a, b) => a.nonce - b.nonce || a.versionIndex - b.versionIndex);
}

for (const driver of Object.keys(DRIVERS) as DriverName[]) {
  describeWithDriver(driver, 'the GPU engine', (env) => {
    const { name, driver: description, family } = DRIVERS[driver];
    const before = { ...process.env };
    let listing: GpuListing;
    let adapter: UsableAdapter;
    let gpu: TunedGpu;
    const warnings: string[] = [];

    beforeAll(async () => {
      Object.assign(process.env, env); // the child has the environment of its parent
      listing = await listGpus();
      adapter = chooseGpu(listing, 'software');
      const key = { ...adapter, description: adapter.info.description, hashgap: '0', webgpu: '0' };
      const onWarning = (sentence: string) => warnings.push(sentence);
      const memory = openTuningMemory(join(env.XDG_CACHE_HOME!, 'tuning.json'), key, onWarning);
      gpu = await startTunedGpu({ adapter, memory, onWarning });
    });
    afterAll(async () => {
      await gpu?.engine.close();
      for (const key of Object.keys(env)) delete process.env[key];
      Object.assign(process.env, before);
    });

    it('lists this adapter alone, as software, and never takes it by itself', () => {
      expect(listing.webgpu).toBe('0.6.2');
      expect(listing.adapters).toEqual([
        {
          index: 0,
          backend: 'vulkan',
          name: expect.stringMatching(name),
          info: expect.objectContaining({ software: true, description: expect.stringMatching(description) }),
        },
      ]);
      expect(() => chooseGpu(listing, undefined)).toThrow(/Only software plays GPU here/);
    });

    it('runs on it with the safe kernel', () => {
      const { engine } = gpu;
      expect(`${engine.info.vendor} ${engine.info.architecture}`).toBe(family);
      expect(engine).toMatchObject({ name: 'gpu', parallelism: 2, lost: false });
      expect(engine.device).toMatch(name);
      expect([engine.kernel, engine.preferredMidstates]).toEqual([SAFE_KERNEL, 1]);
    });

    it('passes the self-test of every engine, scan by scan', async () => {
      expect(await testEngine(gpu.engine)).toBeUndefined();
    });

    it('measures itself, and how long the GPU and the CPU worked', async () => {
      const { engine } = gpu;
      const before = { cpu: engine.cpuSeconds(), gpu: engine.gpuSeconds()! };
      const { hashes, seconds } = await measureEngine(engine, 0.3);
      expect(hashes).toBeGreaterThan(1000);
      expect(seconds).toBeGreaterThan(0.29);
      expect(engine.cpuSeconds()).toBeGreaterThan(before.cpu);
      expect(engine.gpuSeconds()! - before.gpu).toBeGreaterThan(0);
    });

    it('stops at an abort and says how far it came', async () => {
      const abort = new AbortController();
      const scans = [0, 1, 2].map(() => gpu.engine.scan(testRequest(1, 0, 2 ** 32, 0n), abort.signal)); // more than it has lanes
      setTimeout(() => abort.abort(), 100);
      for (const { noncesScanned, hits } of await Promise.all(scans)) {
        expect(noncesScanned).toBeLessThan(2 ** 32);
        expect(hits).toEqual([]);
      }
    });

    it('ends a tuning after the kernel under way, with the best so far in use and nothing remembered', async () => {
      const { backend, name } = adapter;
      const engine = await startGpuEngine({ adapter: { backend, name }, kernels: [SAFE_KERNEL] });
      const enough = new AbortController();
      const kernels = ['k1-const-plain-xor-wg64-npi4', 'k1-uniform-plain-or-wg64-npi1'];
      const rows = await engine.tune({
        kernels,
        seconds: 0.01,
        signal: enough.signal,
        onRow: () => enough.abort(),
      });
      expect(rows!.length).toBeGreaterThan(0);
      expect(rows!.length).toBeLessThan(3);
      expect(rows!.map(({ kernel }) => kernel)).toContain(engine.kernel);
      const pid = engine.childPid!;
      await Promise.all([engine.close(), engine.close()]); // the second one waits for the first
      expect(isAlive(pid)).toBe(false);
    });

    it(`finds every hit once though its child is killed twice (seed ${SEED})`, async () => {
      const { engine } = gpu;
      const random = seededRandom(SEED);
      const request = testRequest(2, 0x7fff0000, UNITS * UNIT, EASY);
      const kills = [1 + random(12), 15 + random(12)];
      const killed: number[] = [];
      const hits = await searchWhole(engine, request, (unit) => {
        if (!kills.includes(unit)) return;
        killed.push(engine.childPid!);
        process.kill(engine.childPid!, 'SIGKILL'); // the other lane's scan is in flight
      });
      expect(hits).toEqual(scanJs(request).hits);
      expect(warnings).toEqual(Array(2).fill(expect.stringMatching(/was lost: it was ended by SIGKILL/)));
      expect(new Set([...killed, engine.childPid]).size).toBe(3);
      expect(engine.lost).toBe(false);
    });

    it('ends its child when it is closed', async () => {
      const pid = gpu.engine.childPid!;
      const pending = gpu.engine.scan(testRequest(1, 0, 2 ** 32, 0n), NEVER);
      await gpu.engine.close();
      expect((await pending).noncesScanned).toBe(0);
      expect(isAlive(pid)).toBe(false);
    });

    it('runs the hand-written kernel when it is named', async () => {
      const { backend, name } = adapter;
      const engine = await startGpuEngine({ adapter: { backend, name }, kernels: [READABLE] });
      expect(engine.kernel).toBe(READABLE);
      expect(await testEngine(engine)).toBeUndefined();
      await engine.close();
    });

    it('is started again when its device is lost, and searches everything once', async () => {
      const { backend, name } = adapter;
      const lost: string[] = [];
      const engine = await startGpuEngine({
        adapter: { backend, name },
        kernels: [SAFE_KERNEL],
        onWarning: (sentence) => lost.push(sentence),
        childPath: join(import.meta.dirname, '../../support/losing-gpu-child.mjs'),
      });
      const pid = engine.childPid!;
      const request = testRequest(2, 0x12340000, UNITS * UNIT, EASY);
      const hits = await searchWhole(engine, request, (unit) => {
        if (unit === 5) process.kill(pid, 'SIGUSR2');
      });
      expect(hits).toEqual(scanJs(request).hits);
      expect(lost).toEqual([expect.stringMatching(/^GPU .* was lost: .*\. It is started again at once/)]);
      expect(lost[0]).not.toContain('SIG'); // the child said why before it ended itself
      expect(engine.childPid).not.toBe(pid);
      expect(isAlive(pid)).toBe(false);
      await engine.close();
    });

    it('says that an adapter is not there', async () => {
      const adapter = { backend: 'vulkan', name: 'Voodoo 2' };
      await expect(startGpuEngine({ adapter, kernels: [SAFE_KERNEL] })).rejects.toMatchObject({
        code: 'GPU_UNAVAILABLE',
        message: expect.stringMatching(
          /Expected vulkan to have the GPU Voodoo 2, received none of that name/,
        ),
      });
    });
  });
}
