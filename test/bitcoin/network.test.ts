/** The limits of each network's target, as Bitcoin Core's chainparams have them. */
import { expect, it } from 'vitest';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { bitsFromTarget, bitsToHex, targetFromBits } from '../../src/bitcoin/target.ts';

it.each([
  ['main', '1d00ffff'],
  ['test', '1d00ffff'],
  ['testnet4', '1d00ffff'],
  ['signet', '1e0377ae'],
  ['regtest', '207fffff'],
] as const)('%s allows targets up to nBits %s', (name, nBits) => {
  const { powLimit } = NETWORKS[name];
  expect(bitsToHex(bitsFromTarget(powLimit))).toBe(nBits);
  expect(targetFromBits(Number.parseInt(nBits, 16))).toBeLessThanOrEqual(powLimit);
});
