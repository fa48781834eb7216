/** The ladder: its order, its scale, the gap in words, and what an unconfirmed figure is marked with. */
import { describe, expect, it } from 'vitest';
import { deviceById } from '../../src/economics/devices.ts';
import { formatLength, gapWords, rungs, scalePosition, TICKS } from '../../src/web/lab/ladder.ts';

const DEVICES = ['s21', 'bitaxe-gamma'].map(deviceById);

describe('the ladder', () => {
  it('goes from the slowest to the fastest, whichever of the browser is faster', () => {
    expect(rungs({ gpu: 5e9, plain: 5e5 }, DEVICES).map(({ kind }) => kind)).toEqual([
      'plain',
      'gpu',
      'device',
      'device',
    ]);
    expect(
      rungs({ gpu: 2e5, plain: 5e5, software: true }, DEVICES).map(({ name, note }) => [name, note]),
    ).toEqual([
      ['This browser, GPU', 'a software adapter'],
      ['This browser, plain JavaScript', 'one core'],
      ['Bitaxe Gamma (1x BM1370)', 'mining machine for a desk, 2024, 19 W *'],
      ['Antminer S21 (200T)', 'mining machine, 2024, 3,500 W'],
    ]);
  });

  it('shows only the machines before anything is measured', () => {
    expect(rungs({}, DEVICES)).toHaveLength(2);
    expect(gapWords({}, DEVICES)).toEqual([]);
    expect(gapWords({ gpu: 0, plain: undefined }, DEVICES)).toEqual([]);
  });

  it('has a scale of equal steps, and room for every device', () => {
    expect(TICKS.map(scalePosition)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    for (const { hashrateHps } of DEVICES) expect(scalePosition(hashrateHps)).toBeLessThan(1);
    expect(scalePosition(0)).toBe(0);
    expect(scalePosition(1e21)).toBe(1);
  });

  it('says the gap from the faster of the two rates, the farthest device first', () => {
    expect(gapWords({ gpu: 850_000, plain: 250_000 }, DEVICES)).toEqual([
      {
        device: 'Antminer S21 (200T)',
        timesFaster: '235 million',
        oneSecondTakes: '7.46 years',
        plainBar: '235 km',
      },
      {
        device: 'Bitaxe Gamma (1x BM1370)',
        timesFaster: '1.26 million',
        oneSecondTakes: '14.6 days',
        plainBar: '1.3 km',
      },
    ]);
    expect(gapWords({ gpu: 10e9 }, DEVICES)[0]).toMatchObject({
      timesFaster: '20,000',
      oneSecondTakes: '5.56 hours',
      plainBar: '20 m',
    });
  });

  it.each([
    [0.005, '0.5 cm'],
    [0.187, '18.7 cm'],
    [1, '1 m'],
    [999, '999 m'],
    [1000, '1 km'],
    [384_400_000, '384,000 km'],
  ])('writes %d metres as %s', (metres, text) => {
    expect(formatLength(metres)).toBe(text);
  });
});
