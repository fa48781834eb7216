/** The data directory: restarts, power cuts at every byte, damage, and two nodes that want the same one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBlock } from '../../src/bitcoin/block.ts';
import { toHex } from '../../src/bitcoin/hex.ts';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import { BlockStore } from '../../src/regtest/store.ts';
import { blockTemplate } from '../../src/regtest/template.ts';
import { type Changes, makeBlock } from './blocks.ts';
import { outcome } from './rpc-client.ts';

const NOW = 1_790_000_000;
const BITS = 0x207fffff;
let datadir: string;

beforeEach(() => {
  datadir = mkdtempSync(join(tmpdir(), 'hashgap-store-'));
});

afterEach(() => rmSync(datadir, { recursive: true, force: true }));

const start = (now = NOW) => startRegtestNode({ datadir, now: () => now });
const blockFile = () => join(datadir, 'regtest', 'blocks.hashgap');
const fresh = ({ chain }: RegtestNode, changes: Changes = {}) =>
  makeBlock(blockTemplate(chain, NOW), changes);

async function withBlocks(count: number): Promise<string[]> {
  const node = await start();
  for (let i = 0; i < count; i++) expect(node.chain.submit(fresh(node))).toBeNull();
  const hashes = Array.from({ length: count + 1 }, (_, height) => node.chain.at(height)!.hash);
  await node.close();
  return hashes;
}

describe('a restart', () => {
  it('brings back the chain and what is known to be invalid', async () => {
    const first = await start();
    for (let i = 0; i < 3; i++) first.chain.submit(fresh(first));
    const bad = fresh(first, { extraValue: 1n });
    expect(first.chain.submit(bad)).toBe('bad-cb-amount');
    const { hash } = first.chain.tip;
    await first.close();

    const second = await start(0); // a clock set back does not lose blocks
    expect(second.notes).toEqual([]);
    expect(second.chain.tip.hash).toBe(hash);
    expect(second.chain.submit(bad)).toBe('duplicate-invalid');
    await second.close();
  });

  it('keeps the layout of bitcoind: cookie and blocks lie in a folder named after the chain', async () => {
    const node = await start();
    expect(node.cookiePath).toBe(join(datadir, 'regtest', '.cookie'));
    expect(statSync(blockFile()).mode & 0o777).toBe(0o600);
    await node.close();
    expect(() => statSync(node.cookiePath)).toThrow('ENOENT');
  });

  it('with other nBits is refused', async () => {
    await withBlocks(1);
    await expect(startRegtestNode({ datadir, bits: 0x1f7fffff })).rejects.toMatchObject({
      code: 'DATADIR_UNUSABLE',
      message: expect.stringContaining('207fffff'),
    });
    expect((await (await start()).close()) ?? null).toBeNull(); // the refusal has let go of the lock
  });
});

describe('a power cut', () => {
  it('at any byte of the last record loses that block alone, with a note', async () => {
    const hashes = await withBlocks(2);
    const whole = readFileSync(blockFile());
    const bytesOf = (height: number) => 8 + encodeBlock(blocks[height]!).length;
    const node = await start();
    const blocks = [undefined, node.chain.at(1)!.block!, node.chain.at(2)!.block!];
    await node.close();
    const lastRecord = whole.length - bytesOf(2);
    for (let end = lastRecord; end < whole.length; end++) {
      writeFileSync(blockFile(), whole.subarray(0, end));
      const { store, stored } = BlockStore.open(blockFile(), BITS);
      store.close();
      expect(stored.blocks.map(toHex)).toEqual([toHex(encodeBlock(blocks[1]!))]);
      expect(stored.droppedBytes).toBe(end - lastRecord);
      expect(statSync(blockFile()).size).toBe(lastRecord);
    }
    writeFileSync(blockFile(), whole.subarray(0, whole.length - 1));
    const restarted = await start();
    expect(restarted.notes).toEqual([
      `Dropped the last ${bytesOf(2) - 1} bytes of the block file: a block that was being written when the node died.`,
    ]);
    expect(restarted.chain.tip.hash).toBe(hashes[1]);
    expect(restarted.chain.submit(blocks[2]!)).toBeNull();
    await restarted.close();
    expect(readFileSync(blockFile()).equals(whole)).toBe(true);
  });

  it('while the file is made leaves a file that can be used', async () => {
    await withBlocks(0);
    const banner = readFileSync(blockFile());
    for (let end = 0; end < banner.length; end++) {
      truncateSync(blockFile(), end);
      const { store, stored } = BlockStore.open(blockFile(), BITS);
      store.close();
      expect(stored.blocks).toEqual([]);
      expect(readFileSync(blockFile()).equals(banner)).toBe(true);
    }
  });

  it('that leaves zeros where data should be loses the last block alone', async () => {
    await withBlocks(2);
    const whole = readFileSync(blockFile());
    writeFileSync(blockFile(), Buffer.concat([whole, Buffer.alloc(300)]));
    const { store, stored } = BlockStore.open(blockFile(), BITS);
    store.close();
    expect(stored).toMatchObject({ droppedBytes: 300 });
    const halfZero = Buffer.concat([whole.subarray(0, -100), Buffer.alloc(100)]);
    writeFileSync(blockFile(), halfZero);
    const again = BlockStore.open(blockFile(), BITS);
    again.store.close();
    expect(again.stored.blocks.length).toBe(1);
  });

  it('has every accepted block on disk before it is answered', async () => {
    const node = await start();
    const block = toHex(encodeBlock(fresh(node)));
    expect(await outcome(node, 'submitblock', block)).toEqual({ result: null });
    expect(toHex(readFileSync(blockFile()))).toContain(block);
    await node.close();
  });
});

describe('damage', () => {
  it('in the middle of the file is reported and not repaired', async () => {
    await withBlocks(3);
    const bytes = readFileSync(blockFile());
    bytes[200]! ^= 1;
    writeFileSync(blockFile(), bytes);
    await expect(start()).rejects.toMatchObject({
      code: 'DATADIR_UNUSABLE',
      message: expect.stringContaining('wrong checksum'),
    });
    expect(readFileSync(blockFile()).equals(bytes)).toBe(true);
  });

  it('of the first line, a file of another kind, or no directory at all', async () => {
    await withBlocks(1);
    writeFileSync(blockFile(), 'something else entirely, and long enough to tell\n');
    await expect(start()).rejects.toMatchObject({ code: 'DATADIR_UNUSABLE' });
    const file = join(datadir, 'file');
    writeFileSync(file, '');
    await expect(startRegtestNode({ datadir: file })).rejects.toMatchObject({
      code: 'DATADIR_UNUSABLE',
      message: expect.stringContaining(file),
    });
  });

  it('a store that cannot write says so, and the node goes on without the block', async () => {
    const { store } = BlockStore.open(join(datadir, 'blocks'), BITS);
    store.close(); // every later write fails
    expect(() => store.append(new Uint8Array(10))).toThrow(
      expect.objectContaining({ code: 'DATADIR_UNUSABLE' }),
    );
  });
});

describe('two nodes', () => {
  const lockFile = () => join(datadir, 'regtest', '.lock');

  it('cannot share a directory', async () => {
    const node = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'DATADIR_UNUSABLE',
      message: `Expected a data directory nobody uses, but process ${process.pid} holds ${lockFile()}. Stop that node, or choose another data directory.`,
    });
    await node.close();
    await (await start()).close();
  });

  it('the lock of a dead process, or of another process with the same id, is taken over', async () => {
    await withBlocks(1);
    const dead = spawnSync('true').pid;
    for (const content of [`${dead} x\n`, `${process.pid} born-at-another-time\n`, '', 'no number\n']) {
      writeFileSync(lockFile(), content);
      const node = await start();
      expect(node.chain.tip.height).toBe(1);
      await node.close();
    }
  });

  it('a living process keeps its lock', async () => {
    await withBlocks(1);
    writeFileSync(lockFile(), `${process.ppid} \n`); // of a system that tells no times of birth
    await expect(start()).rejects.toMatchObject({ code: 'DATADIR_UNUSABLE', details: { pid: process.ppid } });
  });

  it('a port that is taken leaves the directory free', async () => {
    const other = await startRegtestNode();
    await expect(startRegtestNode({ datadir, port: other.port })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
    });
    await (await start()).close();
    await other.close();
  });
});
