/** Looking rows up: exact for code, forgiving for people, and never a wrong row. */
import { describe, expect, it } from 'vitest';
import { aiDeviceById, aiDeviceOfGpu } from '../../src/economics/ai-devices.ts';
import { aiModelById, findAiModel } from '../../src/economics/ai-models.ts';
import { DEVICES, deviceById, findDevice } from '../../src/economics/devices.ts';
import { farmPrice, findRegion, homePrice, REGIONS, regionById } from '../../src/economics/regions.ts';
import { snapshotById } from '../../src/economics/snapshots.ts';

it('finds every row by its id and by its name', () => {
  for (const device of DEVICES) {
    expect(findDevice(device.id)).toEqual({ match: device });
    expect(findDevice(device.name.toUpperCase())).toEqual({ match: device });
  }
  for (const region of REGIONS) expect(findRegion(region.name)).toEqual({ match: region });
});

it.each([
  ['rtx4090', 'rtx-4090'],
  ['RTX 4090', 'rtx-4090'],
  [' bitaxe  gamma ', 'bitaxe-gamma'],
  ['S21+', 's21plus'],
  ['7950X', 'ryzen-7950x'],
  ['Jalapeno', 'bfl-5g'],
])('understands %s as %s', (text, id) => {
  expect(findDevice(text)).toEqual({ match: deviceById(id) });
});

it.each([
  ['Russia', 'ru'],
  ['quebec', 'ca-qc'],
  ['US', 'us'],
  ['United States', 'us'],
])('understands the region %s as %s', (text, id) => {
  expect(findRegion(text)).toEqual({ match: regionById(id) });
});

it.each([
  ['s212', ' Did you mean "s21"?'],
  ['bitaxe gama', ' Did you mean "bitaxe-gamma"?'],
  ['S23 Hyd', undefined],
  ['bitaxe', ' It could be "bitaxe-max", "bitaxe-ultra", "bitaxe-supra", "bitaxe-gamma" or one of 4 more.'],
  ['whatsit', ''],
  ['', ''],
  ['  ', ''],
])('answers the unknown device "%s" with a hint', (text, hint) => {
  if (hint === undefined) expect(findDevice(text)).toEqual({ match: deviceById('s23hyd') });
  else expect(findDevice(text)).toEqual({ hint });
});

it.each([
  ['Germny', ' Did you mean "germany"?'],
  ['usa', ' Did you mean "us"?'],
  ['Atlantis', ''],
])('answers the unknown region "%s" with a hint', (text, hint) => {
  expect(findRegion(text)).toEqual({ hint });
});

it('throws for unknown ids in code', () => {
  for (const byId of [deviceById, regionById, snapshotById, aiDeviceById, aiModelById])
    expect(() => byId('none')).toThrow(RangeError);
  expect(findAiModel('gpt')).toEqual({ hint: '' });
});

it('takes the mining price of a region for a farm, else the industrial one', () => {
  expect(farmPrice(regionById('us'))).toEqual({ usdPerKwh: 0.06, field: 'miningUsdPerKwh' });
  expect(farmPrice(regionById('de'))).toEqual({ usdPerKwh: 0.273, field: 'industrialUsdPerKwh' });
  expect(homePrice(regionById('ng'))).toBeNull();
  expect(farmPrice({ ...regionById('ng'), industrialUsdPerKwh: null })).toBeNull();
});

describe('the GPU a driver names', () => {
  it.each([
    ['NVIDIA GeForce RTX 4090', 'rtx4090'],
    ['NVIDIA H200', 'h200'],
    ['NVIDIA H100 80GB HBM3', 'h100'],
    ['NVIDIA A100-SXM4-40GB', 'a100-40'],
    ['Apple M4', 'm4'],
    ['Apple M4 Max', 'm4-max'],
    ['AMD Instinct MI300X', 'mi300x'],
    // Others of the same number, and names that say nothing.
    ['NVIDIA GeForce RTX 4090 Laptop GPU', undefined],
    ['NVIDIA GeForce RTX 3090 Ti', undefined],
    ['Apple M4 Ultra', undefined],
    ['AMD Radeon 8060S (RADV GFX1151)', undefined],
    ['GPU', undefined],
    ['', undefined],
  ])('%s is %s', (name, id) => {
    expect(aiDeviceOfGpu(name)?.id).toBe(id);
  });
});
