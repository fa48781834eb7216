/** Engines that fail in the middle of a job: what they were searching is searched by the others, every header exactly once. */
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { createCrew } from '../../src/miner/crew.ts';
import { scanJob } from '../../src/miner/scan-job.ts';
import type { HashEngine } from '../../src/work/ports.ts';
import type { WorkUnit } from '../../src/work/unit.ts';
import { regtestJob } from '../support/jobs.ts';

const NONCES = 2 ** 32;
const NEVER = new AbortController().signal;
/** 256 values of extranonce2, each with the job's own version or with four of them. */
const JOB = regtestJob({ extranonce2Bytes: 1, versionMask: 0x6000 });

/** A range that an engine says it has searched. */
type Searched = Pick<WorkUnit, 'coinbase' | 'versions' | 'nonceStart'> & { readonly noncesScanned: number };

interface Script {
  readonly parallelism: number;
  readonly midstates: number;
  /** Fails at this scan and at all that follow; never when undefined. */
  readonly failsAt?: number | undefined;
  /** Which part of a unit each scan gets through, in turn. */
  readonly parts: readonly number[];
}

/** An engine that hashes nothing, notes what it was given, and fails where its script says. */
function scripted(
  name: string,
  { parallelism, midstates, failsAt, parts }: Script,
  log: Searched[],
): HashEngine {
  let scans = 0;
  return {
    name,
    kernel: 'scripted',
    parallelism,
    preferredMidstates: midstates,
    async scan(request) {
      const unit = request as WorkUnit;
      const scan = scans++;
      await turn();
      if (failsAt !== undefined && scan >= failsAt) throw new Error(`${name} died`);
      const part = parts[scan % parts.length]!;
      const noncesScanned = Math.max(1, Math.floor(unit.nonceCount * part));
      log.push({ ...unit, noncesScanned });
      return { noncesScanned, hits: [] };
    },
    close: async () => {},
  };
}

/** Searches the whole job. */
async function run(scripts: readonly Script[]) {
  const log: Searched[] = [];
  const events: MinerEventBody[] = [];
  const emit = (event: MinerEventBody) => events.push(event);
  const engines = scripts.map((script, i) => scripted(`engine ${i}`, script, log));
  await scanJob(JOB, { crew: createCrew(engines, emit), signal: NEVER, emit, onFind: () => 'more' });
  return { log, lost: events.filter(({ type }) => type === 'engine-lost') };
}

/** For each header space the ranges in order; they must touch and never overlap. */
function expectOnce(log: readonly Searched[]): void {
  const spaces = new Map<string, [number, number][]>();
  for (const { coinbase, versions, nonceStart, noncesScanned } of log) {
    for (const version of versions) {
      const space = `${toHex(coinbase)}/${version}`;
      spaces.set(space, [...(spaces.get(space) ?? []), [nonceStart, nonceStart + noncesScanned]]);
    }
  }
  const versionCounts = new Map<string, number>();
  for (const space of spaces.keys()) {
    const [coinbase = ''] = space.split('/');
    versionCounts.set(coinbase, (versionCounts.get(coinbase) ?? 0) + 1);
  }
  expect(versionCounts.size).toBe(256);
  expect([...versionCounts.values()].filter((count) => count !== 1 && count !== 4)).toEqual([]);
  for (const ranges of spaces.values()) {
    ranges.sort(([a], [b]) => a - b);
    expect(ranges[0]![0]).toBe(0);
    expect(ranges.at(-1)![1]).toBe(NONCES);
    ranges.slice(1).forEach(([start], i) => {
      expect(start).toBe(ranges[i]![1]);
    });
  }
}

const script = (failsAt: fc.Arbitrary<number | undefined>): fc.Arbitrary<Script> =>
  fc.record({
    parallelism: fc.integer({ min: 1, max: 3 }),
    midstates: fc.constantFrom(1, 2, 4, 8),
    failsAt,
    parts: fc.array(fc.constantFrom(1, 0.5, 0.9), { maxLength: 3 }).map((parts) => [...parts, 1]),
  });

describe('a crew', () => {
  it('searches every header once, whichever engines fail and whenever', async () => {
    const survivor = script(fc.constant(undefined));
    const mortals = fc.array(script(fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(mortals, survivor, async (dying, living) => {
        const { log, lost } = await run([...dying, living]);
        expectOnce(log);
        expect(lost.length).toBeLessThanOrEqual(dying.length);
      }),
      { numRuns: 25 },
    );
  });

  it('says once which engine failed and why', async () => {
    const dead = { parallelism: 3, midstates: 1, failsAt: 0, parts: [1] };
    const { lost } = await run([dead, { parallelism: 1, midstates: 1, parts: [1] }]);
    expect(lost).toEqual([
      { type: 'engine-lost', engine: 'engine 0', kernel: 'scripted', message: 'engine 0 died' },
    ]);
  });

  it('ends with the failure of the last engine', async () => {
    const early = { parallelism: 2, midstates: 1, failsAt: 1, parts: [1] };
    const late = { parallelism: 1, midstates: 1, failsAt: 4, parts: [0.5] };
    await expect(run([early, late])).rejects.toThrow('engine 1 died');
  });

  it('leaves an engine that failed out of the next job, unless it says that it is back', () => {
    const engine = scripted('a', { parallelism: 1, midstates: 1, parts: [1] }, []);
    let lost = true;
    const recovering: HashEngine = {
      ...scripted('b', { parallelism: 1, midstates: 1, parts: [1] }, []),
      get lost() {
        return lost;
      },
    };
    const crew = createCrew(
      [engine, recovering, scripted('c', { parallelism: 1, midstates: 1, parts: [1] }, [])],
      () => {},
    );
    crew.fail(engine, new Error('gone'));
    crew.fail(recovering, new Error('gone'));
    expect(crew.muster().map(({ name }) => name)).toEqual(['c']);
    lost = false;
    expect(crew.works(recovering)).toBe(false); // not before the next job
    expect(crew.muster().map(({ name }) => name)).toEqual(['b', 'c']);
    expect(crew.works(recovering)).toBe(true);
    expect(crew.works(engine)).toBe(false);
  });
});
