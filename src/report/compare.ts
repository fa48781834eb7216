/** How far a machine is from an ASIC: one sentence, and the ladder from that machine up. */
import type { Device } from '../economics/devices.ts';
import { electricityUsdPerBtc } from '../economics/energy.ts';
import { energyGapTo, joulesPerTH } from '../economics/gap.ts';
import { timeToBlock } from '../economics/odds.ts';
import { formatQuantity } from '../format.ts';
import { deviceNote, type Machine, machineLine, powerLine } from './compare-machine.ts';
import { createFootnotes, type Footnotes, formatKwhPrice, formatTimes, formatUsd } from './economics-text.ts';
import { networkLine, networkObject } from './network.ts';
import { blockTerms, type NetworkState } from './network-state.ts';
import { formatWait } from './numbers.ts';
import { tableLines, tableOrList } from './table.ts';
import { displayWidth, wrapLines } from './text.ts';

/** What a kWh costs, for every row alike. */
export interface Electricity {
  readonly usdPerKwh: number;
  /** Whose price that is. */
  readonly from: string;
  /** No public source confirms it. */
  readonly unconfirmed: boolean;
}

/** What is compared. */
export interface CompareInput {
  readonly machine: Machine;
  readonly devices: readonly Device[];
  readonly electricity: Electricity;
  readonly network: NetworkState;
}

/** A rung: the machine, or a device above it. */
export interface Rung {
  /** Null for the machine. */
  readonly device: Device | null;
  readonly name: string;
  readonly hashesPerSecond: number;
  readonly powerW: number | null;
  readonly joulesPerTH: number | null;
  readonly timesFaster: number;
  readonly timesBetterPerJoule: number | null;
  /** Mean time to a block alone. */
  readonly secondsToBlock: number;
  /** Electricity; null without a power. */
  readonly usdPerBtc: number | null;
}

/** A step below the machine: its CPU or its GPU, where both of them hash. Their power is not known apart. */
export interface PartRung {
  readonly name: string;
  readonly hashesPerSecond: number;
  /** Of the whole machine: below 1. */
  readonly timesFaster: number;
  readonly secondsToBlock: number;
}

/** The ladder, slowest first. */
export interface Compare extends CompareInput {
  /** None where only one engine hashes. */
  readonly parts: readonly PartRung[];
  readonly rungs: readonly Rung[];
  readonly sentence: string;
}

/**
 * The ladder.
 *
 * @throws {RangeError} when the machine has no hashrate.
 */
export function compareMachine(input: CompareInput): Compare {
  const { machine, devices } = input;
  const measured = { hashesPerSecond: machine.hashesPerSecond, powerW: machine.power?.watts ?? null };
  const own = {
    device: null,
    name: machine.name,
    ...measured,
    joulesPerTH: joulesPerTH(measured),
    timesFaster: 1,
    timesBetterPerJoule: measured.powerW === null ? null : 1,
  };
  const above = energyGapTo(devices, measured).map(({ device, timesFaster, timesBetterPerJoule }) => ({
    device,
    name: device.name,
    hashesPerSecond: device.hashrateHps,
    powerW: device.powerW,
    joulesPerTH: device.joulesPerTH,
    timesFaster,
    timesBetterPerJoule,
  }));
  const rungs = [own, ...above].map((rung) => ({ ...rung, ...costOf(rung, input) }));
  rungs.sort((a, b) => a.hashesPerSecond - b.hashesPerSecond);
  return { ...input, parts: partRungs(input), rungs, sentence: sentenceOf(rungs, machine) };
}

function partRungs({ machine, network: { hashesPerBlock } }: CompareInput): PartRung[] {
  const { parts, hashesPerSecond: whole } = machine;
  if (parts.length < 2) return [];
  const rungs = parts.map(({ adapter, kernel, hashesPerSecond }) => ({
    name: adapter === undefined ? `its CPU (${kernel})` : `its ${adapter}`,
    hashesPerSecond,
    timesFaster: hashesPerSecond / whole,
    secondsToBlock: timeToBlock({ hashrateHps: hashesPerSecond, hashesPerBlock }).meanSeconds,
  }));
  return rungs.sort((a, b) => a.hashesPerSecond - b.hashesPerSecond);
}

function costOf(
  rung: Pick<Rung, 'hashesPerSecond' | 'joulesPerTH'>,
  { network, electricity }: CompareInput,
): Pick<Rung, 'secondsToBlock' | 'usdPerBtc'> {
  const { hashesPerSecond: hashrateHps, joulesPerTH: each } = rung;
  const { hashesPerBlock } = network;
  return {
    secondsToBlock: timeToBlock({ hashrateHps, hashesPerBlock }).meanSeconds,
    usdPerBtc: each === null ? null : costOfBitcoin(network, each, electricity.usdPerKwh),
  };
}

/** Null where a block brings no bitcoin at all, as on a regtest chain after its halvings. */
function costOfBitcoin(network: NetworkState, each: number, usdPerKwh: number): number | null {
  const terms = blockTerms(network);
  return terms.rewardBtc === 0 ? null : electricityUsdPerBtc(terms, each, usdPerKwh);
}

/** What the sentence is about wherever it is in the list: the ASIC that most people have heard of. */
const YARDSTICK = 's21';

function sentenceOf(rungs: readonly Rung[], { origin, name, power }: Machine): string {
  const others = rungs.filter(({ device }) => device !== null);
  const rung = others.find(({ device }) => device?.id === YARDSTICK) ?? others.at(-1)!;
  const asic = `${article(rung.name)} ${rung.name}`;
  const start = `${SUBJECTS[origin] ?? name} is ${speed(rung.timesFaster)} ${asic}`;
  if (rung.timesBetterPerJoule === null) return `${start}.`;
  const guess = power?.basis === 'assumed' ? ' (its power is assumed)' : '';
  return `${start}, and takes ${energy(rung.timesBetterPerJoule)} for each hash${guess}.`;
}

/** Of names that are spelt out, such as NVIDIA, HD or X6500, by the name of the letter. */
const article = (name: string) =>
  /^(?:[AEIOU]|NVIDIA|[FHLMNRSX](?:[A-Z]{1,2}|\d\w*)\b)/.test(name) ? 'an' : 'a';

function energy(timesBetter: number): string {
  if (Math.abs(timesBetter - 1) < 0.005) return 'as much energy';
  return timesBetter > 1
    ? `${formatTimes(timesBetter)} times the energy`
    : `${formatTimes(1 / timesBetter)} times less energy`;
}

const SUBJECTS = {
  measured: 'This machine',
  bench: 'The machine of the benchmark',
  hashrate: 'A machine of this hashrate',
  device: undefined,
} as const;

function speed(timesFaster: number): string {
  if (Math.abs(timesFaster - 1) < 0.005) return 'as fast as';
  return timesFaster > 1
    ? `${formatTimes(timesFaster)} times slower than`
    : `${formatTimes(1 / timesFaster)} times faster than`;
}

/** The hashrate comes last: where there is little room the factor beside it says the same. */
const COLUMNS = [
  { heading: 'device', align: 'left' },
  { heading: 'times faster', align: 'right' },
  { heading: 'less energy', align: 'right' },
  { heading: 'a block alone takes', align: 'right' },
  { heading: '$ per BTC', align: 'right' },
  { heading: 'hashrate', align: 'right' },
] as const;

/**
 * The sentence, the table or list, and what it rests on.
 *
 * @param width - columns of the terminal.
 */
export function compareLines(compare: Compare, width: number): string[] {
  const { machine, network, sentence } = compare;
  const notes = createFootnotes();
  const ladder = ladderLines(compare, width, notes);
  const basis = [
    `${machineLine(machine)}${notes.mark(machine.note)}`,
    powerLine(machine.power),
    electricityLine(compare.electricity, notes),
    `a bitcoin: ${formatUsd(network.btcUsd.value)} (${network.btcUsd.from})`,
    networkLine(network),
  ];
  const under = basis.flatMap((line) => wrapLines(line, width));
  return [...wrapLines(sentence, width, ''), '', ...ladder, '', ...under, ...notes.lines(width)];
}

/** All of it where there is room; else without the models in brackets, then without the hashrate, then as a list. */
function ladderLines({ parts, rungs, machine }: Compare, width: number, notes: Footnotes): string[] {
  const rows = [...parts.map(partRow), ...rungs.map((rung) => rungRow(rung, machine, notes))];
  const short = rows.map(([name = '', ...cells]) => [name.replace(/ \([^)]*\)/, ''), ...cells]);
  for (const [cells, shown] of [
    [rows, COLUMNS.length],
    [short, COLUMNS.length],
    [short, COLUMNS.length - 1],
  ] as const) {
    const lines = tableLines(COLUMNS.slice(0, shown), cells, Number.POSITIVE_INFINITY);
    if (Math.max(...lines.map(displayWidth)) <= width) return lines;
  }
  return tableOrList(COLUMNS, short, width);
}

const partRow = ({ name, timesFaster, secondsToBlock, hashesPerSecond }: PartRung) => [
  name,
  formatTimes(timesFaster),
  '-',
  formatWait(secondsToBlock),
  '-',
  formatQuantity(hashesPerSecond, 'H/s'),
];

function electricityLine({ usdPerKwh, from, unconfirmed }: Electricity, notes: Footnotes): string {
  return `electricity: ${formatKwhPrice(usdPerKwh)}, ${from}${notes.mark(unconfirmed ? UNCONFIRMED_PRICE : undefined)}`;
}

const UNCONFIRMED_PRICE =
  'unconfirmed: no public source was found for this price, nor for the costs that follow';

function rungRow(rung: Rung, machine: Machine, notes: Footnotes): string[] {
  const { device, timesFaster, timesBetterPerJoule, hashesPerSecond, usdPerBtc } = rung;
  const assumed = machine.power?.basis === 'assumed' ? ASSUMED_POWER : undefined;
  const name = device === null ? OWN_NAMES[machine.origin] : device.name;
  return [
    `${name}${notes.mark(device === null ? assumed : deviceNote(device))}`,
    formatTimes(timesFaster),
    timesBetterPerJoule === null ? '-' : formatTimes(timesBetterPerJoule),
    formatWait(rung.secondsToBlock),
    usdPerBtc === null ? '-' : formatUsd(usdPerBtc),
    formatQuantity(hashesPerSecond, 'H/s'),
  ];
}

const OWN_NAMES = {
  measured: 'this machine',
  bench: 'the benchmark',
  hashrate: 'this hashrate',
  device: 'this device',
} as const;

const ASSUMED_POWER =
  'its power is assumed: what follows from it, a cost and every figure per joule, is no better than that';

/** The same as one JSON object. */
export function compareObject({ machine, electricity, network, rungs, sentence }: Compare) {
  const own = rungs.find(({ device }) => device === null)!;
  return {
    schema: 'hashgap.compare/1',
    sentence,
    machine: {
      name: machine.name,
      origin: machine.origin,
      parts: machine.parts,
      power: machine.power,
      ...(machine.note === undefined ? {} : { note: machine.note }),
      ...rungObject(own),
    },
    ladder: rungs.flatMap((rung) => (rung.device === null ? [] : [deviceObject(rung, rung.device)])),
    electricity,
    network: networkObject(network),
  };
}

function rungObject({ hashesPerSecond, joulesPerTH: each, secondsToBlock, usdPerBtc }: Rung) {
  return { hashesPerSecond, joulesPerTH: each, secondsToBlock, usdPerBtc };
}

function deviceObject(rung: Rung, { id, name, powerW, source, date, confidence, unconfirmed = [] }: Device) {
  const { timesFaster, timesBetterPerJoule } = rung;
  return {
    id,
    name,
    timesFaster,
    timesBetterPerJoule,
    powerW,
    ...rungObject(rung),
    source,
    date,
    confidence,
    unconfirmed,
  };
}
