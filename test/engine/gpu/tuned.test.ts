/** Tuning with fake children: what is tried, what is kept, and what a loss in the middle costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { candidateNames, READABLE, SAFE_KERNEL } from '../../../src/engine/gpu/kernels.ts';
import { openTuningMemory } from '../../../src/engine/gpu/memory.ts';
import { startTunedGpu, type TunedGpuOptions } from '../../../src/engine/gpu/tuned.ts';
import { AT_ONCE, type FakeGpu, fakeAdapter, fakeGpu, startFake } from '../../support/fake-gpu.ts';

const CANDIDATES = candidateNames('other');
const [FIRST = '', SECOND = '', THIRD = ''] = CANDIDATES;

function newMemory() {
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const key = { backend: 'vulkan', name: 'A', description: 'driver 1', hashgap: '1', webgpu: '1' };
  return openTuningMemory(join(folder, 'tuning.json'), key, (sentence) => expect.unreachable(sentence));
}

async function start(fake: FakeGpu, memory = newMemory(), changes: Partial<TunedGpuOptions> = {}) {
  const adapter = { index: 0, ...fakeAdapter('Fake GPU') };
  const tuned = await startTunedGpu({
    adapter,
    memory,
    restart: AT_ONCE,
    childPath: fake.childPath,
    ...changes,
  });
  onTestFinished(() => tuned.engine.close());
  return { ...tuned, memory };
}

const openedWith = (fake: FakeGpu) =>
  fake.notes().flatMap(({ opened }) => (opened === undefined ? [] : [opened.kernels]));

describe('a GPU nobody has tuned', () => {
  it('starts with the safe kernel, tries all worth trying, and starts with the best next time', async () => {
    const fake = fakeGpu({ rates: { [SECOND]: 9e6 } });
    const { engine, untuned, tune, memory } = await start(fake);
    expect([engine.kernel, untuned]).toEqual([SAFE_KERNEL, true]);
    const told: string[] = [];
    const rows = await tune({ onRow: ({ kernel }) => told.push(kernel) });
    expect(new Set(rows?.map(({ kernel }) => kernel))).toEqual(new Set(CANDIDATES));
    expect(told).toEqual(rows?.map(({ kernel }) => kernel));
    expect(memory.recall()).toEqual({ best: SECOND, hashesPerSecond: 9e6, wrong: [] });
    const again = await start(fake, memory);
    expect([again.engine.kernel, again.untuned]).toEqual([SECOND, false]);
    expect(openedWith(fake)).toEqual([
      [SAFE_KERNEL, READABLE],
      [SECOND, SAFE_KERNEL, READABLE],
    ]);
  });

  it('never uses a kernel again that was wrong once', async () => {
    const fake = fakeGpu({ wrong: SAFE_KERNEL });
    const { tune, memory } = await start(fake);
    await tune({});
    expect(memory.recall().wrong).toEqual([SAFE_KERNEL]);
    const { tune: tuneAgain, engine } = await start(fake, memory);
    expect(openedWith(fake).at(-1)).not.toContain(SAFE_KERNEL);
    expect(engine.kernel).not.toBe(SAFE_KERNEL);
    const rows = await tuneAgain({});
    expect(fake.notes().at(-1)?.tune).not.toContain(SAFE_KERNEL);
    expect(rows?.at(-1)).toMatchObject({
      kernel: SAFE_KERNEL,
      status: 'wrong',
      failure: 'was wrong here before',
    });
    await expect(start(fake, memory, { kernel: SAFE_KERNEL })).rejects.toMatchObject({
      code: 'SELF_TEST_FAILED',
    });
  });

  it('runs the kernel that was named, and no other', async () => {
    const fake = fakeGpu({});
    const { engine, untuned } = await start(fake, newMemory(), { kernel: THIRD });
    expect([engine.kernel, untuned]).toEqual([THIRD, false]);
    expect(openedWith(fake)).toEqual([[THIRD]]);
    await expect(start(fake, newMemory(), { kernel: 'redable' })).rejects.toMatchObject({
      code: 'KERNEL_UNKNOWN',
      message: expect.stringMatching(/received "redable"\. Did you mean "readable"\?/),
    });
  });

  it('is not tuned when the engine is closed on the way', async () => {
    const { engine, tune, memory } = await start(fakeGpu({}));
    const tuning = tune({});
    await engine.close();
    expect(await tuning).toBeUndefined();
    expect(memory.recall().best).toBeUndefined();
  });
});

describe('a GPU that is lost while it is tuned', () => {
  it('goes on behind the kernel that killed it, and compares the rest with the best so far', async () => {
    const rates = { [READABLE]: 2, [FIRST]: 8, [SECOND]: 5 };
    const fake = fakeGpu({ rates, dieTuning: SECOND }, { rates });
    const engine = await startFake(fake);
    const rows = await engine.tune({ kernels: [FIRST, SECOND, THIRD] });
    expect(rows?.map(({ kernel, status }) => [kernel, status])).toEqual([
      [READABLE, 'right'],
      [FIRST, 'right'],
      [SECOND, 'refused'],
      [THIRD, 'right'],
    ]);
    expect(rows?.[2]?.failure).toBe('the GPU was lost while it was tried');
    expect(fake.notes().flatMap((note) => (note.tune === undefined ? [] : [note.tune]))).toEqual([
      [FIRST, SECOND, THIRD],
      [FIRST, THIRD],
    ]);
  });

  it('blames no kernel when it had not begun', async () => {
    const fake = fakeGpu({ dieTuning: READABLE }, {});
    const engine = await startFake(fake);
    const rows = await engine.tune({ kernels: [FIRST] });
    expect(rows?.map(({ kernel, status }) => [kernel, status])).toEqual([
      [READABLE, 'right'],
      [FIRST, 'right'],
    ]);
  });
});
