/** The blocks and shares of a run that are on their way to a verdict: how many, and the wait for them at its end. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import type { Emit } from '../events.ts';
import { createChange } from '../work/change.ts';
import type { BlockSink, ShareVerdict, Verdict } from '../work/ports.ts';
import type { FoundBlock } from '../work/verify.ts';
import { createEntry, type Entry } from './entry.ts';
import type { Journal } from './journal.ts';
import { type Origin, settleBlock, settleByPool, settleShared } from './settle.ts';

/** Where blocks go. */
export interface SettlingOptions {
  readonly sink?: BlockSink;
  readonly journal: Journal;
  readonly emit: Emit;
  /** How long the end waits for verdicts, milliseconds. @default 5_000 */
  readonly graceMs?: number;
}

/** Finds on their way at which mining waits: an easy target brings more of them than a disk and a pool can take, and most would be stale when their turn comes. */
const MAX_HELD = 128;

/** How long a find counts among those, milliseconds: a pool that is gone, or slow, must not keep the engines from working for another. */
const HOLD_MS = 1_000;

/** All finds without a verdict, at which mining waits however old they are. */
const MAX_UNDER_WAY = 10_000;

/** Settles finds beside each other. */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #giveUp = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Blocks that the pool has settled while one's own node has not answered: it is tried on, but scans do not wait for it. */
  readonly #stragglers = new Set<Promise<unknown>>();
  readonly #verdicts = createChange();
  #held = 0;
  #accepted = 0;

  constructor(options: SettlingOptions) {
    this.#options = options;
    setMaxListeners(0, this.#giveUp.signal); // each block that waits for a node that is down listens to it
  }

  /** Blocks of this run that a node has accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Aborts when the run no longer waits for verdicts. */
  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** Something to wait for while too many finds have no verdict. */
  room(): Promise<void> | undefined {
    const isFull = this.#held >= MAX_HELD || this.#underWay.size >= MAX_UNDER_WAY;
    return isFull ? this.#verdicts.next() : undefined;
  }

  /** Counts a find as one on its way to a pool or a disk, until it has been there. */
  hold(work: Promise<unknown>): void {
    this.#held++;
    const release = () => {
      clearTimeout(timer);
      if (!isHeld) return;
      isHeld = false;
      this.#held--;
      this.#verdicts.happened();
    };
    let isHeld = true;
    const timer = setTimeout(release, HOLD_MS).unref();
    work.finally(release).catch(() => {});
  }

  /** Counts a find as under way until `work` has ended. */
  track(work: Promise<unknown>): void {
    this.#underWay.add(work);
    const done = () => {
      this.#underWay.delete(work);
      this.#verdicts.happened();
    };
    work.finally(done).catch(() => {});
  }

  /** A block that an earlier run left in the journal, to one's own node. */
  recover(block: FoundBlock): Promise<Verdict> {
    return this.#submit(block, createEntry(block, this.#options, true), 'recovered');
  }

  /** A block, to the journal first and then to one's own node. */
  async settle(block: FoundBlock, foundAtMs: number): Promise<Verdict> {
    const entry = createEntry(block, this.#options, false);
    await entry.write();
    this.#tellFound(block);
    return this.#submit(block, entry, { foundAtMs });
  }

  #tellFound({ hash, height }: FoundBlock): void {
    this.#options.emit({ type: 'block', hash: hashToDisplay(hash), height });
  }

  #submit(block: FoundBlock, entry: Entry, origin: Origin): Promise<Verdict> {
    const { sink, emit } = this.#options;
    const settled =
      sink === undefined || block.bytes === undefined
        ? Promise.resolve(unsent(block, emit))
        : settleBlock(block, origin, { sink, entry, emit, signal: this.signal });
    const verdict = settled.then((final) => {
      if (final.outcome === 'accepted' && origin !== 'recovered') this.#accepted++;
      return final;
    });
    this.track(verdict);
    return verdict;
  }

  /**
   * A block of a pool, to the journal first: the pool's word on its share settles it, or one's own node where it is known in full. The node may take
   * longer than the verdict.
   */
  async settlePooled(block: FoundBlock, share: Promise<ShareVerdict>, foundAtMs: number): Promise<Verdict> {
    const { sink, emit } = this.#options;
    const entry = createEntry(block, this.#options, false);
    const written = entry.write();
    this.hold(written);
    await written;
    this.#tellFound(block);
    if (sink === undefined || block.bytes === undefined)
      return settleByPool(block, await share, { entry, emit });
    const tooMany = new AbortController();
    const signal = AbortSignal.any([this.signal, tooMany.signal]);
    const { verdict, node } = settleShared(block, share, { foundAtMs }, { sink, entry, emit, signal });
    const work = node.catch(() => {}).finally(() => this.#stragglers.delete(work)); // a failure is the verdict's too
    this.#stragglers.add(work);
    // Where too many wait for the node already, it is given up for this one once the pool has settled it.
    if (this.#stragglers.size > MAX_UNDER_WAY) verdict.finally(() => tooMany.abort()).catch(() => {});
    return verdict;
  }

  /** Waits for what is under way, for the grace at most; the journal keeps the rest, and gets what it lacks of it. */
  async finish(): Promise<void> {
    const { graceMs = 5_000 } = this.#options;
    const timer = new AbortController();
    const grace = delay(graceMs, undefined, { signal: timer.signal }).catch(() => {});
    const open = () => [...this.#underWay, ...this.#stragglers];
    while (open().length > 0 && !this.signal.aborted) {
      await Promise.race([Promise.allSettled(open()), grace.then(() => this.#giveUp.abort())]);
    }
    timer.abort();
    await Promise.allSettled(open());
  }
}

/** Left by an earlier run, with nothing in this one to submit it with: it stays in the journal. */
function unsent({ hash, bytes }: FoundBlock, emit: Emit): Verdict {
  const name = `block ${hashToDisplay(hash)}, which an earlier run found`;
  const message =
    bytes === undefined
      ? `The pool never said what became of ${name}: look it up in a block explorer. Its header and coinbase stay in the journal until you delete its line.`
      : `Expected a node to submit ${name} to, received none. Run hashgap mine with --node and the same journal.`;
  emit({ type: 'warning', message });
  return { outcome: 'unknown', reason: message };
}
