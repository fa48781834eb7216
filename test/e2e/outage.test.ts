/** The program mining while its node restarts or is killed: it waits, reads the new cookie, goes on, and loses nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  startMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';
import { startProxy } from './proxy.ts';

describeWithNode('a miner whose node', () => {
  it.each([
    ['restarts', async () => {}, true],
    ['is killed', (node: RealNode) => node.kill(), false], // and forgets the blocks it had not flushed
  ])('%s mines on when it is back', async (_, end, keepsChain) => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const statuses = new Set<number>();
    const proxy = await startProxy(node, async (call) => {
      const answer = await call.forward();
      statuses.add(answer.status);
      return answer;
    });
    const cli = startMiner(proxy, journal);
    for (let round = 0; round < 2; round++) {
      await cli.nextLine((line) => isVerdict(line, 'accepted'));
      const cookie = await readFile(node.cookiePath, 'utf8');
      await end(node);
      await node.restart();
      expect(await readFile(node.cookiePath, 'utf8')).not.toBe(cookie);
      await cli.nextLine(({ type }) => type === 'source-down');
      await cli.nextLine(({ type }) => type === 'source-up');
      await cli.nextLine(({ type }) => type === 'job');
      const mined = await cli.nextLine((line) => isVerdict(line, 'accepted'));
      expect(await node.rpc('getblockheader', mined.hash)).toMatchObject({
        confirmations: expect.any(Number),
      });
    }
    cli.kill('SIGINT');
    const run = await cli.ended;
    expect(run).toMatchObject({ exitCode: 130, signal: undefined });
    expect(statuses).toContain(401); // the cookie of the node that was before
    const summary = summaryOf(run);
    expect(summary).toMatchObject({ rejected: 0, hardwareErrors: 0, recovered: 0 });

    const records = await readJournal(journal);
    expect(pendingOf(records)).toHaveLength(Number(summary.pending));
    const chain = await activeChain(node);
    const accepted = settledAs(records, 'accepted');
    expect(accepted).toHaveLength(Number(summary.accepted));
    // Every block of the chain is ours; each is either told as accepted or still waiting in the journal for its turn.
    const known = new Set([...accepted, ...pendingOf(records).map(({ hash }) => hash)]);
    expect(chain.filter((hash) => !known.has(hash))).toEqual([]);
    if (keepsChain) expect(accepted.filter((hash) => !chain.includes(hash))).toEqual([]);
  });
});
