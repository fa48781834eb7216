/** Lines about shares: one for each while they are rare, one for all of a second when they come often. */
import type { MinerEvent } from '../events.ts';
import { formatCount } from '../format.ts';
import { REJECT_CLASSES, type RejectClass } from '../work/ports.ts';
import type { Output } from './lines.ts';
import { formatDifficulty, formatMs } from './numbers.ts';
import { safeText } from './text.ts';

type ShareVerdictEvent = Extract<MinerEvent, { type: 'share-verdict' }>;

/** At most one line in this time, milliseconds; blocks have their own. */
const LINE_MS = 1_000;

/** Shares without an answer whose difficulty is remembered; a pool that never answers costs no more than this. */
const REMEMBERED = 10_000;

/** Shows shares as they are answered. */
export interface ShareLines {
  /** Takes every event: any of them may be the moment to show what has been held back. */
  event(event: MinerEvent): void;
  /** Shows what is held back. */
  flush(): void;
}

/**
 * Lines for shares. A verdict within a second of the line before waits and is added up with those after it; the next event of any kind that comes later than
 * that shows them. An engine reports its scans several times a second, so nothing waits long, and no timer is needed.
 */
export function createShareLines({ out, paint }: Output): ShareLines {
  const difficulties = new Map<string, number>();
  let held: ShareVerdictEvent[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  const flush = () => {
    if (held.length === 0) return;
    const [only] = held;
    out(held.length === 1 ? shareLine(only!, difficulties.get(only!.hash), paint) : sumLine(held, paint));
    for (const { hash } of held) difficulties.delete(hash);
    held = [];
  };
  return {
    event(event) {
      if (event.type === 'share' && event.block) out(blockLine(event.hash, paint));
      if (event.type === 'share' && difficulties.size < REMEMBERED)
        difficulties.set(event.hash, event.difficulty);
      if (event.type === 'share-verdict') held.push(event);
      if (held.length === 0 || event.atMs - lastMs < LINE_MS) return;
      flush();
      lastMs = event.atMs;
    },
    flush,
  };
}

function blockLine(hash: string, paint: Output['paint']): string {
  return `${paint('green', 'BLOCK')}  share ${hash} meets the network target: sent to the pool first of all`;
}

/** `difficulty` is that of the hash. */
function shareLine(
  { verdict, shareDifficulty }: ShareVerdictEvent,
  difficulty: number | undefined,
  paint: Output['paint'],
): string {
  const needed = formatDifficulty(shareDifficulty);
  const of = difficulty === undefined ? needed : `${formatDifficulty(difficulty)} of ${needed}`;
  switch (verdict.outcome) {
    case 'accepted':
      return `share ${paint('green', 'accepted')}  difficulty ${of}  ${formatMs(verdict.roundTripMs)}`;
    case 'rejected':
      return `share ${paint('red', 'rejected')}  difficulty ${of}  ${formatMs(verdict.roundTripMs)}  ${verdict.class}: ${safeText(verdict.reason)}`;
    default:
      return `share ${paint('yellow', verdict.outcome)}  difficulty ${of}  ${safeText(verdict.reason)}`;
  }
}

/** Every verdict counts in one of the parts. */
function sumLine(events: readonly ShareVerdictEvent[], paint: Output['paint']): string {
  const verdicts = events.map(({ verdict }) => verdict);
  const count = (outcome: string) => verdicts.filter((each) => each.outcome === outcome).length;
  const rejected = verdicts.filter((each) => each.outcome === 'rejected');
  const classes = REJECT_CLASSES.flatMap((name) => classText(name, rejected));
  const roundTrips = verdicts.flatMap((each) => ('roundTripMs' in each ? [each.roundTripMs] : []));
  const mean = roundTrips.reduce((sum, ms) => sum + ms, 0) / roundTrips.length;
  const part = (label: 'accepted' | 'unknown' | 'withheld', colour: 'green' | 'yellow') =>
    count(label) > 0 ? [`${count(label)} ${paint(colour, label)}`] : [];
  const parts = [
    ...part('accepted', 'green'),
    ...(rejected.length > 0
      ? [`${rejected.length} ${paint('red', 'rejected')} (${classes.join('; ')})`]
      : []),
    ...part('unknown', 'yellow'),
    ...part('withheld', 'yellow'),
  ];
  const answered = roundTrips.length > 0 ? `  ${formatMs(mean)} on average` : '';
  return `${formatCount(events.length, 'share')}: ${parts.join(', ')}${answered}`;
}

/** How many of a class, and the pool's last words about them. */
function classText(name: RejectClass, rejected: readonly { class: RejectClass; reason: string }[]): string[] {
  const those = rejected.filter((each) => each.class === name);
  const last = those.at(-1);
  return last === undefined ? [] : [`${those.length} ${name}: ${safeText(last.reason)}`];
}
