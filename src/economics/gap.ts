/** The gap between a measured machine and a device: times faster, times better per joule, and how long one second of it takes here. */
import { positive } from './checks.ts';
import type { Device } from './devices.ts';

/** One rung of the ladder from this machine up. */
export interface Gap {
  readonly device: Device;
  /** The device's hashrate over the measured one. */
  readonly timesFaster: number;
}

/** A rung that also knows what a hash costs in energy. */
export interface EnergyGap extends Gap {
  /** The machine's joules per hash over the device's; null when one of the powers is not known. */
  readonly timesBetterPerJoule: number | null;
}

/** A machine that was measured. */
export interface MeasuredMachine {
  readonly hashesPerSecond: number;
  /** Watts, measured or assumed; null when neither. */
  readonly powerW: number | null;
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
  positive(hashesPerSecond, 'hashrate');
  return devices
    .map((device) => ({ device, timesFaster: device.hashrateHps / hashesPerSecond }))
    .sort((a, b) => a.timesFaster - b.timesFaster);
}

/**
 * The same, and how many times less energy each device takes per hash.
 *
 * @throws {RangeError} when the hashrate is not positive, or the power is neither positive nor null.
 * @example
 * ```ts
 * energyGapTo([deviceById('s21')], { hashesPerSecond: 1e12, powerW: 35 })[0].timesBetterPerJoule; // 2
 * ```
 */
export function energyGapTo(devices: readonly Device[], machine: MeasuredMachine): EnergyGap[] {
  const mine = joulesPerTH(machine);
  return gapTo(devices, machine.hashesPerSecond).map((gap) => ({
    ...gap,
    timesBetterPerJoule:
      mine === null || gap.device.joulesPerTH === null ? null : mine / gap.device.joulesPerTH,
  }));
}

/**
 * Joules per 10^12 hashes, power / hashrate x 10^12; null without a power.
 *
 * @throws {RangeError} when the hashrate is not positive, or the power is neither positive nor null.
 * @example
 * ```ts
 * joulesPerTH({ hashesPerSecond: 200e12, powerW: 3500 }); // 17.5
 * ```
 */
export function joulesPerTH({ hashesPerSecond, powerW }: MeasuredMachine): number | null {
  if (powerW === null) return null;
  return positive(powerW, 'power') / (positive(hashesPerSecond, 'hashrate') / 1e12);
}
