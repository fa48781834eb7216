/** Verification: what a hit really is, decided outside the engine. */
import { describe, expect, it } from 'vitest';
import { decodeBlock } from '../../src/bitcoin/block.ts';
import { encodeHeader, headerHash } from '../../src/bitcoin/header.ts';
import { equalBytes, toHex } from '../../src/bitcoin/hex.ts';
import { merkleRoot } from '../../src/bitcoin/merkle.ts';
import { hashToNumber } from '../../src/bitcoin/target.ts';
import { transactionId } from '../../src/bitcoin/transaction.ts';
import type { Job } from '../../src/work/job.ts';
import { createPlanner } from '../../src/work/planner.ts';
import { headerOfHit, type WorkUnit } from '../../src/work/unit.ts';
import { verifyHit } from '../../src/work/verify.ts';
import { regtestJob } from '../support/jobs.ts';

const unitOf = (changes: Partial<Job>) => createPlanner(regtestJob(changes)).next(1000)!;
const hashAt = (unit: WorkUnit, nonce: number) => headerHash(headerOfHit(unit, unit.versions[0]!, nonce));

describe('verifyHit', () => {
  it('builds a block whose header, merkle root and coinbase belong together', () => {
    const unit = unitOf({
      networkTarget: (1n << 256n) - 1n,
      body: { transactions: [], coinbaseWitness: true },
    });
    const verified = verifyHit(unit, { nonce: 7, versionIndex: 0 });
    if (verified.kind !== 'block') throw new Error(`expected a block, received ${verified.kind}`);
    const block = decodeBlock(verified.block.bytes!);
    expect(toHex(encodeHeader(block.header))).toBe(toHex(encodeHeader(verified.header)));
    expect(equalBytes(merkleRoot(block.transactions.map(transactionId)).root, block.header.merkleRoot)).toBe(
      true,
    );
    expect(block.transactions[0]!.inputs[0]!.witness).toHaveLength(1);
    expect(block.header.nonce).toBe(7);
  });

  it('tells block, share and wrong apart at the targets themselves', () => {
    const open = unitOf({});
    const value = hashToNumber(hashAt(open, 5));
    const kind = (shareTarget: bigint, networkTarget: bigint) =>
      verifyHit(unitOf({ shareTarget, networkTarget }), { nonce: 5, versionIndex: 0 }).kind;
    expect(kind(value, value)).toBe('block');
    expect(kind(value, value - 1n)).toBe('share');
    expect(kind(value - 1n, value - 1n)).toBe('wrong');
    expect(kind(value - 1n, value)).toBe('block'); // a network easier than the share target still gets its block
  });

  it('calls a nonce or version outside the unit wrong, whatever it hashes to', () => {
    const unit = unitOf({ networkTarget: (1n << 256n) - 1n });
    expect(verifyHit(unit, { nonce: 1000, versionIndex: 0 }).kind).toBe('wrong');
    expect(verifyHit(unit, { nonce: 0, versionIndex: 1 }).kind).toBe('wrong');
  });

  it('has no block bytes when the source keeps the transactions to itself', () => {
    const verified = verifyHit(unitOf({ networkTarget: (1n << 256n) - 1n, body: undefined }), {
      nonce: 0,
      versionIndex: 0,
    });
    expect(verified.kind === 'block' && verified.block.bytes).toBe(undefined);
  });
});
