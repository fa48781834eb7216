/** How concentrated the mining pools were, year by year, from data/pool-concentration.json. */
import catalogue from './data/pool-concentration.json' with { type: 'json' };
import { type ShareInterval, wilsonInterval } from './intervals.ts';
import type { Provenance } from './provenance.ts';

/** Concentration over one window of blocks; `concentration.ts` says what each measure is. */
export interface PoolConcentration extends Provenance {
  readonly id: string;
  readonly date: string;
  readonly blocks: number;
  /** Pools that are thought to be proxies of AntPool count as one: a hypothesis, so both rows are to be shown. */
  readonly merged: boolean;
  /** Sum of squared percentages, 0 to 10,000. */
  readonly hhi: number;
  readonly nakamoto: number;
  readonly entropyBits: number;
  /** Percent of the blocks that the 1, 2, 3 and 6 largest pools found. */
  readonly topPercent: { readonly [count in '1' | '2' | '3' | '6']: number };
  readonly gini: number | null;
}

/** Every window, oldest first; the last two are the same 30 days, as tagged and merged. */
export const POOL_HISTORY = catalogue as readonly PoolConcentration[];

/**
 * The share of the largest pool with a 95 % interval, which knows of luck alone. The window has its share to a tenth of a percent.
 *
 * @example
 * ```ts
 * largestShare(POOL_HISTORY.at(-2)).low.toFixed(3); // '0.295'
 * ```
 */
export function largestShare({
  blocks,
  topPercent,
}: Pick<PoolConcentration, 'blocks' | 'topPercent'>): ShareInterval {
  return wilsonInterval(Math.round((topPercent[1] / 100) * blocks), blocks);
}
