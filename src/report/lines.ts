/** The lines reporter: one line for each thing that happened; results to stdout, progress to stderr. */
import type { MinerEvent } from '../events.ts';
import { NO_STATS, reduceStats, type Stats, type Summary } from '../stats.ts';
import { formatCount, formatDuration, formatQuantity } from './format.ts';

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
  summary(summary: Summary): void;
}

/** Milliseconds between two lines of live hashrate. */
const STATUS_MS = 10_000;

/** Milliseconds between two lines about jobs: on regtest a new one comes with every block. */
const JOB_LINE_MS = 1_000;

/** A reporter that writes plain lines. */
export function createLinesReporter(output: Output): Reporter {
  let stats: Stats = NO_STATS;
  let status = { atMs: 0, hashes: 0 };
  let lastJobMs = Number.NEGATIVE_INFINITY;
  let lastBlock = { atMs: 0, hashes: 0 };

  const showStatus = (atMs: number) => {
    if (status.atMs === 0) status = { atMs, hashes: stats.hashes };
    if (atMs - status.atMs < STATUS_MS) return;
    const rate = ((stats.hashes - status.hashes) * 1000) / (atMs - status.atMs);
    output.err(output.paint('dim', `${formatQuantity(rate, 'H/s')}, ${stats.accepted} accepted`));
    status = { atMs, hashes: stats.hashes };
  };
  const showJob = (event: Extract<MinerEvent, { type: 'job' }>) => {
    if (!event.clean || event.atMs - lastJobMs < JOB_LINE_MS) return;
    output.err(output.paint('dim', jobLine(event)));
    lastJobMs = event.atMs;
  };
  /** What it took since the block before: the hashes every engine spent, and the time. */
  const effort = (atMs: number) => {
    const since = lastBlock.atMs === 0 ? (stats.startedAtMs ?? atMs) : lastBlock.atMs;
    const text = `${formatQuantity(stats.hashes - lastBlock.hashes, 'hashes')} in ${formatDuration((atMs - since) / 1000)}`;
    lastBlock = { atMs, hashes: stats.hashes };
    return text;
  };

  return {
    event(event) {
      stats = reduceStats(stats, event);
      if (event.type === 'scan') showStatus(event.atMs);
      if (event.type === 'job') showJob(event);
      if (event.type === 'verdict')
        output.out(verdictLine(event, output, event.recovered ? '' : effort(event.atMs)));
      const progress = progressLine(event, output.paint);
      if (progress !== undefined) output.err(progress);
    },
    summary(summary) {
      output.out(summaryLine(summary));
      for (const note of summaryNotes(summary)) output.out(output.paint('yellow', note));
    },
  };
}

function progressLine(event: MinerEvent, paint: Output['paint']): string | undefined {
  switch (event.type) {
    case 'engine':
      return `engine ${event.engine}, kernel ${event.kernel}, ${formatCount(event.threads, 'thread')}`;
    case 'source-up':
      return `connected to ${event.source}`;
    case 'source-down':
      return paint('yellow', `waiting for work: ${event.reason}`);
    case 'recovered':
      return `block ${event.height ?? '?'} was found by an earlier run and never answered: submitting it again`;
    case 'hardware-error':
      return paint(
        'red',
        `hardware error: kernel ${event.kernel} claimed ${event.hash}; the claim is dropped`,
      );
    case 'warning':
      return paint('yellow', `warning: ${event.message}`);
    default:
      return undefined;
  }
}

function jobLine(event: Extract<MinerEvent, { type: 'job' }>): string {
  const difficulty =
    event.difficulty < 0.001 ? event.difficulty.toExponential(2) : formatQuantity(event.difficulty, '');
  return `job for height ${event.height ?? '?'}, difficulty ${difficulty}, ${event.transactions ?? '?'} transactions`;
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

function summaryLine(summary: Summary): string {
  const { blocks, accepted, rejected, stale, hashes, hashesPerSecond, seconds } = summary;
  return (
    `${formatCount(blocks, 'block')} in ${formatDuration(seconds)}: ${accepted} accepted, ${rejected} rejected, ${stale} stale; ` +
    `${formatQuantity(hashes, 'hashes')}, ${formatQuantity(hashesPerSecond, 'H/s')}`
  );
}

function summaryNotes({ pending, recovered, hardwareErrors }: Summary): string[] {
  return [
    ...(recovered > 0 ? [`${recovered} of them found by an earlier run`] : []),
    ...(pending > 0
      ? [`${pending} without an answer yet: kept in the journal, submitted again at the next start`]
      : []),
    ...(hardwareErrors > 0 ? [`${formatCount(hardwareErrors, 'hardware error')}: run hashgap verify`] : []),
  ];
}
