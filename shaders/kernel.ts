/** A compute kernel as its host sees it: WGSL with a fixed interface, and how a job becomes its constants. */

/**
 * A shader that searches nonces. Every kernel has the entry point `scan` and bind group 0 with
 * - binding 0, uniform: the job's constants, `wordsOfJob(...)` padded to whole vec4s;
 * - binding 1, uniform: {@link DISPATCH_WORDS} words, which change from one dispatch to the next;
 * - binding 2, storage: the hits, {@link HIT_WORDS} words.
 * It tests nonces `first..first + count - 1` for each of its midstates.
 */
export interface ShaderKernel {
  /** Such as `k2-const-mad-xor-wg256-npi16`; names one piece of WGSL and nothing else. */
  readonly name: string;
  /** Versions it hashes side by side: they share one message schedule. */
  readonly midstates: number;
  /** Invocations of a workgroup. */
  readonly workgroupSize: number;
  /** Nonces that one invocation tests. */
  readonly noncesPerInvocation: number;
  readonly wgsl: string;
  /** Words of binding 0, a multiple of 4. */
  readonly jobWords: number;
  /**
   * The constants of one job.
   *
   * @param midstates - `8 * this.midstates` words: the SHA-256 states after the header's first 64 bytes.
   * @param tail - header bytes 64..75 as 3 big-endian words.
   */
  wordsOfJob(midstates: Uint32Array, tail: Uint32Array): Uint32Array<ArrayBuffer>;
}

/** Words of binding 1: `first`, `count`, `mask`, the number 1, and the amounts of {@link ROTATES}, padded to whole vec4s. */
export const DISPATCH_WORDS = 16;

/** Every amount SHA-256 rotates by (FIPS 180-4 section 4.1.2), in the order binding 1 holds them. */
export const ROTATES: readonly number[] = [2, 13, 22, 6, 11, 25, 7, 18, 17, 19];

/** Hits that one dispatch can report; more are counted only. */
export const HIT_CAPACITY = 63;

/** Words of binding 2: the count, one of padding, and pairs of nonce (as the header's integer) and midstate index. */
export const HIT_WORDS = 2 + 2 * HIT_CAPACITY;

/**
 * The words of binding 1.
 *
 * @param first - the first nonce, as the header's little-endian integer.
 * @param count - how many nonces, 1..2^31.
 * @param mask - a hash is a hit when its most significant word, in the byte order SHA-256 makes it in, has none of these bits.
 */
export function dispatchWords(first: number, count: number, mask: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(DISPATCH_WORDS);
  words.set([first, count, mask, 1, ...ROTATES]);
  return words;
}

/**
 * The mask that lets every hash at or below a target pass, and no hash whose number has more bits than the target's top word: a filter that
 * costs one operation. What passes is compared with the whole target by the host.
 *
 * @param topWord - the target's most significant word.
 * @example
 * ```ts
 * hitMask(0) >>> 0; // 0xffffffff
 * hitMask(0x00ffffff) >>> 0; // 0x000000ff
 * ```
 */
export function hitMask(topWord: number): number {
  const zeroBits = Math.clz32(topWord);
  const mask = zeroBits === 0 ? 0 : (0xffffffff << (32 - zeroBits)) >>> 0;
  return byteSwap(mask);
}

/** The bytes of a word in the other order. */
export function byteSwap(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
