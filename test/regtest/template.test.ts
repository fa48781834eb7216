/** Templates: version bits of testdummy, times at the edge of a period, and a block made from every template. */
import { expect, it } from 'vitest';
import { decodeHeader } from '../../src/bitcoin/header.ts';
import { type BlockIndex, indexHeader } from '../../src/regtest/block-index.ts';
import { Chain } from '../../src/regtest/chain.ts';
import { templateVersion, testdummyState } from '../../src/regtest/deployments.ts';
import { POW_LIMIT_BITS } from '../../src/regtest/params.ts';
import { blockTemplate } from '../../src/regtest/template.ts';
import { makeBlock } from './blocks.ts';

const NOW = 1_790_000_000;

/** The last entry of a chain of headers with these versions; nothing else about them counts. */
function headers(versions: readonly number[]): BlockIndex {
  const header = { ...decodeHeader(new Uint8Array(80)), nBits: POW_LIMIT_BITS };
  let tip = indexHeader(header, undefined);
  for (const version of versions) tip = indexHeader({ ...header, version }, tip);
  return tip;
}

const votes = (yes: number, no: number) => [...Array(yes).fill(0x30000000), ...Array(no).fill(0x20000000)];

it.each([
  [142, 'defined'],
  [143, 'started'],
])('testdummy behind height %i is %s', (height, state) => {
  expect(testdummyState(headers(votes(height, 0)))).toBe(state);
});

it.each([
  [107, 37, 'started'],
  [108, 36, 'locked_in'],
  [144, 0, 'locked_in'],
])('testdummy after %i votes for and %i against is %s', (yes, no, state) => {
  expect(testdummyState(headers([...votes(0, 143), ...votes(yes, no)]))).toBe(state);
});

it('testdummy is active a period after it was locked in, and stays so', () => {
  const locked = [...votes(0, 143), ...votes(144, 0)];
  expect(testdummyState(headers([...locked, ...votes(0, 143)]))).toBe('locked_in');
  expect(testdummyState(headers([...locked, ...votes(0, 144)]))).toBe('active');
  expect(testdummyState(headers([...locked, ...votes(0, 500)]))).toBe('active');
});

it('a vote needs the top bits 001', () => {
  expect(testdummyState(headers([...votes(0, 143), ...Array(144).fill(0x70000000)]))).toBe('started');
});

it('the version carries the bit while it is voted on', () => {
  expect(templateVersion('defined')).toBe(0x20000000);
  expect(templateVersion('started')).toBe(0x30000000);
  expect(templateVersion('locked_in')).toBe(0x30000000);
  expect(templateVersion('active')).toBe(0x20000000);
});

it('the earliest time follows the median, but at the edge of a period the last block (BIP 94)', () => {
  const chain = new Chain({ bits: POW_LIMIT_BITS, now: () => NOW, persist: () => {} });
  const mine = (ahead: number) => {
    const slot = blockTemplate(chain, NOW);
    return chain.submit(makeBlock(slot, { header: { nTime: slot.mintime + ahead } }));
  };
  for (let i = 0; i < 142; i++) expect(mine(0)).toBeNull();
  expect(mine(5000)).toBeNull();
  expect(chain.tip.height).toBe(143);
  expect(blockTemplate(chain, NOW).mintime).toBe(chain.tip.header.nTime - 600);
  expect(blockTemplate(chain, 0).curtime).toBe(chain.tip.header.nTime - 600);
  expect(mine(0)).toBeNull();
  expect(blockTemplate(chain, NOW).mintime).toBeLessThan(chain.at(143)!.header.nTime - 600);
});

it('has the fields of bitcoind 29 in their order', () => {
  const chain = new Chain({ bits: POW_LIMIT_BITS, now: () => NOW, persist: () => {} });
  expect(blockTemplate(chain, NOW)).toMatchInlineSnapshot(`
    {
      "bits": "207fffff",
      "capabilities": [
        "proposal",
      ],
      "coinbaseaux": {},
      "coinbasevalue": 5000000000,
      "curtime": 1790000000,
      "default_witness_commitment": "6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9",
      "height": 1,
      "longpollid": "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e22061",
      "mintime": 1296688603,
      "mutable": [
        "time",
        "transactions",
        "prevblock",
      ],
      "noncerange": "00000000ffffffff",
      "previousblockhash": "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
      "rules": [
        "csv",
        "!segwit",
        "taproot",
      ],
      "sigoplimit": 80000,
      "sizelimit": 4000000,
      "target": "7fffff0000000000000000000000000000000000000000000000000000000000",
      "transactions": [],
      "vbavailable": {},
      "vbrequired": 0,
      "version": 536870912,
      "weightlimit": 4000000,
    }
  `);
});
