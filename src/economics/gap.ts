/** The gap between a measured hashrate and a device: how many times faster, and how long one second of it takes here. */
import type { Device } from './devices.ts';

/** One rung of the ladder from this machine up. */
export interface Gap {
  readonly device: Device;
  /** The device's hashrate over the measured one. */
  readonly timesFaster: number;
}

/**
 * How many times faster each device is than a machine of `hashesPerSecond`, slowest device first. The factor is also the number of seconds
 * this machine needs for what the device does in one.
 *
 * @throws {RangeError} when `hashesPerSecond` is not positive: nothing was measured.
 * @example
 * ```ts
 * gapTo([deviceById('s21')], 20e6)[0].timesFaster; // 1e7
 * ```
 */
export function gapTo(devices: readonly Device[], hashesPerSecond: number): Gap[] {
  if (!(hashesPerSecond > 0))
    throw new RangeError(`expected a positive hashrate, received ${hashesPerSecond}`);
  return devices
    .map((device) => ({ device, timesFaster: device.hashrateHps / hashesPerSecond }))
    .sort((a, b) => a.timesFaster - b.timesFaster);
}
