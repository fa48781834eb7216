/** Attribution: real coinbases, hostile ones, and that marks are text and never patterns. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from '../../src/bitcoin/codec.ts';
import { fromHex, toHex } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { heightScript, payoutScript } from '../../src/bitcoin/script.ts';
import { readTransaction } from '../../src/bitcoin/transaction.ts';
import { type CoinbaseMarks, createAttributor } from '../../src/economics/attribution.ts';
import { POOLS, type Pool } from '../../src/economics/pools.ts';
import { RECORDED_COINBASES, type RecordedCoinbase } from './attribution-coinbases.ts';

const scriptOf = (address: string) => toHex(payoutScript(address, NETWORKS.main));
const attribute = createAttributor(POOLS, scriptOf);
const bytes = (text: string) => new TextEncoder().encode(text);
const pool = (id: string, tags: readonly string[], addresses: readonly string[] = []): Pool => ({
  id,
  name: id,
  tags,
  addresses,
  source: 'a test',
  date: null,
});
/** Addresses stand for themselves here. */
const attributor = (...pools: Pool[]) => createAttributor(pools, (address) => address);
const idOf = (attribution: ReturnType<typeof attribute>) => attribution?.pool.id;

function marksOf({ coinbase }: RecordedCoinbase): CoinbaseMarks {
  if (typeof coinbase === 'string') {
    const { inputs, outputs } = readTransaction(new Reader(fromHex(coinbase)));
    return { script: inputs[0]!.script, outputs: outputs.map(({ script }) => toHex(script)) };
  }
  const outputs = coinbase.outputs.map((output) => (output.startsWith('bc1') ? scriptOf(output) : output));
  return { script: fromHex(coinbase.scriptSig), outputs };
}

describe('coinbases of mainnet', () => {
  it.each(
    RECORDED_COINBASES.map((recorded) => [recorded.height, recorded.pool, recorded.by, recorded] as const),
  )('%i: %s by %s', (height, id, by, recorded) => {
    const marks = marksOf(recorded);
    if (height >= 227_836) expect(toHex(marks.script)).toMatch(new RegExp(`^${toHex(heightScript(height))}`));
    const attribution = attribute(marks);
    expect(attribution?.pool.id).toBe(id);
    expect(attribution?.by ?? 'unknown').toBe(by);
  });

  it('are of at least 12 pools', () => {
    expect(new Set(RECORDED_COINBASES.map((recorded) => recorded.pool)).size).toBeGreaterThan(12);
  });
});

describe('every mark of the list', () => {
  it('is found between bytes of any kind, in any case', () => {
    for (const { tags, id } of POOLS) {
      for (const tag of tags) {
        for (const text of [tag, tag.toUpperCase(), tag.toLowerCase()]) {
          const script = Uint8Array.of(3, 0xff, 0x80, 0, ...bytes(text), 0, 0xfe);
          expect(idOf(attribute({ script, outputs: [] })), text).toBe(id);
        }
      }
    }
  });

  it('of an address is found in any output', () => {
    for (const { addresses, id } of POOLS) {
      for (const address of addresses) {
        const outputs = ['6a24aa21a9ed', scriptOf(address)];
        expect(attribute({ script: new Uint8Array(0), outputs }), address).toMatchObject({
          pool: { id },
          by: 'address',
        });
      }
    }
  });
});

describe('rules', () => {
  it('an address beats a tag, however well known', () => {
    const script = bytes('/Foundry USA Pool #dropgold/');
    const [address] = POOLS.find(({ id }) => id === 'ocean')!.addresses;
    expect(attribute({ script, outputs: [scriptOf(address!)] })).toMatchObject({
      pool: { id: 'ocean' },
      by: 'address',
    });
  });

  it('the first output with a known address decides', () => {
    const told = attributor(pool('a', [], ['aa']), pool('b', [], ['bb']));
    expect(idOf(told({ script: bytes(''), outputs: ['6a', 'bb', 'aa'] }))).toBe('b');
  });

  it('the longest of several tags decides, whatever the order', () => {
    const outputs: string[] = [];
    expect(idOf(attribute({ script: bytes('/ViaBTC/TATMAS Pool/'), outputs }))).toBe('tatmas-pool');
    const both = [pool('short', ['/x/']), pool('long', ['/x/yy/'])];
    for (const pools of [both, both.toReversed()])
      expect(idOf(attributor(...pools)({ script: bytes('/x/yy/'), outputs }))).toBe('long');
  });

  it('a tag is text: what means something in a pattern means itself', () => {
    const told = attributor(pool('dots', ['a.b.c.d']), pool('rest', ['(x+x+)+y', '[$^\\w{2}|', '.*']));
    expect(told({ script: bytes('aXbXcXd'), outputs: [] })).toBeUndefined();
    expect(
      told({ script: bytes('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'), outputs: [] }),
    ).toBeUndefined();
    expect(idOf(told({ script: bytes('a.b.c.d'), outputs: [] }))).toBe('dots');
    expect(idOf(told({ script: bytes('..[$^\\w{2}|..'), outputs: [] }))).toBe('rest');
  });

  it('nothing is looked for behind the 100 bytes that consensus allows', () => {
    const script = (before: number) => Uint8Array.of(...new Uint8Array(before), ...bytes('/slush/'));
    expect(idOf(attribute({ script: script(93), outputs: [] }))).toBe('braiins-pool');
    expect(attribute({ script: script(94), outputs: [] })).toBeUndefined();
    expect(attribute({ script: new Uint8Array(5_000_000), outputs: [] })).toBeUndefined();
  });

  it('only ASCII letters lose their case: 0xC9 and 0xE9 are different bytes', () => {
    const told = attributor(pool('e', ['é---'])); // c3 a9 2d 2d 2d
    expect(told({ script: Uint8Array.of(0xe3, 0xa9, 0x2d, 0x2d, 0x2d), outputs: [] })).toBeUndefined();
    expect(idOf(told({ script: Uint8Array.of(0xc3, 0xa9, 0x2d, 0x2d, 0x2d), outputs: [] }))).toBe('e');
  });
});

describe('properties', () => {
  const scripts = fc.uint8Array({ maxLength: 100 });

  it('random bytes are nobody, and no bytes make it fail', () => {
    fc.assert(
      fc.property(scripts, fc.array(fc.string()), (script, outputs) => {
        expect(attribute({ script, outputs })).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('a known address decides whatever the script says', () => {
    const paying = POOLS.filter(({ addresses }) => addresses.length > 0);
    fc.assert(
      fc.property(scripts, fc.constantFrom(...paying), (script, { id, addresses }) => {
        expect(idOf(attribute({ script, outputs: [scriptOf(addresses[0]!)] }))).toBe(id);
      }),
    );
  });
});
