/** The state of the network on a few days, from data/network-snapshots.json: what stands in for live figures. */
import { rowById } from './catalogue.ts';
import catalogue from './data/network-snapshots.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** The figures of a snapshot. */
export type SnapshotField =
  | 'height'
  | 'difficulty'
  | 'hashrateHps'
  | 'btcUsd'
  | 'hashpriceUsdPerPhDay'
  | 'feesBtcPerBlock';

/** What is known of mainnet on one day; null for what is not. */
export interface NetworkSnapshot extends Provenance<SnapshotField> {
  /** The day, or the month. */
  readonly id: string;
  readonly date: string;
  readonly height: number | null;
  readonly difficulty: number | null;
  /** Of the whole network, hashes per second. */
  readonly hashrateHps: number | null;
  readonly btcUsd: number | null;
  /** As published: US dollars for 10^15 hashes per second over a day. */
  readonly hashpriceUsdPerPhDay: number | null;
  readonly feesBtcPerBlock: number | null;
  readonly subsidyBtc: number;
}

/** A snapshot that has every figure a calculation needs. */
export type CompleteSnapshot = NetworkSnapshot & {
  readonly [Field in 'difficulty' | 'btcUsd' | 'feesBtcPerBlock']: number;
};

/** Every snapshot, oldest first. */
export const SNAPSHOTS = catalogue as readonly NetworkSnapshot[];

/**
 * The snapshot with this id.
 *
 * @throws {RangeError} for an id that is not in the list: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * snapshotById('2026-01-12').difficulty; // 148.26e12
 * ```
 */
export function snapshotById(id: string): NetworkSnapshot {
  return rowById(SNAPSHOTS, 'snapshot', id);
}

/** The one to use without live figures: the newest that is complete and sourced throughout. */
export const DEFAULT_SNAPSHOT = snapshotById('2026-01-12') as CompleteSnapshot;

/** Two difficulty periods of 2016 blocks of 600 s: what is older may be well off. */
const STALE_AFTER_DAYS = 28;

/**
 * How many days old a snapshot is, from the start of its day or month, and whether to warn of it: after 28 days the difficulty has changed
 * twice.
 *
 * @param nowMs - milliseconds since 1970, as `Date.now()` gives.
 * @example
 * ```ts
 * snapshotAge(snapshotById('2026-01-12'), Date.UTC(2026, 1, 12)); // { days: 31, stale: true }
 * ```
 */
export function snapshotAge(snapshot: NetworkSnapshot, nowMs: number): { days: number; stale: boolean } {
  const days = (nowMs - Date.parse(snapshot.date)) / 86_400_000;
  return { days, stale: days > STALE_AFTER_DAYS };
}
