/** The subsidy: its halvings, its end, and the 21 million. */
import { expect, it } from 'vitest';
import { HALVING_BLOCKS, nextHalving, subsidyBtc, subsidySats } from '../../src/economics/subsidy.ts';

it.each([
  [0, 50],
  [209_999, 50],
  [210_000, 25],
  [840_000, 3.125],
  [946_236, 3.125],
  [1_049_999, 3.125],
  [1_050_000, 1.5625],
])('at height %d: %d BTC', (height, btc) => {
  expect(subsidyBtc(height)).toBe(btc);
});

it('creates 20,999,999.9769 BTC in all, and nothing from the 64th halving on', () => {
  let sats = 0n;
  for (let era = 0; era < 70; era++) sats += subsidySats(era * HALVING_BLOCKS) * BigInt(HALVING_BLOCKS);
  expect(sats).toBe(2_099_999_997_690_000n);
  expect(subsidySats(33 * HALVING_BLOCKS)).toBe(0n);
  expect(subsidySats(64 * HALVING_BLOCKS)).toBe(0n);
});

it('knows the next halving, also on the block of one', () => {
  expect(nextHalving(839_999)).toEqual({ height: 840_000, blocksLeft: 1, subsidySats: 312_500_000n });
  expect(nextHalving(840_000)).toMatchObject({ height: 1_050_000, blocksLeft: 210_000 });
});

it.each([-1, 0.5, Number.NaN])('refuses the height %s', (height) => {
  expect(() => subsidySats(height)).toThrow(RangeError);
  expect(() => nextHalving(height)).toThrow(RangeError);
});
