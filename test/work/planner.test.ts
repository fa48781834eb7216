/** The planner: every header of a job's space exactly once, in the order nonces, versions, extranonce2. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { createPlanner, createPlanners, type Planner } from '../../src/work/planner.ts';
import type { WorkUnit } from '../../src/work/unit.ts';
import { regtestJob } from '../support/jobs.ts';

const NONCES = 2 ** 32;

/** Asks in turn for the wanted sizes until nothing is left for any number of versions. */
function allUnits(planner: Planner, sizes: readonly number[], versionCounts: readonly number[]): WorkUnit[] {
  const units: WorkUnit[] = [];
  let dry = 0;
  for (let turn = 0; dry < versionCounts.length; turn++) {
    const unit = planner.next(sizes[turn % sizes.length]!, versionCounts[turn % versionCounts.length]);
    dry = unit === undefined ? dry + 1 : 0;
    if (unit !== undefined) units.push(unit);
  }
  return units;
}

/** Where each space ends that was handed out in order: a space is one coinbase and one version. */
function endsOfSpaces(units: readonly WorkUnit[]): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { coinbase, versions, nonceStart, nonceCount } of units) {
    for (const version of versions) {
      const space = `${toHex(coinbase)}/${version}`;
      expect(nonceStart).toBe(ends.get(space) ?? 0);
      ends.set(space, nonceStart + nonceCount);
    }
  }
  return ends;
}

const sizes = fc.array(fc.integer({ min: 2 ** 29, max: NONCES }), { minLength: 1, maxLength: 7 });
const job = () => regtestJob({ extranonce2Bytes: 1, versionMask: 0x6000 });

describe('createPlanner', () => {
  it('hands out the whole space once, whatever sizes are asked for', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 2, 4), (wanted, versionCount) => {
        const ends = endsOfSpaces(allUnits(createPlanner(job()), wanted, [versionCount]));
        expect(ends.size).toBe(256 * (versionCount === 1 ? 1 : 4));
        expect([...ends.values()].every((end) => end === NONCES)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('C38: hands out no header twice to engines that want different numbers of versions', () => {
    const mixes = fc.array(fc.constantFrom(1, 2, 4), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(sizes, mixes, (wanted, versionCounts) => {
        const ends = endsOfSpaces(allUnits(createPlanner(job()), wanted, versionCounts));
        expect([...ends.values()].every((end) => end === NONCES)).toBe(true);
        expect(new Set([...ends.keys()].map((space) => space.split('/')[0])).size).toBe(256);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps the version of a job that allows no rolling', () => {
    const unit = createPlanner(regtestJob({ version: 0x30000000, versionMask: 0 })).next(1, 4);
    expect(unit?.versions).toEqual([0x30000000]);
  });

  it('rolls only bits inside the mask, and shares one tail', () => {
    const unit = createPlanner(regtestJob({ version: 0x20000004, versionMask: 0x1fffe000 })).next(1, 8);
    expect(unit?.versions).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => 0x20000004 + i * 0x2000));
    expect(unit?.midstates).toHaveLength(64);
    expect(unit?.tail).toHaveLength(3);
  });

  it('counts an extranonce2 of 8 bytes without losing precision', () => {
    const planner = createPlanner(
      regtestJob({
        extranonce2Bytes: 8,
        coinbase1: new Uint8Array(0),
        extranonce1: new Uint8Array(0),
        coinbase2: new Uint8Array(0),
      }),
    );
    const seen = Array.from({ length: 300 }, () => toHex(planner.next(NONCES)!.coinbase));
    expect(seen[255]).toBe('00000000000000ff');
    expect(seen[256]).toBe('0000000000000100');
    expect(new Set(seen).size).toBe(300);
  });
});

describe('createPlanners', () => {
  const target = (unit: WorkUnit | undefined) => [...unit!.target];

  it('goes on where it was with a job of the same headers, as one of the new job', () => {
    const plannerOf = createPlanners();
    const first = job();
    plannerOf(first).next(1000);
    const easier = { ...first, id: 'later', shareTarget: 2n ** 255n };
    const unit = plannerOf(easier).next(1000);
    expect(unit).toMatchObject({ nonceStart: 1000, nonceCount: 1000 });
    expect(unit!.job).toBe(easier);
    expect(target(unit)).toEqual(target(createPlanner(easier).next(1)));
    expect(plannerOf(first).next(1)?.nonceStart).toBe(2000);
  });

  it.each([
    ['previous block', { prevHash: new Uint8Array(32).fill(7) }],
    ['coinbase', { coinbase2: Uint8Array.of(1) }],
    ['extranonce1', { extranonce1: Uint8Array.of(9) }],
    ['size of extranonce2', { extranonce2Bytes: 2 }],
    ['branch', { merkleBranch: [new Uint8Array(32)] }],
    ['version', { version: 5 }],
    ['mask', { versionMask: 0x2000 }],
    ['time', { nTime: 5 }],
    ['bits', { nBits: 0x1d00ffff }],
  ])('begins anew with another %s', (_, change) => {
    const plannerOf = createPlanners();
    plannerOf(job()).next(1000);
    expect(plannerOf({ ...job(), ...change }).next(1000)?.nonceStart).toBe(0);
  });

  it('forgets a job when four others have come', () => {
    const plannerOf = createPlanners();
    const start = (nTime: number) => plannerOf({ ...job(), nTime }).next(1000)?.nonceStart;
    expect([1, 2, 3, 4, 1, 5, 1, 2].map(start)).toEqual([0, 0, 0, 0, 1000, 0, 2000, 0]);
  });
});
