/** Measuring this machine for a few seconds: its best kernel on every thread, its GPU, and the power they take. */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { benchEngine } from '../engine/bench.ts';
import { describeCpu } from '../engine/cpu.ts';
import type { UsableAdapter } from '../engine/gpu/choose.ts';
import type { GpuEngine } from '../engine/gpu/engine.ts';
import { findGpu, type GpuWish } from '../engine/gpu/find.ts';
import type { GpuListing } from '../engine/gpu/list.ts';
import { type EngineSelection, planEngines } from '../engine/plan.ts';
import { selectKernel, startEngine } from '../engine/select.ts';
import { openTuned } from '../engine/start.ts';
import { HashgapError } from '../errors.ts';
import type { MinerEventBody } from '../events.ts';
import type { Machine } from '../report/compare-machine.ts';
import type { HashEngine } from '../work/ports.ts';
import type { Context } from './context.ts';
import { machineOf, machineOfBench, machineOfHashrate, partOf } from './economics-machine.ts';
import { type CpuClass, hasBattery, nvidiaWatts, startPowerMeter, wholePower } from './economics-power.ts';
import { tuningPlace } from './options.ts';

/** How to measure. */
export interface MeasureWish {
  readonly engine: EngineSelection;
  /** As `--gpu` names it. */
  readonly gpu?: string | undefined;
  /** Of wall time, after half a second to warm up. */
  readonly seconds: number;
}

/** Which machine is meant: measured, unless a benchmark or a hashrate stands for it. */
export interface MachineFlags extends MeasureWish {
  readonly bench?: string;
  readonly hashrate?: number;
  /** Instead of what was measured or assumed. */
  readonly watts?: number;
}

/** Samples of which the median counts, so that one disturbance does not. */
const SAMPLES = 3;

/** How long the kernels of a GPU that nobody has tuned may take to be tried, milliseconds. */
const TUNING_MS = 4_000;

/** How long the last of them is waited for: a driver may take seconds to compile one. */
const LAST_KERNEL_MS = 5_000;

/** How long each of them is measured. */
const TUNING_SECONDS = 0.15;

/**
 * The machine that the options name.
 *
 * @returns undefined when its measurement was interrupted.
 * @throws {HashgapError} `USAGE` for two machines at once; as `machineOfBench` and `measureMachine` do.
 */
export async function machineOfFlags(flags: MachineFlags, context: Context): Promise<Machine | undefined> {
  const { bench, hashrate, watts } = flags;
  if (bench !== undefined && hashrate !== undefined)
    throw new HashgapError('USAGE', 'Expected --bench or --hashrate, received both. Leave one out.');
  const machine =
    bench !== undefined
      ? machineOfBench(bench)
      : hashrate !== undefined
        ? machineOfHashrate(hashrate)
        : await measureMachine(flags, context);
  if (machine === undefined || watts === undefined) return machine;
  return { ...machine, power: { watts, basis: 'given', how: '--watts' } };
}

/**
 * Measures this machine: its best kernel on every thread, and a GPU in hardware, at the same time, as they mine.
 *
 * @returns undefined when it was interrupted.
 * @throws {HashgapError} as starting the engines does; `GPU_UNAVAILABLE` only for a GPU that was asked for.
 */
export async function measureMachine(wish: MeasureWish, context: Context): Promise<Machine | undefined> {
  const { interrupted, output } = context;
  const engines: HashEngine[] = [];
  const close = () => void Promise.all(engines.map((engine) => engine.close()));
  interrupted.addEventListener('abort', close, { once: true });
  try {
    engines.push(...startCpus(wish, output.err));
    const gpu = await startGpu(wish, context);
    if (gpu !== undefined) engines.push(gpu);
    if (interrupted.aborted) return undefined;
    output.err(`measuring ${engines.map(nameOf).join(' and ')} for ${wish.seconds} s`);
    return await measureAll(engines, gpu, wish, interrupted);
  } finally {
    interrupted.removeEventListener('abort', close);
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

const nameOf = ({ device, kernel, parallelism }: HashEngine) =>
  device ?? `${kernel} on ${parallelism} ${parallelism === 1 ? 'thread' : 'threads'}`;

function startCpus({ engine, gpu }: MeasureWish, warn: (line: string) => void): HashEngine[] {
  return planEngines({ engines: engine, kernel: undefined, gpu }).cpu.map((chosen) => {
    const { kernel, warnings } = selectKernel(chosen);
    for (const warning of warnings) warn(warning);
    return startEngine(kernel, availableParallelism());
  });
}

/** Which GPU the options `--engine` and `--gpu` mean. */
export function gpuWish({ engine, gpu }: Pick<MeasureWish, 'engine' | 'gpu'>): GpuWish {
  return { wanted: planEngines({ engines: engine, kernel: undefined, gpu }).gpu.wanted, gpu };
}

/** A GPU that nobody asked for may be missing or broken; one that nobody tuned is, as far as a few seconds allow. */
async function startGpu(wish: MeasureWish, context: Context): Promise<GpuEngine | undefined> {
  const { asked, listing, adapter } = await findGpu(gpuWish(wish), { signal: context.interrupted });
  if (adapter === undefined) return undefined;
  try {
    return await openGpu(listing, adapter, context);
  } catch (error) {
    if (asked || context.interrupted.aborted) throw error;
    context.output.err(`Measuring without a GPU. ${(error as Error).message}`);
    return undefined;
  }
}

async function openGpu(listing: GpuListing, adapter: UsableAdapter, context: Context): Promise<GpuEngine> {
  const { interrupted: signal, output, env } = context;
  const emit = (event: MinerEventBody) => {
    if (event.type === 'warning') output.err(event.message);
  };
  const request = { kernel: undefined, place: tuningPlace(env), emit, signal };
  const { engine, untuned, tune } = await openTuned(request, listing, adapter);
  if (!untuned || engine.info.software) return engine;
  output.err(`trying the kernels of ${engine.device}`);
  const over = new AbortController();
  const tuned = tune({ seconds: TUNING_SECONDS, signal: over.signal }).then(
    () => true,
    () => true, // that a GPU was lost is told by its scans
  );
  if (await Promise.race([tuned, delay(TUNING_MS, false, { ref: false })])) return engine;
  over.abort();
  await Promise.race([tuned, delay(LAST_KERNEL_MS, false, { ref: false })]); // what is measured beside it is not measured
  output.err('The GPU is not tuned yet and may be faster than this: hashgap tune finds its best kernel.');
  return engine;
}

/** All at once, with the meters running from before the warm-up: load is load. */
async function measureAll(
  engines: readonly HashEngine[],
  gpuEngine: GpuEngine | undefined,
  { seconds }: MeasureWish,
  signal: AbortSignal,
): Promise<Machine | undefined> {
  const gpu = gpuEngine?.info.software === false ? gpuEngine.device : undefined; // software runs on the CPU and takes its power
  const over = new AbortController();
  const readingGpu = gpu === undefined ? undefined : meanNvidiaWatts(gpu, over.signal);
  const meter = startPowerMeter();
  const sampling = { midstates: 'auto', seconds: seconds / SAMPLES, samples: SAMPLES } as const;
  const results = await Promise.all(engines.map((engine) => benchEngine(engine, sampling, signal)));
  const [cpuWatts, batteryWatts] = [meter.cpuWatts(), meter.batteryWatts()];
  over.abort();
  const gpuWatts = await readingGpu;
  if (results.includes(undefined)) return undefined;
  const parts = results.map((result) => partOf(result!));
  const cpu = parts.some(({ adapter }) => adapter === undefined || gpu === undefined) ? hostCpu() : undefined;
  return machineOf(
    'measured',
    describeCpu().brand,
    parts,
    wholePower({ cpu, gpu, cpuWatts, gpuWatts, batteryWatts }),
  );
}

/** Means over the time that hashes; the first reading still shows the time before. */
async function meanNvidiaWatts(gpu: string, over: AbortSignal): Promise<number | undefined> {
  const readings: number[] = [];
  while (!over.aborted) {
    const watts = await nvidiaWatts(gpu, over);
    if (watts === undefined) break;
    readings.push(watts);
    await delay(250, undefined, { signal: over }).catch(() => {});
  }
  const counted = readings.length > 1 ? readings.slice(1) : readings;
  return counted.length === 0 ? undefined : counted.reduce((sum, watts) => sum + watts, 0) / counted.length;
}

const hostCpu = (): CpuClass => ({ ...describeCpu(), battery: hasBattery() });
