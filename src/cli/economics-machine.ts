/** The machine that is compared, where it is not measured: read from a benchmark, a device of the catalogue, or only a hashrate. */
import type { Device } from '../economics/devices.ts';
import { isSoftwareName } from '../gpu/adapter.ts';
import { type BaselineRow, invalid } from '../report/bench-document.ts';
import { deviceNote, type Machine, type MachinePart, type Power } from '../report/compare-machine.ts';
import { safeText } from '../report/text.ts';
import { readBaselineFile } from './baseline.ts';
import { wholePower } from './economics-power.ts';

/**
 * The machine that an earlier benchmark describes: on its CPU the best row of those with the most threads, and its best row on a GPU in hardware. Its power
 * can only be assumed.
 *
 * @throws {HashgapError} `BASELINE_INVALID` for a file that is no benchmark, or an empty one.
 */
export function machineOfBench(file: string): Machine {
  const { host, results } = readBaselineFile(file);
  const onCpu = results.filter(({ adapter }) => adapter === undefined);
  const most = Math.max(...onCpu.map((row) => row.threads));
  const cpu = bestOf(onCpu.filter((row) => row.threads === most));
  const gpu = bestOf(results.filter(({ adapter }) => adapter !== undefined && !isSoftwareName(adapter)));
  const parts = [cpu, gpu].flatMap((row) => (row === undefined ? [] : [partOf(row)]));
  if (parts.length === 0) throw invalid(file, 'no results');
  const brand = (typeof host.cpu === 'string' ? safeText(host.cpu) : '') || 'unknown CPU';
  const threads = typeof host.cores === 'number' ? host.cores : (cpu?.threads ?? 1);
  const power = wholePower({
    cpu: cpu && { brand, threads, busy: cpu.threads, battery: false },
    gpu: gpu?.adapter && safeText(gpu.adapter),
  });
  const machine = machineOf('bench', brand, parts, power);
  if (cpu === undefined || cpu.threads >= threads) return machine;
  return {
    ...machine,
    note: `The benchmark used ${cpu.threads} of ${threads} threads: the whole machine is faster.`,
  };
}

function bestOf(rows: readonly BaselineRow[]): BaselineRow | undefined {
  return [...rows].sort((a, b) => b.hashesPerSecond.median - a.hashesPerSecond.median)[0];
}

/** A machine of which only the hashrate is known, hashes per second. */
export function machineOfHashrate(hashesPerSecond: number): Machine {
  return {
    name: 'the given hashrate',
    origin: 'hashrate',
    hashesPerSecond,
    parts: [],
    power: null,
  };
}

/** A machine out of the catalogue. */
export function machineOfDevice(device: Device): Machine {
  const { name, hashrateHps, powerW } = device;
  const power = powerW === null ? null : ({ watts: powerW, basis: 'given', how: 'the catalogue' } as const);
  const note = deviceNote(device);
  return {
    ...{ name, origin: 'device', hashesPerSecond: hashrateHps, parts: [], power },
    ...(note === undefined ? {} : { note }),
  };
}

/** A machine of several parts that hash at the same time. */
export function machineOf(
  origin: Machine['origin'],
  cpu: string,
  parts: readonly MachinePart[],
  power: Power | null,
): Machine {
  const names = parts.map(({ adapter }) => adapter ?? cpu);
  const hashesPerSecond = parts.reduce((sum, part) => sum + part.hashesPerSecond, 0);
  return { name: [...new Set(names)].join(' with '), origin, hashesPerSecond, parts, power };
}

/** A measured row as a part of the machine. Names are a file's or a driver's, so they are made safe for a terminal. */
export function partOf({ engine, kernel, threads, hashesPerSecond, adapter }: BaselineRow): MachinePart {
  return {
    engine: safeText(engine),
    kernel: safeText(kernel),
    threads,
    hashesPerSecond: hashesPerSecond.median,
    ...(adapter === undefined ? {} : { adapter: safeText(adapter) }),
  };
}
