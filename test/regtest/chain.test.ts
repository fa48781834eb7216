/** The chain by itself: every mutation of the table, and what the chain keeps when a block cannot be saved. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Block, decodeBlock } from '../../src/bitcoin/block.ts';
import { headerHash } from '../../src/bitcoin/header.ts';
import { hashToDisplay } from '../../src/bitcoin/hex.ts';
import { transactionId } from '../../src/bitcoin/transaction.ts';
import { Chain } from '../../src/regtest/chain.ts';
import { COINBASE_ONLY } from '../../src/regtest/connect.ts';
import { blockSubsidy, HALVING_INTERVAL, POW_LIMIT_BITS } from '../../src/regtest/params.ts';
import { blockTemplate } from '../../src/regtest/template.ts';
import { type Changes, makeBlock, NOBODY, spend } from './blocks.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import { NEGATIVE_VERSIONS } from './mutations-alone.ts';

const NOW = 1_790_000_000;
let now: number;
let saved: Uint8Array[];
let chain: Chain;
let extranonce = 0;

beforeEach(() => {
  now = NOW;
  saved = [];
  chain = new Chain({ bits: POW_LIMIT_BITS, now: () => now, persist: (block) => saved.push(block) });
});

const slot = () => blockTemplate(chain, now);

function fresh(changes: Changes = {}): Block {
  extranonce = (extranonce + 1) % 256;
  return makeBlock(slot(), { extranonce, ...changes });
}

function mineTo(height: number): void {
  while (chain.tip.height < height) expect(chain.submit(fresh())).toBeNull();
}

const idOf = (block: Block) => hashToDisplay(headerHash(block.header));

describe('genesis', () => {
  it('is the one of regtest', () => {
    expect(chain.tip.hash).toBe('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206');
    expect(chain.tip.chainWork).toBe(2n);
    expect(chain.submit(chain.genesis.block!)).toBe('duplicate');
  });
});

describe.each([3, 16, 127, 149])('a block behind height %i', (tip) => {
  const cases = [...MUTATIONS, ...NEGATIVE_VERSIONS].filter(({ slow }) => !slow || tip === 3);
  it.each(cases)('$name: $expect', ({ change, expect: expected }: Mutation) => {
    mineTo(tip);
    now += 7200;
    const block = fresh(change(slot()));
    const before = saved.length;
    expect(chain.submit(block)).toBe(expected);
    expect(chain.tip.height).toBe(expected === null ? tip + 1 : tip);
    const entry = chain.find(idOf(block));
    expect(saved.length - before).toBe(entry === undefined ? 0 : 1);
    expect(entry?.failed ?? false).toBe(chain.submit(block) === 'duplicate-invalid');
    expect(saved.length - before).toBe(entry === undefined ? 0 : 1);
  });
});

describe('connecting', () => {
  it('refuses a spend that bitcoind would verify, and says why', () => {
    mineTo(102);
    const coin = transactionId(chain.at(1)!.block!.transactions[0]!);
    expect(chain.submit(fresh({ others: [spend(coin)] }))).toBe(COINBASE_ONLY);
    expect(COINBASE_ONLY).toContain('coinbase-only');
  });

  it('pays half after every 150 blocks', () => {
    expect(blockSubsidy(HALVING_INTERVAL - 1)).toBe(5_000_000_000n);
    expect(blockSubsidy(HALVING_INTERVAL)).toBe(2_500_000_000n);
    expect(blockSubsidy(33 * HALVING_INTERVAL)).toBe(0n);
    mineTo(149);
    expect(slot().coinbasevalue).toBe(2_500_000_000);
    expect(chain.submit(fresh({ extraValue: 1n }))).toBe('bad-cb-amount');
    expect(chain.submit(fresh())).toBeNull();
  });

  it('judges a coinbase of 100,000 outputs', () => {
    const outputs = Array.from({ length: 100_000 }, () => ({ value: 0n, script: new Uint8Array(0) }));
    expect(chain.submit(fresh({ outputs }))).toBeNull();
  });
});

describe('a chain with harder blocks', () => {
  const bits = 0x1f7fffff;

  it('takes blocks of its own nBits alone, behind a genesis that keeps its own', () => {
    chain = new Chain({ bits, now: () => now, persist: () => {} });
    expect(slot().bits).toBe('1f7fffff');
    expect(slot().target).toBe(`007fffff${'0'.repeat(56)}`);
    expect(chain.submit(fresh({ header: { nBits: POW_LIMIT_BITS } }))).toBe('bad-diffbits');
    expect(chain.submit(fresh())).toBeNull();
    expect(chain.tip.chainWork).toBe(2n + 512n);
    expect(chain.genesis.header.nBits).toBe(POW_LIMIT_BITS);
  });
});

describe('saving', () => {
  it('happens before the block counts: a block that cannot be saved changes nothing', () => {
    let isFull = true;
    const persist = () => {
      if (isFull) throw new Error('no space left on device');
    };
    chain = new Chain({ bits: POW_LIMIT_BITS, now: () => now, persist });
    const block = fresh();
    expect(() => chain.submit(block)).toThrow('no space left');
    expect(chain.find(idOf(block))).toBeUndefined();
    expect(chain.tip).toBe(chain.genesis);
    isFull = false;
    expect(chain.submit(block)).toBeNull();
  });

  it('lets another chain relive everything, whatever the clock says', () => {
    mineTo(5);
    const branch = makeBlock(
      { ...slot(), previousblockhash: chain.at(4)!.hash, height: 5 },
      { extranonce: 200 },
    );
    expect(chain.submit(branch)).toBe('inconclusive');
    const bad = fresh({ extraValue: 1n });
    expect(chain.submit(bad)).toBe('bad-cb-amount');
    const damaged = fresh({ witness: [new Uint8Array(31)] });
    expect(chain.submit(damaged)).toBe('bad-witness-nonce-size');

    const other = new Chain({ bits: POW_LIMIT_BITS, now: () => 0, persist: () => expect.unreachable() });
    for (const block of saved) other.restore(decodeBlock(block));
    const state = (of: Chain) =>
      Array.from(of.entries(), ({ hash, failed, connected, sequence, chainTxCount }) => ({
        hash,
        failed,
        connected,
        sequence,
        chainTxCount,
      }));
    expect(state(other)).toEqual(state(chain));
    expect(other.tip.hash).toBe(chain.tip.hash);
    expect(other.submit(bad)).toBe('duplicate-invalid');
    expect(other.bestHeader.hash).toBe(chain.bestHeader.hash);
  });
});

describe('listeners', () => {
  it('hear of a new tip once, after a whole reorganisation, and not of side chains', () => {
    let heard = 0;
    const unsubscribe = chain.onTip(() => {
      heard += 1;
    });
    const [a, b] = [fresh(), fresh()];
    chain.submit(a);
    expect(heard).toBe(1);
    expect(chain.submit(b)).toBe('inconclusive');
    expect(heard).toBe(1);
    const next = makeBlock({ ...slot(), previousblockhash: idOf(b), height: 2 });
    expect(chain.submit(next)).toBeNull();
    expect(heard).toBe(2);
    unsubscribe();
    chain.submit(fresh());
    expect(heard).toBe(2);
  });
});

describe('spending nothing', () => {
  it('a block with an unknown input is not remembered as good when damaged first', () => {
    const odd = fresh({ others: [spend(NOBODY), spend(NOBODY, 1)] });
    const repeated = { ...odd, transactions: [...odd.transactions, odd.transactions[2]!] };
    expect(chain.submit(repeated)).toBe('bad-txns-duplicate');
    expect(chain.submit(odd)).toBe('bad-txns-inputs-missingorspent');
    expect(chain.submit(odd)).toBe('duplicate-invalid');
  });
});
