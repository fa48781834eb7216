/** The closing table: this machine beside devices built for nothing but this. */
import type { Gap } from '../economics/gap.ts';
import { formatDuration, formatFactor, formatQuantity } from '../format.ts';
import { tableOrList } from './table.ts';
import { wrapLines } from './text.ts';

/** What is compared. */
export interface Comparison {
  /** How the machine is named in the first row. */
  readonly machine: string;
  readonly hashesPerSecond: number;
  readonly gaps: readonly Gap[];
}

/**
 * The table as lines, and a note for every figure that is not sourced.
 *
 * @param width - columns of the terminal.
 */
export function comparisonLines({ machine, hashesPerSecond, gaps }: Comparison, width: number): string[] {
  const columns = [
    { heading: 'device', align: 'left' },
    { heading: 'times faster', align: 'right' },
    { heading: 'hashrate', align: 'right' },
    { heading: '1 s of it takes here', align: 'right' },
  ] as const;
  const rows = [
    [machine, '1', formatQuantity(hashesPerSecond, 'H/s'), '1 s'],
    ...gaps.map(({ device, timesFaster }) => [
      device.confidence === 'sourced' ? device.name : `${device.name} *`,
      formatFactor(timesFaster),
      formatQuantity(device.hashrateHps, 'H/s'),
      formatDuration(timesFaster),
    ]),
  ];
  const marked = gaps.filter(({ device }) => device.confidence !== 'sourced');
  return [
    ...tableOrList(columns, rows, width),
    ...marked
      .map(({ device }) => `* ${device.confidence}: ${device.source}`)
      .flatMap((note) => wrapLines(note, width)),
  ];
}

/** The same as one JSON object. */
export function comparisonObject({ machine, hashesPerSecond, gaps }: Comparison) {
  return {
    type: 'comparison',
    machine,
    hashesPerSecond,
    devices: gaps.map(({ device, timesFaster }) => ({
      id: device.id,
      name: device.name,
      hashesPerSecond: device.hashrateHps,
      timesFaster,
      source: device.source,
      confidence: device.confidence,
    })),
  };
}
