/** The state of the network: what the snapshot gives, what overrides change, several widths. */
import { describe, expect, it } from 'vitest';
import { networkLine, networkLines, networkObject } from '../../src/report/network.ts';
import { blockTerms, snapshotState, withOverrides } from '../../src/report/network-state.ts';
import { FRESH, NODE, tooLong } from './economics-fixtures.ts';

describe('snapshotState', () => {
  it('has a date always, and is stale after 28 days', () => {
    expect(FRESH).toMatchObject({
      from: 'snapshot',
      date: '2026-01-12',
      stale: false,
      ageSeconds: 3 * 86_400,
    });
    expect(snapshotState(Date.UTC(2026, 1, 20)).stale).toBe(true);
  });

  it('names the source of every figure it takes', () => {
    expect(FRESH.source).toMatch(/^https:/);
    expect(FRESH.btcUsd).toEqual({ value: 91_132, from: 'snapshot of 2026-01-12' });
  });
});

describe('withOverrides', () => {
  it('changes what was given and nothing else', () => {
    expect(withOverrides(NODE, {})).toEqual(NODE);
    const given = withOverrides(NODE, { difficulty: 1e12, btcPrice: 50_000 });
    expect(given).toMatchObject({ difficulty: 1e12, difficultyGiven: true, height: NODE.height });
    expect(given.btcUsd).toEqual({ value: 50_000, from: 'given' });
    expect(given.hashesPerBlock).toBeCloseTo(1e12 * 4_295_032_833, -12);
  });

  it('counts unknown fees as none', () => {
    expect(blockTerms({ ...NODE, feesBtc: null }).rewardBtc).toBe(3.125);
  });
});

describe('networkLines', () => {
  it.each([40, 80, 120])('fits %d columns', (width) => {
    const lines = [...networkLines(FRESH, width), '', ...networkLines(NODE, width)];
    expect(tooLong(lines, width)).toEqual([]);
    expect(lines.join('\n')).toMatchSnapshot();
  });

  it('says of regtest nothing that only mainnet has', () => {
    const lines = networkLines(
      { ...NODE, network: 'regtest', feesBtc: null, difficulty: 4.656e-10 },
      80,
    ).join('\n');
    expect(lines).not.toMatch(/halving|next difficulty/);
    expect(lines).toContain('unknown, calculated without');
    expect(lines).toContain('4.66e-10');
  });
});

it('says in one line what is calculated with', () => {
  expect(networkLine(NODE)).toBe(
    'network: difficulty 148 T, newest block of 2026-11-20T12:00:00Z, 10 min old',
  );
  expect(
    networkLine(withOverrides({ ...NODE, network: 'test', feesBtc: null, stale: true }, { difficulty: 1 })),
  ).toBe(
    'network: test, difficulty 1 (given), newest block of 2026-11-20T12:00:00Z, 10 min old, STALE, fees unknown',
  );
});

it('is the same in every document', () => {
  expect(Object.keys(networkObject(FRESH))).toEqual([
    ...[
      'from',
      'source',
      'network',
      'date',
      'ageSeconds',
      'stale',
      'height',
      'difficulty',
      'hashesPerBlock',
      'hashrateHps',
    ],
    ...[
      'hashrateFrom',
      'subsidyBtc',
      'feesBtc',
      'feesOfBlocks',
      'btcUsd',
      'difficultyGiven',
      'hashpriceUsdPerPhDay',
    ],
  ]);
  expect(networkObject(FRESH).hashpriceUsdPerPhDay).toBeCloseTo(38.85, 1); // published: 39.53, with other fees
});
