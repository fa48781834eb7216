/** Readings of counts: the published rows, and what a merger can and cannot do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HHI_BANDS, hhiBand, type PoolCount, readCounts } from '../../src/economics/attribution-readings.ts';
import { POOL_HISTORY } from '../../src/economics/pool-history.ts';
import { POOLS, PROXY_GROUP, poolByName } from '../../src/economics/pools.ts';

/** Blocks 941,925 to 946,236 by pool, counted in the file that the shipped history names (the field pool_slug); 8 more are unknown there. */
const APRIL: Readonly<Record<string, number>> = {
  foundryusa: 1332,
  antpool: 778,
  f2pool: 480,
  viabtc: 390,
  spiderpool: 353,
  secpool: 226,
  marapool: 206,
  luxor: 140,
  binancepool: 95,
  sbicrypto: 84,
  oceanxyz: 62,
  braiinspool: 58,
  whitepool: 21,
  ultimuspool: 17,
  miningsquared: 13,
  btccom: 12,
  poolin: 10,
  innopolistech: 8,
  nicehash: 6,
  redrockpool: 5,
  dpool: 4,
  solock: 2,
  publicpool: 1,
  noderunners: 1,
};

/** Blocks of each known pool in 2021 and 2025 from the same file, largest first, and the unknown ones. */
const YEARS: Readonly<Record<string, { readonly known: readonly number[]; readonly unknown: number }>> = {
  '2021': {
    known: [
      7760, 7625, 5622, 5387, 5332, 3599, 2184, 2004, 1982, 1101, 681, 657, 548, 459, 439, 322, 279, 218, 158,
      154, 150, 115, 81, 78, 57, 54, 53, 21, 15, 6, 5, 4, 4, 3, 3, 2, 1, 1,
    ],
    unknown: 5372,
  },
  '2025': {
    known: [
      15884, 9707, 6768, 5745, 3469, 2584, 1917, 1817, 1029, 773, 651, 474, 430, 338, 328, 196, 173, 167, 81,
      70, 59, 44, 36, 17, 15, 4, 3, 3, 1, 1, 1,
    ],
    unknown: 297,
  },
};

const published = (id: string) => POOL_HISTORY.find((row) => row.id === id)!;
const numbered = (counts: readonly number[]): PoolCount[] =>
  counts.map((blocks, i) => ({ id: `p${i}`, name: `P${i}`, blocks }));
const named = (counts: Readonly<Record<string, number>>): PoolCount[] =>
  Object.entries(counts).map(([slug, blocks]) => {
    const { id, name } = poolByName(slug) ?? { id: slug, name: slug };
    return { id, name, blocks };
  });

/** The published rows take unknown blocks for one pool. */
function expectPublished(reading: ReturnType<typeof readCounts>['asTagged'], id: string): void {
  const { hhi, nakamoto, entropyBits, gini, topPercent } = published(id);
  const measured = reading.ifUnknownWereOne!;
  expect(Math.round(measured.hhi)).toBe(hhi);
  expect(measured.nakamoto).toBe(nakamoto);
  expect(measured.entropyBits.toFixed(2)).toBe(entropyBits.toFixed(2));
  if (gini !== null) expect(measured.gini.toFixed(3)).toBe(gini.toFixed(3));
  for (const { count, share } of measured.top)
    expect((100 * share).toFixed(1), `top ${count}`).toBe(topPercent[`${count}` as '1'].toFixed(1));
}

describe('published rows', () => {
  const april = readCounts({ pools: named(APRIL), unknown: 8 }, PROXY_GROUP);

  it('30 days to 22 April 2026 as tagged: HHI 1,627, Nakamoto 3, 3.14 bits, 30.9 / 48.9 / 60.1 / 82.5 %', () => {
    expect(april.blocks).toBe(published('2026-04').blocks);
    expectPublished(april.asTagged, '2026-04');
    expect(Math.round(april.asTagged.measures.hhi)).toBe(1627); // 8 unknown blocks do not matter
  });

  it('the same merged: HHI 2,235, Nakamoto 2, 2.53 bits, 31.3 / 62.2 / 73.3 / 95.3 %', () => {
    expectPublished(april.proxiesMerged, '2026-04-merged');
    expect(april.proxiesMerged.shares[0]).toMatchObject({ id: 'antpool-and-friends', blocks: 1349 });
  });

  it('every pool of that April but one is in the list', () => {
    expect(Object.keys(APRIL).filter((slug) => poolByName(slug) === undefined)).toEqual(['noderunners']);
  });

  it.each(Object.keys(YEARS))('%s, to the last published digit', (year) => {
    const { known, unknown } = YEARS[year]!;
    const { asTagged, blocks } = readCounts({ pools: numbered(known), unknown }, PROXY_GROUP);
    expect(blocks).toBe(published(year).blocks);
    expectPublished(asTagged, year);
  });
});

const counts = fc
  .record({
    pools: fc
      .uniqueArray(
        fc.record({ pool: fc.constantFrom(...POOLS), blocks: fc.integer({ min: 0, max: 5000 }) }),
        {
          selector: ({ pool }) => pool.id,
          maxLength: 40,
        },
      )
      .map((rows) => rows.map(({ pool: { id, name }, blocks }) => ({ id, name, blocks }))),
    unknown: fc.integer({ min: 0, max: 300 }),
  })
  .filter(({ pools, unknown }) => unknown + pools.reduce((sum, { blocks }) => sum + blocks, 0) > 0);

describe('properties', () => {
  it('rows and unknown blocks add up, shares to one', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const { blocks, unknown, asTagged, proxiesMerged } = readCounts(given, PROXY_GROUP);
        for (const { shares } of [asTagged, proxiesMerged]) {
          expect(shares.reduce((sum, row) => sum + row.blocks, unknown.blocks)).toBe(blocks);
          expect(shares.reduce((sum, row) => sum + row.share, unknown.share)).toBeCloseTo(1, 9);
          for (const { low, share, high } of shares)
            expect(0 <= low && low <= share && share <= high && high <= 1).toBe(true);
        }
      }),
    );
  });

  it('the order of the counts does not matter', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const turned = { ...given, pools: given.pools.toReversed() };
        expect(readCounts(turned, PROXY_GROUP)).toEqual({
          ...readCounts(given, PROXY_GROUP),
          proxiesMerged: expect.anything(), // whose members come in the order given
        });
        expect(readCounts(turned, PROXY_GROUP).proxiesMerged.measures).toEqual(
          readCounts(given, PROXY_GROUP).proxiesMerged.measures,
        );
      }),
    );
  });

  it('a merger never lowers HHI nor raises Nakamoto, and unknown blocks of one miner never lower HHI', () => {
    fc.assert(
      fc.property(counts, (given) => {
        const { asTagged, proxiesMerged } = readCounts(given, PROXY_GROUP);
        expect(proxiesMerged.measures.hhi).toBeGreaterThanOrEqual(asTagged.measures.hhi - 1e-9);
        expect(proxiesMerged.measures.nakamoto).toBeLessThanOrEqual(asTagged.measures.nakamoto);
        for (const { measures, ifUnknownWereOne } of [asTagged, proxiesMerged]) {
          if (ifUnknownWereOne === undefined) continue;
          expect(ifUnknownWereOne.hhi).toBeGreaterThanOrEqual(measures.hhi - 1e-9);
          expect(ifUnknownWereOne.nakamoto).toBeLessThanOrEqual(measures.nakamoto);
        }
      }),
    );
  });
});

it('only unknown blocks: no pool, no Gini coefficient, each block a miner of its own', () => {
  const { asTagged, unknown } = readCounts({ pools: [], unknown: 4 }, PROXY_GROUP);
  expect(unknown.share).toBe(1);
  expect(asTagged).toMatchObject({
    shares: [],
    measures: { pools: 0, hhi: 2500, nakamoto: 3, gini: null },
    ifUnknownWereOne: { hhi: 10_000, nakamoto: 1 },
  });
});

it('without a member of the group both readings are the same', () => {
  const { asTagged, proxiesMerged } = readCounts({ pools: numbered([3, 1]), unknown: 0 }, PROXY_GROUP);
  expect(proxiesMerged).toEqual(asTagged);
});

it('no block at all is refused', () => {
  expect(() => readCounts({ pools: numbered([0]), unknown: 0 }, PROXY_GROUP)).toThrow(RangeError);
});

it.each([
  [999, ['low', 'low']],
  [1000, ['low', 'moderate']],
  [1500, ['moderate', 'moderate']],
  [1800, ['moderate', 'moderate']],
  [1801, ['moderate', 'high']],
  [2500, ['moderate', 'high']],
  [2501, ['high', 'high']],
])('an index of %d is %j', (hhi, bands) => {
  expect(HHI_BANDS.map((bounds) => hhiBand(hhi, bounds))).toEqual(bands);
});
