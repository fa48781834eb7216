/** What a hashrate may hope for: the ladder of best shares first, blocks second, with growing difficulty, and a yardstick. */
import { bestShareQuantile } from '../economics/best-share.ts';
import { breakEvenUsdPerKwh, kwhPerDay } from '../economics/energy.ts';
import { type Fleet, fleetOf, hashrateForBlocks } from '../economics/fleet.ts';
import { joulesPerTH } from '../economics/gap.ts';
import {
  chanceWithGrowth,
  continuousGrowth,
  lifetimeChance,
  secondsForChanceWithGrowth,
  YEAR_SECONDS,
} from '../economics/growth.ts';
import { chanceWithin, timeToBlock, type WaitingTime } from '../economics/odds.ts';
import { btcPerDay, hashprice } from '../economics/revenue.ts';
import { BLOCK_SECONDS } from '../economics/work.ts';
import { formatDuration, formatQuantity } from '../format.ts';
import { type Machine, machineLine } from './compare-machine.ts';
import {
  createFootnotes,
  type Footnotes,
  formatChance,
  formatKwhPrice,
  formatTimes,
  formatUsd,
} from './economics-text.ts';
import { networkLine, networkObject } from './network.ts';
import { blockTerms, type NetworkState } from './network-state.ts';
import { formatDifficulty, formatWait } from './numbers.ts';
import { tableOrList } from './table.ts';
import { wrapLines } from './text.ts';

/** The question. */
export interface OddsInput {
  readonly machine: Machine;
  /** The time that is asked about, seconds. */
  readonly seconds: number;
  /** Of the difficulty, a year, compounding: 0.3 is 30 %. */
  readonly growth: number;
  /** Nobody gave the growth. */
  readonly growthAssumed: boolean;
  readonly network: NetworkState;
}

/** The best share and the block within one time. */
export interface OddsRow {
  readonly seconds: number;
  /** This is the time that was asked about. */
  readonly asked: boolean;
  /** Half of all such times see a better share. */
  readonly medianBestShare: number;
  /** One time in ten does. */
  readonly luckyBestShare: number;
  /** How many times higher the difficulty of a block is than the median. */
  readonly timesShort: number;
  /** Of a block while the difficulty stays. */
  readonly chance: number;
  readonly chanceWithGrowth: number;
}

/** The answer. */
export interface Odds extends OddsInput {
  readonly rows: readonly OddsRow[];
  readonly wait: WaitingTime;
  /** Half of all such miners have a block by then, with growth; infinite where they never do. */
  readonly medianSecondsWithGrowth: number;
  /** Of ever finding a block, with growth. */
  readonly lifetimeChance: number;
  /** So many of this machine find one block a month on average while the difficulty stays. */
  readonly fleet: Fleet;
}

const DAY = 86_400;

/** What the asked time is put between. */
const TIMES = [DAY, 30 * DAY, YEAR_SECONDS, 10 * YEAR_SECONDS] as const;

/**
 * Calculates the odds.
 *
 * @throws {RangeError} for a number out of range.
 */
export function oddsOf(input: OddsInput): Odds {
  const { machine, seconds, network } = input;
  const search = { hashrateHps: machine.hashesPerSecond, hashesPerBlock: network.hashesPerBlock };
  const growing = { ...search, growthPerYear: continuousGrowth(input.growth) };
  const times = [...new Set([...TIMES, seconds])].sort((a, b) => a - b);
  return {
    ...input,
    rows: times.map((time) => {
      const hashes = machine.hashesPerSecond * time;
      const median = bestShareQuantile(hashes, 0.5);
      return {
        seconds: time,
        asked: time === seconds,
        medianBestShare: median,
        luckyBestShare: bestShareQuantile(hashes, 0.9),
        timesShort: network.difficulty / median,
        chance: chanceWithin(search, time),
        chanceWithGrowth: chanceWithGrowth(growing, time),
      };
    }),
    wait: timeToBlock(search),
    medianSecondsWithGrowth: secondsForChanceWithGrowth(0.5, growing),
    lifetimeChance: lifetimeChance(growing),
    fleet: fleetOf(
      { hashrateHps: machine.hashesPerSecond, powerW: machine.power?.watts ?? null },
      hashrateForBlocks(1, network.hashesPerBlock),
    ),
  };
}

/** What helps to grasp a chance. */
export interface Yardstick {
  readonly name: string;
  readonly chance: number;
  /** What the chance follows from, and whether that is confirmed. */
  readonly source: string;
  readonly confidence: 'unconfirmed';
}

/** One ticket of a lottery: five of 69 numbers and one of 26. */
export const LOTTERY: Yardstick = {
  name: 'the jackpot of Powerball with one ticket',
  chance: 1 / 292_201_338,
  source: '5 of 69 and 1 of 26; no official page of the lottery was read',
  confidence: 'unconfirmed',
};

const SHARE_COLUMNS = [
  { heading: 'within', align: 'left' },
  { heading: 'best share', align: 'right' },
  { heading: '1 time in 10', align: 'right' },
  { heading: 'a block needs', align: 'right' },
] as const;

/**
 * Shares first, blocks second: a best share moves every day, a block nearly never.
 *
 * @param width - columns of the terminal.
 */
export function oddsLines(odds: Odds, width: number): string[] {
  const { rows, machine, network } = odds;
  const notes = createFootnotes();
  const shares = rows.map((row) => [
    timeCell(row),
    formatDifficulty(row.medianBestShare),
    formatDifficulty(row.luckyBestShare),
    neededText(row),
  ]);
  return [
    ...wrapLines('Your best share, by its difficulty (half of all runs do better):', width, ''),
    ...tableOrList(SHARE_COLUMNS, shares, width),
    '',
    ...wrapLines('Your chance of a block:', width, ''),
    ...blockTable(odds, width),
    '',
    ...sentences(odds, notes).flatMap((line) => wrapLines(line, width, '')),
    '',
    ...[`${machineLine(machine)}${notes.mark(machine.note)}`, growthLine(odds), networkLine(network)].flatMap(
      (line) => wrapLines(line, width),
    ),
    ...notes.lines(width),
  ];
}

/** Without growth there is one chance and not two. */
function blockTable({ rows, growth, lifetimeChance: ever }: Odds, width: number): string[] {
  const columns = [
    { heading: 'within', align: 'left' },
    { heading: 'difficulty as now', align: 'right' },
    { heading: `${growth < 0 ? 'falling' : 'growing'} ${percent(Math.abs(growth))} a year`, align: 'right' },
  ] as const;
  const cells = [
    ...rows.map((row) => [timeCell(row), formatChance(row.chance), formatChance(row.chanceWithGrowth)]),
    ['ever', 'certain', formatChance(ever)],
  ];
  const shown = growth === 0 ? 2 : 3;
  return tableOrList(
    columns.slice(0, shown),
    cells.map((row) => row.slice(0, shown)),
    width,
  );
}

/** What a block needs beside the median best share. */
export const neededText = ({ timesShort }: OddsRow) =>
  timesShort > 1 ? `${formatTimes(timesShort)} times more` : 'no more than that';

const timeCell = ({ seconds, asked }: OddsRow) => `${formatDuration(seconds)}${asked ? ' <' : ''}`;

const percent = (share: number) => `${Number((share * 100).toPrecision(3))}%`;

function growthLine({ growth, growthAssumed }: Odds): string {
  const how = growthAssumed ? 'ASSUMED; --growth sets it' : 'given';
  return `growth of the difficulty: ${percent(growth)} a year, ${how}`;
}

/** That the wait has no memory. */
export const NEVER_DUE =
  'A block is never due: however long one has waited, the wait ahead is as long as at the start.';

function sentences(odds: Odds, notes: Footnotes): string[] {
  const { wait } = odds;
  return [
    `A block takes ${formatWait(wait.meanSeconds)} on average while the difficulty stays: half of all such miners have one within ` +
      `${formatWait(wait.medianSeconds)}, one in twenty within ${formatWait(wait.lucky5Seconds)}, and one in twenty still waits after ` +
      `${formatWait(wait.unlucky5Seconds)}. ${NEVER_DUE}`,
    ...growthSentence(odds),
    ...lotterySentence(odds, notes),
    earningsSentence(odds, notes),
    ...fleetSentence(odds, notes),
    ...networkSentence(odds),
  ];
}

function growthSentence({ growth, medianSecondsWithGrowth: seconds, lifetimeChance: ever }: Odds): string[] {
  if (growth === 0) return [];
  if (Number.isFinite(seconds))
    return [
      `With the difficulty ${growth < 0 ? 'falling' : 'growing'}, half have one within ${formatWait(seconds)}.`,
    ];
  return [
    `With the difficulty growing, most never find one: the chance of ever doing so is ${formatChance(ever)}.`,
  ];
}

/** A chance that people can picture needs no lottery. */
const PLAIN_CHANCE = 0.1;

function lotterySentence({ rows }: Odds, notes: Footnotes): string[] {
  const asked = rows.find((row) => row.asked)!;
  if (asked.chance > PLAIN_CHANCE) return [];
  const mark = notes.mark(`${LOTTERY.confidence}: ${LOTTERY.source}`);
  const times = asked.chance / LOTTERY.chance;
  const compared =
    times >= 1
      ? `${formatTimes(times)} times as likely as`
      : `${formatTimes(1 / times)} times less likely than`;
  return [
    `A block within ${formatDuration(asked.seconds)} is ${compared} ${LOTTERY.name} (${formatChance(LOTTERY.chance)})${mark}.`,
  ];
}

/** What is faster than the whole network does not stay alone with its difficulty. */
function networkSentence({ machine, network }: Odds): string[] {
  const times = (machine.hashesPerSecond * BLOCK_SECONDS) / network.hashesPerBlock;
  if (network.network !== 'main' || times <= 1) return [];
  return [
    `This is ${formatTimes(times)} times the hashrate that this difficulty is for: the difficulty would follow within 2,016 blocks, and these figures would not last.`,
  ];
}

function earningsSentence({ machine, network }: Odds, notes: Footnotes): string {
  const terms = blockTerms(network);
  if (terms.rewardBtc === 0) return 'A block brings no bitcoin here: neither a subsidy nor fees.';
  const { value } = network.btcUsd;
  const earned = `${formatUsd(btcPerDay(terms, machine.hashesPerSecond) * value)}${notes.mark(machine.note)}`;
  if (machine.power === null) return `A day is worth ${earned} on average.`;
  const { watts } = machine.power;
  const each = joulesPerTH({ hashesPerSecond: machine.hashesPerSecond, powerW: watts })!;
  const limit = formatKwhPrice(breakEvenUsdPerKwh(hashprice(terms, value), each));
  const guess = machine.power.basis === 'assumed' ? ', at an assumed power' : '';
  const kwh = Number(kwhPerDay(watts).toPrecision(3));
  return `A day is worth ${earned} on average and takes ${kwh} kWh${guess}: that pays below ${limit}.`;
}

/** How many of such machines a steady income from blocks would take. */
function fleetSentence({ machine, fleet }: Odds, notes: Footnotes): string[] {
  const { devices, powerW } = fleet;
  if (devices === 1) return [];
  const guess = machine.power?.basis === 'assumed' ? ' at an assumed power' : '';
  const watts = (value: number) =>
    value < 1e24 ? formatQuantity(value, 'W') : `${value.toExponential(2)} W`;
  const power = powerW === null ? '' : `, ${watts(powerW)}${guess}`;
  return [
    `One block a month on average takes ${formatTimes(devices)} such machines${power}${notes.mark(machine.note)}.`,
  ];
}

/** The same as one JSON object; what is infinite is null. */
export function oddsObject({ machine, network, rows, wait, ...odds }: Odds) {
  const finite = (seconds: number) => (Number.isFinite(seconds) ? seconds : null);
  return {
    schema: 'hashgap.odds/1',
    machine,
    seconds: odds.seconds,
    growthPerYear: odds.growth,
    growthAssumed: odds.growthAssumed,
    rows,
    wait,
    medianSecondsWithGrowth: finite(odds.medianSecondsWithGrowth),
    lifetimeChance: odds.lifetimeChance,
    fleet: odds.fleet,
    yardstick: LOTTERY,
    network: networkObject(network),
  };
}
