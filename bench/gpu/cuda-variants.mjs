/** The variants that are measured as CUDA, and CUDA whose additions go to the multiply-add pipe in part. */
import { parseVariant, variantName } from '../../dist/shaders/variants.js';

const MIDSTATES = [1, 2, 4];
const ADDITIONS = ['mad', 'plain'];

/** One of each kind, in the shape that the candidates for NVIDIA have; the most telling first. */
export const FINALS = [
  'k2-const-mad',
  'k1-const-mad',
  'k1-const-plain',
  'k2-const-plain',
  'k4-const-mad',
  'k4-const-plain',
].map((kind) => `${kind}-xor-wg256-npi16`);

/** Every other shape of the same kinds. */
export const SHAPES = MIDSTATES.flatMap((k) =>
  ADDITIONS.flatMap((add) =>
    [256, 128, 64].flatMap((size) => [1, 16, 64].map((npi) => `k${k}-const-${add}-xor-wg${size}-npi${npi}`)),
  ),
).filter((name) => !FINALS.includes(name));

/** Shares of the additions that are multiply-adds. */
export const SHARES = [0.75, 0.5, 0.25];

/** The CUDA variant of the same statements as this WGSL variant: CUDA rotates by constants. Undefined for other kernels. */
export function cudaNameOf(name) {
  const variant = parseVariant(name);
  return variant === undefined ? undefined : variantName({ ...variant, rotate: 'const' });
}

/**
 * CUDA whose plain shifts are the upper halves of products, which go to the multiply-add pipe as well: 156 fewer instructions of the logic
 * pipe at k = 1. WGSL has no such product, so this says what WGSL cannot reach.
 */
export function shiftsByProduct(source) {
  return source.replace('(x >> 3)', '__umulhi(x, 1u << 29)').replace('(x >> 10)', '__umulhi(x, 1u << 22)');
}

/** CUDA of a multiply-add variant in which only a share of the additions is one, spread evenly. */
export function partialMad(source, share) {
  let seen = 0;
  const choose = (call, terms) => {
    seen++;
    return Math.floor(seen * share) > Math.floor((seen - 1) * share) ? call : `plain${terms}(`;
  };
  const lines = source.split('\n').map((line) => {
    return line.startsWith('#define') ? line : line.replace(/\badd([23])\(/g, choose);
  });
  const at = lines.findIndex((line) => line.startsWith('#define add2'));
  lines.splice(at, 0, '#define plain2(a, b) ((a) + (b))', '#define plain3(a, b, c) ((a) + (b) + (c))');
  return lines.join('\n');
}
