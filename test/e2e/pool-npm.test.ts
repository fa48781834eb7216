/** A pool that is not ours: stratum-pool-sha256 of npm, on a regtest node, takes every share that hashgap finds for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';
import { type JsonLine, startCli } from '../support/cli.ts';
import { createFeed } from '../support/feed.ts';
import { describeWithNode, REGTEST_ADDRESS, startNode, summaryOf, temporaryFolder } from './harness.ts';

const CHILD = join(import.meta.dirname, '../support/npm-pool-child.cjs');
/** Some 40,000 hashes for each share. */
const DIFFICULTY = 1e-5;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The pool as a child; what it says, line by line. */
async function startNpmPool(node: RealNode) {
  const port = await freePort();
  const [user, password] = (await readFile(node.cookiePath, 'utf8')).split(':') as [string, string];
  const args = [port, DIFFICULTY, REGTEST_ADDRESS, node.port, user, password].map(String);
  const child: ChildProcess = spawn(process.execPath, [CHILD, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = createFeed<JsonLine>();
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{"type"')) said.push(JSON.parse(line) as JsonLine);
  });
  const ended = once(child, 'close').then(() => said.end(() => new Error(`The pool ended: ${stderr}`)));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await said.next(({ type }) => type === 'started');
  return { port, said };
}

describeWithNode('a pool that is not ours', () => {
  it('stratum-pool-sha256 takes every share, and counts as many as we do', async () => {
    const node = await startNode();
    await node.rpc('generatetoaddress', 20, REGTEST_ADDRESS); // it writes heights up to 16 in its own way
    const { port, said } = await startNpmPool(node);
    const user = `${REGTEST_ADDRESS}.rig1`;
    const cli = startCli([
      ...[
        'mine',
        '--json',
        '--engine',
        'native',
        '--threads',
        '1',
        '--journal',
        join(await temporaryFolder(), 'j'),
      ],
      ...['--pool', `stratum+tcp://127.0.0.1:${port}`, '--user', user],
      ...['--expect-address', REGTEST_ADDRESS, '--enforce-payout'],
    ]);
    onTestFinished(async () => {
      cli.kill('SIGKILL');
      await cli.ended;
    });
    for (let i = 0; i < 100; i++) await cli.nextLine(({ type }) => type === 'share-verdict');
    cli.kill('SIGINT');
    const result = await cli.ended;
    expect(result).toMatchObject({ exitCode: 130, stderr: '' });
    const { shares } = summaryOf(result) as JsonLine & { shares: Record<string, unknown> };
    expect(shares).toMatchObject({ accepted: shares.found, unknown: 0, withheld: 0, pending: 0 });
    const taken = said.items.filter(({ type }) => type === 'share');
    expect(taken).toHaveLength(shares.found as number);
    expect(taken.every(({ isValid, worker }) => isValid === true && worker === user)).toBe(true);
  });
});
