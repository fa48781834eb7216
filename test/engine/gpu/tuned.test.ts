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

const singlesOf = (fake: FakeGpu) =>
  fake.notes().flatMap(({ opened }) => (opened === undefined ? [] : [opened.singles]));

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

  it('does not even take one that was wrong for a single version, before or in this run', async () => {
    const memory = newMemory();
    memory.rememberWrong([SAFE_KERNEL]);
    const fake = fakeGpu({});
    await start(fake, memory, { kernel: THIRD });
    expect(singlesOf(fake)).toEqual([[]]);
    const falls = fakeGpu({ mismatch: SAFE_KERNEL, dieBefore: 1 }, {});
    const { engine } = await start(falls, newMemory(), { kernel: THIRD });
    const request = { midstates: new Uint32Array(8), tail: new Uint32Array(3), target: new Uint32Array(8) };
    for (let i = 0; i < 3; i++)
      await engine.scan({ ...request, nonceStart: i, nonceCount: 1 }, new AbortController().signal);
    expect(openedWith(falls)).toEqual([[THIRD], [THIRD]]);
    expect(singlesOf(falls)).toEqual([[SAFE_KERNEL], []]);
  });

  it('says which kernels take a number of versions', async () => {
    const { engine } = await start(fakeGpu({ others: [SAFE_KERNEL] }), newMemory(), { kernel: SECOND });
    expect([1, 2, 3, 4].map((versions) => engine.kernelsFor(versions))).toEqual([
      [SAFE_KERNEL],
      [SECOND],
      [SECOND, SAFE_KERNEL],
      [SECOND],
    ]);
    const alone = await start(fakeGpu({}), newMemory(), { kernel: SECOND });
    expect(alone.engine.kernelsFor(1)).toEqual([SECOND]);
  });

  it('runs the kernel that was named, and no other', async () => {
    const fake = fakeGpu({});
    const { engine, untuned } = await start(fake, newMemory(), { kernel: THIRD });
    expect([engine.kernel, untuned]).toEqual([THIRD, false]);
    expect(openedWith(fake)).toEqual([[THIRD]]);
    expect(singlesOf(fake)).toEqual([[SAFE_KERNEL]]); // for a single version beside it, if it is for several
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

  it('blames the second of two kernels in use, and none that was not tried', async () => {
    const fake = fakeGpu({ inUse: [SECOND, SAFE_KERNEL], dieTuning: SAFE_KERNEL }, { inUse: [SECOND] });
    const engine = await startFake(fake);
    const told: string[][] = [];
    const rows = await engine.tune({
      kernels: [FIRST, SECOND, SAFE_KERNEL, THIRD],
      onRow: ({ kernel, status }) => told.push([kernel, status]),
      onUnexplainedLoss: () => expect.unreachable('the child has said what it tried'),
    });
    expect(told.filter(([, status]) => status !== 'right')).toEqual([[SAFE_KERNEL, 'refused']]);
    expect(rows?.map(({ kernel, status }) => [kernel, status])).toEqual([
      [SECOND, 'right'],
      [SAFE_KERNEL, 'refused'],
      [FIRST, 'right'],
      [THIRD, 'right'],
    ]);
    expect(fake.notes().at(-1)?.tune).toEqual([SECOND, FIRST, THIRD]);
  });

  it('opens without a blamed kernel where there is another, and remembers no best when the only one turns out right', async () => {
    const fake = fakeGpu(
      { inUse: [SAFE_KERNEL], dieTuning: SAFE_KERNEL },
      { inUse: [SAFE_KERNEL], rates: { [SAFE_KERNEL]: 9 } },
    );
    const warnings: string[] = [];
    const { tune, memory } = await start(fake, newMemory(), { onWarning: (line) => warnings.push(line) });
    const rows = await tune({});
    expect(rows?.find(({ kernel }) => kernel === SAFE_KERNEL)?.status).toBe('right');
    expect(memory.recall().best).toBeUndefined();
    expect(warnings).toContainEqual(
      expect.stringMatching(/which kernel GPU Fake GPU was lost with, received none/),
    );
    const [first, second] = fake.notes().flatMap(({ opened }) => opened ?? []);
    expect(first?.kernels).toEqual([SAFE_KERNEL, READABLE]);
    expect(second?.kernels).toEqual([READABLE, SAFE_KERNEL]);
    expect(second?.singles).toEqual([]);
  });

  it('blames no kernel for starts that fail after it, and remembers the best', async () => {
    const fake = fakeGpu({ dieTuning: SECOND }, { dieAtOpen: true }, { rates: { [THIRD]: 9 } });
    const warnings: string[] = [];
    const { tune, memory } = await start(fake, newMemory(), { onWarning: (line) => warnings.push(line) });
    const rows = await tune({});
    expect(rows?.filter(({ status }) => status !== 'right').map(({ kernel }) => kernel)).toEqual([SECOND]);
    expect(memory.recall().best).toBe(THIRD);
    expect(warnings).toEqual(Array(2).fill(expect.stringContaining('was lost')));
  });

  it.each([0, 2])(
    'blames no kernel when it was lost before number %i, and remembers no best',
    async (dieBetween) => {
      const fake = fakeGpu({ dieBetween }, {});
      const warnings: string[] = [];
      const { tune, memory } = await start(fake, newMemory(), { onWarning: (line) => warnings.push(line) });
      const rows = await tune({});
      expect(new Set(rows?.map(({ kernel }) => kernel))).toEqual(new Set(CANDIDATES));
      expect(new Set(rows?.map(({ status }) => status))).toEqual(new Set(['right']));
      expect(memory.recall()).toEqual({ best: undefined, hashesPerSecond: undefined, wrong: [] });
      expect(warnings).toContainEqual(
        expect.stringMatching(/which kernel GPU Fake GPU was lost with, received none/),
      );
    },
  );
});
