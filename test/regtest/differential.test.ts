/** Blocks for the embedded node and a real bitcoind: the same verdicts, the same memory, the same chain. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBlock, encodeBlock } from '../../src/bitcoin/block.ts';
import { HEADER_BYTES } from '../../src/bitcoin/header.ts';
import { concatBytes, fromHex, toHex } from '../../src/bitcoin/hex.ts';
import { merkleRoot } from '../../src/bitcoin/merkle.ts';
import { transactionId } from '../../src/bitcoin/transaction.ts';
import { findBitcoind } from '../support/bitcoind.ts';
import { ANYONE, type Changes, commit, makeBlock, NOBODY, solve, spend, ZERO_NONCE } from './blocks.ts';
import { MUTATIONS } from './mutations.ts';
import { hexOf, idOf, Pair } from './pair.ts';
import { outcome } from './rpc-client.ts';

const found = await findBitcoind();
const describeWithNode = 'path' in found ? describe : describe.skip;
const why = 'path' in found ? '' : ` (skipped: ${found.skip})`;

let pair: Pair;

describeWithNode(`the embedded node and bitcoind${why}`, () => {
  beforeAll(async () => {
    pair = await Pair.start((found as { path: string }).path);
  }, 60_000);

  afterAll(() => pair?.stop());

  it('agree on genesis', async () => {
    await pair.compareChain(0);
  });

  for (const tip of [3, 20, 149]) {
    describe(`with the tip at ${tip}`, () => {
      beforeAll(async () => {
        await pair.passTime(600);
        await pair.mine(tip - pair.height);
      }, 60_000);

      for (const { name, expect: expected, change } of MUTATIONS.filter(({ slow }) => !slow || tip === 3)) {
        it(`${name}: ${expected ?? 'accepted'}`, async () => {
          await pair.passTime(60); // so that a template's time is the clock's
          const block = await pair.fresh(change(await pair.slot()));
          const proposed = await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(block) });
          if (expected !== null && expected !== 'high-hash') expect(proposed).not.toEqual({ result: null });
          expect(await pair.submit(block)).toEqual({ result: expected });
          await pair.submit(block); // the memory of both is the same, too
          await pair.both('getblockheader', idOf(block));
          await pair.both('getblock', idOf(block), 2);
        }, 60_000);
      }

      it('end with the same chain', async () => {
        await pair.compareChain(pair.height);
      });
    });
  }

  describe('on encodings', () => {
    const cases: [string, (hex: string) => string][] = [
      ['bytes behind the block', (hex) => `${hex}00ff`],
      ['upper case', (hex) => hex.toUpperCase()],
      ['the last byte missing', (hex) => hex.slice(0, -2)],
      ['half a byte missing', (hex) => hex.slice(0, -1)],
      ['the header alone', (hex) => hex.slice(0, 160)],
      ['half a header', (hex) => hex.slice(0, 80)],
      ['nothing', () => ''],
      ['no hex', (hex) => `${hex.slice(0, -2)}zz`],
      ['a space in front', (hex) => ` ${hex}`],
      ['a prefix of 0x', (hex) => `0x${hex}`],
      ['the number of transactions in 3 bytes', (hex) => `${hex.slice(0, 160)}fd0100${hex.slice(162)}`],
      ['the number of transactions in 5 bytes', (hex) => `${hex.slice(0, 160)}fe01000000${hex.slice(162)}`],
      [
        'the number of transactions in 9 bytes',
        (hex) => `${hex.slice(0, 160)}ff0100000000000000${hex.slice(162)}`,
      ],
      ['253 transactions announced', (hex) => `${hex.slice(0, 160)}fdfd00${hex.slice(162)}`],
      ['2^64-1 transactions announced', (hex) => `${hex.slice(0, 160)}ffffffffffffffffff${hex.slice(162)}`],
      ['segwit flag 0', (hex) => hex.replace('010200000000010100', '010200000000000100')],
      ['segwit flag 2', (hex) => hex.replace('010200000000010100', '010200000000020100')],
      ['segwit flag 3', (hex) => hex.replace('010200000000010100', '010200000000030100')],
      ['a witness without items', (hex) => hex.replace(/0120(00){32}00000000$/, '0000000000')],
      ['a witness item longer than the block', (hex) => hex.replace(/0120(00){32}00000000$/, '01fdffff0000')],
    ];
    for (const [name, damage] of cases) {
      it(name, async () => {
        const hex = hexOf(await pair.fresh());
        await pair.both('submitblock', damage(hex));
        await pair.both('getblocktemplate', { mode: 'proposal', data: damage(hex) });
        await pair.both('getbestblockhash');
      });
    }
  });

  describe('on random damage', () => {
    // Each block is cut, stretched or bent somewhere behind its header; where it can still be read, its merkle root and
    // proof of work are made good again, so that the deeper checks are reached.
    it.each(Array.from({ length: 20 }, (_, seed) => seed))('seed %i', async (seed) => {
      const random = randomNumbers(seed);
      for (let i = 0; i < 20; i++) {
        const changes = random(2) === 0 ? {} : { others: [spend(NOBODY, random(9))] };
        const damaged = damage(fromHex(hexOf(await pair.fresh(changes))), random);
        await pair.both('submitblock', toHex(repair(damaged)));
        await pair.both('getblocktemplate', { mode: 'proposal', data: toHex(repair(damaged)) });
        await pair.both('getbestblockhash');
      }
      await pair.compareInfo();
    });
  });

  describe('on what a node remembers', () => {
    it('a valid block is a duplicate, even with a damaged witness', async () => {
      const block = await pair.fresh();
      expect(await pair.submit(block)).toEqual({ result: null });
      expect(await pair.submit(block)).toEqual({ result: 'duplicate' });
      const [coinbase] = block.transactions;
      const witness = [new Uint8Array(1)];
      const damaged = { ...coinbase!, inputs: [{ ...coinbase!.inputs[0]!, witness }] };
      expect(await pair.submit({ ...block, transactions: [damaged] })).toEqual({ result: 'duplicate' });
    });

    it('genesis is a duplicate, in its own encoding or with other transactions not', async () => {
      const genesis = pair.ours.chain.genesis.block!;
      expect(await pair.submit(genesis)).toEqual({ result: 'duplicate' });
      expect(await pair.submit({ ...genesis, transactions: [] })).toEqual({ result: 'bad-txnmrklroot' });
      await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(genesis) });
    });

    it('a block damaged on its way can still be delivered', async () => {
      const [a, b] = [spend(NOBODY), spend(NOBODY, 1)];
      const odd = await pair.fresh({ others: [a, b] });
      const repeated = { ...odd, transactions: [...odd.transactions, b] };
      expect(await pair.submit(repeated)).toEqual({ result: 'bad-txns-duplicate' });
      expect(await pair.submit(odd)).toEqual({ result: 'bad-txns-inputs-missingorspent' });
      expect(await pair.submit(repeated)).toEqual({ result: 'bad-txns-duplicate' });
      expect(await pair.submit(odd)).toEqual({ result: 'duplicate-invalid' });
      const block = await pair.fresh();
      const [coinbase] = block.transactions;
      const witness = [new Uint8Array(31)];
      const bare = { ...coinbase!, inputs: [{ ...coinbase!.inputs[0]!, witness }] };
      expect(await pair.submit({ ...block, transactions: [bare] })).toEqual({
        result: 'bad-witness-nonce-size',
      });
      await pair.both('getblockheader', idOf(block));
      await pair.both('getblock', idOf(block));
      await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(block) });
      expect(await pair.submit(block)).toEqual({ result: null });
    });

    it('a child may arrive before a delayed body, and connects with it', async () => {
      const at = pair.height;
      const parent = await pair.fresh();
      const [coinbase] = parent.transactions;
      const damaged = { ...coinbase!, inputs: [{ ...coinbase!.inputs[0]!, witness: [new Uint8Array(31)] }] };
      expect(await pair.submit({ ...parent, transactions: [damaged] })).toEqual({
        result: 'bad-witness-nonce-size',
      });
      const first = pair.child(parent, at + 2);
      expect(await pair.submit(first)).toEqual({ result: 'inconclusive' });
      expect(await pair.submit(pair.child(first, at + 3))).toEqual({ result: 'inconclusive' });
      await pair.both('getblock', idOf(first), 1);
      expect(await pair.submit(parent)).toEqual({ result: null });
      expect(pair.height).toBe(at + 3);
      await pair.compareChain(at + 3);
    });

    it('an invalid block and all that is built on it', async () => {
      const at = pair.height;
      const tooMuch = await pair.fresh({ extraValue: 1n });
      expect(await pair.submit(tooMuch)).toEqual({ result: 'bad-cb-amount' });
      expect(await pair.submit(tooMuch)).toEqual({ result: 'duplicate-invalid' });
      expect(await pair.submit(pair.child(tooMuch, at + 2))).toEqual({ result: 'bad-prevblk' });
      const wrongHeight = await pair.fresh({ script: new Uint8Array(8) });
      expect(await pair.submit(wrongHeight)).toEqual({ result: 'bad-cb-height' });
      expect(await pair.submit(pair.child(wrongHeight, at + 2))).toEqual({ result: 'bad-prevblk' });
      const noRoot = await pair.fresh({ header: { merkleRoot: NOBODY } });
      expect(await pair.submit(noRoot)).toEqual({ result: 'bad-txnmrklroot' });
      expect(await pair.submit(pair.child(noRoot, at + 2))).toEqual({ result: 'prev-blk-not-found' });
      const early = await pair.fresh({ header: { nTime: pair.now + 7201 } });
      expect(await pair.submit(early)).toEqual({ result: 'time-too-new' });
      await pair.passTime(1);
      expect(await pair.submit(early)).toEqual({ result: null }); // what is too new today is not invalid
      await pair.compareInfo();
    });
  });

  describe('on branches', () => {
    it('side chain, tie, and reorganisation to the longer branch', async () => {
      const at = pair.height;
      const [a1, b1] = [await pair.fresh(), await pair.fresh()];
      expect(await pair.submit(a1)).toEqual({ result: null });
      expect(await pair.submit(b1)).toEqual({ result: 'inconclusive' });
      expect(await pair.submit(b1)).toEqual({ result: 'duplicate' });
      await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(b1) });
      await pair.both('getblockheader', idOf(b1));
      await pair.both('getblock', idOf(b1), 2);
      expect(pair.ours.chain.tip.hash).toBe(idOf(a1));
      const b2 = pair.child(b1, at + 2);
      expect(await pair.submit(b2)).toEqual({ result: null });
      expect(pair.ours.chain.tip.hash).toBe(idOf(b2));
      await pair.both('getblockheader', idOf(a1));
      await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(a1) });
      const a2 = pair.child(a1, at + 2);
      expect(await pair.submit(a2)).toEqual({ result: 'inconclusive' });
      expect(await pair.submit(pair.child(a2, at + 3))).toEqual({ result: null });
      await pair.compareChain(at + 3);
    });

    it('an invalid block in the middle of a longer branch ends where it stood', async () => {
      const at = pair.height;
      const fork = await pair.fresh();
      const main = await pair.fresh();
      expect(await pair.submit(main)).toEqual({ result: null });
      const tip = pair.child(main, at + 2);
      expect(await pair.submit(tip)).toEqual({ result: null });
      expect(await pair.submit(fork)).toEqual({ result: 'inconclusive' });
      const greedy = pair.child(fork, at + 2, { outputs: [{ value: 5_000_000_001n, script: ANYONE }] });
      expect(await pair.submit(greedy)).toEqual({ result: 'inconclusive' }); // nobody adds up what is not connected
      const longer = pair.child(greedy, at + 3);
      expect(await pair.submit(longer)).toEqual({ result: 'inconclusive' }); // the verdict was on another block
      expect(pair.ours.chain.tip.hash).toBe(idOf(tip));
      expect(await pair.submit(longer)).toEqual({ result: 'duplicate-invalid' });
      expect(await pair.submit(greedy)).toEqual({ result: 'duplicate-invalid' });
      expect(await pair.submit(pair.child(longer, at + 4))).toEqual({ result: 'bad-prevblk' });
      expect(await pair.submit(fork)).toEqual({ result: 'duplicate' });
      expect(await pair.submit(pair.child(fork, at + 2))).toEqual({ result: 'inconclusive' });
      await pair.compareInfo();
      await pair.both('getblocktemplate', { mode: 'proposal', data: hexOf(fork) });
      await pair.compareChain(at + 2);
    });

    it('a fork from genesis with more work replaces everything', async () => {
      const at = pair.height;
      const old = pair.ours.chain.tip.hash;
      let last = pair.child(pair.ours.chain.genesis.block!, 1, { header: { nTime: pair.now - 100_000 } });
      expect(await pair.submit(last)).toEqual({ result: 'inconclusive' });
      for (let next = 2; next <= at + 1; next++) {
        last = pair.child(last, next);
        const answer = await outcome(pair.real, 'submitblock', hexOf(last));
        expect(await outcome(pair.ours, 'submitblock', hexOf(last))).toEqual(answer);
        expect(answer).toEqual({ result: next <= at ? 'inconclusive' : null });
      }
      expect(pair.ours.chain.tip.hash).not.toBe(old);
      await pair.compareChain(at + 1);
    }, 60_000);
  });

  describe('on spends', () => {
    it('of coinbases that are too young, gone, unspendable or worth too little', async () => {
      await pair.mine(110);
      const at = pair.height;
      const young = spend(transactionId(pair.ours.chain.at(at - 98)!.block!.transactions[0]!));
      const own = (changes: Changes) => pair.fresh(changes);
      expect(await pair.submit(await own({ others: [young] }))).toEqual({
        result: 'bad-txns-premature-spend-of-coinbase',
      });
      const old = transactionId(pair.ours.chain.at(at - 105)!.block!.transactions[0]!);
      const commitment = await own({ others: [spend(old, 1)] });
      expect(await pair.submit(commitment)).toEqual({ result: 'bad-txns-inputs-missingorspent' });
      const missing = await own({ others: [spend(old, 2)] });
      expect(await pair.submit(missing)).toEqual({ result: 'bad-txns-inputs-missingorspent' });
      const inflated = spend(old, 0, { outputs: [{ value: 5_000_000_000n, script: ANYONE }] });
      expect(await pair.submit(await own({ others: [inflated] }))).toEqual({
        result: 'bad-txns-in-belowout',
      });
      const at2 = await pair.slot();
      const block = makeBlock(at2, {
        transactions: (coinbase) => [coinbase, spend(transactionId(coinbase))],
        commitments: [commit([spend(NOBODY)])],
        witness: [ZERO_NONCE],
      });
      await pair.submit(block); // its commitment is to another spend
      const selfish = makeBlock(at2, {
        transactions: (coinbase) => [coinbase, spend(transactionId(coinbase))],
        commitments: [],
        witness: [],
      });
      expect(await pair.submit(selfish)).toEqual({ result: 'bad-txns-premature-spend-of-coinbase' });
    }, 60_000);
  });

  describe('far along', () => {
    it('testdummy is voted in and the subsidy halves again', async () => {
      // Templates ask for bit 28, and blocks made from them vote for it.
      while (pair.height < 580) {
        const isLastOfPeriod = pair.height === 430;
        // A period's last block may lie ahead: BIP 94 then moves the next template's earliest time along.
        const header = isLastOfPeriod ? { header: { nTime: pair.now + 7200 } } : {};
        expect(await pair.submit(await pair.fresh(header))).toEqual({ result: null });
        if (isLastOfPeriod) expect((await pair.slot()).mintime).toBe(pair.now + 6600);
        await pair.passTime(30);
      }
      await pair.compareChain(580);
      const { result } = (await pair.both('getblocktemplate', { rules: ['segwit'] })) as {
        result: { rules: string[] };
      };
      expect(result.rules).toContain('testdummy');
    }, 120_000);

    it('every height reads the same', async () => {
      for (let at = 0; at <= pair.height; at += 37) await pair.compareBlock(at);
    });

    it('network hashrates', async () => {
      const calls = [
        [],
        [1],
        [-1],
        [120],
        [1000],
        [120, 0],
        [120, 1],
        [5, 300],
        [-1, 288],
        [null, 100],
        [0],
        [-2],
      ];
      for (const params of [...calls, [1, -1], [1, 100_000], [1, -2], [1.5], [1, 2.5], ['x'], [2 ** 40]]) {
        await pair.both('getnetworkhashps', ...params);
      }
    });
  });
});

/** Numbers below a limit, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

function damage(block: Uint8Array, random: (limit: number) => number): Uint8Array {
  const at = HEADER_BYTES + random(block.length - HEADER_BYTES);
  const [before, after] = [block.subarray(0, at), block.subarray(at)];
  switch (random(4)) {
    case 0:
      return block.with(at, random(256));
    case 1:
      return block.with(at, block[at]! ^ (1 << random(8)));
    case 2:
      return concatBytes(before, after.subarray(1 + random(4)));
    default:
      return concatBytes(before, Uint8Array.of(random(256)), after);
  }
}

function repair(damaged: Uint8Array): Uint8Array {
  try {
    const { header, transactions } = decodeBlock(damaged);
    const { root } = merkleRoot(transactions.map(transactionId));
    return encodeBlock({ header: solve({ ...header, merkleRoot: root }), transactions });
  } catch {
    return damaged;
  }
}
