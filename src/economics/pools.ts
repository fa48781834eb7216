/** The mining pools that a coinbase can be attributed to, from data/pools.json, and the pools that are thought to be proxies. */
import list from './data/pools.json' with { type: 'json' };
import type { Provenance } from './provenance.ts';

/** A pool and the marks that it leaves in its coinbases. */
export interface Pool extends Pick<Provenance, 'source' | 'date'> {
  readonly id: string;
  readonly name: string;
  /** Other names that it has in lists of blocks. */
  readonly aliases?: readonly string[];
  /** Texts in the coinbase input script, matched literally and whatever the case of their ASCII letters. */
  readonly tags: readonly string[];
  /** Mainnet addresses that its coinbases pay. */
  readonly addresses: readonly string[];
  readonly link?: string;
}

/** Pools that may be one, and who says so. */
export interface ProxyGroup extends Pick<Provenance, 'source' | 'date' | 'note'> {
  readonly id: string;
  readonly name: string;
  /** Ids of pools. */
  readonly members: readonly string[];
}

/** Every pool, oldest entry of its source first. */
export const POOLS: readonly Pool[] = list.pools;

/** Where the list is from, of which day, and under which licence: MIT asks for the notice wherever the list goes. */
export const POOL_LIST: Required<Pick<Provenance, 'source' | 'date'>> & {
  readonly licence: readonly string[];
} = list;

/** "AntPool & friends": a hypothesis, so what it gives is to be shown beside the pools as tagged, never instead of them. */
export const PROXY_GROUP: ProxyGroup = list.proxyGroup;

/**
 * The pool that goes by a name in a list of blocks: its id, its name or an alias, whatever the case, spaces and punctuation.
 *
 * @example
 * ```ts
 * poolByName('foundryusa')?.id; // 'foundry-usa'
 * poolByName('CloverPool')?.name; // 'BTC.com'
 * poolByName('my class'); // undefined
 * ```
 */
export function poolByName(name: string): Pool | undefined {
  const wanted = plain(name);
  if (wanted === '') return undefined;
  return POOLS.find((pool) =>
    [pool.id, pool.name, ...(pool.aliases ?? [])].some((known) => plain(known) === wanted),
  );
}

/** Letters and digits in lower case. */
const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
