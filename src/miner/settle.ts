/** Settling a block: submit, and submit again until the node has answered; the journal keeps it until then. */
import { setTimeout as delay } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import { isHashgapError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { BlockSink, ShareVerdict, Verdict } from '../work/ports.ts';
import type { FoundBlock } from '../work/verify.ts';
import type { Journal } from './journal.ts';

/** What settling needs. */
export interface SettleOptions {
  readonly sink: BlockSink;
  readonly journal: Journal;
  readonly emit: Emit;
  /** Ends the retries; the block stays in the journal. */
  readonly signal: AbortSignal;
  /** The first wait between tries, milliseconds; it doubles up to a second, so that a node that is back hears of the block soon. @default 250 */
  readonly retryMs?: number;
}

/** The longest wait between tries, milliseconds. */
const MAX_RETRY_MS = 1_000;

/** Where a block comes from: this run, with the time it was verified (performance.now), or an earlier one. */
export type Origin = { readonly foundAtMs: number } | 'recovered';

/**
 * Submits a journalled block until the node's answer settles it or `signal` aborts.
 *
 * @returns the last verdict: `unknown` when it was given up for this run.
 */
export async function settleBlock(
  block: FoundBlock,
  origin: Origin,
  options: SettleOptions,
): Promise<Verdict> {
  const { sink, journal, emit, signal, retryMs = 250 } = options;
  const named = { hash: hashToDisplay(block.hash), height: block.height, recovered: origin === 'recovered' };
  const latency = origin === 'recovered' ? {} : { foundToSentMs: performance.now() - origin.foundAtMs };
  let reported = '';
  for (let waitMs = retryMs; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
    const verdict = await sink.submit(block, signal);
    if (verdict.outcome !== 'unknown') {
      await journalled(journal.settle(block, verdict), emit);
      emit({ type: 'verdict', ...named, ...latency, verdict });
      return verdict;
    }
    if (signal.aborted) return verdict;
    if (verdict.reason !== reported) emit({ type: 'verdict', ...named, ...latency, verdict });
    reported = verdict.reason;
    await delay(waitMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return verdict;
  }
}

/**
 * Settles a block whose transactions only the pool knows, by what it said of the share. Without an answer the block stays in the journal.
 *
 * @returns the verdict, as if the pool were a node.
 */
export async function settleByPool(
  block: FoundBlock,
  share: ShareVerdict,
  { journal, emit }: Pick<SettleOptions, 'journal' | 'emit'>,
): Promise<Verdict> {
  const verdict = verdictOfPool(share);
  const named = { hash: hashToDisplay(block.hash), height: block.height, recovered: false };
  if (verdict.outcome !== 'unknown') await journalled(journal.settle(block, verdict), emit);
  emit({ type: 'verdict', ...named, verdict });
  return verdict;
}

function verdictOfPool(share: ShareVerdict): Verdict {
  if (share.outcome === 'accepted') return { outcome: 'accepted' };
  if (share.outcome === 'rejected') {
    const outcome = share.class === 'stale' ? 'stale' : 'rejected';
    return { outcome, reason: `the pool said: ${share.reason}` };
  }
  return { outcome: 'unknown', reason: share.reason };
}

/** A journal that cannot be written must not keep a block from the node: the failure becomes a warning. */
export async function journalled(written: Promise<void>, emit: Emit): Promise<void> {
  await written.catch((error: unknown) => {
    if (!isHashgapError(error)) throw error;
    emit({ type: 'warning', message: error.message });
  });
}
