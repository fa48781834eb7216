/** The lines reporter: one line for each thing that happened; results to stdout, progress to stderr. */
import type { MinerEvent } from '../events.ts';
import { formatCount, formatDuration, formatQuantity } from '../format.ts';
import { NO_STATS, reduceStats, rejectedShares, type Stats, type Summary } from '../stats.ts';
import { formatBitcoin, formatDifficulty, formatPercent } from './numbers.ts';
import { createShareLines } from './share-lines.ts';
import { summaryLines } from './summary-lines.ts';
import { safeText } from './text.ts';

/** Where a reporter writes, and how. */
export interface Output {
  /** Takes a line of results. */
  readonly out: (line: string) => void;
  /** Takes a line of progress. */
  readonly err: (line: string) => void;
  /** Columns of the terminal; Infinity for a file or a pipe, where nothing needs to be shortened. */
  readonly width: number;
  /** Colours a text, or leaves it alone where colour is not wanted. */
  readonly paint: (colour: 'green' | 'yellow' | 'red' | 'dim', text: string) => string;
}

/** Something that shows a run. */
export interface Reporter {
  event(event: MinerEvent): void;
  /** Ends the report of a run that came to its end. */
  summary(summary: Summary): void;
  /** Gives the terminal back, where a reporter owns it: to be called before anything else is written to it, after a failure too. */
  close?(): void;
}

/** What only some runs set. */
export interface LinesOptions {
  /** A pool that pays less of the reward than this to the expected address is shown in red, percent. @default 98 */
  readonly minPayoutPercent?: number;
}

/** The least part of the reward that a pool may pay to the expected address without being marked, percent. */
export const MIN_PAYOUT_PERCENT = 98;

/** Milliseconds between two lines of live hashrate. */
const STATUS_MS = 10_000;

/** Milliseconds between two lines about jobs: on regtest a new one comes with every block. */
const JOB_LINE_MS = 1_000;

/** A reporter that writes plain lines. */
export function createLinesReporter(output: Output, options: LinesOptions = {}): Reporter {
  let stats: Stats = NO_STATS;
  const showStatus = createStatusLines(output);
  const showJob = createJobLines(output);
  const showSource = createSourceLines(output);
  const shares = createShareLines(output);
  const effort = createEffort();

  return {
    event(event) {
      stats = reduceStats(stats, event);
      shares.event(event);
      if (event.type === 'scan') showStatus(stats, event.atMs);
      if (event.type === 'job') showJob(event);
      if (event.type === 'source-up' || event.type === 'source-down') showSource(event);
      if (event.type === 'block') effort.found(event.hash, stats, event.atMs);
      if (event.type === 'verdict')
        output.out(verdictLine(event, output, event.recovered ? '' : effort.of(event, stats)));
      const progress = progressLine(event, output.paint, options);
      if (progress !== undefined) output.err(progress);
    },
    summary(summary) {
      shares.flush();
      for (const line of summaryLines(summary, output.paint)) output.out(line);
    },
  };
}

/** Now and then the hashrate since the last time, and what became of it. */
function createStatusLines({ err, paint }: Output): (stats: Stats, atMs: number) => void {
  let status = { atMs: 0, hashes: 0 };
  return (stats, atMs) => {
    if (status.atMs === 0) status = { atMs, hashes: stats.hashes };
    if (atMs - status.atMs < STATUS_MS) return;
    const rate = ((stats.hashes - status.hashes) * 1000) / (atMs - status.atMs);
    err(paint('dim', `${formatQuantity(rate, 'H/s')}, ${yieldText(stats)}`));
    status = { atMs, hashes: stats.hashes };
  };
}

function yieldText({ accepted, shares }: Stats): string {
  if (shares.found === 0) return `${accepted} accepted`;
  const rejected = rejectedShares(shares);
  const pending = shares.found - shares.accepted - rejected - shares.unknown - shares.withheld;
  const blocks = accepted > 0 ? `, ${formatCount(accepted, 'block')} accepted` : '';
  return `shares: ${shares.accepted} accepted, ${rejected} rejected, ${pending} pending${blocks}`;
}

/** A new tip is worth a line, and so is another share difficulty of a pool. */
function createJobLines({ err, paint }: Output): (event: Extract<MinerEvent, { type: 'job' }>) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let lastShare: number | undefined;
  return (event) => {
    const moved = isPoolJob(event) && event.shareDifficulty !== lastShare;
    if (!(event.clean || moved) || event.atMs - lastMs < JOB_LINE_MS) return;
    err(paint('dim', jobLine(event)));
    lastMs = event.atMs;
    lastShare = event.shareDifficulty;
  };
}

/** Where work comes from; a pool that fails while another one delivers work keeps nobody waiting. */
function createSourceLines({
  err,
  paint,
}: Output): (event: Extract<MinerEvent, { type: 'source-up' | 'source-down' }>) => void {
  let active: string | undefined;
  return (event) => {
    const { source } = event;
    if (event.type === 'source-up') {
      active = source;
      return err(`connected to ${source}`);
    }
    if (active !== undefined && active !== source)
      return err(paint('yellow', `no work from ${source}: ${event.reason}`));
    active = undefined;
    err(paint('yellow', `waiting for work: ${event.reason}`));
  };
}

/** What each block took since the one before: the hashes every engine spent, and the time. */
interface Effort {
  /** It counts from here: by the time of a verdict the next job may be under way. */
  found(hash: string, stats: Stats, atMs: number): void;
  of(verdict: Extract<MinerEvent, { type: 'verdict' }>, stats: Stats): string;
}

function createEffort(): Effort {
  const known = new Map<string, string>();
  let last = { atMs: 0, hashes: 0 };
  const take = (stats: Stats, atMs: number) => {
    const since = last.atMs === 0 ? (stats.startedAtMs ?? atMs) : last.atMs;
    const text = `${formatQuantity(stats.hashes - last.hashes, 'hashes')} in ${formatDuration((atMs - since) / 1000)}`;
    last = { atMs, hashes: stats.hashes };
    return text;
  };
  return {
    found: (hash, stats, atMs) => void known.set(hash, take(stats, atMs)),
    of({ hash, verdict, atMs }, stats) {
      const text = known.get(hash) ?? take(stats, atMs);
      if (verdict.outcome !== 'unknown') known.delete(hash);
      return text;
    },
  };
}

function progressLine(event: MinerEvent, paint: Output['paint'], options: LinesOptions): string | undefined {
  switch (event.type) {
    case 'engine':
      return engineLine(event);
    case 'engine-lost':
      return paint('red', `engine ${event.engine} failed, the others go on: ${event.message}`);
    case 'payout':
      return payoutLine(event, paint, options);
    case 'pool-message':
      return `the pool says: ${safeText(event.text)}`;
    case 'recovered':
      return `block ${event.height ?? '?'} was found by an earlier run and never answered: submitting it again`;
    case 'hardware-error':
      return paint(
        'red',
        `hardware error: kernel ${event.kernel} claimed ${event.hash ?? 'a hash that is none'}; the claim is dropped`,
      );
    case 'warning':
      return paint('yellow', `warning: ${event.message}`);
    default:
      return undefined;
  }
}

function engineLine({ engine, device, kernel, threads }: Extract<MinerEvent, { type: 'engine' }>): string {
  const on = device === undefined ? '' : ` on ${device}`;
  return `engine ${engine}${on}, kernel ${kernel}, ${formatCount(threads, 'thread')}`;
}

/** Outputs named in a line; the others are counted. */
const OUTPUTS_NAMED = 3;

function payoutLine(
  { satoshis, outputs, percent }: Extract<MinerEvent, { type: 'payout' }>,
  paint: Output['paint'],
  { minPayoutPercent = MIN_PAYOUT_PERCENT }: LinesOptions,
): string {
  const named = outputs
    .slice(0, OUTPUTS_NAMED)
    .map((output) => `${formatPercent(output.percent)} to ${safeText(output.to)}`);
  const others = outputs.length - named.length;
  const whom = [...named, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  const line = `a block of this pool pays ${formatBitcoin(satoshis)}: ${whom}`;
  if (percent === undefined) return line;
  const short = percent < minPayoutPercent;
  const expected = `${formatPercent(percent)} to the expected address`;
  return short ? paint('red', `${line}; only ${expected}`) : `${line}; ${paint('green', expected)}`;
}

/** Solo, a share is a block. */
const isPoolJob = (event: Extract<MinerEvent, { type: 'job' }>) => event.shareDifficulty !== event.difficulty;

function jobLine(event: Extract<MinerEvent, { type: 'job' }>): string {
  const { height, difficulty, shareDifficulty, transactions } = event;
  const job = `job for height ${height ?? '?'}, difficulty ${formatDifficulty(difficulty)}`;
  if (!isPoolJob(event)) return `${job}, ${transactions ?? '?'} transactions`;
  const count = transactions === undefined ? '' : `, ${transactions} transactions`;
  return `${job}, share difficulty ${formatDifficulty(shareDifficulty)}${count}`;
}

function verdictLine(
  event: Extract<MinerEvent, { type: 'verdict' }>,
  { paint, width }: Output,
  effort: string,
): string {
  const { verdict } = event;
  const colour = verdict.outcome === 'accepted' ? 'green' : verdict.outcome === 'rejected' ? 'red' : 'yellow';
  const outcome = verdict.outcome === 'unknown' ? 'no answer yet' : verdict.outcome;
  const hash = width >= 110 ? event.hash : `${event.hash.slice(0, 20)}...`; // the zeros are in front
  const rest = 'reason' in verdict ? verdict.reason : event.recovered ? 'found by an earlier run' : effort;
  return `block ${String(event.height ?? '?').padEnd(6)} ${paint(colour, outcome)}  ${hash}  ${rest}`;
}
