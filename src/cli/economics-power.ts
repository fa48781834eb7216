/** The power a machine takes while it hashes: read from its own meters where it has them, else assumed by the class of its CPU. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aiDeviceOfGpu } from '../economics/ai-devices.ts';
import { findDevice } from '../economics/devices.ts';
import type { Power } from '../report/compare-machine.ts';

/** Where Linux shows its meters. */
export interface MeterPlaces {
  /** @default '/sys/class/powercap' */
  readonly powercap?: string;
  /** @default '/sys/class/power_supply' */
  readonly supplies?: string;
}

/** A measurement under way. */
export interface PowerMeter {
  /** Watts of the processor packages since the start; undefined where they have no meter that may be read. */
  cpuWatts(): number | undefined;
  /** Watts the battery gives; undefined on mains or without one. */
  batteryWatts(): number | undefined;
}

/**
 * Starts to measure.
 *
 * @param nowMs - milliseconds of a clock that does not jump.
 */
export function startPowerMeter(places: MeterPlaces = {}, nowMs = () => performance.now()): PowerMeter {
  const { powercap = '/sys/class/powercap', supplies = '/sys/class/power_supply' } = places;
  const before = packages(powercap);
  const startedMs = nowMs();
  return {
    cpuWatts() {
      const seconds = (nowMs() - startedMs) / 1000;
      const after = packages(powercap);
      if (before.length === 0 || after.length !== before.length || seconds <= 0) return undefined;
      const microjoules = before.reduce((sum, domain, i) => sum + spent(domain, after[i]!), 0);
      return microjoules > 0 ? microjoules / 1e6 / seconds : undefined;
    },
    batteryWatts: () => batteryWatts(supplies),
  };
}

/** A RAPL domain of a whole processor package: a counter of microjoules that starts again at its range. */
interface Domain {
  readonly microjoules: number;
  readonly range: number;
}

/** Two readings of one counter, one after the other, are nearer than this, microjoules. */
const SAME_COUNTER = 1e6;

/**
 * Since kernel 5.10 the counters are for root only: then there is none to be read. A package may be there twice, by its registers and by memory
 * (`intel-rapl:0` and `intel-rapl-mmio:0`, both `package-0`), and some AMD processors show one counter for each die.
 */
function packages(folder: string): Domain[] {
  const known = new Map<string, Domain>();
  for (const entry of entries(folder)) {
    const at = (file: string) => read(join(folder, entry, file));
    const [name, microjoules] = [at('name') ?? '', number(at('energy_uj'))];
    if (!name.startsWith('package') || microjoules === undefined || known.has(name)) continue;
    const [whole] = name.split('-die-');
    const mirrored = [...known].some(
      ([other, domain]) =>
        other.split('-die-')[0] === whole && Math.abs(domain.microjoules - microjoules) < SAME_COUNTER,
    );
    if (!mirrored) known.set(name, { microjoules, range: number(at('max_energy_range_uj')) ?? 0 });
  }
  return [...known.values()];
}

const spent = (before: Domain, after: Domain) =>
  after.microjoules - before.microjoules + (after.microjoules < before.microjoules ? before.range : 0);

function batteryWatts(folder: string): number | undefined {
  const watts = entries(folder).map((name) => {
    const at = (file: string) => read(join(folder, name, file));
    if (at('type') !== 'Battery' || at('status') !== 'Discharging') return 0;
    const microwatts = number(at('power_now'));
    if (microwatts !== undefined) return microwatts / 1e6;
    return ((number(at('current_now')) ?? 0) * (number(at('voltage_now')) ?? 0)) / 1e12;
  });
  const total = watts.reduce((sum, each) => sum + each, 0);
  return total > 0 ? total : undefined;
}

/** Whether the machine has a battery, on mains or not: then it is a laptop. */
export function hasBattery(folder = '/sys/class/power_supply'): boolean {
  return entries(folder).some((name) => read(join(folder, name, 'type')) === 'Battery');
}

/**
 * Watts that nvidia-smi reads for the GPU of this name; undefined without the program or the GPU.
 *
 * @param program - the program to ask, for tests.
 */
export function nvidiaWatts(
  gpu: string,
  signal: AbortSignal,
  program = 'nvidia-smi',
): Promise<number | undefined> {
  const args = ['--query-gpu=name,power.draw', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 2_000, signal }, (error, stdout) => {
      resolve(error ? undefined : wattsOfGpu(stdout, gpu));
    });
  });
}

/**
 * The watts of the GPU with this name among what nvidia-smi printed.
 *
 * @example
 * ```ts
 * wattsOfGpu('NVIDIA H200, 512.34\nNVIDIA L4, 70.1', 'NVIDIA L4'); // 70.1
 * wattsOfGpu('NVIDIA L4, [N/A]', 'NVIDIA L4'); // undefined
 * ```
 */
export function wattsOfGpu(printed: string, gpu: string): number | undefined {
  const cards = printed
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter(([name]) => name !== undefined && name !== '' && gpu.includes(name));
  const longest = Math.max(...cards.map(([name]) => name!.length)); // an RTX 4070 is not an RTX 4070 Ti
  const named = cards.filter(([name]) => name!.length === longest);
  return named.length === 1 ? number(named[0]![1]) : undefined; // of two of one name nobody knows which one works
}

/** What an assumption about a CPU goes by. */
export interface CpuClass {
  readonly brand: string;
  /** That it has. */
  readonly threads: number;
  /** How many of them hash. @default all */
  readonly busy?: number;
  readonly battery: boolean;
}

const SERVER = /EPYC|Xeon|Opteron|Graviton|Neoverse|Ampere|QEMU|KVM|Virtual/i;
const SINGLE_BOARD = /Raspberry|Cortex-A|BCM2|Rockchip/i;
const APPLE = /Apple/i;
/** The letters at the end of the names of mobile CPUs: i7-1185G7, i5-8250U, 5800H, 7840HS. */
const MOBILE = /\d(G\d|U|H|HS|HX|HK|P|Y)\b/;

/**
 * Watts that a CPU of this class takes at full load. An assumption: a meter at the wall may differ by a factor of two.
 *
 * @example
 * ```ts
 * assumedCpuPower({ brand: 'Intel(R) Core(TM) i5-7500', threads: 4, battery: false }).watts; // 65
 * assumedCpuPower({ brand: 'AMD EPYC', threads: 2, battery: false }).watts; // 10
 * ```
 */
export function assumedCpuPower({ brand, threads, battery, busy = threads }: CpuClass): Power {
  const assumed = (watts: number, how: string) => ({ watts, basis: 'assumed', how }) as const;
  if (SERVER.test(brand)) return assumed(5 * busy, `5 W for each of ${busy} threads of a server CPU`);
  if (SINGLE_BOARD.test(brand)) return assumed(12, '12 W for a single-board computer');
  if (APPLE.test(brand)) return assumed(30, '30 W for an Apple chip');
  if (battery || MOBILE.test(brand)) return assumed(28, '28 W, a usual TDP of laptop CPUs');
  if (threads >= 24) return assumed(170, '170 W, a usual TDP of large desktop CPUs');
  return assumed(65, '65 W, a usual TDP of desktop CPUs');
}

/** Where nobody lists the GPU, watts: a card of the middle class. */
const UNKNOWN_GPU_WATTS = 200;

/**
 * The rated power of a GPU, from the lists of devices.
 *
 * @example
 * ```ts
 * assumedGpuPower('NVIDIA GeForce RTX 4090').watts; // 450
 * assumedGpuPower('Graphics').watts; // 200
 * ```
 */
export function assumedGpuPower(gpu: string): Power {
  const rated = ratedWatts(gpu);
  if (rated === undefined)
    return {
      watts: UNKNOWN_GPU_WATTS,
      basis: 'assumed',
      how: `${UNKNOWN_GPU_WATTS} W for a GPU that is not in the list`,
    };
  return { watts: rated, basis: 'assumed', how: `the rated ${rated} W of the GPU` };
}

function ratedWatts(gpu: string): number | undefined {
  const found = findDevice(gpu);
  const mining = 'match' in found ? found.match.powerW : null;
  return mining ?? aiDeviceOfGpu(gpu)?.powerW ?? undefined;
}

/** What was read, and what an assumption can go by. */
export interface PowerReadings {
  /** Undefined when the CPU does not hash. */
  readonly cpu?: CpuClass | undefined;
  /** The name of a GPU that hashes. */
  readonly gpu?: string | undefined;
  readonly cpuWatts?: number | undefined;
  readonly gpuWatts?: number | undefined;
  /** Of the whole machine: better than any sum of parts. */
  readonly batteryWatts?: number | undefined;
}

/**
 * The power of a machine: what its battery gives, else of each part what its meter says or its class lets assume. One assumption makes the sum one.
 *
 * @example
 * ```ts
 * wholePower({ cpu: { brand: 'Ryzen 5', threads: 12, battery: false }, cpuWatts: 88 }); // { watts: 88, basis: 'measured', how: 'RAPL, the CPU package alone' }
 * ```
 */
export function wholePower(readings: PowerReadings): Power | null {
  const { cpu, gpu, cpuWatts, gpuWatts, batteryWatts } = readings;
  if (batteryWatts !== undefined)
    return { watts: batteryWatts, basis: 'measured', how: 'the battery, the whole machine' };
  const onCpu =
    cpuWatts === undefined ? cpu && assumedCpuPower(cpu) : measured(cpuWatts, 'RAPL, the CPU package alone');
  const onGpu =
    gpuWatts === undefined ? gpu && assumedGpuPower(gpu) : measured(gpuWatts, 'nvidia-smi, the GPU alone');
  const parts = [cpu && onCpu, gpu && onGpu].filter((part) => typeof part === 'object');
  if (parts.length === 0) return null;
  return {
    watts: parts.reduce((sum, { watts }) => sum + watts, 0),
    basis: parts.every(({ basis }) => basis === 'measured') ? 'measured' : 'assumed',
    how: parts.map(({ how }) => how).join('; '),
  };
}

const measured = (watts: number, how: string): Power => ({ watts, basis: 'measured', how });

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // not Linux, or nothing there
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function number(text: string | undefined): number | undefined {
  const value = Number(text || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
