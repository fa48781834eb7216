/** Supervision of the child process, with children that need no GPU and die on command: no range is lost, none is done twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GpuEngine } from '../../../src/engine/gpu/engine.ts';
import type { ScanRequest } from '../../../src/work/ports.ts';
import { AT_ONCE, type FakeStart, fakeGpu, gone, isAlive, startFake } from '../../support/fake-gpu.ts';

const NEVER = new AbortController().signal;
const UNIT = 1000;

function range(nonceStart: number, nonceCount: number): ScanRequest {
  return {
    midstates: new Uint32Array(8),
    tail: new Uint32Array(3),
    target: new Uint32Array(8),
    nonceStart,
    nonceCount,
  };
}

/** Searches `units` ranges on as many lanes as the engine has; every result as its range. */
async function searchAll(engine: GpuEngine, units: number, onResult = (_: number) => {}) {
  const results: [number, number][] = [];
  let next = 0;
  const lane = async () => {
    while (next < units) {
      const start = UNIT * next++;
      for (let done = 0; done < UNIT; ) {
        const { noncesScanned, hits } = await engine.scan(range(start + done, UNIT - done), NEVER);
        for (const { nonce } of hits) expect(nonce).toBe(start + done + noncesScanned - 1);
        results.push([start + done, noncesScanned]);
        done += noncesScanned;
        onResult(results.length);
      }
    }
  };
  await Promise.all(Array.from({ length: engine.parallelism }, lane));
  return results;
}

/** Ranges that touch and do not overlap, up to the end of the last unit. */
function expectOnce(results: readonly [number, number][], units: number): void {
  let end = 0;
  for (const [start, count] of [...results].sort(([a], [b]) => a - b)) {
    expect(start).toBe(end);
    end = start + count;
  }
  expect(end).toBe(units * UNIT);
}

const death = fc.integer({ min: 0, max: 15 });
const deaths = fc.array(
  fc.oneof(
    fc.record({ dieBefore: death }),
    fc.record({ dieAfter: death }),
    fc.constant<FakeStart>({ dieAtOpen: true }),
  ),
  { minLength: 1, maxLength: 4 },
);

describe('a child that dies', () => {
  it('loses no range and does none twice, whenever it dies', async () => {
    await fc.assert(
      fc.asyncProperty(deaths, async (lives) => {
        const engine = await startFake(fakeGpu({ dieBefore: 5 }, ...lives, {}));
        expectOnce(await searchAll(engine, 40), 40);
        expect(engine.warnings.length).toBeGreaterThan(0);
        await engine.close();
      }),
      { numRuns: 12 },
    );
  });

  it('is killed from outside at random moments, and it costs nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }), async (moments) => {
        const engine = await startFake(fakeGpu({}));
        const results = await searchAll(engine, 60, (count) => {
          const pid = engine.childPid;
          if (moments.includes(count) && pid !== undefined) process.kill(pid, 'SIGKILL');
        });
        expectOnce(results, 60);
        await engine.close();
      }),
      { numRuns: 8 },
    );
  });

  it('is told in a sentence, and its successor gets shorter dispatches and the kernel in use', async () => {
    const fake = fakeGpu({ dieBefore: 1 }, { lose: 'the driver reset it' }, {});
    const engine = await startFake(fake, { kernels: ['k1-const-plain-xor-wg64-npi1', 'readable'] });
    expectOnce(await searchAll(engine, 5), 5);
    expect(engine.warnings).toEqual([
      'GPU Fake GPU was lost: it was ended by SIGKILL. It is started again at once, and what it was searching is searched again.',
      'GPU Fake GPU was lost: the driver reset it. It is started again at once, and what it was searching is searched again.',
    ]);
    const opened = fake.notes().flatMap((note) => note.opened ?? []);
    expect(opened.map(({ targetMs }) => targetMs)).toEqual([80, 40, 20]);
    for (const { kernels } of opened) expect(kernels).toEqual(['k1-const-plain-xor-wg64-npi1', 'readable']);
  });

  it('adds its processor time to that of its successors', async () => {
    const engine = await startFake(fakeGpu({ dieAfter: 7 }, {}));
    await searchAll(engine, 5); // six or more scans
    const first = engine.cpuSeconds();
    expect(engine.gpuSeconds()).toBe(2 * first);
    await searchAll(engine, 20);
    expect(engine.warnings).toHaveLength(1);
    expect(engine.cpuSeconds()).toBeGreaterThan(1); // eight scans of the first child, an eighth of a second each, and those of the second
  });
});

describe('an engine whose GPU is lost too often', () => {
  const policy = { delaysMs: [0, 0, 0, 0], losses: 3, windowMs: 1e9 };

  it('rejects what is pending and all that comes later with GPU_LOST', async () => {
    const engine = await startFake(fakeGpu({ dieBefore: 0 }), { restart: policy });
    for (const end of await Promise.allSettled([0, 1, 2].map((unit) => engine.scan(range(unit, 1), NEVER))))
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'GPU_LOST' } });
    await expect(engine.scan(range(0, 1), NEVER)).rejects.toMatchObject({
      code: 'GPU_LOST',
      message: expect.stringMatching(/lost 3 times.*because it was ended by SIGKILL.*--engine native/),
    });
    await expect(engine.tune({ kernels: [] })).rejects.toMatchObject({ code: 'GPU_LOST' });
    expect(engine.lost).toBe(true);
    expect(engine.warnings).toHaveLength(2);
  });

  it('is given up when it does not start again', async () => {
    const engine = await startFake(
      fakeGpu({ dieBefore: 0 }, { cannot: { code: 'GPU_UNAVAILABLE', message: 'It is gone' } }),
      {
        restart: policy,
      },
    );
    await expect(engine.scan(range(0, 1), NEVER)).rejects.toMatchObject({
      code: 'GPU_LOST',
      message: expect.stringContaining('lost 5 times in a short time, at last because It is gone.'),
    });
  });
});

describe('an abort', () => {
  it('reaches the child, whose answer counts', async () => {
    const engine = await startFake(fakeGpu({ hang: true }));
    const abort = new AbortController();
    const scan = engine.scan(range(0, UNIT), abort.signal);
    abort.abort();
    expect(await scan).toEqual({ noncesScanned: 7, hits: [] });
    expect(await engine.scan(range(0, UNIT), abort.signal)).toEqual({ noncesScanned: 0, hits: [] });
  });

  it('is answered at once while there is no child', async () => {
    const restart = { ...AT_ONCE, delaysMs: [1e6] };
    const engine = await startFake(fakeGpu({ hang: true }), { restart });
    const [early, late] = [new AbortController(), new AbortController()];
    const before = [engine.scan(range(0, 1), early.signal), engine.scan(range(1, 1), late.signal)];
    process.kill(engine.childPid!, 'SIGKILL');
    early.abort(); // the child may or may not have gone by now: it answers with 7 nonces or nobody does
    await before[0];
    while (engine.warnings.length === 0) await new Promise(setImmediate);
    const whileGone = engine.scan(range(2, 1), late.signal);
    late.abort();
    expect(await Promise.all([before[1], whileGone])).toEqual(Array(2).fill({ noncesScanned: 0, hits: [] }));
  });

  it('that a child does not answer ends that child', async () => {
    const engine = await startFake(fakeGpu({ deaf: true }, {}), { patienceMs: 20 });
    const abort = new AbortController();
    const aborted = engine.scan(range(0, UNIT), abort.signal);
    const other = engine.scan(range(UNIT, UNIT), NEVER);
    while (engine.kernel !== 'deaf') await new Promise(setImmediate); // it has the scan
    abort.abort();
    expect(await aborted).toEqual({ noncesScanned: 0, hits: [] });
    expect((await other).noncesScanned).toBe(UNIT);
    expect(engine.warnings).toHaveLength(1);
  });
});

describe('the start', () => {
  it.each<[string, FakeStart, string, RegExp]>([
    [
      'a child that dies',
      { dieAtOpen: true },
      'GPU_UNAVAILABLE',
      /GPU Fake GPU to open it, but it was ended by SIGKILL\./,
    ],
    [
      'a child that says what it cannot do',
      { cannot: { code: 'GPU_KERNEL_REFUSED', message: 'no kernel' } },
      'GPU_KERNEL_REFUSED',
      /^no kernel$/,
    ],
  ])('fails with %s', async (_, start, code, message) => {
    const fake = fakeGpu(start);
    await expect(startFake(fake)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(fake.notes().filter(({ opened }) => opened !== undefined)).toHaveLength(1);
  });

  it('fails where the child has no program, with what Node says of it', async () => {
    await expect(startFake({ childPath: '/nonexistent/child.mjs', notes: () => [] })).rejects.toMatchObject({
      code: 'GPU_UNAVAILABLE',
      message: expect.stringMatching(/ended with exit code 1 after saying "Error: Cannot find module/),
    });
  });

  it('ends at an abort', async () => {
    const abort = new AbortController();
    const start = startFake(fakeGpu({}), { signal: abort.signal });
    abort.abort();
    await expect(start).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the end', () => {
  it('closes the child and resolves what is pending', async () => {
    const engine = await startFake(fakeGpu({ hang: true }));
    const pid = engine.childPid!;
    const pending = [engine.scan(range(0, 1), NEVER), engine.tune({ kernels: [] })];
    await engine.close();
    expect(await Promise.all(pending)).toEqual([{ noncesScanned: 0, hits: [] }, undefined]);
    expect(isAlive(pid)).toBe(false);
    expect(await engine.scan(range(0, 1), NEVER)).toEqual({ noncesScanned: 0, hits: [] });
    expect(await engine.tune({ kernels: ['readable'] })).toBeUndefined();
    expect(engine.warnings).toEqual([]);
  });

  /** A program that starts an engine and then does nothing, or waits for a scan that hangs. */
  function program(childPath: string, then: string) {
    const module = JSON.stringify(join(import.meta.dirname, '../../../dist/src/engine/gpu/engine.js'));
    const adapter = { backend: 'fake', name: 'Fake GPU' };
    const options = JSON.stringify({ adapter, kernels: ['readable'], childPath });
    const code = `const { startGpuEngine } = await import(${module});
      const engine = await startGpuEngine(${options});
      console.log(engine.childPid);
      ${then}`;
    return spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  it('of a program does not wait for an idle engine, whose child goes too', async () => {
    const fake = fakeGpu({});
    const parent = program(fake.childPath, '');
    const [code] = await once(parent, 'exit');
    expect(code).toBe(0);
    await gone(fake.notes()[0]!.pid!);
  });

  it('of a program waits for a scan, and the child of a program that was killed goes too', async () => {
    const scan =
      'await engine.scan({ midstates: new Uint32Array(8), nonceStart: 0, nonceCount: 1 }, new AbortController().signal);';
    const fake = fakeGpu({ hang: true });
    const parent = program(fake.childPath, scan);
    const [pid] = await once(parent.stdout!, 'data');
    expect(isAlive(Number(pid))).toBe(true);
    expect(parent.exitCode).toBeNull();
    parent.kill('SIGKILL');
    await gone(Number(pid));
  });
});
