/** The output descriptor that RPC shows beside a script (BIP 380), with its checksum. */
import { toHex } from '../bitcoin/hex.ts';
import type { SolvedScript } from './script-description.ts';

/** The descriptor of `script` as a node without keys writes it (`InferDescriptor`). */
export function inferDescriptor(
  script: Uint8Array,
  solved: SolvedScript,
  address: string | undefined,
): string {
  const body =
    keyDescriptor(solved) ?? (address === undefined ? `raw(${toHex(script)})` : `addr(${address})`);
  return `${body}#${descriptorChecksum(body)}`;
}

/** Scripts that name their keys are described by them. */
function keyDescriptor({ type, solutions }: SolvedScript): string | undefined {
  const isHybrid = (key: Uint8Array) => key.length === 65 && key[0] !== 4;
  if (type === 'pubkey' && !isHybrid(solutions[0]!)) return `pk(${toHex(solutions[0]!)})`;
  if (type === 'witness_v1_taproot' && isPointOnCurve(solutions[1]!)) return `rawtr(${toHex(solutions[1]!)})`;
  const keys = solutions.slice(1, -1);
  if (type !== 'multisig' || keys.some(isHybrid)) return undefined;
  return `multi(${solutions[0]![0]},${keys.map(toHex).join(',')})`;
}

/** The prime of secp256k1's field. */
const FIELD = 2n ** 256n - 2n ** 32n - 977n;

/** True when `x` belongs to a point of secp256k1 (BIP 340 `lift_x`): x^3 + 7 is a square, by Euler's criterion. */
function isPointOnCurve(x: Uint8Array): boolean {
  const value = BigInt(`0x${toHex(x)}`);
  if (value >= FIELD) return false;
  let power = 1n;
  let base = (value ** 3n + 7n) % FIELD;
  for (let exponent = (FIELD - 1n) / 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) power = (power * base) % FIELD;
    base = (base * base) % FIELD;
  }
  return power === 1n;
}

const INPUT_CHARSET =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** BIP 380: a BCH code over groups of three characters. */
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

/**
 * The eight characters behind the `#` of a descriptor.
 *
 * @example
 * ```ts
 * descriptorChecksum('raw(deadbeef)'); // '89f8spxm'
 * ```
 */
export function descriptorChecksum(descriptor: string): string {
  const positions = Array.from(descriptor, (character) => INPUT_CHARSET.indexOf(character));
  const symbols: number[] = [];
  for (let i = 0; i < positions.length; i += 3) {
    const group = positions.slice(i, i + 3);
    symbols.push(...group.map((position) => position & 31));
    symbols.push(group.reduce((sum, position) => sum * 3 + (position >> 5), 0));
  }
  // BIP 380 interleaves: a group's high parts follow its last low part, and a short last group ends the same way.
  const code = [...symbols, 0, 0, 0, 0, 0, 0, 0, 0].reduce(polymodStep, 1n) ^ 1n;
  return Array.from(
    { length: 8 },
    (_, i) => CHECKSUM_CHARSET[Number((code >> BigInt(5 * (7 - i))) & 31n)],
  ).join('');
}

function polymodStep(code: bigint, symbol: number): bigint {
  const top = code >> 35n;
  const shifted = ((code & 0x7ffffffffn) << 5n) ^ BigInt(symbol);
  return GENERATOR.reduce(
    (sum, term, bit) => (((top >> BigInt(bit)) & 1n) === 1n ? sum ^ term : sum),
    shifted,
  );
}
