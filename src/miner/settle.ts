/** Settling a block: submit, and submit again until the node has answered; its entry in the journal keeps it until then. */
import { setTimeout as delay } from 'node:timers/promises';
import { hashToDisplay } from '../bitcoin/hex.ts';
import type { Emit } from '../events.ts';
import type { BlockSink, ShareVerdict, Verdict } from '../work/ports.ts';
import type { FoundBlock } from '../work/verify.ts';
import type { Entry } from './entry.ts';

/** What settling needs. */
export interface SettleOptions {
  readonly sink: BlockSink;
  readonly entry: Entry;
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
 * Submits a block until the node's answer settles it or `signal` aborts. Each try without an answer, and the end, is also one for what the journal lacks.
 *
 * @returns the last verdict: `unknown` when it was given up for this run.
 */
export async function settleBlock(
  block: FoundBlock,
  origin: Origin,
  options: SettleOptions,
): Promise<Verdict> {
  const told = { ...namesOf(block, origin), ...latencyOf(origin) };
  const tellUnknown = (verdict: Verdict) => options.emit({ type: 'verdict', ...told, verdict });
  const verdict = await submitUntilSettled(block, options, tellUnknown);
  await settle(verdict, told, options);
  return verdict;
}

/** A block that a pool and one's own node both have. */
export interface SharedBlock {
  /** Accepted as soon as one of them accepts it; else what the node says, else what the pool says. */
  readonly verdict: Promise<Verdict>;
  /** Resolves when the node has answered too, or `signal` has aborted. */
  readonly node: Promise<unknown>;
}

/**
 * Submits a pool's block to one's own node as well. Either one can settle it: a node that is down must not keep open what the pool has accepted. The
 * node gets it all the same, as soon as it is back.
 *
 * @param share - the pool's word on the share.
 */
export function settleShared(
  block: FoundBlock,
  share: Promise<ShareVerdict>,
  origin: Origin,
  options: SettleOptions,
): SharedBlock {
  const named = namesOf(block, origin);
  const told = { ...named, ...latencyOf(origin) };
  let isSettled = false;
  const node = submitUntilSettled(block, options, (verdict) => {
    if (!isSettled) options.emit({ type: 'verdict', ...told, verdict });
  });
  const pool = share.then(verdictOfPool);
  const decide = async () => {
    const byPool = pool.then((verdict) => ({ verdict, told: named }));
    const byNode = node.then((verdict) => ({ verdict, told }));
    const first = await Promise.race([byPool, byNode]);
    const decided = first.verdict.outcome === 'accepted' ? first : await better(byNode, byPool);
    isSettled = true;
    await settle(decided.verdict, decided.told, options);
    return decided.verdict;
  };
  const compare = async () => {
    const [ofNode, ofPool] = await Promise.all([node, pool]);
    if (ofPool.outcome === 'accepted' && ofNode.outcome === 'rejected')
      warnOfDispute(block, ofNode.reason, options);
  };
  return { verdict: decide(), node: compare() };
}

type Told = { readonly verdict: Verdict; readonly told: ReturnType<typeof namesOf> };

/** The one of two verdicts that says more: accepted, else the node's, else the pool's. */
async function better(byNode: Promise<Told>, byPool: Promise<Told>): Promise<Told> {
  const [node, pool] = await Promise.all([byNode, byPool]);
  return pool.verdict.outcome === 'accepted' || node.verdict.outcome === 'unknown' ? pool : node;
}

function warnOfDispute({ hash }: FoundBlock, reason: string, { emit }: Pick<SettleOptions, 'emit'>): void {
  const name = hashToDisplay(hash);
  const message = `Expected your node to accept block ${name} as the pool did, received "${reason}". Look the block up in a block explorer.`;
  emit({ type: 'warning', message });
}

const namesOf = (block: FoundBlock, origin: Origin) => ({
  hash: hashToDisplay(block.hash),
  height: block.height,
  recovered: origin === 'recovered',
});

const latencyOf = (origin: Origin) =>
  origin === 'recovered' ? {} : { foundToSentMs: performance.now() - origin.foundAtMs };

async function settle(
  verdict: Verdict,
  told: ReturnType<typeof namesOf>,
  { entry, emit }: Pick<SettleOptions, 'entry' | 'emit'>,
): Promise<void> {
  if (verdict.outcome === 'unknown') return entry.write();
  await entry.settle(verdict);
  emit({ type: 'verdict', ...told, verdict });
}

/** Each new reason for having no answer is told once. */
async function submitUntilSettled(
  block: FoundBlock,
  { sink, entry, signal, retryMs = 250 }: SettleOptions,
  tellUnknown: (verdict: Verdict) => void,
): Promise<Verdict> {
  let reported = '';
  for (let waitMs = retryMs; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
    const verdict = await sink.submit(block, signal);
    if (verdict.outcome !== 'unknown' || signal.aborted) return verdict;
    if (verdict.reason !== reported) tellUnknown(verdict);
    reported = verdict.reason;
    await entry.write();
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
  { entry, emit }: Pick<SettleOptions, 'entry' | 'emit'>,
): Promise<Verdict> {
  const verdict = verdictOfPool(share);
  const named = { hash: hashToDisplay(block.hash), height: block.height, recovered: false };
  await (verdict.outcome === 'unknown' ? entry.write() : entry.settle(verdict));
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
