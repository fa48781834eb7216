/** A script cut into its operations, with Bitcoin Core's reading of pushes that run over the end. */
import { opcodes } from 'bitcoinjs-lib';

/** One operation: its opcode and, for opcodes up to OP_PUSHDATA4, what it pushes. */
export interface ScriptOperation {
  /** The opcode's byte; -1 for a push that runs over the end of the script, which is always the last operation. */
  readonly opcode: number;
  readonly pushed: Uint8Array | undefined;
}

/** The operation that stands for the rest of a script that cannot be cut further. */
export const BROKEN_OPERATION: ScriptOperation = { opcode: -1, pushed: undefined };

/** Cuts `script` into operations (`GetScriptOp`). */
export function* scriptOperations(script: Uint8Array): Generator<ScriptOperation> {
  const view = new DataView(script.buffer, script.byteOffset, script.byteLength);
  for (let at = 0; at < script.length; ) {
    const opcode = script[at++]!;
    if (opcode > opcodes.OP_PUSHDATA4!) {
      yield { opcode, pushed: undefined };
      continue;
    }
    const lengthBytes = opcode < opcodes.OP_PUSHDATA1! ? 0 : 1 << (opcode - opcodes.OP_PUSHDATA1!);
    if (at + lengthBytes > script.length) return yield BROKEN_OPERATION;
    const length = lengthBytes === 0 ? opcode : pushLength(view, at, lengthBytes);
    at += lengthBytes;
    if (at + length > script.length) return yield BROKEN_OPERATION;
    yield { opcode, pushed: script.subarray(at, at + length) };
    at += length;
  }
}

function pushLength(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}
