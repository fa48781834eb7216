/** The list of pools: ids, tags that can be told apart, addresses with good checksums, sources, the licence of what it is taken from. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { payoutScript } from '../../src/bitcoin/script.ts';
import { MAX_COINBASE_SCRIPT_BYTES } from '../../src/economics/attribution.ts';
import { POOL_LIST, POOLS, PROXY_GROUP, poolByName } from '../../src/economics/pools.ts';

const duplicates = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i);

describe('pools.json', () => {
  it('has at least 40 pools, each with an id of its own, a mark, a source and a date', () => {
    expect(POOLS.length).toBeGreaterThanOrEqual(40);
    expect(duplicates(POOLS.map(({ id }) => id))).toEqual([]);
    for (const { id, name, tags, addresses, link = 'https://', source, date } of POOLS) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(name, id).toMatch(/^[ -~]{2,24}$/);
      expect(tags.length + addresses.length, id).toBeGreaterThan(0);
      expect(link, id).toMatch(/^https?:\/\//);
      expect(source, id).toMatch(
        /^https:\/\/github\.com\/mempool\/mining-pools pools-v2\.json @6abbdc8, id \d+$/,
      );
      expect(date, id).toBe(POOL_LIST.date);
    }
  });

  it('has names and aliases that lead to one pool only', () => {
    for (const pool of POOLS)
      for (const name of [pool.id, pool.name, ...(pool.aliases ?? [])])
        expect(poolByName(name), name).toBe(pool);
  });

  it('has tags long enough not to come about by chance, and no tag twice', () => {
    const tags = POOLS.flatMap((pool) => pool.tags);
    for (const tag of tags) {
      const { length } = Buffer.from(tag);
      expect(length >= 4 && length <= MAX_COINBASE_SCRIPT_BYTES, tag).toBe(true);
      expect(tag, 'no control characters').not.toMatch(/\p{Cc}/u);
    }
    expect(duplicates(tags.map((tag) => tag.toLowerCase()))).toEqual([]);
  });

  it('has mainnet addresses with good checksums, none of them twice', () => {
    const scripts = POOLS.flatMap(({ addresses }) =>
      addresses.map((each) => toHex(payoutScript(each, NETWORKS.main))),
    );
    expect(scripts.length).toBeGreaterThan(90);
    expect(duplicates(scripts)).toEqual([]);
  });

  it('keeps the notice of the list that it restates', () => {
    expect(POOL_LIST.source).toMatch(/mempool\/mining-pools pools-v2\.json @[0-9a-f]{40}$/);
    const notice = POOL_LIST.licence.join('\n');
    for (const part of [
      'MIT License',
      'Copyright (c) 2019 btc.com',
      'shall be included in all',
      'WITHOUT WARRANTY',
    ])
      expect(notice).toContain(part);
  });
});

it('the proxy group has pools of the list, a source and the word hypothesis', () => {
  const known = POOLS.map(({ id }) => id);
  expect(PROXY_GROUP.members.filter((member) => !known.includes(member))).toEqual([]);
  expect(PROXY_GROUP.members).toHaveLength(11);
  expect(PROXY_GROUP.source).toMatch(/^https:\/\/mainnet\.observer\//);
  expect(PROXY_GROUP.note).toContain('hypothesis');
});

it.each([
  ['foundryusa', 'foundry-usa'],
  ['Foundry', 'foundry-usa'],
  ['ANTPOOL', 'antpool'],
  ['oceanxyz', 'ocean'],
  ['SlushPool', 'braiins-pool'],
  ['marapool', 'mara-pool'],
])('%s is %s', (name, id) => {
  expect(poolByName(name)?.id).toBe(id);
});

it.each(['', ' ', '/', 'pool', 'ant', 'constructor'])('%j is no pool', (name) => {
  expect(poolByName(name)).toBeUndefined();
});
