/** C37: what a coinbase pays is decoded right, whatever its shape. */
import { address as bitcoinAddress } from 'bitcoinjs-lib';
import { describe, expect, it, vi } from 'vitest';
import { concatBytes, fromHex } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { heightScript, payoutScript, pushData } from '../../src/bitcoin/script.ts';
import { encodeTransaction, NULL_INDEX } from '../../src/bitcoin/transaction.ts';
import { decodePayout, type JobCoinbase, networksOfAddress, percentPaidTo } from '../../src/work/payout.ts';

const network = NETWORKS.main;
/** One address of each type that wallets hand out: BIP 173 and BIP 350 vectors, the genesis address, and a P2SH one. */
const OURS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const OTHERS = [
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
  '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
  'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3',
  'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
];
const script = (address: string) => payoutScript(address, network);
const COMMITMENT = fromHex(`6a24aa21a9ed${'11'.repeat(32)}`);

/** A coinbase cut where an extranonce of 4 and 8 bytes lies: in the input script, or in an output of nothing. */
function coinbase(
  outputs: readonly { value: bigint; script: Uint8Array }[],
  { height = 840_000, extranonceIn = 'script' as 'script' | 'output' } = {},
): JobCoinbase {
  const gap = new Uint8Array(12).fill(0xee);
  const inScript = extranonceIn === 'script' ? gap : Uint8Array.of(0);
  const extra =
    extranonceIn === 'output' ? [{ value: 0n, script: concatBytes(Uint8Array.of(0x6a), pushData(gap)) }] : [];
  const bytes = encodeTransaction(
    {
      version: 2,
      inputs: [
        {
          prevHash: new Uint8Array(32),
          prevIndex: NULL_INDEX,
          script: concatBytes(heightScript(height), inScript),
          sequence: 0xffffffff,
          witness: [],
        },
      ],
      outputs: [...outputs, ...extra],
      lockTime: 0,
    },
    'stripped',
  );
  const at = Buffer.from(bytes).indexOf(Buffer.from(gap));
  return {
    coinbase1: bytes.slice(0, at),
    coinbase2: bytes.slice(at + 12),
    extranonce1: Uint8Array.of(1, 2, 3, 4),
    extranonce2Bytes: 8,
  };
}

describe('C37 coinbase check', () => {
  it('is 100% when everything goes to the address, with the commitment left out', () => {
    const payout = decodePayout(
      coinbase([
        { value: 312_500_000n, script: script(OURS) },
        { value: 0n, script: COMMITMENT },
      ]),
      network,
    )!;
    expect(payout.outputs.map(({ to, percent }) => [to, percent])).toEqual([[OURS, 100]]);
    expect(payout.satoshis).toBe(312_500_000n);
    expect(percentPaidTo(payout, OURS, network)).toBe(100);
  });

  it('is 0% when another address is paid, and 2% when two percent are', () => {
    const other = decodePayout(coinbase([{ value: 1_000n, script: script(OTHERS[0]!) }]), network)!;
    expect(percentPaidTo(other, OURS, network)).toBe(0);
    const little = decodePayout(
      coinbase([
        { value: 980n, script: script(OTHERS[0]!) },
        { value: 20n, script: script(OURS) },
      ]),
      network,
    )!;
    expect(percentPaidTo(little, OURS, network)).toBe(2);
    expect(little.outputs[0]!.to).toBe(OTHERS[0]);
  });

  it('names the address of every type, and adds up outputs to the same one', () => {
    const outputs = [OURS, ...OTHERS, OURS].map((to, i) => ({ value: BigInt(100 + i), script: script(to) }));
    const payout = decodePayout(coinbase(outputs), network)!;
    expect(payout.outputs.map(({ to }) => to).sort()).toEqual([OURS, ...OTHERS].sort());
    expect(payout.outputs[0]!.satoshis).toBe(205n);
    expect(payout.outputs.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 4);
  });

  it.each([1, 16, 17, 840_000])('reads the coinbase of height %i', (height) => {
    const payout = decodePayout(coinbase([{ value: 50n, script: script(OURS) }], { height }), network)!;
    expect(percentPaidTo(payout, OURS, network)).toBe(100);
  });

  it('reads an extranonce that lies in an OP_RETURN output', () => {
    const job = coinbase([{ value: 50n, script: script(OURS) }], { extranonceIn: 'output' });
    expect(percentPaidTo(decodePayout(job, network)!, OURS, network)).toBe(100);
  });

  it('describes a script without an address by its first bytes', () => {
    const p2pk = concatBytes(pushData(fromHex(`02${'ab'.repeat(32)}`)), Uint8Array.of(0xac));
    const [output] = decodePayout(coinbase([{ value: 50n, script: p2pk }]), network)!.outputs;
    expect(output!.to).toBe('script 2102abababababababababab...');
  });

  it('names the ten largest outputs and the expected one, and sums up the others', () => {
    const many = Array.from({ length: 3_000 }, (_, i) => ({
      value: BigInt(10_000 + i),
      script: fromHex(`0014${i.toString(16).padStart(40, '0')}`),
    }));
    const job = coinbase([...many, { value: 7n, script: script(OURS) }]);
    const payout = decodePayout(job, network, OURS)!;
    expect(payout.outputs).toHaveLength(12);
    expect(payout.outputs.slice(0, 10).map(({ satoshis }) => satoshis)).toEqual(
      Array.from({ length: 10 }, (_, i) => BigInt(12_999 - i)),
    );
    expect(payout.outputs[10]).toMatchObject({ to: OURS, satoshis: 7n });
    expect(payout.outputs[11]).toMatchObject({ to: '2990 others' });
    expect(payout.outputs.reduce((sum, { satoshis }) => sum + satoshis, 0n)).toBe(payout.satoshis);
    const percent = (7 / Number(payout.satoshis)) * 100;
    expect(percentPaidTo(payout, OURS, network)).toBeCloseTo(percent, 6);
    expect(percentPaidTo(decodePayout(job, network)!, OURS, network)).toBeCloseTo(percent, 6);
    expect(decodePayout(coinbase(many.slice(0, 11)), network)!.outputs.at(-1)!.to).toBe('1 other');
  });

  it('writes addresses of later witness versions itself, without a word on the console', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const version of [1, 2, 16]) {
      const later = concatBytes(Uint8Array.of(0x50 + version), pushData(new Uint8Array(20)));
      const [output] = decodePayout(coinbase([{ value: 50n, script: later }]), network)!.outputs;
      expect(bitcoinAddress.fromBech32(output!.to)).toMatchObject({ version, prefix: 'bc' });
    }
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('says whether extranonce2 can change whom it pays', () => {
    const job = coinbase([{ value: 50n, script: script(OURS) }]);
    const all = concatBytes(job.coinbase1, job.extranonce1, new Uint8Array(8), job.coinbase2);
    /** The same bytes, with extranonce2 somewhere else. */
    const overlaid = (start: number, bytes: number): JobCoinbase => ({
      coinbase1: all.slice(0, start),
      extranonce1: new Uint8Array(),
      extranonce2Bytes: bytes,
      coinbase2: all.slice(start + bytes),
    });
    const fixedAt = (start: number, bytes = 1) => decodePayout(overlaid(start, bytes), network)?.isFixed;
    const outputs = all.length - 4 - 22 - 1 - 8 - 1;
    expect(decodePayout(job, network)?.isFixed).toBe(true);
    expect(fixedAt(outputs - 2)).toBe(true); // the sequence of the input
    expect(fixedAt(outputs, 0)).toBe(true); // no extranonce2 at all
    for (const at of [1, 8, 10, 11, 31]) expect(fixedAt(outputs + at), `byte ${at}`).toBe(false);
    expect(fixedAt(all.length - 4, 4)).toBe(true); // the lock time
    const nothing = coinbase([{ value: 50n, script: script(OURS) }], { extranonceIn: 'output' });
    expect(decodePayout(nothing, network)?.isFixed).toBe(true);
  });

  it('says undefined for bytes that are no transaction', () => {
    const job = coinbase([{ value: 50n, script: script(OURS) }]);
    expect(decodePayout({ ...job, coinbase2: job.coinbase2.slice(0, -5) }, network)).toBeUndefined();
    expect(decodePayout({ ...job, coinbase1: new Uint8Array() }, network)).toBeUndefined();
  });
});

describe('networksOfAddress', () => {
  it('finds every network an address can belong to', () => {
    expect(networksOfAddress(OURS).map(({ name }) => name)).toEqual(['main']);
    expect(networksOfAddress('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx').map(({ name }) => name)).toEqual([
      'test',
      'testnet4',
      'signet',
    ]);
    expect(networksOfAddress('worker')).toEqual([]);
  });
});
