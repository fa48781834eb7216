/** The section on the ladder: how much faster and how much thriftier machines are that do nothing but this. */
import { formatQuantity } from '../../../format.ts';
import type { Compare, PartRung, Rung } from '../../compare.ts';
import type { Machine } from '../../compare-machine.ts';
import { formatTimes, formatUsd } from '../../economics-text.ts';
import { formatWait } from '../../numbers.ts';
import type { Bar, BarChart, Section, Table, Tone } from '../document.ts';
import type { Notes } from '../notes.ts';

/** The section. */
export function ladderSection(compare: Compare, notes: Notes): Section {
  const thirst = energyChart(compare);
  return {
    id: 'ladder',
    title: 'The ladder: one machine, one job',
    blocks: [
      {
        kind: 'text',
        text: 'Mining is a lottery. Each try is one hash, and all that counts is how many tries a machine makes in a second. An ASIC is a chip that can do this one thing and nothing else.',
      },
      {
        kind: 'figure',
        title: 'How many times faster than this machine',
        chart: speedChart(compare),
        table: table(compare, notes),
      },
      {
        kind: 'text',
        text: 'The bars count in powers of ten: the same step to the right is always the same factor. Speed is only half of it: what a try takes in energy decides what it costs, and there a small Bitaxe at home is as good as an S21 on a farm.',
      },
      ...(thirst === null
        ? [
            {
              kind: 'text',
              text: 'How much energy a hash takes here is not known: --watts says what this machine draws.',
            } as const,
          ]
        : [
            {
              kind: 'figure',
              title: 'Energy for a million million hashes (a terahash)',
              chart: thirst,
              table: energyTable(compare, notes),
            } as const,
          ]),
    ],
  };
}

/** What a rung is called: the machine is this one, whatever its name is. */
export const rungName = ({ device, name }: Rung) => (device === null ? 'This machine' : name);

const toneOf = ({ device }: Rung): Tone => {
  if (device === null) return 'own';
  return device.kind === 'asic' ? 'asic' : 'home';
};

function speedChart({ parts, rungs, sentence }: Compare): BarChart {
  const within = parts.map(({ name, timesFaster, hashesPerSecond }) => ({
    name,
    value: timesFaster,
    text: formatQuantity(hashesPerSecond, 'H/s'),
    tone: 'own' as const,
  }));
  const machines = rungs.map((rung) => ({
    name: rungName(rung),
    value: rung.timesFaster,
    text:
      rung.device === null
        ? formatQuantity(rung.hashesPerSecond, 'H/s')
        : `${formatTimes(rung.timesFaster)} ×`,
    tone: toneOf(rung),
  }));
  const bars = [...within, ...machines];
  return {
    kind: 'bars',
    id: 'speed',
    description: `Bar chart in powers of ten. ${sentence} ${spoken(bars)}`,
    scale: 'log',
    axis: 'times faster',
    tickText: powerText,
    bars,
  };
}

function energyChart({ rungs }: Compare): BarChart | null {
  const known = rungs.filter((rung) => rung.joulesPerTH !== null);
  if (!known.some(({ device }) => device === null)) return null;
  const bars = known.map((rung) => ({
    name: rungName(rung),
    value: rung.joulesPerTH!,
    text: formatQuantity(rung.joulesPerTH!, 'J'),
    tone: toneOf(rung),
  }));
  return {
    kind: 'bars',
    id: 'energy',
    description: `Bar chart in powers of ten of the energy for a terahash, less is better. ${spoken(bars)}`,
    scale: 'log',
    axis: 'joules for a terahash, less is better',
    tickText: powerText,
    bars,
  };
}

/**
 * A power of ten in few characters.
 *
 * @example
 * ```ts
 * powerText(1e6); // '1 million'
 * powerText(1e-3); // '0.001'
 * ```
 */
export function powerText(value: number): string {
  if (value < 1) return String(Number(value.toPrecision(1)));
  return formatTimes(Number(value.toPrecision(3)));
}

/** Bars as a sentence. */
export const spoken = (bars: readonly Bar[]) =>
  `${bars.map(({ name, text }) => `${name}: ${text}`).join('; ')}.`;

function table(compare: Compare, notes: Notes): Table {
  return {
    caption: 'The ladder',
    columns: [
      { heading: 'machine', align: 'left' },
      { heading: 'hashrate', align: 'right' },
      { heading: 'times faster', align: 'right' },
      { heading: 'a block alone takes', align: 'right' },
    ],
    rows: [
      ...compare.parts.map((part) => ladderRow(part.name, part)),
      ...compare.rungs.map((rung) =>
        ladderRow(
          `${rungName(rung)}${rung.device === null ? '' : notes.markRow(rung.device, 'hashrateHps')}`,
          rung,
        ),
      ),
    ],
  };
}

const ladderRow = (
  name: string,
  { hashesPerSecond, timesFaster, secondsToBlock }: Omit<PartRung, 'name'>,
) => [name, formatQuantity(hashesPerSecond, 'H/s'), formatTimes(timesFaster), formatWait(secondsToBlock)];

/** The mark of a power that was neither measured nor given; of another one, nothing. */
export const assumedMark = ({ power }: Machine, notes: Notes) =>
  power?.basis === 'assumed'
    ? notes.mark(`The power of this machine is ASSUMED: ${power.how}. --watts sets it.`)
    : '';

function energyTable({ rungs, machine }: Compare, notes: Notes): Table {
  const assumed = assumedMark(machine, notes);
  return {
    caption: 'Energy',
    columns: [
      { heading: 'machine', align: 'left' },
      { heading: 'power', align: 'right' },
      { heading: 'energy of a terahash', align: 'right' },
      { heading: 'times better', align: 'right' },
      { heading: 'electricity for 1 BTC', align: 'right' },
    ],
    rows: rungs.map((rung) => [
      `${rungName(rung)}${rung.device === null ? assumed : notes.markRow(rung.device, 'powerW')}`,
      rung.powerW === null ? '-' : formatQuantity(rung.powerW, 'W'),
      rung.joulesPerTH === null ? '-' : formatQuantity(rung.joulesPerTH, 'J'),
      rung.timesBetterPerJoule === null ? '-' : formatTimes(rung.timesBetterPerJoule),
      rung.usdPerBtc === null ? '-' : formatUsd(rung.usdPerBtc),
    ]),
  };
}
