/** The miner killed with SIGKILL around found blocks: none is lost, none is counted twice. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunningCli } from '../support/cli.ts';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  runMiner,
  startMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';
import { type ProxiedCall, startProxy } from './proxy.ts';

const KILLS = 20;
const LATEST_KILL_MS = 30;
const SEED = Number(process.env.HASHGAP_TEST_SEED ?? 20260501);

/** mulberry32: numbers from 0 up to 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function killed(cli: RunningCli): Promise<void> {
  cli.kill('SIGKILL');
  expect((await cli.ended).signal).toBe('SIGKILL');
}

describeWithNode('a miner killed with SIGKILL', () => {
  it(`loses no block and counts none twice at ${KILLS} random moments (seed ${SEED})`, async () => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const random = randomFrom(SEED);
    const everFound = new Set<string>();
    const told: string[] = [];
    let left = 0; // blocks without a verdict that the last run left
    for (let kill = 0; kill < KILLS; kill++) {
      const momentMs = random() * LATEST_KILL_MS;
      const cli = startMiner(node, journal);
      await cli.nextLine((line) => isVerdict(line) && !line.recovered);
      await delay(momentMs); // the moment itself, not a wait for something
      await killed(cli);
      expect(cli.lines.filter(({ type }) => type === 'recovered')).toHaveLength(left);
      const records = await readJournal(journal);
      for (const { record, hash } of records) if (record === 'found') everFound.add(hash);
      left = pendingOf(records).length;
      told.push(`${momentMs.toFixed(1)}${left > 0 ? ` (${left} open)` : ''}`);
    }
    console.log(`seed ${SEED}: killed ${told.join(', ')} ms after a verdict`);

    const last = await runMiner(node, journal, ['--blocks', '1']);
    expect(last).toMatchObject({ exitCode: 0, stderr: '' });
    expect(summaryOf(last)).toMatchObject({ recovered: left, rejected: 0, pending: 0 });

    const records = await readJournal(journal);
    const settled = records.filter(({ record }) => record === 'settled').map(({ hash }) => hash);
    expect(pendingOf(records)).toEqual([]);
    expect(settledAs(records, 'rejected')).toEqual([]);
    expect(new Set(settled).size).toBe(settled.length);
    expect([...everFound].filter((hash) => !settled.includes(hash))).toEqual([]);
    expect(settledAs(records, 'accepted').toSorted()).toEqual((await activeChain(node)).toSorted());
  });

  it.each([
    ['before the node has the block', false],
    ['after the node took the block and before it could say so', true],
  ])('%s: the next start settles it, once', async (_, forwarded) => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const proxy = await startProxy(node, async (call) => {
      if (call.method !== 'submitblock') return call.forward();
      if (forwarded) expect((await call.forward()).body).toMatch(/"result":null/);
      await killed(cli);
      return 'silence';
    });
    const cli = startMiner(proxy, journal);
    await cli.ended;
    const [open] = pendingOf(await readJournal(journal));
    expect(open?.block).toMatch(/^[0-9a-f]+$/);
    expect(await activeChain(node)).toEqual(forwarded ? [open?.hash] : []);

    const next = await runMiner(await recoveredFirst(node, open?.block), journal, ['--blocks', '1']);
    expect(next).toMatchObject({ exitCode: 0, stderr: '' });
    expect(next.lines).toContainEqual(
      expect.objectContaining({ type: 'recovered', hash: open?.hash, height: 1 }),
    );
    expect(next.lines.filter((line) => isVerdict(line, 'accepted') && line.hash === open?.hash)).toHaveLength(
      1,
    );
    expect(summaryOf(next)).toMatchObject({ recovered: 1, accepted: 2, rejected: 0, pending: 0 });
    const chain = await activeChain(node);
    expect(chain).toHaveLength(2);
    expect(chain[0]).toBe(open?.hash);
    expect(settledAs(await readJournal(journal), 'accepted')).toEqual(chain);
  });
});

/** A proxy that keeps every other block back until the recovered one is answered: which of two came first is not left to chance. */
async function recoveredFirst(node: Parameters<typeof startProxy>[0], block: string | undefined) {
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return startProxy(node, async (call: ProxiedCall) => {
    if (call.method !== 'submitblock') return call.forward();
    if (call.params[0] !== block) await settled;
    return call.forward().finally(() => call.params[0] === block && settle());
  });
}
