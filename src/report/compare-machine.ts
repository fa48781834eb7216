/** The machine on the lowest rung of the ladder: what it is, what it does, what it takes. */
import type { Device } from '../economics/devices.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import { formatQuantity } from '../format.ts';

/** Watts and how they are known. */
export interface Power {
  readonly watts: number;
  /** `given` by the user or by the catalogue. */
  readonly basis: 'measured' | 'assumed' | 'given';
  /** By what, ready to stand behind a colon. */
  readonly how: string;
}

/** An engine that hashed. */
export interface MachinePart {
  readonly engine: string;
  readonly kernel: string;
  readonly threads: number;
  readonly hashesPerSecond: number;
  /** Of a GPU. */
  readonly adapter?: string;
}

/** A machine. */
export interface Machine {
  /** The CPU, and the GPU that hashes beside it. */
  readonly name: string;
  readonly origin: 'measured' | 'bench' | 'hashrate' | 'device';
  /** Of all parts together, hashes per second. */
  readonly hashesPerSecond: number;
  /** What hashed at the same time; none where only a hashrate is known. */
  readonly parts: readonly MachinePart[];
  /** Null when nobody knows and nothing lets assume it. */
  readonly power: Power | null;
  /** What has to be said of the figures, of a device that is not sourced throughout. */
  readonly note?: string;
}

/**
 * The machine in one line, its parts in brackets.
 *
 * @example
 * ```ts
 * const part = { engine: 'native', kernel: 'avx2', threads: 4, hashesPerSecond: 90e6 };
 * machineLine({ name: 'Core i5', origin: 'measured', hashesPerSecond: 90e6, parts: [part], power: null }); // 'Core i5: 90 MH/s measured (avx2 on 4 threads)'
 * ```
 */
export function machineLine({ name, origin, hashesPerSecond, parts }: Machine): string {
  const rate = formatQuantity(hashesPerSecond, 'H/s');
  const each = parts.map((part) => partText(part, parts.length > 1)).join(', ');
  return `${name}: ${rate}${ORIGINS[origin]}${each === '' ? '' : ` (${each})`}`;
}

const ORIGINS = {
  measured: ' measured',
  bench: ' by the benchmark',
  hashrate: '',
  device: ' by the catalogue',
} as const;

function partText({ adapter, kernel, threads, hashesPerSecond }: MachinePart, withRate: boolean): string {
  const where = adapter ?? `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const rate = withRate ? `: ${formatQuantity(hashesPerSecond, 'H/s')}` : '';
  return `${kernel} on ${where}${rate}`;
}

/**
 * The power in one line, an assumption named as one.
 *
 * @example
 * ```ts
 * powerLine({ watts: 65, basis: 'assumed', how: '65 W, a usual TDP' }); // 'power: ASSUMED 65 W (65 W, a usual TDP); --watts sets it'
 * ```
 */
export function powerLine(power: Power | null): string {
  if (power === null) return 'power: unknown; --watts sets it';
  const watts = formatQuantity(power.watts, 'W');
  if (power.basis === 'assumed') return `power: ASSUMED ${watts} (${power.how}); --watts sets it`;
  return `power: ${watts}, ${power.basis} (${power.how})`;
}

/** What has to be said of a device's figures; nothing where they are in their source. */
export function deviceNote(device: Device): string | undefined {
  const { confidence, source } = device;
  if (confidence === 'sourced') return undefined;
  const fields = [
    ...(isUnconfirmed(device, 'hashrateHps') ? ['hashrate'] : []),
    ...(isUnconfirmed(device, 'powerW') ? ['power'] : []),
  ];
  const what = fields.length === 0 ? confidence : `${fields.join(' and ')} unconfirmed`;
  return `${what}: ${source.replace(/^unconfirmed: /, '')}`;
}
