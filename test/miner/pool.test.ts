/** Mining for a pool: every find is sent, mining goes on, blocks are journalled and settled by the pool's word or by a node. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashToDisplay } from '../../src/bitcoin/hex.ts';
import { difficultyFromTarget } from '../../src/bitcoin/target.ts';
import { scanJs } from '../../src/engine/js/kernel.ts';
import { HashgapError } from '../../src/errors.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { type Journal, openJournal } from '../../src/miner/journal.ts';
import { mine } from '../../src/miner/mine.ts';
import { NO_STATS, reduceStats } from '../../src/stats.ts';
import type { Job } from '../../src/work/job.ts';
import type { BlockSink, HashEngine, JobSource, ShareSink, ShareVerdict } from '../../src/work/ports.ts';
import type { FoundShare } from '../../src/work/verify.ts';
import { regtestJob } from '../support/jobs.ts';
import { noJournal } from '../support/pool-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-pool-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Shares are easy; blocks are about one in sixteen of them. */
const SHARE_TARGET = (1n << 250n) - 1n;
const BLOCK_TARGET = (1n << 246n) - 1n;

/** A pool's job: its transactions are not known. */
function poolJob(id: string, changes: Partial<Job> = {}): Job {
  return regtestJob({
    id,
    shareTarget: SHARE_TARGET,
    networkTarget: BLOCK_TARGET,
    body: undefined,
    ...changes,
  });
}

/** Searches on this thread; ends at the first hits as every engine does. */
function plainEngine(): HashEngine {
  return {
    name: 'js',
    kernel: 'js',
    parallelism: 2,
    preferredMidstates: 1,
    async scan(request) {
      await new Promise(setImmediate);
      const nonceCount = Math.min(request.nonceCount, 256);
      return scanJs({ ...request, nonceCount });
    },
    close: async () => {},
  };
}

/** Gives its jobs out one by one, each once `next` was called, and stays with the last one. */
function scriptedSource(jobs: readonly Job[]) {
  let next = () => {};
  const source: JobSource = {
    async *jobs(signal) {
      for (const job of jobs) {
        yield job;
        await new Promise<void>((resolve) => {
          next = job === jobs.at(-1) ? () => {} : resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        if (signal.aborted) return;
      }
    },
    refresh() {},
  };
  return { source, next: () => next() };
}

interface Run {
  readonly judge: (share: FoundShare, count: number) => ShareVerdict | 'never';
  readonly shares: number;
  readonly jobs?: readonly Job[];
  readonly sink?: BlockSink;
  readonly blocks?: number;
  /** @default the real one as it is */
  readonly disk?: (journal: Journal) => Journal;
}

/** Mines until so many shares were found. */
async function run({
  judge,
  shares: wanted,
  jobs = [poolJob('a')],
  sink,
  blocks,
  disk = (real) => real,
}: Run) {
  const events: MinerEventBody[] = [];
  const sent: FoundShare[] = [];
  const over = new AbortController();
  const journal = await openJournal(join(folder, 'blocks.jsonl'), 'regtest', () => new Date(0));
  const { source, next } = scriptedSource(jobs);
  const shares: ShareSink = {
    submit(share, signal) {
      sent.push(share);
      if (sent.length === wanted) over.abort();
      else if (sent.length % 5 === 0) next();
      const verdict = judge(share, sent.length);
      if (verdict !== 'never') return Promise.resolve(verdict);
      return new Promise((resolve) => {
        const giveUp = () => resolve({ outcome: 'unknown', reason: 'the run is over' });
        if (signal.aborted) giveUp();
        else signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
  await mine({
    source,
    shares,
    engines: [plainEngine()],
    journal: disk(journal),
    emit: (event) => events.push(event),
    signal: over.signal,
    graceMs: 20,
    ...(sink === undefined ? {} : { sink }),
    ...(blocks === undefined ? {} : { blocks }),
  });
  await journal.close();
  const stats = events.reduce((sum, event) => reduceStats(sum, { ...event, atMs: 0 }), NO_STATS);
  const text = await readFile(join(folder, 'blocks.jsonl'), 'utf8');
  const records = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>);
  return { events, sent, stats, records };
}

const ACCEPTED: ShareVerdict = { outcome: 'accepted', roundTripMs: 1 };

describe('mining for a pool', () => {
  it('sends every find once, and goes on', async () => {
    const { sent, stats } = await run({ judge: () => ACCEPTED, shares: 40 });
    expect(new Set(sent.map(({ hash }) => hashToDisplay(hash))).size).toBe(sent.length);
    expect(sent.length).toBeGreaterThanOrEqual(40);
    expect(stats.shares.found).toBe(sent.length);
    expect(stats.shares.accepted).toBe(sent.length);
    for (const { hash, header, extranonce2, job } of sent) {
      expect(hash).toHaveLength(32);
      expect(header.prevHash).toEqual(job.prevHash);
      expect(extranonce2).toHaveLength(job.extranonce2Bytes);
    }
  });

  it('gives every share exactly one verdict, also those that are never answered', async () => {
    const { stats } = await run({
      judge: (_, count) =>
        count % 3 === 0
          ? 'never'
          : count % 3 === 1
            ? ACCEPTED
            : { outcome: 'rejected', class: 'stale', reason: 'old', roundTripMs: 2 },
      shares: 30,
    });
    const { found, accepted, rejected, unknown } = stats.shares;
    expect(accepted + rejected.stale + unknown).toBe(found);
    expect(unknown).toBeGreaterThan(5);
  });

  it('goes on with the next job when the pool has one', async () => {
    const { sent } = await run({
      judge: () => ACCEPTED,
      shares: 23,
      jobs: ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => poolJob(id, { nTime: 1_700_000_000 + i })),
    });
    expect(new Set(sent.map(({ job }) => job.id)).size).toBeGreaterThanOrEqual(4);
  });

  it('journals a block with its header and coinbase, and settles it by what the pool says of the share', async () => {
    const { sent, stats, records } = await run({ judge: () => ACCEPTED, shares: 80 });
    const blocks = sent.filter(({ meetsNetworkTarget }) => meetsNetworkTarget);
    expect(blocks.length).toBeGreaterThan(0);
    expect([stats.blocks, stats.accepted]).toEqual([blocks.length, blocks.length]);
    const found = records.filter(({ record }) => record === 'found');
    expect(found.map(({ hash }) => hash).sort()).toEqual(
      blocks.map(({ hash }) => hashToDisplay(hash)).sort(),
    );
    expect(
      found.every(({ block, header, coinbase }) => block === '' && header!.length === 160 && coinbase !== ''),
    ).toBe(true);
    expect(records.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(blocks.length);
  });

  it('keeps a block that the pool never answered, and says so at the next start', async () => {
    const first = await run({
      judge: ({ meetsNetworkTarget }) => (meetsNetworkTarget ? 'never' : ACCEPTED),
      shares: 80,
    });
    const kept = first.records.filter(({ record }) => record === 'found').map(({ hash }) => hash);
    expect(kept.length).toBeGreaterThan(0);
    expect(first.records.filter(({ record }) => record === 'settled')).toEqual([]);
    const second = await run({
      judge: () => ACCEPTED,
      shares: 3,
      jobs: [poolJob('b', { nTime: 1_800_000_000 })],
    });
    for (const hash of kept) {
      const warned = second.events.some((event) => event.type === 'warning' && event.message.includes(hash!));
      expect(warned).toBe(true);
      expect(second.records).toContainEqual(expect.objectContaining({ record: 'found', hash }));
    }
  });

  it('keeps such a block also where the journal refused it at first', async () => {
    const refused = new Set<string>();
    const { sent, records } = await run({
      judge: () => 'never',
      shares: 80,
      disk: (journal) => ({
        ...journal,
        async add(block) {
          const hash = hashToDisplay(block.hash);
          if (refused.has(hash)) return journal.add(block);
          refused.add(hash);
          throw new HashgapError('JOURNAL_UNUSABLE', 'the disk is full');
        },
      }),
    });
    const blocks = sent.filter(({ meetsNetworkTarget }) => meetsNetworkTarget);
    expect(records.map(({ hash }) => hash).sort()).toEqual(
      blocks.map(({ hash }) => hashToDisplay(hash)).sort(),
    );
  });

  it("gives one's own node the blocks that are known in full", async () => {
    const submitted: string[] = [];
    const sink: BlockSink = {
      async submit(block) {
        submitted.push(hashToDisplay(block.hash));
        expect(block.bytes!.length).toBeGreaterThan(81);
        return { outcome: 'accepted' };
      },
    };
    const { sent, records } = await run({
      judge: () => ({ outcome: 'rejected', class: 'other', reason: 'the pool is wrong', roundTripMs: 1 }),
      shares: 80,
      jobs: [poolJob('a', { body: { transactions: [], coinbaseWitness: false } })],
      sink,
    });
    const blocks = sent.filter(({ meetsNetworkTarget }) => meetsNetworkTarget);
    expect(submitted.sort()).toEqual(blocks.map(({ hash }) => hashToDisplay(hash)).sort());
    expect(records.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(blocks.length);
  });

  it('credits each find with the easier of both targets: it is what the engines look for', async () => {
    const job = poolJob('a', { shareTarget: BLOCK_TARGET, networkTarget: SHARE_TARGET });
    const { events, stats } = await run({ judge: () => ACCEPTED, shares: 20, jobs: [job] });
    const credits = events.flatMap((event) => (event.type === 'share' ? [event.shareDifficulty] : []));
    expect(new Set(credits)).toEqual(new Set([difficultyFromTarget(SHARE_TARGET)]));
    expect(stats.shares.acceptedDifficulty).toBeCloseTo(
      stats.shares.accepted * difficultyFromTarget(SHARE_TARGET),
      12,
    );
  });

  it.each([
    ['a job that comes again', () => ({})],
    [
      'a job that comes again with another target and name',
      (i: number) => ({ id: String(i), shareTarget: 2n ** BigInt(252 - (i % 3)) }),
    ],
  ])('goes on with %s where it was: no header is searched twice', async (_, changes) => {
    const [a, b] = [poolJob('a'), poolJob('b', { nTime: 1_700_000_000 })];
    const over = new AbortController();
    const hashes: string[] = [];
    const waiting: (() => void)[] = [];
    const source: JobSource = {
      async *jobs(signal) {
        for (let i = 0; !signal.aborted; i++) {
          yield Object.assign(i % 2 === 0 ? { ...a } : { ...b }, changes(i));
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      },
      refresh() {},
    };
    const submit = async ({ hash }: FoundShare) => {
      hashes.push(hashToDisplay(hash));
      if (hashes.length === 60) over.abort();
      if (hashes.length % 10 === 0) for (const next of waiting.splice(0)) next();
      return ACCEPTED;
    };
    const engines = [plainEngine()];
    const parts = { journal: noJournal(), emit: () => {}, signal: over.signal, graceMs: 20 };
    await mine({ source, shares: { submit }, engines, ...parts });
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('stops searching while no share could count, and goes on when one can', async () => {
    const over = new AbortController();
    let scans = 0;
    let open: (() => void) | undefined;
    let isClosed = true;
    const engine: HashEngine = {
      ...plainEngine(),
      async scan(request) {
        scans++;
        over.abort();
        return { noncesScanned: request.nonceCount, hits: [] };
      },
    };
    const shares: ShareSink = {
      submit: async () => ACCEPTED,
      room: () =>
        isClosed
          ? new Promise((resolve) => {
              open = resolve;
            })
          : undefined,
    };
    const parts = { journal: noJournal(), emit: () => {}, signal: over.signal, graceMs: 20 };
    const mining = mine({
      source: scriptedSource([poolJob('a')]).source,
      shares,
      engines: [engine],
      ...parts,
    });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(scans).toBe(0);
    isClosed = false;
    open?.();
    await mining;
    expect(scans).toBeGreaterThan(0);
  });

  it('starts no scan any more when the source has failed, and fails with it', async () => {
    let scans = 0;
    const engine: HashEngine = {
      ...plainEngine(),
      scan: async () => {
        scans++;
        await new Promise(setImmediate);
        return { noncesScanned: 0, hits: [] }; // as from an engine that is closed
      },
    };
    const source: JobSource = {
      async *jobs() {
        yield poolJob('a');
        while (scans < 10) await new Promise(setImmediate);
        throw new HashgapError('POOL_NO_WORK', 'the pool is gone');
      },
      refresh() {},
    };
    const shares = { submit: async () => ACCEPTED };
    const parts = { journal: noJournal(), emit: () => {}, signal: new AbortController().signal, graceMs: 20 };
    await expect(mine({ source, shares, engines: [engine], ...parts })).rejects.toThrow('the pool is gone');
    const before = scans;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(scans).toBe(before);
  });

  it('ends after the blocks asked for', async () => {
    const { stats } = await run({ judge: () => ACCEPTED, shares: 100_000, blocks: 2 });
    expect(stats.accepted).toBeGreaterThanOrEqual(2);
    expect(stats.accepted).toBeLessThan(8);
  });
});
