/** Starting engines with GPUs that are fakes: what nobody asked for may fail, what was asked for may not, and hardware is tuned beside the mining. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { candidateNames, SAFE_KERNEL } from '../../src/engine/gpu/kernels.ts';
import { type EnginesRequest, startEngines } from '../../src/engine/start.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { testRequest } from '../../src/work/self-test.ts';
import { type FakeStart, fakeAdapter, fakeGpu } from '../support/fake-gpu.ts';
import { createFeed } from '../support/feed.ts';

const GPU = fakeAdapter('Fake 4090');
const SOFTWARE = fakeAdapter('llvmpipe (fake)', { software: true });
const [, BETTER = ''] = candidateNames('other');
/** Children answer one question each: the names, the descriptions, and then the GPU itself. */
const offering = (adapters: FakeStart['adapters'] & object, gpu: FakeStart = {}): FakeStart[] => [
  { adapters },
  { adapters },
  { ...gpu, adapters },
];

function setUp(starts: readonly FakeStart[], changes: Partial<EnginesRequest> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const events = createFeed<MinerEventBody>();
  const { childPath, notes } = fakeGpu(...starts);
  const request: EnginesRequest = {
    engines: 'auto',
    kernel: undefined,
    gpu: undefined,
    threads: 1,
    place: { path: join(folder, 'tuning.json'), version: '1' },
    emit: events.push,
    signal: new AbortController().signal,
    childPath,
    ...changes,
  };
  const start = async () => {
    const engines = await startEngines(request);
    onTestFinished(async () => void (await Promise.all(engines.map((engine) => engine.close()))));
    return engines;
  };
  return { start, events, notes, tunings: () => readFileSync(request.place.path, 'utf8') };
}

const told = (events: readonly MinerEventBody[], type: MinerEventBody['type']) =>
  events.filter((event) => event.type === type);

describe('auto', () => {
  it('takes a GPU in hardware beside the CPU, and tunes it while it mines', async () => {
    const { start, events, tunings } = setUp(offering([SOFTWARE, GPU], { rates: { [BETTER]: 9e9 } }));
    const engines = await start();
    expect(engines).toHaveLength(2);
    expect(engines[1]).toMatchObject({ name: 'gpu', device: GPU.name });
    expect(await events.next(({ type }) => type === 'engine')).toMatchObject({
      engine: 'gpu',
      device: GPU.name,
      kernel: BETTER,
      threads: 2,
    });
    expect(engines[1]!.kernel).toBe(BETTER);
    expect(Object.values(JSON.parse(tunings()).entries)).toEqual([
      { best: BETTER, hashesPerSecond: 9e9, wrong: [] },
    ]);
  });

  it('takes no software adapter, and says nothing of it', async () => {
    const { start, events } = setUp(offering([SOFTWARE]));
    expect(await start()).toHaveLength(1);
    expect(told(events.items, 'warning').filter((event) => JSON.stringify(event).includes('GPU'))).toEqual(
      [],
    );
  });

  it.each<[string, FakeStart[], RegExp]>([
    [
      'does not start',
      offering([GPU], { dieAtOpen: true }),
      /^Mining without a GPU\. Expected the process of GPU Fake 4090/,
    ],
    [
      'crashes when it is asked',
      offering([{ ...GPU, crashes: true }]),
      /^Mining without a GPU\. The driver of Fake 4090 failed/,
    ],
  ])('mines on the CPU, with a warning, when the GPU %s', async (_, starts, message) => {
    const { start, events } = setUp(starts);
    const engines = await start();
    expect(engines.map(({ name }) => name)).not.toContain('gpu');
    expect(engines).toHaveLength(1);
    expect(told(events.items, 'warning')).toContainEqual({
      type: 'warning',
      message: expect.stringMatching(message),
    });
  });
});

describe('a GPU that was asked for', () => {
  it('is taken though it is software, and not tuned', async () => {
    const { start, notes } = setUp(offering([GPU, SOFTWARE]), { engines: ['gpu'], gpu: 'software' });
    const [engine, ...others] = await start();
    expect([engine!.device, engine!.kernel, others]).toEqual([SOFTWARE.name, SAFE_KERNEL, []]);
    const { noncesScanned } = await engine!.scan(testRequest(1, 0, 10, 0n), new AbortController().signal);
    expect(noncesScanned).toBe(10);
    expect(notes().filter(({ tune }) => tune !== undefined)).toEqual([]);
  });

  it.each<[string, FakeStart[], Partial<EnginesRequest>, string]>([
    ['is not there', [{ adapters: [] }], { engines: ['native', 'gpu'] }, 'GPU_UNAVAILABLE'],
    ['does not start', offering([GPU], { dieAtOpen: true }), { engines: ['js', 'gpu'] }, 'GPU_UNAVAILABLE'],
    ['is of another name', offering([GPU]), { gpu: 'voodoo' }, 'GPU_UNKNOWN'],
    ['has no such kernel', offering([GPU]), { engines: ['gpu'], kernel: 'scalar' }, 'KERNEL_UNKNOWN'],
  ])('ends the start when it %s', async (_, starts, changes, code) => {
    await expect(setUp(starts, changes).start()).rejects.toMatchObject({ code });
  });

  it('is not waited for after an abort', async () => {
    const abort = new AbortController();
    const { start } = setUp(offering([GPU]), { engines: ['gpu'], signal: abort.signal });
    const starting = start();
    abort.abort();
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('whose kernel lies is a hardware error, and the kernel is never used there again', async () => {
    const starts = offering([GPU], { mismatch: SAFE_KERNEL });
    const { start, events, tunings } = setUp(starts, { engines: ['gpu'], kernel: SAFE_KERNEL });
    const [engine] = await start();
    await engine!.scan(testRequest(1, 0, 10, 0n), new AbortController().signal);
    expect(told(events.items, 'hardware-error')).toEqual([
      { type: 'hardware-error', engine: 'gpu', kernel: SAFE_KERNEL },
    ]);
    expect(Object.values(JSON.parse(tunings()).entries)).toEqual([{ wrong: [SAFE_KERNEL] }]);
  });
});
