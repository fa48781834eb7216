/** The planner: every header of a job's space exactly once, in the order nonces, versions, extranonce2. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { createPlanner } from '../../src/work/planner.ts';
import type { WorkUnit } from '../../src/work/unit.ts';
import { regtestJob } from '../support/jobs.ts';

const NONCES = 2 ** 32;

function allUnits(planner: ReturnType<typeof createPlanner>, size: () => number): WorkUnit[] {
  const units: WorkUnit[] = [];
  for (let unit = planner.next(size()); unit !== undefined; unit = planner.next(size())) units.push(unit);
  return units;
}

describe('createPlanner', () => {
  it('hands out the whole space once, whatever sizes are asked for', () => {
    const sizes = fc.array(fc.integer({ min: 2 ** 29, max: NONCES }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 2, 4), (wanted, versionsPerUnit) => {
        const job = regtestJob({ extranonce2Bytes: 1, versionMask: 0x6000 });
        let turn = 0;
        const units = allUnits(createPlanner(job, versionsPerUnit), () => wanted[turn++ % wanted.length]!);
        const spaces = new Map<string, number>(); // a space is one coinbase and one version: its nonces are handed out in order
        for (const { coinbase, versions, nonceStart, nonceCount } of units) {
          for (const version of versions) {
            const space = `${toHex(coinbase)}/${version}`;
            expect(nonceStart).toBe(spaces.get(space) ?? 0);
            spaces.set(space, nonceStart + nonceCount);
          }
        }
        const versionsInAll = versionsPerUnit === 1 ? 1 : 4;
        expect(spaces.size).toBe(256 * versionsInAll);
        expect([...spaces.values()].every((end) => end === NONCES)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps the version of a job that allows no rolling', () => {
    const unit = createPlanner(regtestJob({ version: 0x30000000, versionMask: 0 }), 4).next(1);
    expect(unit?.versions).toEqual([0x30000000]);
  });

  it('rolls only bits inside the mask, and shares one tail', () => {
    const unit = createPlanner(regtestJob({ version: 0x20000004, versionMask: 0x1fffe000 }), 8).next(1);
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
