/** Scripts a miner writes: minimal pushes, the BIP 34 height, and the output script of a payout address. */
import { address as bitcoinAddress, script as bitcoinScript, opcodes } from 'bitcoinjs-lib';
import { HashgapError } from '../errors.ts';
import { concatBytes } from './hex.ts';
import { NETWORKS, type Network } from './network.ts';

/**
 * `data` behind the shortest plain push opcode. Unlike a minimal push of a script interpreter it never turns into OP_N:
 * coinbase input scripts are not executed, so only the bytes matter.
 *
 * @param data - at most 255 bytes.
 * @example
 * ```ts
 * pushData(Uint8Array.of(7)); // Uint8Array.of(1, 7)
 * ```
 */
export function pushData(data: Uint8Array): Uint8Array {
  const opcode = data.length < opcodes.OP_PUSHDATA1! ? [data.length] : [opcodes.OP_PUSHDATA1!, data.length];
  return concatBytes(Uint8Array.from(opcode), data);
}

/**
 * The height as consensus demands it at the start of a coinbase input script: what `CScript() << nHeight` gives. Heights
 * 1..16 are OP_1..OP_16 and height 0 is OP_0; above, a minimal little-endian signed number (BIP 34, `ContextualCheckBlock`).
 *
 * @example
 * ```ts
 * heightScript(16); // Uint8Array.of(0x60)
 * heightScript(128); // Uint8Array.of(2, 0x80, 0x00)
 * ```
 */
export function heightScript(height: number): Uint8Array {
  if (height === 0) return Uint8Array.of(opcodes.OP_0!);
  if (height <= 16) return Uint8Array.of(opcodes.OP_1! + height - 1);
  return pushData(bitcoinScript.number.encode(height));
}

/**
 * The output script that pays `address`: P2PKH, P2SH, P2WPKH, P2WSH or P2TR.
 *
 * @throws {HashgapError} `ADDRESS_WRONG_NETWORK` for a good address of another network, `ADDRESS_INVALID` otherwise.
 * @example
 * ```ts
 * payoutScript('mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8', NETWORKS.regtest).length; // 25
 * ```
 */
export function payoutScript(address: string, network: Network): Uint8Array {
  const script = tryPayoutScript(address, network);
  if (script !== undefined) return script;
  const others = Object.values(NETWORKS).filter((other) => tryPayoutScript(address, other) !== undefined);
  if (others.length > 0) {
    const names = others.map((other) => other.name);
    throw new HashgapError(
      'ADDRESS_WRONG_NETWORK',
      `Expected an address of the ${network.name} network, received "${address}", an address of ${names.join(' or ')}. ` +
        `Pass an address of a ${network.name} wallet, or mine on the other network.`,
      { details: { address, expected: network.name, received: names } },
    );
  }
  throw new HashgapError(
    'ADDRESS_INVALID',
    `Expected a P2PKH, P2SH, P2WPKH, P2WSH or P2TR address, received "${address}", which has a wrong form or checksum. ` +
      'Copy the address from your wallet again.',
    { details: { address } },
  );
}

function tryPayoutScript(address: string, network: Network): Uint8Array | undefined {
  return segwitScript(address, network) ?? base58Script(address, network);
}

/** Witness version 0 with 20 or 32 bytes, or version 1 with 32: the three forms wallets hand out today. */
function segwitScript(address: string, network: Network): Uint8Array | undefined {
  try {
    const { prefix, version, data } = bitcoinAddress.fromBech32(address);
    const known =
      (version === 0 && (data.length === 20 || data.length === 32)) || (version === 1 && data.length === 32);
    if (prefix !== network.addresses.bech32 || !known) return undefined;
    return concatBytes(Uint8Array.of(version === 0 ? opcodes.OP_0! : opcodes.OP_1!), pushData(data));
  } catch {
    return undefined;
  }
}

function base58Script(address: string, network: Network): Uint8Array | undefined {
  try {
    const { version, hash } = bitcoinAddress.fromBase58Check(address);
    if (version === network.addresses.pubKeyHash) {
      return bitcoinScript.compile([
        opcodes.OP_DUP!,
        opcodes.OP_HASH160!,
        hash,
        opcodes.OP_EQUALVERIFY!,
        opcodes.OP_CHECKSIG!,
      ]);
    }
    if (version === network.addresses.scriptHash) {
      return bitcoinScript.compile([opcodes.OP_HASH160!, hash, opcodes.OP_EQUAL!]);
    }
    return undefined;
  } catch {
    return undefined;
  }
}
