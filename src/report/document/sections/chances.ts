/** The section on luck: best shares, which move every day, and blocks, which nearly never come. */
import {
  chanceWithGrowth,
  continuousGrowth,
  secondsForChanceWithGrowth,
  YEAR_SECONDS,
} from '../../../economics/growth.ts';
import { chanceWithin } from '../../../economics/odds.ts';
import { formatDuration } from '../../../format.ts';
import { formatChance } from '../../economics-text.ts';
import { formatDifficulty, formatWait } from '../../numbers.ts';
import { NEVER_DUE, neededText, type Odds } from '../../odds.ts';
import type { BarChart, Block, Curve, CurveChart, Section, Table, Tick } from '../document.ts';
import { powerText, spoken } from './ladder.ts';

/** The section. */
export function chancesSection(odds: Odds): Section {
  return {
    id: 'chances',
    title: 'The odds: a score that moves, and a block that does not come',
    blocks: [
      {
        kind: 'text',
        text: 'Every hash is a number, and a low one is rare. How rare is told as its difficulty. The best share is the rarest hash so far: a score that a miner can watch grow, and a block is a share of a very high difficulty.',
      },
      {
        kind: 'figure',
        title: 'The best share to hope for',
        chart: shareChart(odds),
        table: shareTable(odds),
      },
      {
        kind: 'text',
        text: `A block takes this machine ${formatWait(odds.wait.meanSeconds)} on average while the difficulty stays as it is. ${NEVER_DUE}`,
      },
      {
        kind: 'figure',
        title: 'The chance of a block, the longer it mines',
        chart: blockChart(odds),
        table: blockTable(odds),
      },
      ...growthText(odds),
    ],
  };
}

function shareChart({ rows, network }: Odds): BarChart {
  const bars = [
    ...rows.map((row) => ({
      name: `within ${formatDuration(row.seconds)}`,
      value: Math.max(1, row.medianBestShare),
      text: formatDifficulty(row.medianBestShare),
      tone: 'own' as const,
    })),
    {
      name: 'a block needs',
      value: network.difficulty,
      text: formatDifficulty(network.difficulty),
      tone: 'high' as const,
    },
  ];
  return {
    kind: 'bars',
    id: 'shares',
    description: `Bar chart in powers of ten of the difficulty of the best share. ${spoken(bars)}`,
    scale: 'log',
    axis: 'difficulty',
    tickText: formatDifficulty,
    bars,
  };
}

function shareTable({ rows }: Odds): Table {
  return {
    caption: 'Best shares by their difficulty',
    columns: [
      { heading: 'within', align: 'left' },
      { heading: 'half do better than', align: 'right' },
      { heading: 'one in ten better than', align: 'right' },
      { heading: 'a block needs', align: 'right' },
    ],
    rows: rows.map((row) => [
      formatDuration(row.seconds),
      formatDifficulty(row.medianBestShare),
      formatDifficulty(row.luckyBestShare),
      neededText(row),
    ]),
  };
}

function blockTable({ rows, growth, lifetimeChance }: Odds): Table {
  const named = `difficulty ${growth < 0 ? 'falls' : 'grows'} ${percent(growth)} a year`;
  const cells = [
    ...rows.map((row) => [
      formatDuration(row.seconds),
      formatChance(row.chance),
      formatChance(row.chanceWithGrowth),
    ]),
    ['ever', 'certain', formatChance(lifetimeChance)],
  ];
  const columns = [
    { heading: 'within', align: 'left' },
    { heading: 'difficulty as now', align: 'right' },
    { heading: named, align: 'right' },
  ] as const;
  const shown = growth === 0 ? 2 : 3;
  return {
    caption: 'The chance of a block',
    columns: columns.slice(0, shown),
    rows: cells.map((row) => row.slice(0, shown)),
  };
}

const percent = (share: number) => `${Number((Math.abs(share) * 100).toPrecision(3))}%`;

const DAY = 86_400;

/** Points of a curve. */
const STEPS = 80;

/** Until then, in powers of ten of seconds: when nearly every machine like it would have a block. */
const lastPower = ({ wait }: Odds) =>
  Math.max(Math.log10(100 * YEAR_SECONDS), Math.log10(wait.unlucky5Seconds) + 0.5);

function blockChart(odds: Odds): CurveChart {
  const { machine, network, growth } = odds;
  const search = { hashrateHps: machine.hashesPerSecond, hashesPerBlock: network.hashesPerBlock };
  const growing = { ...search, growthPerYear: continuousGrowth(growth) };
  const [from, to] = [Math.log10(DAY), lastPower(odds)];
  const curve = (chance: (seconds: number) => number) =>
    Array.from({ length: STEPS + 1 }, (_, i) => {
      const x = from + ((to - from) * i) / STEPS;
      return [x, Math.log10(Math.max(chance(10 ** x), Number.MIN_VALUE))] as const;
    });
  const stays: Curve = {
    name: 'difficulty stays as it is',
    tone: 'own',
    dashed: false,
    points: curve((seconds) => chanceWithin(search, seconds)),
  };
  const grows: Curve = {
    name: `difficulty ${growth < 0 ? 'falls' : 'grows'} ${percent(growth)} a year`,
    tone: 'asic',
    dashed: true,
    points: curve((seconds) => chanceWithGrowth(growing, seconds)),
  };
  const lowest = Math.floor(Math.min(...stays.points.map(([, y]) => y)));
  return {
    kind: 'curves',
    id: 'block-odds',
    xAxis: 'years of mining',
    description: curveDescription(odds),
    xTicks: timeTicks(to),
    yTicks: chanceTicks(lowest),
    curves: growth === 0 ? [stays] : [stays, grows],
    levels: COINS.filter(({ at }) => at > lowest + 1),
    moments: [{ at: Math.log10(80 * YEAR_SECONDS), text: 'a lifetime' }].filter(({ at }) => at < to),
  };
}

/** What everybody can try: so many heads in a row. */
const COINS: readonly Tick[] = [20, 30].map((heads) => ({
  at: -heads * Math.log10(2),
  text: `${heads} heads in a row`,
}));

function curveDescription(odds: Odds): string {
  const { growth, lifetimeChance } = odds;
  const day = odds.rows[0]!;
  const start = `${growth === 0 ? 'A curve' : 'Two curves'} of the chance of a block over time, both axes in powers of ten. Within ${formatDuration(day.seconds)} it is ${formatChance(day.chance)}.`;
  const stays = `While the difficulty stays it rises to certainty after about ${formatWait(odds.wait.unlucky5Seconds)}.`;
  if (growth === 0) return `${start} ${stays}`;
  if (growth < 0) return `${start} ${stays} With the difficulty falling it gets there sooner.`;
  return `${start} ${stays} With the difficulty growing it ends at ${formatChance(lifetimeChance)}.`;
}

function chanceTicks(lowest: number): Tick[] {
  const step = Math.max(1, Math.ceil(-lowest / 6));
  const count = Math.ceil(-lowest / step);
  return Array.from({ length: count + 1 }, (_, i) => {
    const at = (i - count) * step;
    return { at, text: at === 0 ? 'certain' : `1 in ${powerText(10 ** -at)}` };
  });
}

function timeTicks(to: number): Tick[] {
  const year = Math.log10(YEAR_SECONDS);
  const step = Math.max(2, Math.ceil((to - year) / 6));
  const count = Math.floor((to - year) / step + 1e-9) + 1;
  const years = Array.from({ length: count }, (_, i) => ({
    at: year + i * step,
    text: i === 0 ? '1 year' : powerText(10 ** (i * step)).replace(' ', '\n'),
  }));
  return [{ at: Math.log10(DAY), text: '1 day' }, ...years];
}

function growthText({ growth, lifetimeChance, growthAssumed, network, machine }: Odds): Block[] {
  if (growth <= 0) return [];
  const search = { hashrateHps: machine.hashesPerSecond, hashesPerBlock: network.hashesPerBlock };
  const half = secondsForChanceWithGrowth(0.5, { ...search, growthPerYear: continuousGrowth(growth) });
  const end = Number.isFinite(half)
    ? `half of all machines like it have a block within ${formatWait(half)}`
    : `the chance of ever finding one is ${formatChance(lifetimeChance)}, however long it runs: the curve bends and never gets there`;
  const how = growthAssumed ? ' (an assumption; --growth sets it)' : '';
  return [
    {
      kind: 'text',
      text: `Most calculators leave out that the others do not stand still. With a difficulty that grows ${percent(growth)} a year${how}, ${end}.`,
    },
  ];
}
