/** What the end-to-end tests share: a real node, the program mining on it, and folders that vanish after the test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { findBitcoind, RealNode, type RealNodeOptions } from '../support/bitcoind.ts';
import { type CliResult, type JsonLine, type RunningCli, startCli } from '../support/cli.ts';

const found = await findBitcoind();

/** Tests against a real node; skipped with the reason where there is none (never on CI). */
export function describeWithNode(title: string, tests: () => void): void {
  const named = 'skip' in found ? `${title} (skipped: ${found.skip})` : title;
  describe.skipIf('skip' in found)(named, { timeout: 60_000 }, tests);
}

/** P2WPKH on regtest, BIP 173's example program. */
export const REGTEST_ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** A node that stops with the test. */
export async function startNode(options: RealNodeOptions = {}): Promise<RealNode> {
  const node = await RealNode.start(options);
  onTestFinished(() => node.stop());
  return node;
}

/** A folder that is removed with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hashgap-e2e-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Where a miner connects to: the node itself or a proxy in front of it. */
export type Target = Pick<RealNode, 'url' | 'cookiePath'>;

/** `hashgap mine --json` on `target`, killed with the test if it still runs; `extra` comes last. */
export function startMiner(target: Target, journal: string, extra: readonly string[] = []): RunningCli {
  const { url, cookiePath } = target;
  const address = extra.includes('--address') ? [] : ['--address', REGTEST_ADDRESS];
  const cli = startCli([
    'mine',
    '--json',
    '--node',
    url,
    '--cookie',
    cookiePath,
    '--journal',
    journal,
    ...address,
    ...extra,
  ]);
  onTestFinished(async () => {
    cli.kill('SIGKILL');
    await cli.ended;
  });
  return cli;
}

/** Runs a miner to its end. */
export function runMiner(target: Target, journal: string, extra: readonly string[] = []): Promise<CliResult> {
  return startMiner(target, journal, extra).ended;
}

/** The last line of a run, which is its summary. */
export function summaryOf({ lines, stderr }: CliResult): JsonLine {
  const last = lines.at(-1);
  if (last?.type !== 'summary')
    throw new Error(`Expected a summary at the end, received ${JSON.stringify(last)} ${stderr}`);
  return last;
}

/** What a verdict line says about one block. */
export interface VerdictLine extends JsonLine {
  readonly type: 'verdict';
  readonly hash: string;
  readonly height: number;
  readonly recovered: boolean;
  readonly verdict: { readonly outcome: string; readonly reason?: string };
}

/** True for a verdict, of the given outcome if one is named. */
export function isVerdict(line: JsonLine, outcome?: string): line is VerdictLine {
  return (
    line.type === 'verdict' && (outcome === undefined || (line as VerdictLine).verdict.outcome === outcome)
  );
}

/** A block as `getblock` with verbosity 2 gives it. */
export interface BlockView {
  readonly hash: string;
  readonly height: number;
  readonly version: number;
  readonly merkleroot: string;
  readonly tx: readonly {
    readonly txid: string;
    readonly hash: string;
    /** BTC; absent for the coinbase. */
    readonly fee?: number;
    readonly vin: readonly { readonly coinbase?: string }[];
    readonly vout: readonly {
      readonly value: number;
      readonly scriptPubKey: { readonly hex: string; readonly type: string };
    }[];
  }[];
}

/** The hashes of the active chain from height 1 on. */
export async function activeChain(node: RealNode): Promise<string[]> {
  const count = await node.rpc<number>('getblockcount');
  const hashes: string[] = []; // one call at a time: a node's queue of calls is short
  while (hashes.length < count) hashes.push(await node.rpc('getblockhash', hashes.length + 1));
  return hashes;
}

/** The blocks of the active chain from height 1 on. */
export async function activeBlocks(node: RealNode): Promise<BlockView[]> {
  const blocks: BlockView[] = [];
  for (const hash of await activeChain(node)) blocks.push(await node.rpc('getblock', hash, 2));
  return blocks;
}

/** Satoshis of an amount in BTC: exact, since 21 million BTC in satoshis fit a double. */
export function satoshis(btc: number): bigint {
  return BigInt(Math.round(btc * 1e8));
}
