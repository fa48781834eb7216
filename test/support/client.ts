/** A Stratum client under test: its jobs and events as feeds, times short enough to wait for, closed with the test. */
import { onTestFinished } from 'vitest';
import type { MinerEventBody } from '../../src/events.ts';
import {
  createStratumClient,
  type StratumClient,
  type StratumClientOptions,
} from '../../src/source/stratum/client.ts';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import type { PoolOptions } from '../../src/source/stratum/pool-link.ts';
import type { Job } from '../../src/work/job.ts';
import type { ShareVerdict } from '../../src/work/ports.ts';
import { shareOf } from '../stratum/drive.ts';
import { createFeed, type Feed } from './feed.ts';
import { startPool, type TestPool, type TestPoolOptions } from './pool.ts';
import type { PoolWork } from './pool-work.ts';
import { scriptOfUser } from './solo-pool.ts';

/** An event of one type. */
export type EventOf<T extends MinerEventBody['type']> = Extract<MinerEventBody, { type: T }>;

/** Work of mainnet difficulty: nothing is a block. */
export const WORK: PoolWork = {
  prevHash: '0000000000000000000590fc0f3eba193a278534220b2b37e9849e1a770ca959',
  height: 840_000,
  version: 0x20000000,
  nBits: '1705ae3a',
  nTime: 1_700_000_000,
  branch: ['11'.repeat(32), '22'.repeat(32)],
};

/** P2WPKH on regtest. */
export const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
/** P2PKH on regtest of another key. */
export const OTHER_SCRIPT = `76a914${'07'.repeat(20)}88ac`;

/** What a fair pool pays: everything to the user. */
export const fair: TestPoolOptions['outputs'] = () => [
  { satoshis: 312_500_000n, script: scriptOfUser(ADDRESS) },
];

/** A scripted pool that stops with the test. */
export async function testPool(options: Partial<TestPoolOptions> = {}): Promise<TestPool> {
  const pool = await startPool({ work: WORK, outputs: fair, ...options });
  onTestFinished(() => pool.close());
  return pool;
}

/** A pool as the client's options have it. */
export const poolAt = (
  { port }: Pick<TestPool, 'port'>,
  user = 'ann.rig',
  changes: Partial<PoolOptions['session']> = {},
): PoolOptions => poolFor(`stratum+tcp://127.0.0.1:${port}`, user, {}, changes);

/** A pool by its URL. */
export const poolFor = (
  url: string,
  user = 'ann.rig',
  transport: PoolOptions['transport'] = {},
  changes: Partial<PoolOptions['session']> = {},
): PoolOptions => ({
  endpoint: parsePoolUrl(url),
  transport,
  session: { worker: user, agent: 'hashgap/test', ...changes },
});

/** A client that runs. */
export interface ClientUnderTest {
  readonly client: StratumClient;
  readonly jobs: Feed<Job>;
  readonly events: Feed<MinerEventBody>;
  /** The next event of a type behind the one that was returned last. */
  next<T extends MinerEventBody['type']>(type: T): Promise<EventOf<T>>;
  all<T extends MinerEventBody['type']>(type: T): EventOf<T>[];
  /** The next job behind the one that was returned last. */
  job(matches?: (job: Job) => boolean): Promise<Job>;
  /** Hands in the share of a nonce; every hash of {@link WORK} is a share of an easy pool. */
  submit(job: Job, nonce?: number): Promise<ShareVerdict>;
  /** The error that ended the jobs. */
  readonly ended: Promise<unknown>;
}

/** Starts a client that asks for its jobs. */
export function startClient(
  pools: readonly PoolOptions[],
  options: Partial<StratumClientOptions> = {},
): ClientUnderTest {
  const events = createFeed<MinerEventBody>();
  const jobs = createFeed<Job>();
  const over = new AbortController();
  const client = createStratumClient({
    pools,
    emit: events.push,
    ...{ retryMs: 10, maxRetryMs: 40, unwantedMs: 80, firstJobMs: 5_000, lingerMs: 20 },
    ...options,
  });
  const read = async () => {
    for await (const job of client.jobs(over.signal)) jobs.push(job);
  };
  const ended = read().then(
    () => undefined,
    (error: unknown) => error,
  );
  void ended.then((error) => jobs.end(() => (error as Error) ?? new Error('The jobs are over.')));
  onTestFinished(async () => {
    over.abort();
    await client.close();
  });
  return {
    client,
    jobs,
    events,
    async next(type) {
      return (await events.next((event) => event.type === type)) as EventOf<typeof type>;
    },
    all: (type) => events.items.filter((event): event is EventOf<typeof type> => event.type === type),
    job: (matches = () => true) => jobs.next(matches),
    submit: (job, nonce = 1) => client.submit(shareOf(job, { nonce }), over.signal),
    ended,
  };
}

/** The first byte of extranonce1 names the test pool that a job is of. */
export const poolOf = ({ extranonce1 }: Job) => Buffer.from(extranonce1.subarray(0, 1)).toString('hex');
