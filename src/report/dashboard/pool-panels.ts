/** The panels of a run with a pool: shares, the work they stand for, and whom the pool pays. */
import { effectiveHashrate, rejectedShares, type ShareStats, shareLuck } from '../../stats.ts';
import { REJECT_CLASSES } from '../../work/ports.ts';
import { MIN_PAYOUT_PERCENT } from '../lines.ts';
import {
  formatAge,
  formatBitcoin,
  formatDifficulty,
  formatMs,
  formatPercent,
  formatRate,
  formatRatio,
  formatWhole,
} from '../numbers.ts';
import { fitMiddle } from '../text.ts';
import { field, grid, type Line, lineWidth, type Span } from './line.ts';
import { COLUMNS, type Panel, RANK, ranked, shown, type View } from './panel.ts';
import type { DashboardState } from './state.ts';

/** What the pool answered. */
export function sharesPanel({ stats, lastShareAtMs }: DashboardState, { width, nowMs }: View): Panel {
  const { found, accepted, unknown, withheld, roundTrips } = stats.shares;
  const rejected = rejectedShares(stats.shares);
  const pending = found - accepted - rejected - unknown - withheld;
  const some = (label: string, count: number, style?: Span['style']) =>
    count > 0 ? [field(label, formatWhole(count), style)] : [];
  const last = lastShareAtMs === undefined ? '-' : `${formatAge(nowMs - lastShareAtMs)} ago`;
  const roundTrip = roundTrips.count === 0 ? '-' : formatMs(roundTrips.sumMs / roundTrips.count);
  const fields: Line[] = [
    field('accepted', formatWhole(accepted), accepted > 0 ? 'green' : undefined),
    ...rejectedFields(stats.shares, rejected, width),
    field('pending', formatWhole(pending)),
    ...some('unknown', unknown, 'yellow'),
    ...some('withheld', withheld),
    field('last', last, undefined, COLUMNS.age),
    field('round trip', roundTrip, undefined, COLUMNS.roundTrip),
  ];
  return { title: 'shares', rows: ranked(grid(fields, width), RANK.shares, RANK.moreShares) };
}

/** The count and the classes that make it up, in a field of their own where they have no room beside it. */
function rejectedFields({ rejected }: ShareStats, count: number, width: number): Line[] {
  if (count === 0) return [field('rejected', '0')];
  const classes = REJECT_CLASSES.filter((name) => rejected[name] > 0)
    .map((name) => `${formatWhole(rejected[name])} ${name}`)
    .join(', ');
  const whole = field('rejected', `${formatWhole(count)} (${classes})`, 'red');
  return lineWidth(whole) <= width
    ? [whole]
    : [field('rejected', formatWhole(count), 'red'), [{ text: classes, style: 'red' }]];
}

/** What the shares say of the hashrate, and of luck. */
export function workPanel({ stats, startedAtMs, about }: DashboardState, { width, nowMs }: View): Panel {
  const seconds = Math.max(0, nowMs - (stats.startedAtMs ?? startedAtMs)) / 1000;
  const measured = seconds > 0 ? stats.hashes / seconds : 0;
  const effective = effectiveHashrate(stats, seconds);
  const { bestDifficulty } = stats.shares;
  const ever = Math.max(bestDifficulty, about.bestEver ?? 0);
  const record = bestDifficulty > 0 && bestDifficulty >= (about.bestEver ?? 0);
  const luck = formatRatio(stats.shares.found === 0 ? undefined : shareLuck(stats));
  const none = (difficulty: number) => (difficulty > 0 ? formatDifficulty(difficulty) : '-');
  const fields: Line[] = [
    field('effective', formatRate(effective), undefined, COLUMNS.rate),
    field('measured', formatRate(measured), undefined, COLUMNS.rate),
    field('luck', luck, undefined, COLUMNS.ratio),
    field('best share', none(bestDifficulty)),
    field('ever', none(ever), record ? 'green' : undefined),
  ];
  return { title: 'work', rows: ranked(grid(fields, width), RANK.work, RANK.moreWork) };
}

/** Outputs named at most; the others are counted. */
const OUTPUTS_SHOWN = 4;

/** Whom the job's coinbase pays. */
export function payoutPanel({ payout, about }: DashboardState, view: View): Panel {
  if (payout === undefined) return { title: 'payout', rows: [] };
  const { outputs, percent, satoshis } = payout;
  const short = percent !== undefined && percent < (about.minPayoutPercent ?? MIN_PAYOUT_PERCENT);
  const whole = formatBitcoin(satoshis);
  const first: Line =
    percent === undefined
      ? [
          {
            text: `${whole} to ${formatWhole(outputs.length)} ${outputs.length === 1 ? 'output' : 'outputs'}`,
          },
        ]
      : [{ text: formatPercent(percent), style: short ? 'red' : 'green' }, { text: ` of ${whole} is yours` }];
  const listed = outputs.length > OUTPUTS_SHOWN ? outputs.slice(0, OUTPUTS_SHOWN - 1) : outputs;
  const rows = listed.map(({ to, percent }): Line => {
    const part = formatPercent(percent).padStart(6);
    const address = fitMiddle(shown(to, view), view.width - part.length - 1, view.symbols.ellipsis);
    return [{ text: part }, { text: ` ${address}`, style: 'dim' }];
  });
  const more = outputs.length - listed.length;
  if (more > 0) rows.push([{ text: `       and ${formatWhole(more)} more`, style: 'dim' }]);
  const rank = short ? RANK.alarm : RANK.payout;
  return {
    title: 'payout',
    rows: [...ranked([first], rank, rank), ...ranked(rows, RANK.morePayout, RANK.morePayout)],
  };
}
