/** The ladder from this browser up to an ASIC: its rungs, where they stand on a scale of powers, and the gap in words. */
import type { Device } from '../../economics/devices.ts';
import { type Gap, gapTo } from '../../economics/gap.ts';
import { formatDuration, formatFactor } from '../../format.ts';

/** The ticks of the scale, hashes per second; each is a thousand times the one before. */
export const TICKS: readonly number[] = [1e3, 1e6, 1e9, 1e12, 1e15];

/** A bar. */
export interface Rung {
  readonly name: string;
  /** What it is, in a few words. */
  readonly note: string;
  readonly kind: 'gpu' | 'plain' | 'device';
  readonly hashesPerSecond: number;
}

/** What was measured in this browser, hashes per second. */
export interface Rates {
  readonly gpu?: number | undefined;
  readonly plain?: number | undefined;
  /** The CPU plays the GPU. */
  readonly software?: boolean;
}

/**
 * Where a hashrate stands between the first and the last tick, 0 to 1, by its power of ten.
 *
 * @example
 * ```ts
 * scalePosition(1e9); // 0.5
 * scalePosition(5); // 0
 * ```
 */
export function scalePosition(hashesPerSecond: number): number {
  const decades = (rate: number) => Math.log10(rate / TICKS[0]!);
  const position = decades(Math.max(hashesPerSecond, TICKS[0]!)) / decades(TICKS.at(-1)!);
  return Math.min(1, Number(position.toFixed(4)));
}

/** Every bar, slowest first. */
export function rungs(rates: Rates, devices: readonly Device[]): Rung[] {
  const here: Rung[] = [];
  if (rates.plain)
    here.push({
      name: 'This browser, plain JavaScript',
      note: 'one core',
      kind: 'plain',
      hashesPerSecond: rates.plain,
    });
  if (rates.gpu)
    here.push({
      name: 'This browser, GPU',
      note: rates.software ? 'a software adapter' : '',
      kind: 'gpu',
      hashesPerSecond: rates.gpu,
    });
  const machines = devices.map(
    (device): Rung => ({
      name: device.name,
      note: deviceNote(device),
      kind: 'device',
      hashesPerSecond: device.hashrateHps,
    }),
  );
  return [...here, ...machines].sort((a, b) => a.hashesPerSecond - b.hashesPerSecond);
}

function deviceNote({ kind, releaseYear, powerW, confidence }: Device): string {
  const what = kind === 'home-asic' ? 'mining machine for a desk' : 'mining machine';
  const power = powerW === null ? '' : `, ${powerW.toLocaleString('en-US')} W`;
  return `${what}, ${releaseYear}${power}${confidence === 'sourced' ? '' : ' *'}`;
}

/** The gap to one device in words. */
export interface GapWords {
  readonly device: string;
  /** Such as `235 million`. */
  readonly timesFaster: string;
  /** How long this browser needs for what the device does in one second. */
  readonly oneSecondTakes: string;
  /** How long the device's bar were if this browser's were a millimetre. */
  readonly plainBar: string;
}

/** The gaps from the faster of this browser's two rates, the farthest device first; empty when nothing was measured. */
export function gapWords(rates: Rates, devices: readonly Device[]): GapWords[] {
  const best = Math.max(rates.gpu ?? 0, rates.plain ?? 0);
  if (!(best > 0)) return [];
  return gapTo(devices, best).reverse().map(words);
}

function words({ device, timesFaster }: Gap): GapWords {
  return {
    device: device.name,
    timesFaster: formatFactor(timesFaster),
    oneSecondTakes: formatDuration(timesFaster),
    plainBar: formatLength(timesFaster / 1000),
  };
}

/**
 * A length for people.
 *
 * @example
 * ```ts
 * formatLength(0.107); // '10.7 cm'
 * formatLength(235_294); // '235 km'
 * ```
 */
export function formatLength(metres: number): string {
  const [size, unit] = metres >= 1000 ? [1000, 'km'] : metres >= 1 ? [1, 'm'] : [0.01, 'cm'];
  const value = metres / size;
  return `${Number(value.toPrecision(value < 10 ? 2 : 3)).toLocaleString('en-US')} ${unit}`;
}
