/** The blocks a run found, and what became of them: the one thing on the dashboard that nobody may miss. */
import type { MinerEvent } from '../../events.ts';
import { safeText } from '../text.ts';

/** One block. */
export interface BlockState {
  readonly hash: string;
  readonly height: number | undefined;
  readonly atMs: number;
  /** Who judges it: the node it is submitted to, or the pool; or it was left by an earlier run. */
  readonly from: 'node' | 'pool' | 'earlier run';
  /** `pending` until there is an answer; `sent` is a share that the pool took, which says nothing about the block yet. */
  readonly outcome: 'pending' | 'sent' | 'accepted' | 'stale' | 'rejected' | 'unknown';
  readonly reason?: string;
}

/** As many are kept as fit a screen; the count goes on. */
const KEPT = 20;

/** What a dashboard knows of blocks. */
export interface Blocks {
  readonly blocksFound: number;
  readonly blocks: readonly BlockState[];
}

/** One more block, unless it is known: one that goes to a pool and to a node is told of twice. */
export function addBlock(
  { blocksFound, blocks }: Blocks,
  event: Extract<MinerEvent, { type: 'block' | 'recovered' | 'share' }>,
  from: BlockState['from'],
): Blocks {
  const { hash, atMs } = event;
  const height = 'height' in event ? event.height : undefined;
  const known = blocks.some((block) => block.hash === hash);
  if (known) {
    const told = (block: BlockState) =>
      block.hash === hash ? { ...block, height: block.height ?? height, from } : block;
    return { blocksFound, blocks: blocks.map(told) };
  }
  const added: BlockState = { hash, height, atMs, from, outcome: 'pending' };
  return { blocksFound: blocksFound + 1, blocks: [...blocks, added].slice(-KEPT) };
}

/** The blocks after an answer: a node's settles it, a pool's counts until there is one. */
export function judgeBlock(
  blocks: readonly BlockState[],
  event: Extract<MinerEvent, { type: 'verdict' | 'share-verdict' }>,
): readonly BlockState[] {
  if (!blocks.some(({ hash }) => hash === event.hash)) return blocks; // nearly every share
  return blocks.map((block) => (block.hash === event.hash ? judged(block, event) : block));
}

function judged(
  block: BlockState,
  { type, verdict }: Extract<MinerEvent, { type: 'verdict' | 'share-verdict' }>,
): BlockState {
  const reason = 'reason' in verdict ? { reason: safeText(verdict.reason) } : {};
  if (type === 'verdict') return { ...block, ...reason, outcome: verdict.outcome };
  if (block.outcome !== 'pending') return block;
  if (verdict.outcome === 'withheld') return { ...block, ...reason, outcome: 'unknown' };
  return { ...block, ...reason, outcome: verdict.outcome === 'accepted' ? 'sent' : verdict.outcome };
}
