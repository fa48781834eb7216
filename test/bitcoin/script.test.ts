/** Scripts: BIP 34 heights as consensus has them, and payout scripts of every address type on every network. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { NETWORK_NAMES, NETWORKS, type NetworkName } from '../../src/bitcoin/network.ts';
import { heightScript, payoutScript } from '../../src/bitcoin/script.ts';

describe('heightScript', () => {
  // What Bitcoin Core's `CScript() << nHeight` gives.
  it.each([
    [0, '00'],
    [1, '51'],
    [16, '60'],
    [17, '0111'],
    [127, '017f'],
    [128, '028000'],
    [255, '02ff00'],
    [256, '020001'],
    [32767, '02ff7f'],
    [32768, '03008000'],
    [227931, '035b7a03'],
    [8388607, '03ffff7f'],
    [8388608, '0400008000'],
  ])('writes height %i as %s', (height, hex) => {
    expect(toHex(heightScript(height))).toBe(hex);
  });
});

describe('payoutScript', () => {
  const PROGRAM_20 = '751e76e8199196d454941c45d1b3a323f1433bd6'; // BIP 173's example key hash
  const PROGRAM_32 = '1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262'; // BIP 173's example script hash
  const TAPROOT = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'; // BIP 350's example key
  const p2pkh = (hash: string) => `76a914${hash}88ac`;
  const p2sh = (hash: string) => `a914${hash}87`;

  it.each<[string, NetworkName[], string, string]>([
    ['P2PKH', ['main'], '1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH', p2pkh(PROGRAM_20)],
    [
      'P2PKH',
      ['test', 'testnet4', 'signet', 'regtest'],
      'mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r',
      p2pkh(PROGRAM_20),
    ],
    [
      'P2SH',
      ['main'],
      '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
      p2sh('e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a'),
    ],
    ['P2WPKH', ['main'], 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', `0014${PROGRAM_20}`],
    ['P2WPKH, upper case', ['main'], 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', `0014${PROGRAM_20}`],
    [
      'P2WPKH',
      ['test', 'testnet4', 'signet'],
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
      `0014${PROGRAM_20}`,
    ],
    ['P2WPKH', ['regtest'], 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', `0014${PROGRAM_20}`],
    [
      'P2WSH',
      ['test', 'testnet4', 'signet'],
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      `0020${PROGRAM_32}`,
    ],
    ['P2TR', ['main'], 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', `5120${TAPROOT}`],
  ])('%s on %j: %s', (_, networks, address, script) => {
    for (const name of networks) expect(toHex(payoutScript(address, NETWORKS[name]))).toBe(script);
    for (const name of NETWORK_NAMES.filter((other) => !networks.includes(other))) {
      expect(() => payoutScript(address, NETWORKS[name])).toThrow(
        expect.objectContaining({
          code: 'ADDRESS_WRONG_NETWORK',
          message: expect.stringContaining(networks.join(' or ')),
        }),
      );
    }
  });

  // BIP 173 and BIP 350, invalid addresses.
  it.each([
    ['wrong checksum', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'],
    ['version 1 with the bech32 checksum', 'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4'],
    ['version 0 with the bech32m checksum', 'bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd'],
    ['mixed case', 'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7'],
    ['a program of 1 byte', 'bc1rw5uspcuh'],
    ['a future witness version', 'bc1sw50qgdz25j'],
    ['a base58 typo', '1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMJ'],
    ['an empty text', ''],
    ['a public key', '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'],
  ])('refuses %s', (_, address) => {
    expect(() => payoutScript(address, NETWORKS.main)).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
  });
});
