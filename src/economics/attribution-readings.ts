/** What counted blocks say about concentration, read twice: pools as they are tagged, and with presumed proxies as one. */
import { type Concentration, concentration, concentrationWithSingles, gini } from './concentration.ts';
import { type ShareInterval, wilsonInterval } from './intervals.ts';
import type { ProxyGroup } from './pools.ts';
import type { Provenance } from './provenance.ts';

/** Blocks of one pool. */
export interface PoolCount {
  readonly id: string;
  readonly name: string;
  readonly blocks: number;
}

/** Blocks counted: those of each pool, and those that nobody could be named for. */
export interface BlockCounts {
  readonly pools: readonly PoolCount[];
  readonly unknown: number;
}

/** A pool's blocks and its share of all of them, unknown ones included, with a 95 % interval. */
export interface PoolShare extends PoolCount, ShareInterval {
  /** Names of the pools that are counted together here. */
  readonly members?: readonly string[];
}

/** The measures, with a Gini coefficient only where a pool is known. */
export type Measures = Omit<Concentration, 'gini'> & { readonly gini: number | null };

/** One way to read the counts. */
export interface Reading {
  /** Largest first; equal ones by name. */
  readonly shares: readonly PoolShare[];
  /** Each unknown block taken for a miner of its own, the least concentrated case; `pools` and `gini` are of known pools alone. */
  readonly measures: Measures;
  /**
   * The most concentrated case: all unknown blocks found by one miner, which counts as a pool. The shipped history was read like this. Undefined
   * when no block is unknown.
   */
  readonly ifUnknownWereOne: Concentration | undefined;
}

/** Both readings. */
export interface Readings {
  readonly blocks: number;
  readonly unknown: { readonly blocks: number } & ShareInterval;
  readonly asTagged: Reading;
  readonly proxiesMerged: Reading;
}

/**
 * Reads counts both ways.
 *
 * @throws {RangeError} when no block was counted.
 * @example
 * ```ts
 * const pools = [{ id: 'a', name: 'A', blocks: 2 }, { id: 'b', name: 'B', blocks: 1 }, { id: 'c', name: 'C', blocks: 1 }];
 * const { asTagged, proxiesMerged } = readCounts({ pools, unknown: 0 }, { id: 'ab', name: 'A & B', members: ['a', 'b'], source: '', date: null });
 * [asTagged.measures.hhi, proxiesMerged.measures.hhi]; // [3750, 6250]
 * ```
 */
export function readCounts(counts: BlockCounts, group: ProxyGroup): Readings {
  const blocks = counts.unknown + counts.pools.reduce((sum, pool) => sum + pool.blocks, 0);
  const unknown = { blocks: counts.unknown, ...wilsonInterval(counts.unknown, blocks) };
  const read = (pools: readonly PoolCount[]) => readingOf(pools, counts.unknown, blocks);
  return { blocks, unknown, asTagged: read(counts.pools), proxiesMerged: read(merge(counts.pools, group)) };
}

function readingOf(pools: readonly PoolCount[], unknown: number, blocks: number): Reading {
  const found = pools.filter((pool) => pool.blocks > 0);
  const known = found.map((pool) => pool.blocks);
  const apart = concentrationWithSingles(known, unknown);
  return {
    shares: found
      .map((pool) => ({ ...pool, ...wilsonInterval(pool.blocks, blocks) }))
      .sort((a, b) => b.blocks - a.blocks || (a.name < b.name ? -1 : 1)),
    measures: { ...apart, pools: known.length, gini: known.length === 0 ? null : gini(known) },
    ifUnknownWereOne: unknown === 0 ? undefined : concentration([...known, unknown]),
  };
}

/** The members of the group as one entry, which says whom it holds; a group of which nobody found a block adds nothing. */
function merge(pools: readonly PoolCount[], group: ProxyGroup): readonly PoolCount[] {
  const members = pools.filter(({ id, blocks }) => group.members.includes(id) && blocks > 0);
  if (members.length === 0) return pools;
  const together = {
    id: group.id,
    name: group.name,
    blocks: members.reduce((sum, { blocks }) => sum + blocks, 0),
    members: members.map(({ name }) => name),
  };
  return [together, ...pools.filter(({ id }) => !group.members.includes(id))];
}

/** What an index is called. */
export type HhiBand = 'low' | 'moderate' | 'high';

/** Two bounds that part the index into bands. */
export interface HhiBands extends Pick<Provenance, 'source'> {
  readonly id: string;
  /** From here on moderate. */
  readonly moderate: number;
  /** Above this, high. */
  readonly high: number;
  /** Whose bounds they are, for people. */
  readonly of: string;
}

/** The US merger guidelines drew the bounds twice; they are meant for firms in a market, which pools are not. */
export const HHI_BANDS: readonly HhiBands[] = [
  {
    id: '1500-2500',
    moderate: 1500,
    high: 2500,
    of: '1,500/2,500 of the US merger guidelines of 2010',
    source: 'https://thedangerouseconomist.blogspot.com/2023/07/new-merger-guidelines-from-federal.html',
  },
  {
    id: '1000-1800',
    moderate: 1000,
    high: 1800,
    of: '1,000/1,800 of those of 1992, to which those of 2023 are said to have gone back (unconfirmed)',
    source: 'https://industrialorganization.blogspot.com',
  },
];

/**
 * What an index is called within bounds.
 *
 * @example
 * ```ts
 * HHI_BANDS.map((bands) => hhiBand(2235, bands)); // ['moderate', 'high']
 * ```
 */
export function hhiBand(hhi: number, { moderate, high }: HhiBands): HhiBand {
  if (hhi > high) return 'high';
  return hhi >= moderate ? 'moderate' : 'low';
}
