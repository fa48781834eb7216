/** The block height that a pool's coinbase carries. */

/** Version 4, input count 1, outpoint 36: the script of a stripped coinbase has its length here. */
const SCRIPT_LENGTH_AT = 41;
const OP_1 = 0x51;
const OP_16 = 0x60;

/**
 * The height at the start of the coinbase script (BIP 34, written as `CScript() << nHeight`), read from the part before the extranonce.
 *
 * @returns undefined where the bytes are cut before it, or are not of that form.
 * @example
 * ```ts
 * const head = [1, 0, 0, 0, 1, ...new Array(32).fill(0), 255, 255, 255, 255];
 * heightOfCoinbase(Uint8Array.of(...head, 8, 3, 0xa0, 0xbb, 0x0d)); // 900_000
 * heightOfCoinbase(Uint8Array.of(...head, 8, 0x60)); // 16
 * heightOfCoinbase(Uint8Array.of(1, 0, 0, 0)); // undefined
 * ```
 */
export function heightOfCoinbase(coinbase1: Uint8Array): number | undefined {
  const scriptLength = coinbase1[SCRIPT_LENGTH_AT] ?? 0;
  const opcode = coinbase1[SCRIPT_LENGTH_AT + 1];
  if (coinbase1[4] !== 1 || scriptLength > 100 || opcode === undefined) return undefined;
  if (opcode >= OP_1 && opcode <= OP_16) return opcode - OP_1 + 1;
  if (opcode === 0) return 0;
  const pushed = coinbase1.subarray(SCRIPT_LENGTH_AT + 2, SCRIPT_LENGTH_AT + 2 + opcode);
  // Four bytes reach past height 2^31; the highest bit is the sign of a script number.
  if (opcode > 4 || opcode >= scriptLength || pushed.length < opcode || pushed.at(-1)! >= 0x80)
    return undefined;
  return pushed.reduceRight((height, byte) => height * 256 + byte, 0);
}
