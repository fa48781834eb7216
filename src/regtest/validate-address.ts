/** What validateaddress answers: whether an address is one of regtest's, and the script it stands for. */
import { address as bitcoinAddress, opcodes } from 'bitcoinjs-lib';
import { concatBytes, toHex } from '../bitcoin/hex.ts';
import { NETWORKS } from '../bitcoin/network.ts';
import { payoutScript, pushData } from '../bitcoin/script.ts';
import { type ScriptType, solveScript } from './script-description.ts';

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]*$/;

/** Types whose address hides a script or something like it, by bitcoind's judgement (`DescribeAddress`). */
const SCRIPT_TYPES: readonly ScriptType[] = [
  'scripthash',
  'witness_v0_scripthash',
  'witness_v1_taproot',
  'anchor',
];

/** The answer of validateaddress. */
export function validateAddress(text: string) {
  const script = addressScript(text);
  if (script === undefined) return { isvalid: false, error_locations: [], error: addressError(text) };
  const { type, solutions } = solveScript(script);
  const isWitness = type.startsWith('witness') || type === 'anchor';
  return {
    isvalid: true,
    address: isWitness ? text.toLowerCase() : text,
    scriptPubKey: toHex(script),
    // bitcoind cannot tell what a witness program of an unknown version stands for, and leaves the field out.
    ...(type === 'witness_unknown' ? {} : { isscript: SCRIPT_TYPES.includes(type) }),
    iswitness: isWitness,
    ...(isWitness && type !== 'anchor'
      ? { witness_version: solutions[0]![0]!, witness_program: toHex(solutions[1]!) }
      : {}),
  };
}

function addressScript(text: string): Uint8Array | undefined {
  try {
    return payoutScript(text, NETWORKS.regtest);
  } catch {
    return futureWitnessScript(text);
  }
}

/** Witness programs without a meaning yet: nobody should pay them, but they are addresses (BIP 350). */
function futureWitnessScript(text: string): Uint8Array | undefined {
  try {
    const { prefix, version, data } = bitcoinAddress.fromBech32(text);
    const isKnown = prefix === NETWORKS.regtest.addresses.bech32 && version >= 1 && version <= 16;
    if (!isKnown || data.length < 2 || data.length > 40) return undefined;
    return concatBytes(Uint8Array.of(opcodes.OP_1! + version - 1), pushData(data));
  } catch {
    return undefined;
  }
}

/** Why it is none (`DecodeDestination`), except that wrong characters of a bech32 address are not located. */
function addressError(text: string): string {
  if (text.toLowerCase().startsWith(NETWORKS.regtest.addresses.bech32)) return 'Invalid checksum';
  try {
    bitcoinAddress.fromBase58Check(text);
    return 'Invalid or unsupported Base58-encoded address.';
  } catch {
    return BASE58.test(text)
      ? 'Invalid checksum or length of Base58 address (P2PKH or P2SH)'
      : 'Invalid or unsupported Segwit (Bech32) or Base58 encoding.';
  }
}
