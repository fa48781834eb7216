/** Pace: dispatches find their size on devices of every speed, and the host sleeps through most of each. */
import { describe, expect, it } from 'vitest';
import { Dispatcher } from '../../src/gpu/dispatcher.ts';
import { FIRST_PACE, finished, hashesFor, sleepMs, submitted } from '../../src/gpu/pace.ts';
import { Scanner } from '../../src/gpu/scanner.ts';
import { testRequest } from '../../src/work/self-test.ts';
import { randomNumbers } from './oracle.ts';
import { kernelOf, simulatedLane, virtualClock } from './simulation.ts';

const TARGET_MS = 80;

interface Run {
  readonly hashesPerMs: number;
  readonly overheadMs: number;
  readonly stamps: boolean;
  readonly sleeps: boolean;
  readonly lanes: number;
  /** Dispatches of each lane. */
  readonly dispatches: number;
  /** What the device's clock shows, nanoseconds. */
  readonly stampAt?: (ms: number) => number;
}

/** Runs full dispatches on every lane; gives how long each took on the device, and how long the host waited awake. */
async function run({ hashesPerMs, overheadMs, stamps, sleeps, lanes, dispatches, stampAt }: Run) {
  const clock = virtualClock();
  const device = { hashesPerMs, overheadMs, stamps, freeMs: 0, ...(stampAt && { stampAt }) };
  const { now, sleep } = clock;
  const dispatcher = new Dispatcher({
    targetMs: TARGET_MS,
    now,
    sleep: sleeps ? sleep : undefined,
    deviceName: 'simulated',
  });
  const compiled = kernelOf(1);
  const tookMs: number[] = [];
  const awakeMs: number[] = [];
  const lane = async () => {
    const buffers = simulatedLane(device, clock, (ms) => awakeMs.push(ms));
    for (let i = 0; i < dispatches; i++) {
      const count = Math.round(dispatcher.hashes);
      tookMs.push(overheadMs + count / hashesPerMs);
      await dispatcher.run(buffers, {
        kernel: compiled,
        job: new Uint32Array(4),
        words: new Uint32Array(16),
        count,
      });
    }
  };
  await clock.run(Promise.all(Array.from({ length: lanes }, lane)));
  const late = tookMs.slice(-10);
  return { tookMs, late, awakeMs: awakeMs.slice(-10), seconds: now() / 1000 };
}

describe.each([
  ['SwiftShader', 350],
  ['llvmpipe', 30_000],
  ['an integrated GPU', 300_000],
  ['an H200', 9e6],
])('on %s', (_, hashesPerMs) => {
  it.each([
    { stamps: true, sleeps: true, lanes: 2 },
    { stamps: true, sleeps: true, lanes: 1 },
    { stamps: false, sleeps: true, lanes: 2 },
    { stamps: false, sleeps: true, lanes: 1 },
    { stamps: false, sleeps: false, lanes: 2 },
    { stamps: true, sleeps: false, lanes: 2 },
  ])('dispatches take about the target with %o', async (how) => {
    const { late, awakeMs, tookMs } = await run({ hashesPerMs, overheadMs: 0.2, dispatches: 40, ...how });
    expect(Math.min(...late)).toBeGreaterThan(0.8 * TARGET_MS);
    expect(Math.max(...late)).toBeLessThan(1.25 * TARGET_MS);
    expect(Math.max(...tookMs)).toBeLessThan(2.1 * TARGET_MS);
    if (how.sleeps) {
      const mean = awakeMs.reduce((a, b) => a + b, 0) / awakeMs.length;
      expect(mean).toBeLessThan(0.15 * TARGET_MS);
    }
  });
});

describe.each([
  ['is reset', (ms: number) => 1e6 * (ms < 30_000 ? ms + 1e9 : ms)],
  ['is reset again and again', (ms: number) => 1e6 * (ms % 5000)],
  ['stands still', () => 12_345],
  ['shows nothing', () => 0],
])("with a clock of the device's that %s", (_, stampAt) => {
  it.each([1, 2])('dispatches of %d lanes keep about their time', async (lanes) => {
    const how = { hashesPerMs: 3e5, overheadMs: 0.2, stamps: true, sleeps: true, lanes, stampAt };
    const { tookMs } = await run({ ...how, dispatches: 1200 });
    const settled = tookMs.slice(40);
    expect(Math.max(...settled)).toBeLessThan(2 * TARGET_MS);
    expect(Math.min(...settled)).toBeGreaterThan(0.6 * TARGET_MS);
  });
});

it('finds its way down when the device is shared with another program', async () => {
  const clock = virtualClock();
  const device = { hashesPerMs: 1e6, overheadMs: 0.2, stamps: false, freeMs: 0 };
  const dispatcher = new Dispatcher({
    targetMs: TARGET_MS,
    now: clock.now,
    sleep: clock.sleep,
    deviceName: 'simulated',
  });
  const lane = simulatedLane(device, clock, () => {});
  const compiled = kernelOf(1);
  const once = async () => {
    const count = Math.round(dispatcher.hashes);
    await dispatcher.run(lane, {
      kernel: compiled,
      job: new Uint32Array(4),
      words: new Uint32Array(16),
      count,
    });
    return count / device.hashesPerMs;
  };
  const work = async () => {
    for (let i = 0; i < 40; i++) await once();
    device.hashesPerMs = 1e5; // ten times as slow
    const took: number[] = [];
    for (let i = 0; i < 12; i++) took.push(await once());
    return took;
  };
  const took = await clock.run(work());
  expect(took[0]).toBeGreaterThan(5 * TARGET_MS);
  expect(took.at(-1)).toBeLessThan(1.25 * TARGET_MS);
});

it('a job switch takes no longer than the two dispatches in flight', async () => {
  const clock = virtualClock();
  const device = { hashesPerMs: 9e6, overheadMs: 0.2, stamps: true, freeMs: 0 };
  const { now, sleep } = clock;
  const scanner = new Scanner({
    dispatcher: new Dispatcher({ targetMs: TARGET_MS, now, sleep, deviceName: 'simulated' }),
    lanes: [0, 1].map(() => simulatedLane(device, clock, () => {})),
    kernels: [kernelOf(1)],
    onMismatch: () => {},
    moreKernels: async () => [],
  });
  const random = randomNumbers(8);
  const work = async () => {
    const latencies: number[] = [];
    for (let i = 0; i < 200; i++) {
      const abort = new AbortController();
      const scans = [0, 1].map(async () => {
        while (!abort.signal.aborted) await scanner.scan(testRequest(1, 0, 2 ** 32, 0n), abort.signal);
        return now();
      });
      await sleep(1000 + random(500));
      const abortedMs = now();
      abort.abort();
      latencies.push(...(await Promise.all(scans)).map((endedMs) => endedMs - abortedMs));
    }
    return latencies.sort((a, b) => a - b);
  };
  const latencies = await clock.run(work());
  expect(latencies[200]).toBeLessThan(1.1 * TARGET_MS);
  expect(latencies.at(-1)).toBeLessThan(2.1 * TARGET_MS);
});

describe('one measurement', () => {
  const settled = { ...FIRST_PACE, hashesPerMs: 1000, settled: true };
  const end = { hashes: 80_000, submittedMs: 0, nowMs: 80, seen: true };

  it('moves the estimate by a factor of two at most, and is not slept upon then', () => {
    const fast = finished(settled, { ...end, nowMs: 8 }, TARGET_MS);
    expect(fast.hashesPerMs).toBe(2000);
    expect(sleepMs(submitted(fast, 8, 160_000), 8)).toBe(0);
    expect(finished(settled, { ...end, nowMs: 800 }, TARGET_MS).hashesPerMs).toBe(500);
  });

  it.each([2, 0.01])('is ignored when the dispatch was cut short, however long it took: %d ms', (nowMs) => {
    expect(finished(settled, { ...end, hashes: 32, nowMs }, TARGET_MS)).toMatchObject({
      hashesPerMs: 1000,
      settled: true,
    });
  });

  it('takes the time of the device itself before the time on the wall', () => {
    expect(finished(settled, { ...end, gpuMs: 64, seen: false }, TARGET_MS).hashesPerMs).toBe(1250);
  });

  it('says only that the device is faster when its end was slept through', () => {
    expect(finished(settled, { ...end, seen: false }, TARGET_MS).hashesPerMs).toBe(1080);
  });

  it('counts from the end of the dispatch before it', () => {
    const first = finished(
      submitted(submitted(settled, 0, 80_000), 0, 80_000),
      { ...end, nowMs: 80 },
      TARGET_MS,
    );
    expect(finished(first, { ...end, nowMs: 180 }, TARGET_MS).hashesPerMs).toBe(800);
  });
});

it('expects dispatches to end one after the other', () => {
  const pace = { ...FIRST_PACE, hashesPerMs: 1000, settled: true, clocked: true };
  const one = submitted(pace, 10, 80_000);
  const two = submitted(one, 20, 80_000);
  expect([one.busyUntilMs, two.busyUntilMs]).toEqual([90, 170]);
  expect(sleepMs(two, 20)).toBe(149);
  expect(hashesFor(pace, 80)).toBe(80_000);
});
