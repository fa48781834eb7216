/** Signature operations outside a witness, counted the way Bitcoin has counted them since 2010. */
import { opcodes } from 'bitcoinjs-lib';
import type { Transaction } from '../bitcoin/transaction.ts';
import { scriptOperations } from './script-operations.ts';

/** How many a transaction has (`GetLegacySigOpCount`): every CHECKMULTISIG counts as 20 keys. */
export function legacySigops(transaction: Transaction): number {
  const scripts = [...transaction.inputs, ...transaction.outputs].map(({ script }) => script);
  return scripts.reduce((count, script) => count + scriptSigops(script), 0);
}

function scriptSigops(script: Uint8Array): number {
  let count = 0;
  for (const { opcode } of scriptOperations(script)) {
    if (opcode === opcodes.OP_CHECKSIG || opcode === opcodes.OP_CHECKSIGVERIFY) count += 1;
    if (opcode === opcodes.OP_CHECKMULTISIG || opcode === opcodes.OP_CHECKMULTISIGVERIFY) count += 20;
  }
  return count; // a push that runs over the end stops the count without undoing it
}
