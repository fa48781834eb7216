/** Jobs for tests: a real template's job on regtest, with what a test wants different. */
import { buildCoinbase } from '../../src/bitcoin/coinbase.ts';
import { fromHex } from '../../src/bitcoin/hex.ts';
import { targetFromBits } from '../../src/bitcoin/target.ts';
import type { Job } from '../../src/work/job.ts';

/** A job at height 1 of regtest. */
export function regtestJob(changes: Partial<Job> = {}): Job {
  const { coinbase1, coinbase2 } = buildCoinbase({
    height: 1,
    value: 5_000_000_000n,
    payoutScript: fromHex('0014751e76e8199196d454941c45d1b3a323f1433bd6'),
    aux: [],
    tag: '/test/',
    extranonceBytes: 12,
    witnessCommitment: undefined,
  });
  return {
    id: 'test',
    height: 1,
    version: 0x20000000,
    versionMask: 0x1fffe000,
    prevHash: fromHex('06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f'),
    coinbase1,
    coinbase2,
    extranonce1: new Uint8Array(8),
    extranonce2Bytes: 4,
    merkleBranch: [],
    nTime: 1296688603,
    nBits: 0x207fffff,
    networkTarget: targetFromBits(0x207fffff),
    shareTarget: targetFromBits(0x207fffff),
    cleanJobs: true,
    coinbaseValue: 5_000_000_000n,
    body: { transactions: [], coinbaseWitness: false },
    ...changes,
  };
}
