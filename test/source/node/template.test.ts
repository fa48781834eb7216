/** Templates: every missing or wrong field is named, unknown rules are refused, the commitment is checked. */
import { describe, expect, it } from 'vitest';
import { Reader } from '../../../src/bitcoin/codec.ts';
import { concatBytes, fromHex, toHex } from '../../../src/bitcoin/hex.ts';
import { readTransaction } from '../../../src/bitcoin/transaction.ts';
import { jobExtranonce1, jobFromTemplate } from '../../../src/source/node/job.ts';
import { parseTemplate } from '../../../src/source/node/template.ts';
import { TEMPLATE } from '../../support/fake-node.ts';

const payout = { script: fromHex('0014751e76e8199196d454941c45d1b3a323f1433bd6'), tag: '/t/' };
const jobOf = (template: object) => jobFromTemplate(parseTemplate(template), payout, new Uint8Array(8), true);

describe('parseTemplate', () => {
  it.each(['version', 'previousblockhash', 'transactions', 'coinbasevalue', 'bits', 'curtime', 'height'])(
    'names the field when %s is missing or of another type',
    (field) => {
      const { [field as keyof typeof TEMPLATE]: _, ...without } = TEMPLATE;
      const refusal = (received: string) =>
        expect.objectContaining({
          code: 'TEMPLATE_INVALID',
          message: expect.stringMatching(`"${field}".*${received}`),
        });
      expect(() => parseTemplate(without)).toThrow(refusal('nothing'));
      expect(() => parseTemplate({ ...TEMPLATE, [field]: { odd: 1 } })).toThrow(refusal('odd'));
    },
  );

  it('names the transaction whose field is missing', () => {
    const transactions = [{ data: '00', txid: 'ab', hash: 'cd' }];
    expect(() => parseTemplate({ ...TEMPLATE, transactions })).toThrow(
      /transaction 0 of the template.*"txid", 32 bytes of hex/,
    );
  });

  it.each([null, 'text', [], 7])('refuses %j for a template', (value) => {
    expect(() => parseTemplate(value)).toThrow(/the template to be an object/);
  });

  it('refuses a mandatory rule it does not know, and takes optional ones (BIP 9)', () => {
    expect(() => parseTemplate({ ...TEMPLATE, rules: ['csv', '!segwit', '!future'] })).toThrow(
      expect.objectContaining({ code: 'TEMPLATE_RULE_UNKNOWN', message: expect.stringContaining('!future') }),
    );
    expect(parseTemplate({ ...TEMPLATE, rules: ['csv', '!segwit', 'future'] }).rules).toContain('future');
  });

  it('refuses a signet that needs a signature, and takes one that does not', () => {
    expect(() =>
      parseTemplate({ ...TEMPLATE, rules: ['!segwit', '!signet'], signet_challenge: '512103ad5e' }),
    ).toThrow(expect.objectContaining({ code: 'SIGNET_CHALLENGE' }));
    expect(parseTemplate({ ...TEMPLATE, rules: ['!segwit', '!signet'], signet_challenge: '51' }).height).toBe(
      1,
    );
  });

  it('takes a template without coinbaseaux, rules, longpollid and commitment', () => {
    const { coinbaseaux: _1, rules: _2, longpollid: _3, default_witness_commitment: _4, ...old } = TEMPLATE;
    const job = jobOf(old);
    expect(job.body?.coinbaseWitness).toBe(false);
  });
});

describe('jobFromTemplate', () => {
  const coinbaseOf = (template: object) => {
    const job = jobOf(template);
    return readTransaction(
      new Reader(
        concatBytes(job.coinbase1, job.extranonce1, new Uint8Array(job.extranonce2Bytes), job.coinbase2),
      ),
    );
  };

  it('pays the whole value and commits to the witnesses', () => {
    const { outputs } = coinbaseOf(TEMPLATE);
    expect(outputs.map(({ value }) => value)).toEqual([5_000_000_000n, 0n]);
    expect(toHex(outputs[1]!.script)).toBe(TEMPLATE.default_witness_commitment);
  });

  it('puts the bytes of coinbaseaux into the script', () => {
    expect(toHex(coinbaseOf({ ...TEMPLATE, coinbaseaux: { flags: 'c0ffee' } }).inputs[0]!.script)).toMatch(
      /^51c0ffee/,
    );
  });

  it('refuses a commitment that its transactions do not have', () => {
    const default_witness_commitment = `6a24aa21a9ed${'00'.repeat(32)}`;
    expect(() => jobOf({ ...TEMPLATE, default_witness_commitment })).toThrow(
      expect.objectContaining({
        code: 'TEMPLATE_INVALID',
        message: expect.stringContaining('contradicts itself'),
      }),
    );
  });

  it.each([
    ['a template that names it', ['csv', '!segwit', 'taproot'], true],
    ['a template that names it as optional', ['segwit'], true],
    ['a template that names no rules but commits', [], true],
    ['bitcoind before its activation, which commits all the same', ['csv', 'taproot'], false],
  ])('takes segwit to be active as told by %s', (_, rules, active) => {
    const template = { ...TEMPLATE, rules };
    expect(jobOf(template).body?.coinbaseWitness).toBe(active);
    expect(coinbaseOf(template).outputs).toHaveLength(active ? 2 : 1);
  });

  it("takes the node's time, not the host's", () => {
    expect(jobOf({ ...TEMPLATE, curtime: 1_500_000_000 }).nTime).toBe(1_500_000_000);
  });

  it('never gives two jobs one extranonce1', () => {
    const session = Uint8Array.of(1, 2, 3, 4);
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => toHex(jobExtranonce1(session, i))));
    expect(seen.size).toBe(1000);
  });
});
