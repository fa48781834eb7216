/** The device catalogue: hashrates and powers with their sources, from data/devices.json. */
import catalogue from './data/devices.json' with { type: 'json' };

/** How well a figure is supported: only `sourced` may be shown without a mark. */
export type Confidence = 'sourced' | 'derived' | 'power-unconfirmed' | 'hashrate-unconfirmed' | 'unconfirmed';

/** A device that computes double SHA-256. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly kind: 'cpu' | 'gpu' | 'fpga' | 'asic' | 'home-asic';
  readonly releaseYear: number;
  /** Hashes per second. */
  readonly hashrateHps: number;
  /** Watts at the wall; null where nobody published them. */
  readonly powerW: number | null;
  readonly source: string;
  readonly confidence: Confidence;
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
  const device = DEVICES.find((entry) => entry.id === id);
  if (device === undefined) throw new RangeError(`no device with the id ${id}`);
  return device;
}
