/** The longpoll on a real node: other miners' blocks, reorganisations, how many are open, and how they end. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import { describeWithNode, REGTEST_ADDRESS, startNode } from './harness.ts';
import { NEVER_MS, startSource } from './source.ts';

/** P2WSH of BIP 173's example: a block that pays it is another one than a block of the same second to REGTEST_ADDRESS. */
const RIVAL_ADDRESS = 'bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry';

/** Far above the 10 ms a node takes, far below any refresh. */
const PROMPT_MS = 5_000;

/** One block of somebody else's. */
async function generate(node: RealNode): Promise<string> {
  const [hash] = await node.rpc<string[]>('generatetoaddress', 1, REGTEST_ADDRESS);
  return hash as string;
}

/** How many templates the node is being asked for; all but a moment's are longpolls. */
async function templatesAsked(node: RealNode): Promise<number> {
  const { active_commands } = await node.rpc<{ active_commands: { method: string }[] }>('getrpcinfo');
  return active_commands.filter(({ method }) => method === 'getblocktemplate').length;
}

/** Asks until the node serves `count` templates at once: it says so only when asked. The test's time limit ends it. */
async function untilAsked(node: RealNode, count: number): Promise<void> {
  while ((await templatesAsked(node)) !== count);
}

/** Waits until this process has no connection open: a closed one takes a turn of the event loop to go. */
async function untilNoSocketIsOpen(): Promise<void> {
  while (process.getActiveResourcesInfo().some((name) => /^TCP(Socket|Connect)Wrap$/.test(name)))
    await nextTurn();
}

describeWithNode('the longpoll', () => {
  it('brings a clean job for each block of another miner at once', async () => {
    const node = await startNode();
    const source = startSource(node, NEVER_MS);
    const first = await source.nextJob();
    expect(first).toMatchObject({ height: 1, cleanJobs: true });
    const latencies: number[] = [];
    for (let height = 2; height <= 21; height++) {
      await untilAsked(node, 1); // the longpoll is open
      const hash = await generate(node);
      const generatedMs = performance.now();
      expect(await source.nextJob()).toMatchObject({
        height,
        cleanJobs: true,
        prevHash: Uint8Array.from(Buffer.from(hash, 'hex')).reverse(),
      });
      latencies.push(performance.now() - generatedMs);
    }
    console.log(
      `longpoll: a new job at most ${Math.max(...latencies).toFixed(1)} ms after the block, 20 times`,
    );
    expect(Math.max(...latencies)).toBeLessThan(PROMPT_MS);
    expect(source.events.items).toEqual([{ type: 'source-up', source: expect.any(String) }]);
  });

  it('tells a reorganisation at the same height by its hash', async () => {
    const node = await startNode();
    const source = startSource(node, NEVER_MS);
    await source.nextJob();
    const rival = await node.rpc<{ hash: string; hex: string }>('generateblock', RIVAL_ADDRESS, [], false);
    const block = await generate(node);
    expect(await source.nextJob(block)).toMatchObject({ height: 2, cleanJobs: true });
    expect(await node.rpc('submitblock', rival.hex)).toBe('inconclusive');
    await node.rpc('preciousblock', rival.hash); // from one tip to another of the same height in one step
    expect(await source.nextJob(rival.hash)).toMatchObject({ height: 2, cleanJobs: true });

    await node.rpc('invalidateblock', rival.hash);
    expect(await source.nextJob(block)).toMatchObject({ height: 2, cleanJobs: true });
    await node.rpc('reconsiderblock', rival.hash);
    await node.rpc('preciousblock', rival.hash);
    expect(await source.nextJob(rival.hash)).toMatchObject({ height: 2, cleanJobs: true });
    await node.rpc('invalidateblock', block);
    await node.rpc('invalidateblock', rival.hash);
    const genesis = await node.rpc<string>('getblockhash', 0);
    expect(await source.nextJob(genesis)).toMatchObject({ height: 1, cleanJobs: true });
  });

  it('is one, however many refreshes there were, and ends with the next block after its client has gone', async () => {
    const node = await startNode();
    const source = startSource(node, 5);
    for (let refreshes = 0; refreshes < 100; refreshes++) {
      await source.nextJob();
      if (refreshes % 10 === 9) expect(await templatesAsked(node)).toBeLessThanOrEqual(2); // a refresh may be under way
    }
    await source.stop();
    await untilAsked(node, 1);
    await generate(node);
    await untilAsked(node, 0);
  });

  it('ends promptly when the source is aborted, while it is open and while the node is down', async () => {
    const node = await startNode();
    const source = startSource(node, NEVER_MS);
    await source.nextJob();
    await untilAsked(node, 1);
    expect(await source.stop()).toBeLessThan(PROMPT_MS);
    await untilNoSocketIsOpen();

    const other = startSource(node, NEVER_MS);
    await other.nextJob();
    await node.kill();
    await other.events.next(({ type }) => type === 'source-down');
    expect(await other.stop()).toBeLessThan(PROMPT_MS);
    await untilNoSocketIsOpen();
  });
});

describeWithNode('a source whose node goes away', () => {
  it.each([
    ['is told to stop', async (node: RealNode) => void (await node.rpc('stop'))],
    ['is ended in good order', async () => {}], // restart() does it
    ['is killed', async (node: RealNode) => node.kill()],
  ])('%s with the longpoll open: down, up again, new work, the new cookie', async (_, end) => {
    const node = await startNode();
    const source = startSource(node, NEVER_MS);
    await source.nextJob();
    for (let round = 0; round < 2; round++) {
      await untilAsked(node, 1);
      await end(node);
      await node.restart();
      await source.events.next(({ type }) => type === 'source-down');
      await source.events.next(({ type }) => type === 'source-up');
      const block = await generate(node);
      expect(await source.nextJob(block)).toMatchObject({ cleanJobs: true });
    }
  });
});
