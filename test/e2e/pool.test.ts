/** `hashgap mine --pool` as a process, on a solo pool that works on a real bitcoind. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import { type CliOptions, type JsonLine, type RunningCli, startCli } from '../support/cli.ts';
import { seededRandom } from '../support/random.ts';
import { type SoloPool, scriptOfUser, startSoloPool } from '../support/solo-pool.ts';
import {
  activeBlocks,
  activeChain,
  describeWithNode,
  isVerdict,
  REGTEST_ADDRESS,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';
import { FORMS, fundWallet, send } from './wallet.ts';

const USER = `${REGTEST_ADDRESS}.rig1`;

interface ShareVerdictLine extends JsonLine {
  readonly hash: string;
  readonly verdict: { readonly outcome: string; readonly class?: string };
}

/** A pool on a node of its own. */
async function soloPool(options: Parameters<typeof startSoloPool>[1] = {}) {
  const node = await startNode();
  const pool = await startSoloPool(node, options);
  onTestFinished(() => pool.close());
  return { node, pool };
}

/** `hashgap mine --json` for pools, killed with the test if it still runs. */
async function startMiner(
  pools: readonly SoloPool[],
  extra: readonly string[] = [],
  options: CliOptions & { journal?: string } = {},
): Promise<RunningCli> {
  const { journal = join(await temporaryFolder(), 'journal') } = options;
  const urls = pools.flatMap(({ port }) => ['--pool', `stratum+tcp://127.0.0.1:${port}`]);
  const user = extra.includes('--user') || options.env?.HASHGAP_USER !== undefined ? [] : ['--user', USER];
  const state = await temporaryFolder();
  const cli = startCli(
    [
      'mine',
      '--json',
      '--engine',
      'native',
      '--threads',
      '1',
      '--journal',
      journal,
      ...urls,
      ...user,
      ...extra,
    ],
    { ...options, env: { XDG_STATE_HOME: state, ...options.env } },
  );
  onTestFinished(async () => {
    cli.kill('SIGKILL');
    await cli.ended;
  });
  return cli;
}

const verdictsOf = (lines: readonly JsonLine[]) =>
  lines.filter(({ type }) => type === 'share-verdict') as unknown as readonly ShareVerdictLine[];

const acceptedOf = (lines: readonly JsonLine[]) =>
  verdictsOf(lines)
    .filter(({ verdict }) => verdict.outcome === 'accepted')
    .map(({ hash }) => hash);

/** Every share has one verdict, and what counts as accepted the pool did accept. */
function checkBooks(lines: readonly JsonLine[], pools: readonly SoloPool[]): void {
  const open = new Map<string, number>(); // a hash can be found again on another connection, and is judged again then
  for (const { type, hash } of lines) {
    const change = type === 'share' ? 1 : type === 'share-verdict' ? -1 : 0;
    if (change !== 0) open.set(hash as string, (open.get(hash as string) ?? 0) + change);
  }
  const unjudged = [...open].filter(([, count]) => count !== 0);
  expect(unjudged.slice(0, 5)).toEqual([]);
  const taken = new Set(pools.flatMap(({ accepted }) => [...accepted.keys()]));
  const strangers = acceptedOf(lines).filter((hash) => !taken.has(hash));
  expect(strangers.slice(0, 5)).toEqual([]);
}

async function paysOnly(node: RealNode, script: string): Promise<void> {
  for (const { tx } of await activeBlocks(node)) {
    const paid = tx[0]!.vout.filter(({ value }) => value > 0).map(({ scriptPubKey }) => scriptPubKey.hex);
    expect(paid).toEqual([script]);
  }
}

/** Transactions in the node's mempool and in its next template. */
async function payments(node: RealNode): Promise<readonly string[]> {
  const wallet = await fundWallet(node, 1);
  const coins = Object.values(wallet.coins).flat();
  const sent: string[] = [];
  for (const coin of coins.slice(0, 3))
    sent.push((await send(node, wallet, [coin], FORMS.slice(2, 3), 1_000n)).txid);
  await node.rpc('generateblock', REGTEST_ADDRESS, []); // bitcoind looks at its mempool again at once only when the tip moves
  return sent;
}

describeWithNode('hashgap mine --pool', () => {
  it('mines blocks that pay the address, tells every share, and sums up', async () => {
    const { node, pool } = await soloPool();
    const cli = await startMiner(
      [pool],
      ['--blocks', '10', '--expect-address', REGTEST_ADDRESS, '--enforce-payout'],
    );
    const result = await cli.ended;
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    console.log(
      `${result.lines.length} lines, ${pool.shares.items.length} shares, ${pool.blocks.length} blocks`,
    );
    checkBooks(result.lines, [pool]);
    const chain = await activeChain(node);
    expect(chain.length).toBeGreaterThanOrEqual(10);
    expect(pool.blocks).toEqual(chain);
    await paysOnly(node, scriptOfUser(REGTEST_ADDRESS));
    expect(result.lines.find(({ type }) => type === 'payout')).toMatchObject({
      percent: 100,
      outputs: [{ to: REGTEST_ADDRESS, percent: 100 }],
    });
    const summary = summaryOf(result) as JsonLine & { shares: Record<string, number> };
    expect(summary.accepted).toBeGreaterThanOrEqual(10);
    expect(summary.shares.accepted).toBe(acceptedOf(result.lines).length);
    expect(summary.shares.pending).toBe(0);
  });

  it('rolls versions and takes transactions along', async () => {
    const { node, pool } = await soloPool();
    const txids = await payments(node);
    await pool.refresh();
    const cli = await startMiner([pool], ['--blocks', '2']);
    expect(await cli.ended).toMatchObject({ exitCode: 0 });
    const blocks = await activeBlocks(node);
    const mined = blocks.flatMap(({ tx }) => tx.map(({ txid }) => txid));
    expect(txids.filter((txid) => !mined.includes(txid))).toEqual([]);
  });

  it('with --node the block reaches the own node too, with the pool out of the way', async () => {
    const { node, pool } = await soloPool({ onBlock: async () => 'the pool loses it' });
    const sent = await payments(node);
    await pool.refresh();
    const before = await node.rpc<number>('getblockcount');
    const cli = await startMiner(
      [pool],
      ['--network', 'regtest', '--node', node.url, '--cookie', node.cookiePath, '--seconds', '15'],
    );
    const { hash } = await cli.nextLine((line) => isVerdict(line, 'accepted'));
    const block = await node.rpc<{ height: number; tx: string[] }>('getblock', hash);
    expect(block.height).toBe(before + 1);
    expect(block.tx).toHaveLength(1 + sent.length);
    cli.kill('SIGINT');
    expect((await cli.ended).exitCode).toBe(130);
  });

  it('Ctrl-C leaves a summary in which every share is accounted for', async () => {
    const { pool } = await soloPool();
    const cli = await startMiner([pool]);
    for (let i = 0; i < 5; i++) await cli.nextLine(({ type }) => type === 'share-verdict');
    cli.kill('SIGINT');
    const result = await cli.ended;
    expect(result).toMatchObject({ exitCode: 130, stderr: '' });
    checkBooks(result.lines, [pool]);
    const { shares } = summaryOf(result) as JsonLine & { shares: Record<string, number> };
    expect(shares.found).toBe(result.lines.filter(({ type }) => type === 'share').length);
    expect(shares.pending).toBe(0);
  });

  it('kill -9 loses no block: what the pool took is in the journal', async () => {
    const { pool } = await soloPool();
    const journal = join(await temporaryFolder(), 'journal');
    const random = seededRandom(20261120);
    const told: string[] = [];
    for (let round = 0; round < 8; round++) {
      const cli = await startMiner([pool], [], { journal });
      await cli.nextLine((line) => isVerdict(line, 'accepted'));
      await delay(random(60)); // the moment itself, not a wait for something
      cli.kill('SIGKILL');
      const { lines } = await cli.ended;
      told.push(...lines.filter(({ type }) => type === 'block').map(({ hash }) => hash as string));
    }
    const cli = await startMiner([pool], ['--blocks', '1'], { journal });
    expect(await cli.ended).toMatchObject({ exitCode: 0 });
    const records = await readJournal(journal);
    const open = pendingOf(records).map(({ hash }) => hash);
    const settled = settledAs(records, 'accepted');
    const known = new Set(records.map(({ hash }) => hash));
    expect(told.filter((hash) => !known.has(hash))).toEqual([]); // what was told had been written
    expect(settled.filter((hash) => !pool.blocks.includes(hash))).toEqual([]);
    // A share goes first of all, so the pool may have a block whose journal line the kill cut off: at most one for each kill.
    expect(
      pool.blocks.filter((hash) => !settled.includes(hash) && !open.includes(hash)).length,
    ).toBeLessThanOrEqual(8);
    expect(new Set(settled).size).toBe(settled.length);
  });

  it('goes to the next pool when one is gone, each with its own user', async () => {
    const { node, pool } = await soloPool({ name: 'aa' });
    const spare = await startSoloPool(node, { name: 'bb' });
    onTestFinished(() => spare.close());
    const cli = await startMiner([pool, spare], ['--user', USER, `${REGTEST_ADDRESS}.rig2`]);
    await cli.nextLine((line) => isVerdict(line, 'accepted'));
    await pool.close();
    await spare.refresh(); // only now the chain stands still: nobody tells this pool of blocks that are not its own
    await cli.nextLine(
      ({ type, source }) => type === 'source-up' && source === `stratum+tcp://127.0.0.1:${spare.port}`,
    );
    await spare.shares.next(() => true); // a verdict may still be one on a block of the first pool
    cli.kill('SIGINT');
    const result = await cli.ended;
    checkBooks(result.lines, [pool, spare]);
    expect(new Set(pool.shares.items.map(({ user }) => user))).toEqual(new Set([USER]));
    expect(new Set(spare.shares.items.map(({ user }) => user))).toEqual(new Set([`${REGTEST_ADDRESS}.rig2`]));
  });

  it('is configured by the environment, and a password from a file is never shown', async () => {
    const passwords: string[] = [];
    const { pool } = await soloPool({
      authorize: (_, password) => passwords.push(password) > 0,
    });
    const file = join(await temporaryFolder(), 'secret');
    await writeFile(file, 'correct horse\n');
    const env = {
      HASHGAP_POOL: `stratum+tcp://127.0.0.1:${pool.port}`,
      HASHGAP_USER: USER,
      HASHGAP_PASSWORD_FILE: file,
      HASHGAP_BLOCKS: '2',
    };
    const result = await (await startMiner([], [], { env })).ended;
    expect(result).toMatchObject({ exitCode: 0 });
    expect(passwords).toEqual(['correct horse']);
    expect(result.stdout + result.stderr).not.toContain('correct horse');
  });

  it('a pool that pays somebody else is left, and without another there is no work', async () => {
    const { node, pool } = await soloPool({
      outputs: () => [{ satoshis: 5_000_000_000n, script: `76a914${'07'.repeat(20)}88ac` }],
    });
    const cli = await startMiner(
      [pool],
      ['--expect-address', REGTEST_ADDRESS, '--enforce-payout', '--connect-timeout', '2'],
    );
    const result = await cli.ended;
    expect(result.exitCode).not.toBe(0);
    expect(result.stdout + result.stderr).toContain('POOL_NO_WORK');
    expect(result.stdout + result.stderr).toContain('received 0%');
    expect(await node.rpc('getblockcount')).toBe(0);
    expect(pool.shares.items).toEqual([]);
  });
});
