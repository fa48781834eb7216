/** The mining loop: jobs to scans, found blocks to the journal and the sink. */
import { setTimeout as delay } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import { difficultyFromTarget, hashToNumber } from '../bitcoin/target.ts';
import type { Emit, MinerEventBody } from '../events.ts';
import { createChange } from '../work/change.ts';
import type { Job } from '../work/job.ts';
import { createPlanners } from '../work/planner.ts';
import type { BlockSink, HashEngine, JobSource, ShareSink, ShareVerdict } from '../work/ports.ts';
import type { FoundBlock, FoundShare } from '../work/verify.ts';
import { type Crew, createCrew } from './crew.ts';
import type { Journal } from './journal.ts';
import { type ScanJobOptions, scanJob } from './scan-job.ts';
import { Settling } from './settling.ts';

/** The parts of a miner. */
export interface MineOptions {
  readonly source: JobSource;
  /** A node for whole blocks. Beside `shares` it gets the blocks whose transactions are known. */
  readonly sink?: BlockSink;
  /** A pool for shares: with one, mining goes on after a find. */
  readonly shares?: ShareSink;
  /** The whole block of a share that is one, where somebody knows it; a pool's jobs do not say. @default nobody does */
  readonly complete?: (share: FoundShare) => Uint8Array | undefined;
  readonly engines: readonly HashEngine[];
  readonly journal: Journal;
  readonly emit: Emit;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Ends the run after this many accepted blocks; recovered ones do not count. @default no limit */
  readonly blocks?: number;
  /** After the end, how long blocks and shares without a verdict are still waited for, milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

/** How long mining waits for the answers to recovered blocks, milliseconds. */
const HEAD_START_MS = 1_000;

/**
 * Mines until `signal` aborts or `blocks` are accepted. Blocks that an earlier run left in the journal are submitted again first thing;
 * mining starts when they have an answer, or after a second. Every block found is on disk before a node gets it; a pool gets the share first of
 * all, since no pool loses it and every millisecond counts. At the end every block has a verdict or is still in the journal. A journal that cannot be
 * written is told by a warning, keeps no block from a node, and is tried again with every try to submit and once more at the end.
 *
 * @throws {HashgapError} `ENGINE_FAILED` or `GPU_LOST` when the last engine has failed; nothing a node, a pool or a disk does ends the run.
 */
export async function mine(options: MineOptions): Promise<void> {
  const { engines, journal, emit } = options;
  const over = createEnd(options.signal);
  const crew = createCrew(engines, emit);
  const settling = new Settling(options);
  const finds =
    options.shares === undefined ? soloFinds(options, settling, over) : poolFinds(options, settling, over);

  await recover(journal.pending, emit, over, settling);

  try {
    await scanJobs(options, crew, finds, over);
  } finally {
    await settling.finish(); // also where the source has failed: what was found has a verdict coming
  }
  over.rethrow();
}

/** Scans each job until the next one comes, and the source ends; then every scan has ended. */
async function scanJobs(
  { source, emit, blocks = Number.POSITIVE_INFINITY }: MineOptions,
  crew: Crew,
  finds: Finds,
  over: End,
): Promise<void> {
  let jobOver = new AbortController();
  const scanning = new Set<Promise<void>>();
  const plannerOf = createPlanners();
  try {
    for await (const job of source.jobs(over.signal)) {
      jobOver.abort(); // its threads stop in their own time; the engines give the new job to each one as it comes free
      emit(jobEvent(job));
      if (finds.countedForJobs() >= blocks) continue;
      jobOver = new AbortController();
      const signal = AbortSignal.any([over.signal, jobOver.signal]);
      const { onFind, room } = finds;
      const scan = over
        .watch(scanJob(job, { planner: plannerOf(job), crew, signal, emit, onFind, room }))
        .finally(() => scanning.delete(scan));
      scanning.add(scan);
    }
  } finally {
    jobOver.abort();
    await Promise.all(scanning);
  }
}

type End = ReturnType<typeof createEnd>;

/** What becomes of finds. */
interface Finds {
  /**
   * Blocks that count where a new job comes: none is scanned once they are as many as were asked for. Solo these are the accepted ones and those under
   * way, since a refusal brings another job. With a pool they are the accepted ones alone: it need not send another job, so scans of this one wait in `room`.
   */
  countedForJobs(): number;
  readonly onFind: ScanJobOptions['onFind'];
  readonly room: ScanJobOptions['room'];
}

/**
 * With a node of one's own only blocks count, one for each job. While those accepted and those under way are as many as were asked for, scans wait and
 * what those under way still find is dropped: it would compete with a block that is on its way.
 */
function soloFinds(options: MineOptions, settling: Settling, over: End): Finds {
  const { source, blocks = Number.POSITIVE_INFINITY } = options;
  let claimed = 0;
  const refusal = createChange();
  const onBlock = async (block: FoundBlock) => {
    claimed++;
    const { outcome } = await settling.settle(block, performance.now());
    if (outcome === 'accepted') {
      if (settling.accepted >= blocks) over.end();
      return;
    }
    claimed--;
    refusal.happened();
    source.refresh();
  };
  return {
    countedForJobs: () => claimed,
    onFind(_, block) {
      if (block === undefined || claimed >= blocks) return 'more';
      settling.track(over.watch(onBlock(block)));
      return 'enough';
    },
    room: () => settling.room() ?? (claimed >= blocks ? refusal.next() : undefined),
  };
}

/**
 * With a pool every find is sent, and mining goes on; a find that is a block is journalled too, and sent to one's own node where that can be. While
 * the last blocks asked for are under way the scans wait, and go on when one is refused: a pool need not send another job then.
 */
function poolFinds(options: MineOptions, settling: Settling, over: End): Finds {
  const { emit, shares, blocks = Number.POSITIVE_INFINITY } = options;
  let accepted = 0;
  let claimed = 0;
  const refusal = createChange();
  const onShare = async (share: FoundShare, judgement: Promise<ShareVerdict>) => {
    const hash = hashToDisplay(share.hash);
    const shareDifficulty = creditOf(share.job);
    const difficulty = difficultyFromTarget(hashToNumber(share.hash));
    emit({ type: 'share', hash, difficulty, shareDifficulty, block: share.meetsNetworkTarget });
    emit({ type: 'share-verdict', hash, shareDifficulty, verdict: await judgement });
  };
  const onBlock = async (block: FoundBlock, judgement: Promise<ShareVerdict>) => {
    claimed++;
    const { outcome } = await settling.settlePooled(block, judgement, performance.now());
    if (outcome !== 'accepted') claimed--;
    else if (++accepted >= blocks) over.end();
    refusal.happened();
  };
  return {
    countedForJobs: () => accepted,
    onFind(share, block) {
      const judgement = shares!.submit(share, settling.signal); // before anything else, in the turn of the event loop it was found in
      settling.hold(judgement);
      settling.track(over.watch(onShare(share, judgement)));
      const bytes = block === undefined ? undefined : (block.bytes ?? options.complete?.(share));
      if (block !== undefined) settling.track(over.watch(onBlock({ ...block, bytes }, judgement)));
      return 'more';
    },
    room: () => settling.room() ?? (claimed >= blocks ? refusal.next() : shares!.room?.()),
  };
}

/** What one find stands for: on a test network a block can be easier than a share, and then the engines look for blocks. */
function creditOf({ shareTarget, networkTarget }: Job): number {
  return difficultyFromTarget(shareTarget > networkTarget ? shareTarget : networkTarget);
}

/** Recovered blocks go first for a moment: mined beside them, the first new block could be a rival at their height. */
async function recover(
  blocks: readonly FoundBlock[],
  emit: Emit,
  over: ReturnType<typeof createEnd>,
  settling: Settling,
): Promise<void> {
  if (blocks.length === 0) return;
  const verdicts = blocks.map((block) => {
    emit({ type: 'recovered', hash: hashToDisplay(block.hash), height: block.height });
    return over.watch(settling.recover(block));
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

function jobEvent(job: Job): MinerEventBody {
  return {
    type: 'job',
    id: job.id,
    height: job.height,
    prevHash: hashToDisplay(job.prevHash),
    difficulty: difficultyFromTarget(job.networkTarget),
    shareDifficulty: difficultyFromTarget(job.shareTarget),
    transactions: job.body?.transactions.length,
    coinbaseValue: job.coinbaseValue,
    clean: job.cleanJobs,
  };
}
