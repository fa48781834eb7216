/** The real node the other tests lean on: it starts, answers, survives a restart and a kill, and leaves nothing. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findBitcoind, RealNode } from './bitcoind.ts';

const found = await findBitcoind();
const title = 'skip' in found ? `a real bitcoind (skipped: ${found.skip})` : 'a real bitcoind';
const REGTEST_ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'; // BIP 173's example program

describe.skipIf('skip' in found)(title, { timeout: 60_000 }, () => {
  it('starts on regtest, restarts on the same folder and port, and removes the folder', async () => {
    const node = await RealNode.start();
    try {
      expect(await node.rpc('getblockcount')).toBe(0);
      const template = await node.rpc<{ height: number }>('getblocktemplate', { rules: ['segwit'] });
      expect(template.height).toBe(1);
      const blocks = await node.rpc<string[]>('generatetoaddress', 2, REGTEST_ADDRESS);
      const { port, pid } = node;
      const cookie = await readFile(node.cookiePath, 'utf8');
      await node.restart();
      expect(node.port).toBe(port);
      expect(node.pid).not.toBe(pid);
      expect(await readFile(node.cookiePath, 'utf8')).not.toBe(cookie);
      expect(await node.rpc('getbestblockhash')).toBe(blocks[1]);
    } finally {
      await node.stop();
    }
    expect(node.pid).toBeUndefined();
    expect(existsSync(node.datadir)).toBe(false);
    await expect(node.rpc('getblockcount')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('comes back after a kill and rejects with the code of the node', async () => {
    const node = await RealNode.start();
    try {
      await node.kill();
      await expect(node.rpc('getblockcount')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await node.restart();
      await expect(node.rpc('getblockhash', 999)).rejects.toMatchObject({ code: -8, status: 500 });
    } finally {
      await node.stop();
    }
  });

  it('runs a signet whose challenge is anyone can spend', async () => {
    const node = await RealNode.start({ chain: 'signet', extraArgs: ['-signetchallenge=51'] });
    try {
      expect(await node.rpc('getblockchaininfo')).toMatchObject({ chain: 'signet', blocks: 0 });
    } finally {
      await node.stop();
    }
  });

  it('says what bitcoind said when it does not start', async () => {
    await expect(RealNode.start({ extraArgs: ['-no-such-option'] })).rejects.toThrow(/no-such-option/);
    await expect(RealNode.start({ path: '/nonexistent/bitcoind' })).rejects.toThrow(/ENOENT/);
  });

  it('says that its port is taken, and starts there once it is free', async () => {
    const node = await RealNode.start();
    const other = createServer();
    try {
      await node.kill();
      await once(other.listen(node.port, '127.0.0.1'), 'listening');
      await expect(node.restart()).rejects.toThrow(/bind|HTTP server/);
      other.close();
      await once(other, 'close');
      await node.restart();
      expect(await node.rpc('getblockcount')).toBe(0);
    } finally {
      await node.stop();
      other.close();
    }
  });

  it('gives ten nodes started at once ports of their own', async () => {
    const started = await Promise.allSettled(Array.from({ length: 10 }, () => RealNode.start()));
    const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(nodes.map((node) => node.stop()));
    expect(new Set(nodes.map((node) => node.port)).size).toBe(10);
  });
});
