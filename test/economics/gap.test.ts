/** The gap and the device catalogue: ratios, order, and data that every entry must carry. */
import { describe, expect, it } from 'vitest';
import { DEVICES, deviceById } from '../../src/economics/devices.ts';
import { gapTo } from '../../src/economics/gap.ts';

it('orders devices by how far away they are', () => {
  const gaps = gapTo([deviceById('s21'), deviceById('bitaxe-gamma')], 50e6);
  expect(gaps.map(({ device, timesFaster }) => [device.id, timesFaster])).toEqual([
    ['bitaxe-gamma', 21_420],
    ['s21', 4_000_000],
  ]);
});

it('knows that an S21 is 187 Bitaxes, and no better per joule', () => {
  const [s21, gamma] = [deviceById('s21'), deviceById('bitaxe-gamma')];
  expect(s21.hashrateHps / gamma.hashrateHps).toBeCloseTo(187, 0);
  expect(s21.powerW! / s21.hashrateHps / (gamma.powerW! / gamma.hashrateHps)).toBeCloseTo(1, 1);
});

it.each([0, -1, Number.NaN])('refuses a hashrate of %s', (rate) => {
  expect(() => gapTo(DEVICES, rate)).toThrow(RangeError);
});

describe.each(DEVICES)('device $id', (device) => {
  it('has a positive hashrate, a source and a known confidence', () => {
    expect(device.hashrateHps).toBeGreaterThan(0);
    expect(device.source).not.toBe('');
    expect(['sourced', 'derived', 'power-unconfirmed', 'hashrate-unconfirmed', 'unconfirmed']).toContain(
      device.confidence,
    );
    expect(['cpu', 'gpu', 'fpga', 'asic', 'home-asic']).toContain(device.kind);
  });
});

it('has no id twice', () => {
  expect(new Set(DEVICES.map(({ id }) => id)).size).toBe(DEVICES.length);
  expect(() => deviceById('none')).toThrow(RangeError);
});
