/** Jobs for the benches: height 700,001 of mainnet as a node with a full or an empty mempool would give it. */
import { buildCoinbase } from '../dist/src/bitcoin/coinbase.js';
import { hashFromDisplay } from '../dist/src/bitcoin/hex.js';
import { targetFromBits } from '../dist/src/bitcoin/target.js';

/** A job whose merkle branch has so many hashes: 13 stand for 4,096 transactions and more. */
export function benchJob(branchLength, changes = {}) {
  const networkTarget = targetFromBits(0x170f48e4);
  const { coinbase1, coinbase2 } = buildCoinbase({
    height: 700_001,
    value: 625_000_000n,
    payoutScript: Uint8Array.of(0, 20, ...new Uint8Array(20)),
    aux: [],
    tag: '/bench/',
    extranonceBytes: 12,
    witnessCommitment: undefined,
  });
  return {
    id: 'bench',
    height: 700_001,
    version: 0x20000000,
    versionMask: 0x1fffe000,
    prevHash: hashFromDisplay('0000000000000000000590fc0f3eba193a278534220b2b37e9849e1a770ca959'),
    coinbase1,
    coinbase2,
    extranonce1: new Uint8Array(8),
    extranonce2Bytes: 4,
    merkleBranch: Array.from({ length: branchLength }, (_, i) => new Uint8Array(32).fill(i + 1)),
    nTime: 1631333672,
    nBits: 0x170f48e4,
    networkTarget,
    shareTarget: networkTarget,
    cleanJobs: true,
    coinbaseValue: 625_000_000n,
    body: { transactions: [], coinbaseWitness: false },
    ...changes,
  };
}
