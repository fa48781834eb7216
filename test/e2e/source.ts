/** A getblocktemplate source on a real node inside the test: its jobs, its events, and the end of both. */
import { onTestFinished } from 'vitest';
import { hashToDisplay } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { payoutScript } from '../../src/bitcoin/script.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient } from '../../src/source/node/rpc.ts';
import { createNodeSource } from '../../src/source/node/source.ts';
import type { Job } from '../../src/work/job.ts';
import { createFeed, type Feed } from '../support/feed.ts';
import { REGTEST_ADDRESS, type Target } from './harness.ts';

/** So rarely that within a test only the longpoll can bring news; setTimeout takes no more. */
export const NEVER_MS = 2 ** 31 - 1;

/** A source under way. */
export interface RunningSource {
  readonly events: Feed<MinerEventBody>;
  /** The next job whose parent is `prevHash`, or any other than the last one's. */
  nextJob(prevHash?: string): Promise<Job>;
  /** Aborts it and closes its client; resolves when its loop has ended, to the milliseconds that took. */
  stop(): Promise<number>;
}

/** Starts a source on `target`; it stops with the test. */
export function startSource(target: Target, refreshMs: number): RunningSource {
  const rpc = createRpcClient(new URL(target.url), fileCredentials(target.cookiePath));
  const events = createFeed<MinerEventBody>();
  const jobs = createFeed<Job>();
  const source = createNodeSource({
    rpc,
    network: 'regtest',
    payout: { script: payoutScript(REGTEST_ADDRESS, NETWORKS.regtest), tag: '/e2e/' },
    session: Uint8Array.of(1, 2, 3, 4),
    emit: events.push,
    refreshMs,
    retryMs: 20,
    maxRetryMs: 100,
  });
  const over = new AbortController();
  const loop = (async () => {
    for await (const job of source.jobs(over.signal)) jobs.push(job);
  })().finally(() => {
    jobs.end(() => new Error('The source ended.'));
    events.end(() => new Error('The source ended.'));
  });
  loop.catch(() => {}); // stop() tells
  const stop = async () => {
    const asked = performance.now();
    over.abort();
    await loop;
    rpc.close();
    return performance.now() - asked;
  };
  onTestFinished(async () => void (await stop()));
  const nextJob = (prevHash?: string) =>
    jobs.next((job) => prevHash === undefined || hashToDisplay(job.prevHash) === prevHash);
  return { events, nextJob, stop };
}
