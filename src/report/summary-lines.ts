/** The closing summary of a run, as every reporter for people shows it. */
import { formatCount, formatDuration, formatQuantity } from '../format.ts';
import type { ShareSummary, Summary } from '../stats.ts';
import { REJECT_CLASSES } from '../work/ports.ts';
import type { Output } from './lines.ts';
import { formatDifficulty, formatMs, formatRate, formatRatio } from './numbers.ts';

/** The summary: blocks and hashes with what needs attention, then the shares of a run with a pool. */
export function summaryLines(summary: Summary, paint: Output['paint']): string[] {
  const { shares } = summary;
  return [
    blocksLine(summary),
    ...notes(summary).map((note) => paint('yellow', note)),
    ...(shares === undefined ? [] : shareLines(shares, summary.hashesPerSecond)),
  ];
}

/** With a pool a run without a block is the usual one, and needs no list of zeros. */
function blocksLine(summary: Summary): string {
  const { blocks, accepted, rejected, stale, hashes, hashesPerSecond, seconds, shares } = summary;
  const work = `${formatQuantity(hashes, 'hashes')}, ${formatQuantity(hashesPerSecond, 'H/s')}`;
  if (blocks === 0 && shares !== undefined) return `no block in ${formatDuration(seconds)}; ${work}`;
  const verdicts = `${accepted} accepted, ${rejected} rejected, ${stale} stale`;
  return `${formatCount(blocks, 'block')} in ${formatDuration(seconds)}: ${verdicts}; ${work}`;
}

/** The counts of the first line add up to the shares found. */
function shareLines(shares: ShareSummary, hashesPerSecond: number): string[] {
  const { accepted, unknown, withheld, pending, bestDifficulty, roundTripMs, luck } = shares;
  const classes = REJECT_CLASSES.filter((name) => shares.rejected[name] > 0);
  const rejected = classes.reduce((sum, name) => sum + shares.rejected[name], 0);
  const of = classes.map((name) => `${shares.rejected[name]} ${name}`).join(', ');
  const counts = [
    `${accepted} accepted`,
    `${rejected} rejected${of === '' ? '' : ` (${of})`}`,
    ...(unknown > 0 ? [`${unknown} without an answer`] : []),
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
    ...(pending > 0 ? [`${pending} pending`] : []),
  ];
  const answers =
    roundTripMs === null
      ? ''
      : `; round trip ${formatMs(roundTripMs.mean)} on average, ${formatMs(roundTripMs.longest)} at the longest`;
  const effective = shares.effectiveHashesPerSecond;
  const part = hashesPerSecond > 0 ? ` (${formatRatio(effective / hashesPerSecond)})` : '';
  return [
    `${formatCount(shares.found, 'share')}: ${counts.join(', ')}`,
    `best difficulty ${formatDifficulty(bestDifficulty)}${answers}`,
    `accepted work is worth ${formatRate(effective)} of ${formatRate(hashesPerSecond)} measured${part}; luck ${formatRatio(luck ?? undefined)}`,
  ];
}

function notes({ pending, recovered, hardwareErrors }: Summary): string[] {
  return [
    ...(recovered > 0 ? [`${recovered} of them found by an earlier run`] : []),
    ...(pending > 0
      ? [`${pending} without an answer yet: kept in the journal, submitted again at the next start`]
      : []),
    ...(hardwareErrors > 0 ? [`${formatCount(hardwareErrors, 'hardware error')}: run hashgap verify`] : []),
  ];
}
