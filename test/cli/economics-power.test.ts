/** The power meters on folders like Linux's, nvidia-smi's output, and what is assumed without them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assumedCpuPower,
  assumedGpuPower,
  hasBattery,
  nvidiaWatts,
  startPowerMeter,
  wattsOfGpu,
  wholePower,
} from '../../src/cli/economics-power.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashgap-power-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), `${text}\n`);
}

/** A meter whose clock the test moves. */
function meter() {
  const clock = { ms: 0 };
  const places = { powercap: folder, supplies: folder };
  return { clock, ...startPowerMeter(places, () => clock.ms) };
}

describe('RAPL', () => {
  const domain = (entry: string, microjoules: number, name = entry.replace(/.*:/, 'package-')) =>
    write(entry, { name, energy_uj: String(microjoules), max_energy_range_uj: '1000000000' });

  it('adds the packages, and not what lies within them', () => {
    domain('intel-rapl:0', 5_000_000);
    domain('intel-rapl:1', 0);
    write('intel-rapl:0:0', { name: 'core', energy_uj: '0' });
    const { clock, cpuWatts } = meter();
    clock.ms = 2000;
    domain('intel-rapl:0', 105_000_000);
    domain('intel-rapl:1', 60_000_000);
    write('intel-rapl:0:0', { name: 'core', energy_uj: '90000000' });
    expect(cpuWatts()).toBe(80);
  });

  it('counts a package once that is there by its registers and by memory, or once for each die', () => {
    const all = (microjoules: number) => {
      domain('intel-rapl:0', microjoules);
      domain('intel-rapl-mmio:0', microjoules + 20);
      domain('intel-rapl:1', microjoules + 400_000_000, 'package-1-die-0');
      domain('intel-rapl:2', microjoules + 400_000_900, 'package-1-die-1');
      domain('intel-rapl:3', microjoules + 700_000_000, 'package-1-die-2'); // a counter of its own
    };
    all(1_000_000);
    const { clock, cpuWatts } = meter();
    clock.ms = 1000;
    all(11_000_000);
    expect(cpuWatts()).toBeCloseTo(30, 3);
  });

  it('knows a counter that started again', () => {
    domain('intel-rapl:0', 999_000_000);
    const { clock, cpuWatts } = meter();
    clock.ms = 1000;
    domain('intel-rapl:0', 64_000_000);
    expect(cpuWatts()).toBe(65);
  });

  it.each([
    ['nothing is there', () => {}],
    ['the counter may not be read', () => write('intel-rapl:0', { name: 'package-0' })],
    ['the counter stands', () => domain('intel-rapl:0', 5)],
    ['the counter is no number', () => write('intel-rapl:0', { name: 'package-0', energy_uj: '?' })],
  ])('says nothing where %s', (_, prepare) => {
    prepare();
    const { clock, cpuWatts } = meter();
    clock.ms = 1000;
    expect(cpuWatts()).toBeUndefined();
  });
});

describe('the battery', () => {
  it.each([
    ['power_now', { power_now: '31500000' }, 31.5],
    ['current and voltage', { current_now: '2000000', voltage_now: '12000000' }, 24],
    ['nothing', {}, undefined],
  ])('gives watts from %s', (_, files, watts) => {
    write('BAT0', { type: 'Battery', status: 'Discharging', ...files });
    expect(meter().batteryWatts()).toBe(watts);
    expect(hasBattery(folder)).toBe(true);
  });

  it('says nothing on mains', () => {
    write('AC', { type: 'Mains', power_now: '1' });
    expect(hasBattery(folder)).toBe(false);
    write('BAT0', { type: 'Battery', status: 'Charging', power_now: '1' });
    expect(meter().batteryWatts()).toBeUndefined();
    expect(hasBattery(folder)).toBe(true);
  });
});

describe('nvidia-smi', () => {
  it('reads the GPU that hashes', () => {
    const printed = 'NVIDIA H200, 512.34\nNVIDIA GeForce RTX 4090, 431.07\n';
    expect(wattsOfGpu(printed, 'NVIDIA GeForce RTX 4090')).toBe(431.07);
    expect(wattsOfGpu(printed, 'AMD Radeon')).toBeUndefined();
    expect(wattsOfGpu('', 'x')).toBeUndefined();
  });

  it('takes no card for another whose name begins like its own, and none of two of one name', () => {
    const printed =
      'NVIDIA GeForce RTX 4070, 31.2\nNVIDIA GeForce RTX 4070 Ti, 270.5\nNVIDIA L4, 70\nNVIDIA L4, 12';
    expect(wattsOfGpu(printed, 'NVIDIA GeForce RTX 4070 Ti')).toBe(270.5);
    expect(wattsOfGpu(printed, 'NVIDIA GeForce RTX 4070')).toBe(31.2);
    expect(wattsOfGpu(printed, 'NVIDIA L4')).toBeUndefined();
  });

  it('says nothing where the program is missing', async () => {
    expect(await nvidiaWatts('x', new AbortController().signal, join(folder, 'none'))).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('asks the program', async () => {
    const program = join(folder, 'smi');
    writeFileSync(program, '#!/bin/sh\necho "NVIDIA L4, 70.5"\n', { mode: 0o755 });
    expect(await nvidiaWatts('NVIDIA L4', new AbortController().signal, program)).toBe(70.5);
  });
});

describe('assumptions', () => {
  it.each([
    ['AMD EPYC 9654 96-Core Processor', 2, false, 10],
    ['Intel(R) Xeon(R) CPU @ 2.20GHz', 8, false, 40],
    ['Intel(R) Core(TM) i7-1185G7 @ 3.00GHz', 8, false, 28],
    ['Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz', 8, false, 28],
    ['AMD Ryzen 7 5800H with Radeon Graphics', 16, false, 28],
    ['unknown CPU', 4, true, 28],
    ['Apple M4', 10, true, 30],
    ['Cortex-A76', 4, false, 12],
    ['AMD Ryzen 9 7950X 16-Core Processor', 32, false, 170],
    ['AMD Ryzen 5 5600 6-Core Processor', 12, false, 65],
    ['unknown CPU', 4, false, 65],
  ])('%s, %d threads, battery %s: %d W', (brand, threads, battery, watts) => {
    expect(assumedCpuPower({ brand, threads, battery })).toMatchObject({ watts, basis: 'assumed' });
  });

  it('takes the rated power of a GPU from the lists', () => {
    expect(assumedGpuPower('NVIDIA GeForce RTX 4090').watts).toBe(450);
    expect(assumedGpuPower('NVIDIA H200')).toMatchObject({ watts: 700, basis: 'assumed' });
    expect(assumedGpuPower('Unheard of')).toMatchObject({
      watts: 200,
      how: expect.stringContaining('not in the list'),
    });
  });
});

describe('wholePower', () => {
  const cpu = { brand: 'AMD Ryzen 5 5600', threads: 12, battery: false };

  it('believes the battery, then meters, then assumptions; one assumption makes the sum one', () => {
    expect(wholePower({ cpu, cpuWatts: 70, batteryWatts: 45 })).toMatchObject({
      watts: 45,
      basis: 'measured',
    });
    expect(wholePower({ cpu, cpuWatts: 70, gpu: 'x', gpuWatts: 400 })).toMatchObject({
      watts: 470,
      basis: 'measured',
    });
    expect(wholePower({ cpu, cpuWatts: 70, gpu: 'x' })).toMatchObject({ watts: 270, basis: 'assumed' });
    expect(wholePower({ cpu })).toMatchObject({ watts: 65, basis: 'assumed' });
    expect(wholePower({ gpu: 'x', gpuWatts: 99 })).toMatchObject({ watts: 99, basis: 'measured' });
    expect(wholePower({})).toBeNull();
  });
});
