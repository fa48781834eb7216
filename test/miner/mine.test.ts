/** The mining loop on the embedded node: real blocks over real HTTP, and what happens when a part misbehaves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { createJsEngine } from '../../src/engine/js/engine.ts';
import { scanJs } from '../../src/engine/js/kernel.ts';
import { HashgapError } from '../../src/errors.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { type Journal, openJournal } from '../../src/miner/journal.ts';
import { type MineOptions, mine } from '../../src/miner/mine.ts';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient, type RpcClient } from '../../src/source/node/rpc.ts';
import { createNodeSource } from '../../src/source/node/source.ts';
import { createNodeSink } from '../../src/source/node/submit.ts';
import type { BlockSink, HashEngine, ScanResult, Verdict } from '../../src/work/ports.ts';
import { regtestJob } from '../support/jobs.ts';

let folder: string;
let node: RegtestNode;
let rpc: RpcClient;
let engine: HashEngine;
let journal: Journal;
let events: MinerEventBody[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-test-'));
  node = await startRegtestNode({});
  rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
  engine = createJsEngine({ threads: 2, preferredMidstates: 2 });
  journal = await openJournal(join(folder, 'blocks.jsonl'), 'regtest', () => new Date());
  events = [];
});
afterEach(async () => {
  await engine.close();
  rpc.close();
  await journal.close();
  await node.close();
  await rm(folder, { recursive: true });
});

function run(changes: Partial<MineOptions> = {}): Promise<void> {
  const emit = (event: MinerEventBody) => events.push(event);
  return mine({
    source: createNodeSource({
      rpc,
      network: 'regtest',
      payout: { script: new Uint8Array(22), tag: '' },
      session: new Uint8Array(4),
      emit,
    }),
    sink: createNodeSink(rpc),
    engines: [engine],
    journal,
    emit,
    signal: new AbortController().signal,
    ...changes,
  });
}

const ofType = <T extends MinerEventBody['type']>(type: T) =>
  events.filter((event): event is Extract<MinerEventBody, { type: T }> => event.type === type);
const outcomes = () => ofType('verdict').map(({ verdict }) => verdict.outcome);
const journalText = () => readFileSync(journal.path, 'utf8');

describe('mine', () => {
  it('mines exactly the blocks asked for, each accepted and settled', async () => {
    await run({ blocks: 30 });
    expect(node.chain.tip.height).toBe(30);
    expect(outcomes()).toEqual(Array(30).fill('accepted'));
    expect(ofType('block')).toHaveLength(30);
    expect(ofType('scan').reduce((sum, { hashes }) => sum + hashes, 0)).toBeGreaterThanOrEqual(30);
    expect(journalText().match(/"record":"settled"/g)).toHaveLength(30);
  });

  it('has each block on disk before the sink sees it', async () => {
    const real = createNodeSink(rpc);
    const sink: BlockSink = {
      submit(block, signal) {
        expect(journalText()).toContain(toHex(block.bytes!));
        return real.submit(block, signal);
      },
    };
    await run({ sink, blocks: 5 });
    expect(outcomes()).toEqual(Array(5).fill('accepted'));
  });

  it('drops a wrong candidate, counts it and mines on', async () => {
    let lies = 0;
    const liar: HashEngine = {
      ...engine,
      async scan(request, signal) {
        if (lies++ % 3 !== 0) return engine.scan(request, signal);
        return {
          noncesScanned: 1,
          hits: [
            { nonce: request.nonceStart + request.nonceCount, versionIndex: 0 },
            { nonce: 0, versionIndex: 9 },
          ],
        };
      },
    };
    await run({ engines: [liar], blocks: 4 });
    expect(ofType('hardware-error').length).toBeGreaterThan(0);
    expect(ofType('hardware-error')[0]).toMatchObject({ engine: 'js', kernel: 'js' });
    expect(outcomes()).toEqual(Array(4).fill('accepted'));
  });

  it('submits again until the node has answered, and counts the block once', async () => {
    const real = createNodeSink(rpc);
    let tries = 0;
    const deaf: BlockSink = {
      async submit(block, signal): Promise<Verdict> {
        const verdict = await real.submit(block, signal);
        return ++tries < 3 ? { outcome: 'unknown', reason: 'the answer was lost' } : verdict;
      },
    };
    await run({ sink: deaf, blocks: 1 });
    expect(outcomes()).toEqual(['unknown', 'accepted']); // told once, settled once
    expect(tries).toBe(3);
    expect(node.chain.tip.height).toBe(1);
  });

  it('goes on after a rejected block', async () => {
    const real = createNodeSink(rpc);
    let first = true;
    const harsh: BlockSink = {
      async submit(block, signal) {
        if (!first) return real.submit(block, signal);
        first = false;
        return { outcome: 'rejected', reason: 'bad-test' };
      },
    };
    await run({ sink: harsh, blocks: 2 });
    expect(outcomes()).toEqual(['rejected', 'accepted', 'accepted']);
  });

  it('submits what an earlier run left in the journal, and reports it as recovered', async () => {
    await run({ blocks: 1 });
    await journal.close();
    const hash = String(await rpc.call('getbestblockhash'));
    const block = String(await rpc.call('getblock', [hash, 0]));
    // As a run leaves it that was killed between the submission and the verdict.
    writeFileSync(
      journal.path,
      `${JSON.stringify({ record: 'found', hash, network: 'regtest', height: 1, at: '', block })}\n`,
    );
    journal = await openJournal(journal.path, 'regtest', () => new Date());
    expect(journal.pending).toHaveLength(1);
    events = [];
    await run({ blocks: 1 });
    expect(ofType('recovered')).toHaveLength(1);
    const recovered = ofType('verdict').filter((event) => event.recovered);
    expect(recovered).toMatchObject([{ verdict: { outcome: 'accepted' } }]);
    expect(node.chain.tip.height).toBe(2);
  });

  it('sends the block even when the journal cannot be written, and warns', async () => {
    const broken: Journal = {
      ...journal,
      add: () => Promise.reject(new HashgapError('JOURNAL_UNUSABLE', 'the disk is full')),
      settle: () => Promise.reject(new HashgapError('JOURNAL_UNUSABLE', 'the disk is full')),
    };
    await run({ journal: broken, blocks: 1 });
    expect(outcomes()).toEqual(['accepted']);
    expect(ofType('warning').map(({ message }) => message)).toContain('the disk is full');
  });

  it('ends at the abort, with a block that has no answer still in the journal', async () => {
    const stop = new AbortController();
    const silent: BlockSink = {
      async submit() {
        stop.abort();
        return { outcome: 'unknown', reason: 'silence' };
      },
    };
    await run({ sink: silent, signal: stop.signal, graceMs: 20 });
    await journal.close();
    journal = await openJournal(journal.path, 'regtest', () => new Date());
    expect(journal.pending).toHaveLength(1);
  });

  it.each([
    ['as soon as it can, while there is no answer', 3, (tries: number) => tries > 1],
    ['at the very end', 1, (_: number, isOver: boolean) => isOver],
  ])('journals a block that the journal refused at first: %s', async (_, lastTry, hasRoom) => {
    const stop = new AbortController();
    let tries = 0;
    let ending: AbortSignal | undefined;
    const silent: BlockSink = {
      async submit(_block, signal) {
        ending = signal;
        if (++tries === lastTry) stop.abort();
        if (tries === 3) expect(journalText()).toContain('"record":"found"');
        return { outcome: 'unknown', reason: 'silence' };
      },
    };
    const full = new HashgapError('JOURNAL_UNUSABLE', 'the disk is full');
    const cramped: Journal = {
      ...journal,
      add: (block) => (hasRoom(tries, ending?.aborted ?? false) ? journal.add(block) : Promise.reject(full)),
    };
    await run({ journal: cramped, sink: silent, signal: stop.signal, blocks: 1, graceMs: 20 });
    expect(ofType('warning')).toEqual([{ type: 'warning', message: 'the disk is full' }]);
    await journal.close();
    journal = await openJournal(journal.path, 'regtest', () => new Date());
    expect(journal.pending).toHaveLength(1);
  });

  it('takes no block beyond those asked for, also of scans under way, and goes on after a refusal', async () => {
    const scans: (() => void)[] = [];
    const answers: ((verdict: Verdict) => void)[] = [];
    let refreshes = 0;
    const slow: HashEngine = {
      ...engine,
      parallelism: 1,
      preferredMidstates: 1,
      scan: (request) =>
        new Promise<ScanResult>((resolve) => {
          scans.push(() => resolve(scanJs({ ...request, nonceCount: 256 })));
        }),
    };
    let next = () => {};
    const mining = run({
      source: {
        async *jobs(signal) {
          yield regtestJob({ id: 'a' });
          await new Promise<void>((resolve) => {
            next = resolve;
          });
          yield regtestJob({ id: 'b', nTime: 1_700_000_000 });
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        },
        refresh: () => void refreshes++,
      },
      sink: { submit: () => new Promise((resolve) => answers.push(resolve)) },
      engines: [slow],
      blocks: 1,
    });
    const until = async (condition: () => boolean) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await until(() => scans.length === 1);
    next(); // another job, and the scan of the old one is still under way
    await until(() => scans.length === 2);
    scans[0]!();
    await until(() => answers.length === 1);
    scans[1]!(); // it has found one too
    await until(() => ofType('scan').length === 2);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect([scans.length, answers.length, ofType('block').length]).toEqual([2, 1, 1]);
    answers[0]!({ outcome: 'rejected', reason: 'bad-test' });
    await until(() => scans.length === 3); // the job at hand is searched on
    expect(refreshes).toBe(1);
    scans[2]!();
    await until(() => answers.length === 2);
    answers[1]!({ outcome: 'accepted' });
    await mining;
    expect(outcomes()).toEqual(['rejected', 'accepted']);
    expect(scans).toHaveLength(3);
  });

  it('goes on with the engines that are left, and tells which one is not', async () => {
    const failing: HashEngine = {
      ...engine,
      name: 'failing',
      scan: () => Promise.reject(new HashgapError('ENGINE_FAILED', 'a thread died')),
    };
    await run({ engines: [failing, engine], blocks: 5 });
    expect(outcomes()).toEqual(Array(5).fill('accepted'));
    expect(ofType('engine-lost')).toEqual([
      { type: 'engine-lost', engine: 'failing', kernel: 'js', message: 'a thread died' },
    ]);
  });

  it('ends with the failure of the last engine', async () => {
    const dead: HashEngine = {
      ...engine,
      scan: () => Promise.reject(new HashgapError('ENGINE_FAILED', 'a thread died')),
    };
    await expect(run({ engines: [dead] })).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  });
});
