/** The fleet it takes: hashrate, machines and power for a block a month. */
import { notNegative, positive } from './checks.ts';
import type { Device } from './devices.ts';

/** Seconds of a month, a twelfth of 365.25 days. */
export const MONTH_SECONDS = (365.25 / 12) * 86_400;

/** Machines of one kind. */
export interface Fleet {
  readonly devices: number;
  /** Hashes per second of all of them: at least what was asked for. */
  readonly hashrateHps: number;
  /** Watts of all of them; null when the device's power is not known. */
  readonly powerW: number | null;
  /** Energy of a month in kWh; null when the device's power is not known. */
  readonly kwhPerMonth: number | null;
}

/**
 * The hashrate, hashes per second, that finds this many blocks in a time on average: blocks x hashesPerBlock / seconds.
 *
 * @throws {RangeError} for a number out of range.
 * @example
 * ```ts
 * hashrateForBlocks(1, 6e23, 600); // 1e21
 * ```
 */
export function hashrateForBlocks(blocks: number, hashesPerBlock: number, seconds = MONTH_SECONDS): number {
  return (
    (notNegative(blocks, 'number of blocks') * positive(hashesPerBlock, 'work')) / positive(seconds, 'time')
  );
}

/**
 * The machines of one kind that reach a hashrate, hashes per second.
 *
 * @throws {RangeError} for a negative hashrate.
 * @example
 * ```ts
 * fleetOf(deviceById('s21'), 1e18).devices; // 5000
 * ```
 */
export function fleetOf(device: Pick<Device, 'hashrateHps' | 'powerW'>, hashrateHps: number): Fleet {
  const devices = Math.ceil(notNegative(hashrateHps, 'hashrate') / device.hashrateHps);
  const powerW = device.powerW === null ? null : devices * device.powerW;
  return {
    devices,
    hashrateHps: devices * device.hashrateHps,
    powerW,
    kwhPerMonth: powerW === null ? null : (powerW * MONTH_SECONDS) / 3.6e6,
  };
}
