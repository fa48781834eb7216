/** The mining loop on the embedded node: real blocks over real HTTP, and what happens when a part misbehaves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { createJsEngine } from '../../src/engine/js/engine.ts';
import { HashgapError } from '../../src/errors.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { type Journal, openJournal } from '../../src/miner/journal.ts';
import { type MineOptions, mine } from '../../src/miner/mine.ts';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient, type RpcClient } from '../../src/source/node/rpc.ts';
import { createNodeSource } from '../../src/source/node/source.ts';
import { createNodeSink } from '../../src/source/node/submit.ts';
import type { BlockSink, HashEngine, Verdict } from '../../src/work/ports.ts';

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
