/** A solo pool on a real bitcoind, with faults all the time: connections damaged, the pool restarted, the node killed. */
// At the end every share is accounted for and every block that counts as accepted is in the chain. CI runs it for seconds;
// HASHGAP_FAULT_SECONDS=3600 makes it an hour.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openJournal } from '../../src/miner/journal.ts';
import { poolAt } from '../support/client.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { gentleEngine, runOnPools } from '../support/pool-run.ts';
import { seededRandom } from '../support/random.ts';
import { type SoloPool, startSoloPool } from '../support/solo-pool.ts';
import { activeChain, describeWithNode, REGTEST_ADDRESS, startNode, temporaryFolder } from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';

const SECONDS = Number(process.env.HASHGAP_FAULT_SECONDS ?? 20);
const SEED = Number(process.env.HASHGAP_TEST_SEED ?? 20261120);
/** Faults that end or delay: TCP does not change bytes. */
const FAULTS = ['cut', 'reset', 'half-open', 'delay', 'slow-reader'] as const;
const LIMITS = {
  silenceMs: 1_500,
  noNewJobMs: 5_000,
  subscribeMs: 1_000,
  authorizeMs: 1_000,
  shareMs: 2_000,
};

/** A proxy that damages what passes between the miner and a pool. */
async function front(pool: SoloPool, seed: number): Promise<FaultProxy> {
  return startFaultProxy({ targetPort: pool.port, seed, faults: FAULTS, meanBytes: 8_000, maxDelayMs: 50 });
}

describeWithNode('mining on a pool under faults', () => {
  const timeout = (SECONDS + 100) * 1000;
  it(`accounts for every share of ${SECONDS} s (seed ${SEED})`, { timeout }, async () => {
    const node = await startNode();
    const path = join(await temporaryFolder(), 'journal');
    const journal = await openJournal(path, 'regtest', () => new Date());
    const random = seededRandom(SEED);
    const pools = [
      await startSoloPool(node, { name: 'aa' }),
      await startSoloPool(node, { name: 'bb', resumes: false }),
    ];
    const proxies = [await front(pools[0]!, SEED), await front(pools[1]!, SEED + 1)];
    const over = new AbortController();
    const told: Record<string, number> = {};
    const mining = runOnPools({
      pools: proxies.map((proxy, i) => poolAt(proxy, `${REGTEST_ADDRESS}.rig${i}`, { limits: LIMITS })),
      engine: gentleEngine(40),
      journal,
      signal: over.signal,
      graceMs: 5_000,
      ...{ retryMs: 50, maxRetryMs: 500, firstJobMs: 500, lingerMs: 200 },
      onEvent: ({ type }) => {
        told[type] = (told[type] ?? 0) + 1;
      },
    });
    const endMs = performance.now() + SECONDS * 1000;
    let trouble = 0;
    while (performance.now() < endMs) {
      await delay(300 + random(900)); // the moment of the next trouble, not a wait for something
      const pool = pools[random(2)]!;
      const kind = random(10);
      trouble++;
      if (kind < 4) pool.drop();
      else if (kind < 7) {
        await pool.close();
        await delay(random(1_500));
        await pool.reopen();
      } else if (kind < 9) await pool.refresh(kind === 8).catch(() => {});
      else if (trouble % 5 === 0)
        await node.restart().then(() => Promise.all(pools.map((each) => each.refresh())));
    }
    for (const proxy of proxies) proxy.heal();
    over.abort();
    const books = await mining;
    await journal.close();
    await Promise.all([...proxies, ...pools].map((each) => each.close()));

    const taken = new Set(pools.flatMap(({ accepted }) => [...accepted.keys()]));
    const chain = await activeChain(node);
    const records = await readJournal(path);
    console.log(
      `${trouble} troubles, ${proxies.reduce((sum, { log }) => sum + log.length, 0)} faults, ${chain.length} blocks, ` +
        `${JSON.stringify(books.shares)} ${JSON.stringify(told)}`,
    );
    expect(books.wrong).toEqual([]);
    expect(books.shares.accepted).toBeGreaterThan(SECONDS);
    expect(books.accepted.filter((hash) => !taken.has(hash))).toEqual([]);
    expect(settledAs(records, 'accepted').filter((hash) => !chain.includes(hash))).toEqual([]);
    // What the journal has no verdict for is what the pool gave no answer to.
    expect(pendingOf(records).length).toBeLessThanOrEqual(books.shares.unknown + books.shares.withheld);
  });
});
