/** What RPC says of an output script: its type, disassembly, address and descriptor. */
import { address as bitcoinAddress, opcodes } from 'bitcoinjs-lib';
import { toHex } from '../bitcoin/hex.ts';
import { NETWORKS } from '../bitcoin/network.ts';
import { inferDescriptor } from './descriptor.ts';
import { type ScriptOperation, scriptOperations } from './script-operations.ts';

/** The forms of output scripts, by bitcoind's names (`GetTxnOutputType`). */
export type ScriptType =
  | 'nonstandard'
  | 'pubkey'
  | 'pubkeyhash'
  | 'scripthash'
  | 'multisig'
  | 'nulldata'
  | 'anchor'
  | 'witness_v0_keyhash'
  | 'witness_v0_scripthash'
  | 'witness_v1_taproot'
  | 'witness_unknown';

/** Type of a script and what its opcodes enclose: a key, a hash, a witness program (`Solver`). */
export interface SolvedScript {
  readonly type: ScriptType;
  readonly solutions: readonly Uint8Array[];
}

/** The `scriptPubKey` object of getblock with verbosity 2 (`ScriptToUniv`). */
export function describeScript(script: Uint8Array) {
  const solved = solveScript(script);
  const address = scriptAddress(solved);
  return {
    asm: disassemble(script),
    desc: inferDescriptor(script, solved, address),
    hex: toHex(script),
    ...(address === undefined ? {} : { address }),
    type: solved.type,
  };
}

/** The script in words (`ScriptToAsmStr`): pushes of up to 4 bytes as numbers, longer ones as hex. */
export function disassemble(script: Uint8Array): string {
  return Array.from(scriptOperations(script), ({ opcode, pushed }) => {
    if (opcode < 0) return '[error]';
    if (pushed === undefined) return opcodeName(opcode);
    return pushed.length <= 4 ? String(scriptNumber(pushed)) : toHex(pushed);
  }).join(' ');
}

function opcodeName(opcode: number): string {
  if (opcode === opcodes.OP_1NEGATE) return '-1';
  if (isSmallNumber(opcode)) return String(smallNumber(opcode));
  // bitcoinjs-lib knows these two by their old names as well.
  if (opcode === opcodes.OP_CHECKLOCKTIMEVERIFY) return 'OP_CHECKLOCKTIMEVERIFY';
  if (opcode === opcodes.OP_CHECKSEQUENCEVERIFY) return 'OP_CHECKSEQUENCEVERIFY';
  const isNamed = opcode <= opcodes.OP_CHECKSIGADD! || opcode === opcodes.OP_INVALIDOPCODE;
  const [name] =
    Object.entries(opcodes).find(([key, value]) => value === opcode && key.startsWith('OP_')) ?? [];
  return isNamed && name !== undefined ? name : 'OP_UNKNOWN';
}

/** A script number: little-endian, the top bit of the last byte is the sign (`CScriptNum`). */
function scriptNumber(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const magnitude = bytes.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const sign = 2 ** (8 * bytes.length - 1);
  return magnitude < sign ? magnitude : 0 - (magnitude - sign);
}

const isSmallNumber = (opcode: number) => opcode >= opcodes.OP_1! && opcode <= opcodes.OP_16!;
const smallNumber = (opcode: number) => opcode - opcodes.OP_1! + 1;

/** The form of `script` (`Solver`), tested in bitcoind's order. */
export function solveScript(script: Uint8Array): SolvedScript {
  const operations = [...scriptOperations(script)];
  const shape = operations.map(({ opcode }) => opcode);
  const pushes = operations.map(({ pushed }) => pushed);
  const is = (...expected: (number | undefined)[]) =>
    shape.length === expected.length && expected.every((opcode, i) => shape[i] === opcode);
  const { OP_CHECKSIG, OP_DUP, OP_EQUAL, OP_EQUALVERIFY, OP_HASH160 } = opcodes;

  if (script.length === 23 && is(OP_HASH160, 20, OP_EQUAL))
    return { type: 'scripthash', solutions: [pushes[1]!] };
  const witness = solveWitness(script);
  if (witness !== undefined) return witness;
  if (
    shape[0] === opcodes.OP_RETURN &&
    shape.slice(1).every((opcode) => opcode >= 0 && opcode <= opcodes.OP_16!)
  ) {
    return { type: 'nulldata', solutions: [] };
  }
  if ((is(33, OP_CHECKSIG) || is(65, OP_CHECKSIG)) && isKey(pushes[0])) {
    return { type: 'pubkey', solutions: [pushes[0]!] };
  }
  if (is(OP_DUP, OP_HASH160, 20, OP_EQUALVERIFY, OP_CHECKSIG))
    return { type: 'pubkeyhash', solutions: [pushes[2]!] };
  return solveMultisig(operations) ?? { type: 'nonstandard', solutions: [] };
}

/** BIP 141: a version and one push of 2 to 40 bytes, nothing else. */
function solveWitness(script: Uint8Array): SolvedScript | undefined {
  const [opcode, length] = script;
  if (opcode === undefined || length === undefined || length < 2 || length > 40) return undefined;
  if ((opcode !== opcodes.OP_0 && !isSmallNumber(opcode)) || script.length !== length + 2) return undefined;
  const program = script.subarray(2);
  const version = opcode === opcodes.OP_0 ? 0 : smallNumber(opcode);
  return { type: witnessType(version, program), solutions: [Uint8Array.of(version), program] };
}

function witnessType(version: number, program: Uint8Array): ScriptType {
  if (version === 0 && program.length === 20) return 'witness_v0_keyhash';
  if (version === 0 && program.length === 32) return 'witness_v0_scripthash';
  if (version === 0) return 'nonstandard';
  if (version === 1 && program.length === 32) return 'witness_v1_taproot';
  return version === 1 && toHex(program) === '4e73' ? 'anchor' : 'witness_unknown';
}

/** `MatchMultisig`: how many keys of how many, and the keys between. */
function solveMultisig(operations: readonly ScriptOperation[]): SolvedScript | undefined {
  const keys = operations.slice(1, -2).map(({ pushed }) => pushed);
  const [required, total] = [keyCount(operations[0]), keyCount(operations.at(-2))];
  const fits = operations.at(-1)?.opcode === opcodes.OP_CHECKMULTISIG && keys.every(isKey);
  if (!fits || operations.length < 4 || required === undefined || total !== keys.length || required > total) {
    return undefined;
  }
  return { type: 'multisig', solutions: [Uint8Array.of(required), ...keys, Uint8Array.of(total)] };
}

/** A number of keys, 1 to 20, in its shortest form; above 16 that is a push. */
function keyCount(operation: ScriptOperation | undefined): number | undefined {
  if (operation === undefined) return undefined;
  if (isSmallNumber(operation.opcode)) return smallNumber(operation.opcode);
  const count = operation.pushed?.length === 1 ? operation.pushed[0]! : 0;
  return count > 16 && count <= 20 ? count : undefined;
}

/** A public key by its length and first byte (`CPubKey::ValidSize`). */
function isKey(bytes: Uint8Array | undefined): bytes is Uint8Array {
  if (bytes === undefined) return false;
  const prefix = bytes[0]!;
  return bytes.length === 33
    ? prefix === 2 || prefix === 3
    : bytes.length === 65 && [4, 6, 7].includes(prefix);
}

function scriptAddress({ type, solutions }: SolvedScript): string | undefined {
  const { addresses } = NETWORKS.regtest;
  if (type === 'pubkeyhash') return bitcoinAddress.toBase58Check(solutions[0]!, addresses.pubKeyHash);
  if (type === 'scripthash') return bitcoinAddress.toBase58Check(solutions[0]!, addresses.scriptHash);
  if (!type.startsWith('witness') && type !== 'anchor') return undefined;
  return bitcoinAddress.toBech32(solutions[1]!, solutions[0]![0]!, addresses.bech32);
}
