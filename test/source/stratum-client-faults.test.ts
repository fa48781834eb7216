/** The whole miner through a proxy that damages its connections: no crash, no hang, every share judged once, memory bounded. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fair, poolAt, WORK } from '../support/client.ts';
import { FAULT_KINDS, type FaultKind, startFaultProxy } from '../support/fault-proxy.ts';
import { startPool, type TestPool } from '../support/pool.ts';
import { gentleEngine, runOnPools } from '../support/pool-run.ts';

const RUNS = 500;
const AT_ONCE = 25;
/** Shares that the pool accepts until a run is over; a run whose connections do not let them through is over in time. */
const SHARES = 40;
const RUN_MS = 1_500;
const HANG_MS = 20_000;

/** These end and delay connections; the others change bytes, which TCP does not do: an answer may then carry the id of another. */
const HONEST: readonly FaultKind[] = ['cut', 'reset', 'half-open', 'delay', 'slow-reader'];

const LIMITS = { silenceMs: 80, subscribeMs: 80, authorizeMs: 60, shareMs: 100, resubmitMs: 300 };

interface Total {
  found: number;
  accepted: number;
  unknown: number;
  taken: number;
  faults: number;
}

/** One miner, one damaged pool, one that is whole. */
async function run(seed: number, faults: readonly FaultKind[], total: Total): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), RUN_MS);
  const pools = [await busyPool(seed, 'aa', over), await busyPool(seed, 'bb', over)];
  const proxies = await Promise.all(
    pools.map(({ port }, i) =>
      startFaultProxy({ targetPort: port, seed: 2 * seed + i, faults, meanBytes: 2_500, maxDelayMs: 2 }),
    ),
  );
  const books = await hanging(
    runOnPools({
      pools: proxies.map((proxy, i) => poolAt(proxy, `ann.${i}`, { limits: LIMITS })),
      engine: gentleEngine(3),
      signal: over.signal,
      ...{ retryMs: 2, maxRetryMs: 20, unwantedMs: 20, firstJobMs: 100, lingerMs: 10, graceMs: 150 },
    }),
    seed,
  );
  clearTimeout(timer);
  await Promise.all([...proxies, ...pools].map((each) => each.close()));
  const taken = new Set(pools.flatMap(({ accepted }) => [...accepted.keys()]));
  const count = proxies.reduce((sum, { log }) => sum + log.length, 0);
  expect(books.wrong, `seed ${seed}`).toEqual([]);
  const strangers = books.accepted.filter((hash) => !taken.has(hash));
  if (faults === HONEST) expect(strangers, `seed ${seed}`).toEqual([]);
  else expect(books.accepted.length - taken.size, `seed ${seed}`).toBeLessThanOrEqual(count);
  total.found += books.shares.found;
  total.accepted += books.accepted.length;
  total.unknown += books.shares.unknown;
  total.taken += taken.size;
  total.faults += count;
}

/** A pool with new jobs all the time, which ends the run when it has enough shares. */
async function busyPool(seed: number, name: string, over: AbortController): Promise<TestPool> {
  const pool = await startPool({ work: WORK, outputs: fair, name, resumes: seed % 3 !== 0 });
  let count = 0;
  const { push } = pool.shares;
  Object.assign(pool.shares, {
    push(share: Parameters<typeof push>[0]) {
      push(share);
      if (++count === SHARES) over.abort();
      if (count % 6 === 0) pool.announce({ nTime: WORK.nTime + count }, count % 12 === 0);
    },
  });
  return pool;
}

async function hanging<T>(work: Promise<T>, seed: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`seed ${seed} hangs`)), HANG_MS);
  });
  return Promise.race([work, hang]).finally(() => clearTimeout(timer));
}

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

describe(`${RUNS} seeded runs of the miner through the fault proxy`, () => {
  it.each([
    ['that ends, resets, stalls and delays', HONEST],
    ['that also changes bytes', FAULT_KINDS],
  ])('%s: every share is judged once', { timeout: 120_000 }, async (_, faults) => {
    const total: Total = { found: 0, accepted: 0, unknown: 0, taken: 0, faults: 0 };
    const heaps: number[] = [];
    for (let seed = 0; seed < RUNS / 2; seed += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => run(seed + i, faults, total)));
      heaps.push(heapMiB());
    }
    console.log(`${JSON.stringify(total)}, heap ${heaps[1]!.toFixed(0)} to ${heaps.at(-1)!.toFixed(0)} MiB`);
    // Far less than there is on a machine that is not busy: enough to have tried what the seeds are for.
    expect(total.accepted).toBeGreaterThan(RUNS / 10);
    expect(total.faults).toBeGreaterThan(RUNS / 10);
    expect(total.taken).toBeGreaterThanOrEqual(faults === HONEST ? total.accepted : 0);
    expect(heaps.at(-1)! - heaps[1]!).toBeLessThan(30);
  });
});
