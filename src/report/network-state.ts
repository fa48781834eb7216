/** The state of the network that odds and costs are calculated from: of a node, or the snapshot that the program carries. */
import type { NetworkName } from '../bitcoin/network.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import type { BlockTerms } from '../economics/revenue.ts';
import { type CompleteSnapshot, DEFAULT_SNAPSHOT, snapshotAge } from '../economics/snapshots.ts';
import { hashesFromDifficulty, networkHashrate } from '../economics/work.ts';

/** The network on one day. */
export interface NetworkState {
  readonly from: 'node' | 'snapshot';
  /** The node's address, or the source of the snapshot. */
  readonly source: string;
  readonly network: NetworkName;
  /** Of the newest block or of the snapshot: ISO 8601. */
  readonly date: string;
  /** Seconds from that date to now. */
  readonly ageSeconds: number;
  /** Old enough to be well off: a snapshot of more than 28 days, a node whose newest block is more than a day old. */
  readonly stale: boolean;
  /** Of the newest block; null where nobody says. */
  readonly height: number | null;
  readonly difficulty: number;
  /** Hashes a block takes on average. */
  readonly hashesPerBlock: number;
  /** Of all miners, hashes per second: estimated from the blocks that came. */
  readonly hashrateHps: number;
  /** How the hashrate was estimated. */
  readonly hashrateFrom: string;
  /** Of the next block. */
  readonly subsidyBtc: number;
  /** Mean per block; null where nobody says, and then 0 is calculated with. */
  readonly feesBtc: number | null;
  /** Blocks that the mean is of; null for a snapshot, whose source took a week. */
  readonly feesOfBlocks: number | null;
  readonly btcUsd: Assumed;
  /** The difficulty was given on the command line. */
  readonly difficultyGiven: boolean;
}

/** A figure with where it comes from. */
export interface Assumed {
  readonly value: number;
  /** Ready to stand in a sentence: `given`, `snapshot of 2026-01-12`. */
  readonly from: string;
}

/** What a user may set instead. */
export interface NetworkOverrides {
  readonly difficulty?: number | undefined;
  /** US dollars. */
  readonly btcPrice?: number | undefined;
}

/**
 * The state that a snapshot describes.
 *
 * @param nowMs - milliseconds since 1970.
 * @example
 * ```ts
 * snapshotState(Date.UTC(2026, 0, 13)).ageSeconds; // 86_400
 * snapshotState(Date.UTC(2027, 0, 1)).stale; // true
 * ```
 */
export function snapshotState(nowMs: number, snapshot: CompleteSnapshot = DEFAULT_SNAPSHOT): NetworkState {
  const { days, stale } = snapshotAge(snapshot, nowMs);
  const { difficulty, hashrateHps, date, feesBtcPerBlock } = snapshot;
  const published = hashrateHps !== null && !isUnconfirmed(snapshot, 'hashrateHps');
  return {
    from: 'snapshot',
    source: snapshot.source,
    network: 'main',
    date: date ?? snapshot.id,
    ageSeconds: days * 86_400,
    stale,
    height: snapshot.height,
    difficulty,
    hashesPerBlock: hashesFromDifficulty(difficulty),
    hashrateHps: published ? hashrateHps : networkHashrate(difficulty),
    hashrateFrom: published ? 'as published' : 'what the difficulty stands for',
    subsidyBtc: snapshot.subsidyBtc,
    feesBtc: feesBtcPerBlock,
    feesOfBlocks: null,
    btcUsd: snapshotPrice(snapshot),
    difficultyGiven: false,
  };
}

/** The price of a bitcoin that no node knows, in US dollars. */
export function snapshotPrice({ btcUsd, id }: CompleteSnapshot = DEFAULT_SNAPSHOT): Assumed {
  return { value: btcUsd, from: `snapshot of ${id}` };
}

/**
 * The state with what the user set.
 *
 * @example
 * ```ts
 * withOverrides(snapshotState(0), { btcPrice: 50_000 }).btcUsd; // { value: 50_000, from: 'given' }
 * ```
 */
export function withOverrides(state: NetworkState, { difficulty, btcPrice }: NetworkOverrides): NetworkState {
  return {
    ...state,
    ...(btcPrice === undefined ? {} : { btcUsd: { value: btcPrice, from: 'given' } }),
    ...(difficulty === undefined ? {} : givenDifficulty(difficulty)),
  };
}

function givenDifficulty(difficulty: number) {
  return {
    difficulty,
    hashesPerBlock: hashesFromDifficulty(difficulty),
    hashrateHps: networkHashrate(difficulty),
    hashrateFrom: 'what the difficulty stands for',
    difficultyGiven: true,
  };
}

/** What a block is worth and what it takes, for the formulas. */
export function blockTerms({ hashesPerBlock, subsidyBtc, feesBtc }: NetworkState): BlockTerms {
  return { hashesPerBlock, rewardBtc: subsidyBtc + (feesBtc ?? 0) };
}
