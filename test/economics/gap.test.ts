/** The gap: ratios between devices, order, and what an unknown power means. */
import { describe, expect, it } from 'vitest';
import { DEVICES, deviceById } from '../../src/economics/devices.ts';
import { energyGapTo, gapTo, joulesPerTH } from '../../src/economics/gap.ts';

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

describe('published: times an S21 and an S23 Hyd are ahead, per device and per joule', () => {
  it.each([
    ['node-purejs', [1.2e8, 1.7e5], [3.5e8, 3.2e5]],
    ['i7-1185g7', [1.7e6, 1.3e4], [4.8e6, 2.5e4]],
    ['rtx-4090', [1.8e4, 2.3e3], [5.3e4, 4.3e3]],
    ['b200', [2.4e4, 7.0e3], [7.1e4, 1.3e4]],
    ['bitaxe-gamma', [187, 1.0], [542, 1.9]],
    ['avalon-q', [2.2, 1.1], [6.4, 2.0]],
  ])('%s: %j and %j', (id, s21, s23hyd) => {
    const { hashrateHps, powerW } = deviceById(id);
    const ahead = (of: string) => {
      const [gap] = energyGapTo([deviceById(of)], { hashesPerSecond: hashrateHps, powerW });
      return [gap!.timesFaster, gap!.timesBetterPerJoule!];
    };
    const published = [...s21, ...s23hyd];
    [...ahead('s21'), ...ahead('s23hyd')].forEach((factor, i) => {
      expect(Math.abs(factor / published[i]! - 1), `${factor} for ${published[i]}`).toBeLessThan(0.04);
    });
  });

  it('the best AI accelerators hash slower than a gaming card of 2022', () => {
    const rate = (id: string) => deviceById(id).hashrateHps;
    expect(rate('h100-sxm')).toBeLessThan(rate('rtx-4090'));
    expect(rate('b200')).toBeLessThan(rate('rtx-4090'));
  });

  it('node:crypto is four times slower than a loop in JavaScript', () => {
    const rate = (id: string) => deviceById(id).hashrateHps;
    expect(rate('node-purejs') / rate('node-createhash')).toBeCloseTo(4, 0);
  });
});

it('has no factor per joule where a power is not known', () => {
  const known = { hashesPerSecond: 50e6, powerW: 28 };
  expect(energyGapTo([deviceById('ztex-115b')], known)[0]!.timesBetterPerJoule).toBeNull();
  const unknown = energyGapTo(DEVICES, { hashesPerSecond: 50e6, powerW: null });
  expect(unknown.every(({ timesBetterPerJoule }) => timesBetterPerJoule === null)).toBe(true);
  expect(unknown.map(({ timesFaster }) => timesFaster)).toEqual(
    gapTo(DEVICES, 50e6).map(({ timesFaster }) => timesFaster),
  );
  expect(joulesPerTH({ hashesPerSecond: 1, powerW: null })).toBeNull();
});

it.each([0, -1, Number.NaN])('refuses a hashrate or a power of %s', (value) => {
  expect(() => gapTo(DEVICES, value)).toThrow(RangeError);
  expect(() => joulesPerTH({ hashesPerSecond: 1, powerW: value })).toThrow(RangeError);
});
