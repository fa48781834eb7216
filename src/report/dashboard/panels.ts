/** The panels of every run: where work comes from, hashrate, job, odds. */
import { HASHES_PER_DIFFICULTY } from '../../economics/work.ts';
import {
  chancePerDay,
  formatAge,
  formatBitcoin,
  formatDifficulty,
  formatRate,
  formatWait,
  formatWhole,
} from '../numbers.ts';
import { fitMiddle, wrapText } from '../text.ts';
import { field, grid, type Line, lineWidth, spread } from './line.ts';
import { COLUMNS, continued, type Panel, RANK, type Row, ranked, shown, type View } from './panel.ts';
import { HISTORY_SECONDS, NOW_SECONDS, rateOver, sparkOf } from './rates.ts';
import type { DashboardState } from './state.ts';

/** Hashes per second now; undefined in the first second. */
export function rateNow({ rate }: Pick<DashboardState, 'rate'>, nowMs: number): number | undefined {
  return rateOver(rate, nowMs, NOW_SECONDS);
}

/** The node or pool, since when, for whom; or why there is no work. */
export function sourcePanel(state: DashboardState, view: View): Panel {
  const { source, pool } = state;
  const user =
    source.user === undefined
      ? []
      : [userLine(pool ? 'worker' : 'reward to', shown(source.user, view), view)];
  return {
    title: pool ? 'pool' : 'node',
    rows: [...sourceRows(state, view), ...ranked(user, RANK.user, RANK.user)],
  };
}

function userLine(label: string, user: string, { width, symbols }: View): Line {
  return field(label, fitMiddle(user, width - label.length - 1, symbols.ellipsis));
}

/** Why there is no work is said in full, if it can be said so. */
const LINES_OF_REASON = 4;

function sourceRows({ source }: DashboardState, view: View): Row[] {
  const { width, nowMs, symbols } = view;
  const name = fitMiddle(shown(source.name ?? 'no address yet', view), width, symbols.ellipsis);
  const age = formatAge(nowMs - source.sinceMs, 2);
  if (source.status === 'down') {
    const why = `waiting ${age}: ${shown(source.reason, view)}`;
    const yellow = (text: string): Line => [{ text, style: 'yellow' }];
    const lines = wrapText(why, width, LINES_OF_REASON, symbols.ellipsis).map(yellow);
    return [
      { rank: RANK.source, line: [{ text: name }] },
      ...continued(lines, yellow(why), RANK.alarm, RANK.moreAlarm),
    ];
  }
  const status: Line =
    source.status === 'up'
      ? [
          { text: 'connected ', style: 'green' },
          { text: age, style: 'dim' },
        ]
      : [{ text: `connecting ${age}`, style: 'dim' }];
  return ranked(sides([{ text: name }], status, view), RANK.source, RANK.user);
}

/** On one line where both fit, else on two. */
function sides(left: Line, right: Line, { width, symbols }: View): Line[] {
  return lineWidth(left) + 2 + lineWidth(right) <= width
    ? [spread(left, right, width, symbols)]
    : [left, right];
}

/** Now and over longer windows, and how it went. */
export function hashratePanel({ rate }: DashboardState, view: View): Panel {
  const { width, nowMs } = view;
  const rates: Line[] = [
    field('', formatRate(rateOver(rate, nowMs, NOW_SECONDS)), 'bold', COLUMNS.rate),
    field('1 min', formatRate(rateOver(rate, nowMs, 60, 'whole')), undefined, COLUMNS.rate),
    field('15 min', formatRate(rateOver(rate, nowMs, HISTORY_SECONDS, 'whole')), undefined, COLUMNS.rate),
  ];
  const spark = sparkLine({ rate }, view);
  return {
    title: 'hashrate',
    rows: [
      ...ranked(grid(rates, width), RANK.hashrate, RANK.moreHashrate),
      ...(spark === undefined ? [] : [{ rank: RANK.spark, line: spark }]),
    ],
  };
}

/** Beside the marks: a space and the time they span. */
const LABEL_COLUMNS = 7;
/** A quarter of an hour in steps of 15 seconds; one more where it begins within a step. */
const MOST_MARKS = 61;

/** From zero up, so that a mark half as high is half the hashrate. */
function sparkLine(
  { rate }: Pick<DashboardState, 'rate'>,
  { width, nowMs, symbols }: View,
): Line | undefined {
  const { rates, stepSeconds } = sparkOf(
    rate,
    nowMs,
    Math.max(1, Math.min(width - LABEL_COLUMNS, MOST_MARKS)),
  );
  const most = Math.max(...rates);
  if (rates.length < 2 || !(most > 0)) return undefined;
  const marks = rates.map((each) => symbols.levels[Math.round((each / most) * (symbols.levels.length - 1))]);
  const label = formatAge(rates.length * stepSeconds * 1000);
  return [{ text: marks.join('') }, { text: ` ${label}`, style: 'dim' }];
}

/** What is mined on, and how old it is. */
export function jobPanel({ job, pool }: DashboardState, { width, nowMs }: View): Panel {
  if (job === undefined) {
    const line: Line = [{ text: 'none yet', style: 'dim' }];
    return { title: 'job', rows: [{ rank: RANK.job, line }] };
  }
  const { height, difficulty, shareDifficulty, transactions, coinbaseValue, atMs, tipAtMs } = job;
  const age = (label: string, sinceMs: number) =>
    field(label, `${formatAge(nowMs - sinceMs)} ago`, undefined, COLUMNS.age);
  const fields: Line[] = [
    ...(height === undefined ? [] : [field('height', formatWhole(height))]),
    field('difficulty', formatDifficulty(difficulty)),
    ...(pool ? [field('share', formatDifficulty(shareDifficulty))] : []),
    ...(tipAtMs === undefined ? [] : [age('tip', tipAtMs)]),
    age('sent', atMs),
    ...(transactions === undefined ? [] : [field('transactions', formatWhole(transactions))]),
    ...(coinbaseValue === undefined ? [] : [field('reward', formatBitcoin(coinbaseValue))]),
  ];
  return { title: 'job', rows: ranked(grid(fields, width), RANK.job, RANK.moreJob) };
}

/** `1.18 minutes`, and `26.2 million years`. */
const SHARE_WAIT_COLUMNS = 12;
const BLOCK_WAIT_COLUMNS = 18;

/** How long shares and a block take on average at the hashrate of the last minute. */
export function oddsPanel({ rate, job, pool, source }: DashboardState, { width, nowMs }: View): Panel {
  const hashesPerSecond = rateOver(rate, nowMs, 60) ?? 0;
  if (job === undefined || hashesPerSecond === 0 || source.status === 'down')
    return { title: 'odds', rows: [] };
  const secondsFor = (difficulty: number) => (difficulty * HASHES_PER_DIFFICULTY) / hashesPerSecond;
  const block = secondsFor(job.difficulty);
  const chance = chancePerDay(block);
  const fields: Line[] = [
    ...(pool
      ? [field('share every', formatWait(secondsFor(job.shareDifficulty)), undefined, SHARE_WAIT_COLUMNS)]
      : []),
    field('block every', formatWait(block), undefined, BLOCK_WAIT_COLUMNS),
    ...(chance === undefined ? [] : [field('within a day', chance)]),
  ];
  return { title: 'odds', rows: ranked(grid(fields, width), RANK.odds, RANK.moreOdds) };
}
