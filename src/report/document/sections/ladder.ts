/** The section on the ladder: how much faster and how much thriftier machines are that do nothing but this. */
import { formatQuantity } from '../../../format.ts';
import type { Compare, Electricity, PartRung, Rung } from '../../compare.ts';
import type { Machine } from '../../compare-machine.ts';
import { formatKwhPrice, formatTimes, formatUsd } from '../../economics-text.ts';
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
        text: `The bars count in powers of ten: the same step to the right is always the same factor. Speed is only half of it: what a try takes in energy decides what it costs, and there a small Bitaxe at home is as good as an S21 on a farm.${compare.machine.power?.basis === 'assumed' ? ' A * marks what follows from an assumed power.' : ''}`,
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

function energyChart({ rungs, machine }: Compare): BarChart | null {
  const star = machine.power?.basis === 'assumed' ? ' *' : '';
  const known = rungs.filter((rung) => rung.joulesPerTH !== null);
  if (!known.some(({ device }) => device === null)) return null;
  const bars = known.map((rung) => ({
    name: rungName(rung),
    value: rung.joulesPerTH!,
    text: `${formatQuantity(rung.joulesPerTH!, 'J')}${rung.device === null ? star : ''}`,
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

/** The mark of a price of power here that nobody confirms; of another one, nothing. */
export const priceMark = ({ usdPerKwh, from, unconfirmed }: Electricity, notes: Notes) =>
  unconfirmed
    ? notes.mark(
        `The price of power here is unconfirmed: no public source was found for ${formatKwhPrice(usdPerKwh)} (${from}), nor for the costs that follow. --kwh-price sets it.`,
      )
    : '';

/** Every figure that follows from an assumed power or from an unconfirmed price is marked. */
function energyTable({ rungs, machine, electricity }: Compare, notes: Notes): Table {
  const assumed = assumedMark(machine, notes);
  const price = priceMark(electricity, notes);
  return {
    caption: 'Energy',
    columns: [
      { heading: 'machine', align: 'left' },
      { heading: 'power', align: 'right' },
      { heading: 'energy of a terahash', align: 'right' },
      { heading: 'times better', align: 'right' },
      { heading: 'electricity for 1 BTC', align: 'right' },
    ],
    rows: rungs.map((rung) => {
      const cell = (value: number | null, text: (known: number) => string, marks: string) =>
        value === null ? '-' : `${text(value)}${marks}`;
      const own = rung.device === null ? assumed : '';
      return [
        `${rungName(rung)}${rung.device === null ? '' : notes.markRow(rung.device, 'powerW')}`,
        cell(rung.powerW, (watts) => formatQuantity(watts, 'W'), own),
        cell(rung.joulesPerTH, (joules) => formatQuantity(joules, 'J'), own),
        cell(rung.timesBetterPerJoule, formatTimes, rung.device === null ? '' : assumed),
        cell(rung.usdPerBtc, formatUsd, `${own}${price}`),
      ];
    }),
  };
}
