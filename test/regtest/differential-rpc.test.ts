/** Calls for the embedded node and a real bitcoind: the same arguments, scripts and HTTP requests, the same answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/bitcoin/hex.ts';
import { pushData } from '../../src/bitcoin/script.ts';
import { findBitcoind } from '../support/bitcoind.ts';
import { idOf, Pair } from './pair.ts';
import { type HttpCall, http } from './rpc-client.ts';

const found = await findBitcoind();
const describeWithNode = 'path' in found ? describe : describe.skip;
const why = 'path' in found ? '' : ` (skipped: ${found.skip})`;

let pair: Pair;

describeWithNode(`the embedded node and bitcoind${why}`, () => {
  beforeAll(async () => {
    pair = await Pair.start((found as { path: string }).path);
    await pair.mine(5);
  }, 60_000);

  afterAll(() => pair?.stop());

  describe('on arguments', () => {
    const block0 = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';
    const calls: [string, ...unknown[]][] = [
      ['nosuchmethod'],
      ['getblockhash', 0],
      ['getblockhash', 100_000],
      ['getblockhash', -1],
      ['getblockhash', 1.5],
      ['getblockhash', 1e20],
      ['getblockhash', 'abc'],
      ['getblockhash', null],
      ['getblockhash', true],
      ['getblockhash', {}],
      ['getblockhash', []],
      ['getblock', block0],
      ['getblock', block0, 0],
      ['getblock', block0, 1],
      ['getblock', block0, 2],
      ['getblock', block0, 3],
      ['getblock', block0, 9],
      ['getblock', block0, -1],
      ['getblock', block0, true],
      ['getblock', block0, false],
      ['getblock', block0, null],
      ['getblock', block0, 'x'],
      ['getblock', block0, 1.5],
      ['getblock', block0.toUpperCase()],
      ['getblock', 'abc'],
      ['getblock', 'z'.repeat(64)],
      ['getblock', '00'.repeat(32)],
      ['getblock', 1],
      ['getblockheader', block0],
      ['getblockheader', block0, false],
      ['getblockheader', block0, true],
      ['getblockheader', block0, 1],
      ['getblockheader', block0, null],
      ['getblockheader', 'abc'],
      ['getblockheader', 'ab'.repeat(32)],
      ['getblocktemplate', {}],
      ['getblocktemplate', { rules: [] }],
      ['getblocktemplate', { rules: 'segwit' }],
      ['getblocktemplate', { rules: ['segwit', 'signet', 'x'] }],
      ['getblocktemplate', { rules: ['taproot'] }],
      ['getblocktemplate', { rules: ['segwit', 1] }],
      ['getblocktemplate', { rules: ['segwit'], mode: 'template' }],
      ['getblocktemplate', { rules: ['segwit'], mode: null }],
      ['getblocktemplate', { rules: ['segwit'], mode: 'x' }],
      ['getblocktemplate', { rules: ['segwit'], mode: 1 }],
      ['getblocktemplate', { rules: ['segwit'], mode: 'proposal' }],
      ['getblocktemplate', { rules: ['segwit'], mode: 'proposal', data: 1 }],
      ['getblocktemplate', { rules: ['segwit'], mode: 'proposal', data: '00' }],
      ['getblocktemplate', { rules: ['segwit'], longpollid: 'x' }],
      ['getblocktemplate', { rules: ['segwit'], longpollid: 'z'.repeat(64) }],
      ['getblocktemplate', { rules: ['segwit'], longpollid: `${'0'.repeat(64)}0` }],
      ['getblocktemplate', { rules: ['segwit'], longpollid: '0'.repeat(64) }],
      ['getblocktemplate', { longpollid: '0'.repeat(64) }],
      ['getblocktemplate', 'x'],
      ['getblocktemplate', null],
      ['getblocktemplate', []],
      ['submitblock', '00'],
      ['submitblock', 'zz'],
      ['submitblock', ''],
      ['submitblock', 1],
      ['submitblock', null],
      ['submitblock', '00', 'ignored'],
      ['submitblock', '00', 1],
      ['validateaddress', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'],
      ['validateaddress', 'BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080'],
      ['validateaddress', 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6'],
      ['validateaddress', 'bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry'],
      ['validateaddress', 'bcrt1pfeesnyr2tx'],
      ['validateaddress', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
      ['validateaddress', '2N1uE6SRScZPAqSqfuFt4J1ynBuUPSfgqaJ'],
      ['validateaddress', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
      ['validateaddress', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
      ['validateaddress', 'nonsense'],
      ['validateaddress', ''],
      ['validateaddress', 1],
    ];
    for (const [method, ...params] of calls) {
      it(`${method} ${JSON.stringify(params).slice(0, 80)}`, async () => {
        await pair.both(method, ...params);
      });
    }

    it('the number of arguments: the same code and status, and usage as the message', async () => {
      for (const [method, ...params] of [
        ['getblockhash'],
        ['getblockcount', 1],
        ['getblock'],
        ['submitblock'],
        ['submitblock', '00', 'x', 'y'],
        ['getblocktemplate'],
        ['getblockheader', block0, true, true],
      ] as [string, ...unknown[]][]) {
        const [theirs, mine] = await pair.each(method, ...params);
        expect({ ...mine, message: '' }).toEqual({ ...theirs, message: '' });
        expect((mine as { message: string }).message).toMatch(new RegExp(`^${method}\\b`));
      }
    });
  });

  describe('on output scripts', () => {
    const key = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
    const longKey = `${key.slice(2)}483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8`;
    const scripts: [string, string][] = [
      ['nothing', ''],
      ['P2PKH', `76a914${'11'.repeat(20)}88ac`],
      ['P2SH', `a914${'22'.repeat(20)}87`],
      ['P2WPKH', `0014${'33'.repeat(20)}`],
      ['P2WSH', `0020${'44'.repeat(32)}`],
      ['P2TR', `5120${key.slice(2)}`],
      ['P2TR of no point', `5120${'ff'.repeat(32)}`],
      ['P2TR of no point below the prime', `5120${'00'.repeat(31)}05`],
      ['P2A', '51024e73'],
      ['witness version 1 of 2 other bytes', '51024e74'],
      ['witness version 1 of 20 bytes', `5114${'55'.repeat(20)}`],
      ['witness version 16', `6028${'66'.repeat(40)}`],
      ['witness version 0 of 21 bytes', `0015${'77'.repeat(21)}`],
      ['witness program of 41 bytes', `5129${'88'.repeat(41)}`],
      ['witness program of 1 byte', '510199'],
      ['P2PK', `21${key}ac`],
      ['P2PK with a long key', `4104${longKey}ac`],
      ['P2PK with a hybrid key', `4106${longKey}ac`],
      ['P2PK with a wrong first byte', `2105${key.slice(2)}ac`],
      ['P2PK behind OP_PUSHDATA1', `4c21${key}ac`],
      ['1 of 1 keys', `5121${key}51ae`],
      ['1 of 2 keys', `5121${key}4104${longKey}52ae`],
      ['2 of 1 keys', `5221${key}51ae`],
      ['1 of 3 keys, one missing', `5121${key}21${key}53ae`],
      ['1 of 17 keys', `51${`21${key}`.repeat(17)}0111ae`],
      ['1 of 20 keys', `51${`21${key}`.repeat(20)}0114ae`],
      ['1 of 21 keys', `51${`21${key}`.repeat(21)}0115ae`],
      ['0 of 1 keys', `0021${key}51ae`],
      ['no keys', '5151ae'],
      ['1 of 1 hybrid keys', `514107${longKey}51ae`],
      ['OP_RETURN', '6a'],
      ['OP_RETURN with pushes', '6a0401020304050102030405'],
      ['OP_RETURN with numbers', '6a4f5160'],
      ['OP_RETURN with another opcode', '6a61'],
      ['OP_RETURN with a push over the end', '6a05ff'],
      ['numbers', '0100018001ff02ff0002ffff04ffffff7f04ffffffff040000008000'],
      ['pushes of every kind', '4c0101 4d020001ff 4e0300000001ffff'.replaceAll(' ', '')],
      ['a push without its length', '4d01'],
      ['OP_1NEGATE to OP_16', '4f505152535455565758595a5b5c5d5e5f60'],
      ['every opcode', Array.from({ length: 0xff - 0x60 }, (_, i) => (0x61 + i).toString(16)).join('')],
    ];
    it.each(scripts)('%s', async (_name, hex) => {
      const script = fromHex(hex);
      // OP_RETURN in front of what would count as too many signature operations is not needed: all are short.
      const block = await pair.fresh({ outputs: [{ value: 123_456_789n, script }] });
      expect(await pair.submit(block)).toEqual({ result: null });
      await pair.both('getblock', idOf(block), 2);
    });

    it('a coinbase script that shows as hex, and amounts of every length', async () => {
      const outputs = [0n, 1n, 10n, 99_999_999n, 100_000_000n, 123_456_789n].map((value) => ({
        value,
        script: Uint8Array.of(0x51),
      }));
      const script = concatBytes(
        Uint8Array.of(0x50 + pair.height + 1),
        pushData(new Uint8Array(40).fill(0xfe)),
      );
      const block = await pair.fresh({ outputs, ...(pair.height < 16 ? { script } : {}) });
      expect(await pair.submit(block)).toEqual({ result: null });
      await pair.both('getblock', idOf(block), 2);
    });
  });

  describe('over HTTP', () => {
    const count = '"method":"getblockhash","params":[0]';
    const wrong = '"method":"getblockhash","params":[99999]';
    const bodies: [string, string, HttpCall?][] = [
      ['a call', `{"id":1,${count}}`],
      ['a failing call', `{"id":1,${wrong}}`],
      ['an unknown method', '{"id":1,"method":"nosuch"}'],
      ['version 1.0', `{"jsonrpc":"1.0","id":1,${count}}`],
      ['version 1.1', `{"jsonrpc":"1.1","id":1,${wrong}}`],
      ['version 2.0', `{"jsonrpc":"2.0","id":1,${count}}`],
      ['version 2.0, failing', `{"jsonrpc":"2.0","id":1,${wrong}}`],
      ['version 2.0, unknown method', '{"jsonrpc":"2.0","id":1,"method":"nosuch"}'],
      ['version 2.0, wrong type', '{"jsonrpc":"2.0","id":1,"method":"getblockhash","params":["x"]}'],
      ['version 2.0, no method', '{"jsonrpc":"2.0","id":1}'],
      ['version 2.0, notification', `{"jsonrpc":"2.0",${count}}`],
      ['version 2.0, failing notification', `{"jsonrpc":"2.0",${wrong}}`],
      ['version 2.0, null id', `{"jsonrpc":"2.0","id":null,${count}}`],
      ['version 2.0 as a number', `{"jsonrpc":2.0,"id":1,${count}}`],
      ['no id', `{${count}}`],
      ['no id, failing', `{${wrong}}`],
      ['text id', `{"id":"a",${count}}`],
      ['object id', `{"id":{"a":[1,null]},${count}}`],
      ['no method', '{"id":1,"params":[]}'],
      ['null method', '{"id":1,"method":null}'],
      ['method of a wrong type', '{"id":1,"method":1}'],
      ['text params', '{"id":1,"method":"getblockcount","params":"x"}'],
      ['number params', '{"id":1,"method":"getblockcount","params":1}'],
      ['null params', '{"id":1,"method":"getblockcount","params":null}'],
      ['no params', '{"id":1,"method":"getblockcount"}'],
      ['named params', '{"id":1,"method":"getblockhash","params":{"height":0}}'],
      ['unknown named params', '{"id":1,"method":"getblockhash","params":{"hight":0}}'],
      ['named and positional params', '{"id":1,"method":"getblockhash","params":{"args":[0]}}'],
      ['a param given twice', '{"id":1,"method":"getblockhash","params":{"args":[0],"height":0}}'],
      ['a named param behind a gap', '{"id":1,"method":"getnetworkhashps","params":{"height":0}}'],
      ['no JSON', '{"id":1,'],
      ['nothing', ''],
      ['text', '"hello"'],
      ['a number', '1'],
      ['null', 'null'],
      ['an empty batch', '[]'],
      ['a batch', `[{"id":1,${count}},{"id":2,${wrong}},{"id":3,"method":"nosuch"}]`],
      ['a batch of version 2.0', `[{"jsonrpc":"2.0","id":1,${count}},{"jsonrpc":"2.0","id":2,${wrong}}]`],
      ['a batch with a notification', `[{"jsonrpc":"2.0",${count}},{"jsonrpc":"2.0","id":7,${count}}]`],
      ['a batch of notifications', `[{"jsonrpc":"2.0",${count}},{"jsonrpc":"2.0",${wrong}}]`],
      ['a batch with something else in front', `[1,{"id":1,${count}}]`],
      ['a batch with something else behind', `[{"id":1,${count}},1,null,[]]`],
      ['a batch with something else behind version 2.0', `[{"jsonrpc":"2.0","id":1,${count}},1]`],
      ['a batch with something else behind a notification', `[{"jsonrpc":"2.0",${count}},1]`],
      ['a batch with an item without method', '[{"id":5},{"jsonrpc":"2.0","id":6}]'],
      ['no credentials', `{"id":1,${count}}`, { auth: null }],
      ['a wrong password', `{"id":1,${count}}`, { auth: '__cookie__:wrong' }],
      ['a wrong user', `{"id":1,${count}}`, { auth: 'bob:wrong' }],
      ['another scheme', `{"id":1,${count}}`, { auth: null, headers: { Authorization: 'Bearer x' } }],
      ['another type', `{"id":1,${count}}`, { headers: { 'Content-Type': 'text/plain' } }],
      ['another path', `{"id":1,${count}}`, { path: '/foo' }],
      ['a path with a query', `{"id":1,${count}}`, { path: '/?x=1' }],
      ['a wallet path', `{"id":1,${count}}`, { path: '/wallet/x' }],
      ['GET', '', { method: 'GET' }],
      ['GET without credentials', '', { method: 'GET', auth: null }],
      ['GET of another path', '', { method: 'GET', path: '/rest/chaininfo.json' }],
      ['PUT', `{"id":1,${count}}`, { method: 'PUT' }],
    ];
    it.each(bodies)('%s', async (_name, body, call = {}) => {
      const [theirs, mine] = await Promise.all([http(pair.real, body, call), http(pair.ours, body, call)]);
      const told = ({ status, headers, body: text }: typeof mine) => ({
        status,
        text,
        type: headers['content-type'],
        challenge: headers['www-authenticate'],
      });
      expect(told(mine)).toEqual(told(theirs));
    });

    it('OPTIONS is not implemented', async () => {
      const [theirs, mine] = await Promise.all([
        http(pair.real, '', { method: 'OPTIONS' }),
        http(pair.ours, '', { method: 'OPTIONS' }),
      ]);
      expect(mine.status).toBe(theirs.status); // libevent adds a page of HTML
    });

    it('a wrong password takes its time', async () => {
      const started = performance.now();
      await http(pair.ours, '', { auth: 'a:b' });
      expect(performance.now() - started).toBeGreaterThan(240);
    });
  });
});
