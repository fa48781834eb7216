/** The mining loop: jobs to scans, found blocks to the journal and the sink. */
import { setTimeout as delay } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import { difficultyFromTarget } from '../bitcoin/target.ts';
import type { Emit, MinerEventBody } from '../events.ts';
import type { Job } from '../work/job.ts';
import type { BlockSink, HashEngine, JobSource } from '../work/ports.ts';
import type { FoundBlock } from '../work/verify.ts';
import type { Journal } from './journal.ts';
import { scanJob } from './scan-job.ts';
import { journalled, settleBlock } from './settle.ts';

/** The parts of a miner. */
export interface MineOptions {
  readonly source: JobSource;
  readonly sink: BlockSink;
  readonly engines: readonly HashEngine[];
  readonly journal: Journal;
  readonly emit: Emit;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Ends the run after this many accepted blocks; recovered ones do not count. @default no limit */
  readonly blocks?: number;
  /** After the end, how long blocks without a verdict are still submitted, milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

/** How long mining waits for the answers to recovered blocks, milliseconds. */
const HEAD_START_MS = 1_000;

/**
 * Mines until `signal` aborts or `blocks` are accepted. Blocks that an earlier run left in the journal are submitted again first thing;
 * mining starts when they have an answer, or after a second. Every block found is on disk before it is sent, and at the end every one has
 * a verdict or is still in the journal.
 *
 * @throws {HashgapError} `ENGINE_FAILED`; nothing a node or a disk does ends the run.
 */
export async function mine(options: MineOptions): Promise<void> {
  const { source, engines, journal, emit, blocks = Number.POSITIVE_INFINITY } = options;
  const over = createEnd(options.signal);
  const settling = createSettling(options);
  let claimed = 0; // blocks accepted or still without an answer: never more than were asked for

  const onBlock = async (block: FoundBlock) => {
    const foundAtMs = performance.now();
    claimed++;
    await journalled(journal.add(block), emit);
    emit({ type: 'block', hash: hashToDisplay(block.hash), height: block.height });
    const { outcome } = await settling.settle(block, { foundAtMs });
    if (outcome === 'accepted') {
      if (settling.accepted() >= blocks) over.end();
      return;
    }
    claimed--;
    source.refresh();
  };

  await recover(journal.pending, emit, over, settling);

  let jobOver = new AbortController();
  const scanning = new Set<Promise<void>>();
  for await (const job of source.jobs(over.signal)) {
    jobOver.abort(); // its threads stop in their own time; the engines give the new job to each one as it comes free
    emit(jobEvent(job));
    if (claimed >= blocks) continue; // the last block asked for is on its way; a refusal brings another job
    jobOver = new AbortController();
    const signal = AbortSignal.any([over.signal, jobOver.signal]);
    const onFound = (block: FoundBlock) => settling.track(over.watch(onBlock(block)));
    const scan = over
      .watch(scanJob(job, engines, signal, emit, onFound))
      .finally(() => scanning.delete(scan));
    scanning.add(scan);
  }
  jobOver.abort();
  await Promise.all(scanning);
  await settling.finish();
  over.rethrow();
}

/** Recovered blocks go first for a moment: mined beside them, the first new block could be a rival at their height. */
async function recover(
  blocks: readonly FoundBlock[],
  emit: Emit,
  over: ReturnType<typeof createEnd>,
  settling: ReturnType<typeof createSettling>,
): Promise<void> {
  if (blocks.length === 0) return;
  const verdicts = blocks.map((block) => {
    emit({ type: 'recovered', hash: hashToDisplay(block.hash), height: block.height });
    return over.watch(settling.settle(block, 'recovered'));
  });
  const answered = new AbortController();
  const signal = AbortSignal.any([over.signal, answered.signal]);
  await Promise.race([Promise.all(verdicts), delay(HEAD_START_MS, undefined, { signal }).catch(() => {})]);
  answered.abort();
}

/** The end of a run: asked for from outside, reached, or forced by a failure. */
function createEnd(outer: AbortSignal) {
  const reached = new AbortController();
  let failure: { error: unknown } | undefined;
  return {
    signal: AbortSignal.any([outer, reached.signal]),
    end: () => reached.abort(),
    /** Lets a failure of background work end the run. */
    watch: (work: Promise<unknown>): Promise<void> =>
      work.then(
        () => {},
        (error: unknown) => {
          failure ??= { error };
          reached.abort();
        },
      ),
    rethrow() {
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** Blocks on their way to a verdict. */
function createSettling({ sink, journal, emit, graceMs = 5_000 }: MineOptions) {
  const giveUp = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let accepted = 0;
  const track = (work: Promise<unknown>) => {
    underWay.add(work);
    work.finally(() => underWay.delete(work)).catch(() => {});
  };
  return {
    accepted: () => accepted,
    track,
    settle(block: FoundBlock, origin: Parameters<typeof settleBlock>[1]) {
      const verdict = settleBlock(block, origin, { sink, journal, emit, signal: giveUp.signal }).then(
        (final) => {
          if (final.outcome === 'accepted' && origin !== 'recovered') accepted++;
          return final;
        },
      );
      track(verdict);
      return verdict;
    },
    /** Waits for what is under way, for the grace at most; the journal keeps the rest. */
    async finish() {
      const timer = new AbortController();
      const grace = delay(graceMs, undefined, { signal: timer.signal }).catch(() => {});
      while (underWay.size > 0 && !giveUp.signal.aborted) {
        await Promise.race([Promise.allSettled(underWay), grace.then(() => giveUp.abort())]);
      }
      timer.abort();
      await Promise.allSettled(underWay);
    },
  };
}

function jobEvent(job: Job): MinerEventBody {
  return {
    type: 'job',
    id: job.id,
    height: job.height,
    prevHash: hashToDisplay(job.prevHash),
    difficulty: difficultyFromTarget(job.networkTarget),
    transactions: job.body?.transactions.length,
    coinbaseValue: job.coinbaseValue,
    clean: job.cleanJobs,
  };
}
