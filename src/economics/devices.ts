/** The device catalogue: hashrates and powers with their sources, from data/devices.json. */
import { type Found, findRow, rowById } from './catalogue.ts';
import catalogue from './data/devices.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** What a device is. Microcontrollers count as `cpu`; a `home-asic` is meant to stand in a room with people. */
export type DeviceKind = 'cpu' | 'gpu' | 'fpga' | 'asic' | 'home-asic';

/** A device that computes double SHA-256. */
export interface Device extends Provenance<'hashrateHps' | 'powerW'> {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly kind: DeviceKind;
  /** For orientation; not confirmed for CPUs, GPUs and FPGAs. */
  readonly releaseYear: number;
  /** 1 to 12, where it is known. */
  readonly releaseMonth?: number;
  /** Hashes (double SHA-256) per second. */
  readonly hashrateHps: number;
  /** Watts at the wall; null where nobody published them. */
  readonly powerW: number | null;
  /** Joules per 10^12 hashes: power over hashrate with four digits; null without a power. */
  readonly joulesPerTH: number | null;
  /** US dollars when it was new, where a source names them. No street prices: public lists disagree by three times and more. */
  readonly priceUsd?: number;
}

/** Every device of the catalogue. */
export const DEVICES = catalogue as readonly Device[];

/**
 * The device with this id.
 *
 * @throws {RangeError} for an id that is not in the catalogue: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * deviceById('s21').name; // 'Antminer S21 (200T)'
 * ```
 */
export function deviceById(id: string): Device {
  return rowById(DEVICES, 'device', id);
}

/**
 * The device a person means, or a hint for the message.
 *
 * @example
 * ```ts
 * findDevice('Bitaxe Gamma'); // { match: deviceById('bitaxe-gamma') }
 * findDevice('s212'); // { hint: ' Did you mean "s21"?' }
 * ```
 */
export function findDevice(text: string): Found<Device> {
  return findRow(DEVICES, text);
}
