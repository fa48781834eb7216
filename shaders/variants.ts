/** The variants of the generated kernel: what they may differ in, their names, and which are worth trying where. */

/** One way to write the same graph. Which is fastest depends on the driver's compiler: docs/kernels.md has the reasons. */
export interface Variant {
  /** Versions hashed side by side. */
  readonly midstates: 1 | 2 | 4;
  /** Rotation amounts: constants, or read from a uniform, which Mesa's compilers turn into one instruction and others do not. */
  readonly rotate: 'const' | 'uniform';
  /** Additions: plain, or `a * 1 + b` with the 1 read from a uniform, which NVIDIA's multiply-add pipe does beside the logic pipe. */
  readonly add: 'plain' | 'mad';
  /** Ch as `g ^ (e & (f ^ g))`, or as `(e & f) | (~e & g)`. */
  readonly ch: 'xor' | 'or';
  readonly workgroupSize: 64 | 128 | 256;
  /** Nonces that one invocation tests, in a loop. */
  readonly noncesPerInvocation: 1 | 4 | 16 | 64;
}

/** Where a device comes from, as far as the choice of variants goes. */
export type DeviceFamily = 'nvidia' | 'amd' | 'apple' | 'intel' | 'software' | 'other';

/** Right everywhere and fast nearly everywhere: what runs before anything has been measured. */
export const SAFE_VARIANT: Variant = {
  midstates: 1,
  rotate: 'const',
  add: 'plain',
  ch: 'xor',
  workgroupSize: 64,
  noncesPerInvocation: 1,
};

/**
 * The name of a variant.
 *
 * @example
 * ```ts
 * variantName(SAFE_VARIANT); // 'k1-const-plain-xor-wg64-npi1'
 * ```
 */
export function variantName({
  midstates,
  rotate,
  add,
  ch,
  workgroupSize,
  noncesPerInvocation,
}: Variant): string {
  return `k${midstates}-${rotate}-${add}-${ch}-wg${workgroupSize}-npi${noncesPerInvocation}`;
}

const NAME = /^k([124])-(const|uniform)-(plain|mad)-(xor|or)-wg(64|128|256)-npi(1|4|16|64)$/;

/**
 * The variant of a name; undefined when there is none.
 *
 * @example
 * ```ts
 * parseVariant('k2-const-mad-xor-wg256-npi16')?.midstates; // 2
 * parseVariant('fastest'); // undefined
 * ```
 */
export function parseVariant(name: string): Variant | undefined {
  const parts = NAME.exec(name);
  if (parts === null) return undefined;
  return {
    midstates: Number(parts[1]) as Variant['midstates'],
    rotate: parts[2] as Variant['rotate'],
    add: parts[3] as Variant['add'],
    ch: parts[4] as Variant['ch'],
    workgroupSize: Number(parts[5]) as Variant['workgroupSize'],
    noncesPerInvocation: Number(parts[6]) as Variant['noncesPerInvocation'],
  };
}

/** From what is common to a family to what is worth measuring there, the likely best first. */
const CANDIDATES: Readonly<Record<DeviceFamily, readonly string[]>> = {
  nvidia: [
    'k2-const-mad-xor-wg256-npi16',
    'k2-const-mad-xor-wg128-npi16', // 56 registers instead of 64 (sm_90)
    'k1-const-mad-xor-wg256-npi16',
    'k2-const-plain-xor-wg256-npi16',
    'k4-const-mad-xor-wg128-npi16',
    'k1-const-plain-xor-wg256-npi1',
  ],
  amd: [
    'k2-uniform-plain-or-wg256-npi1',
    'k2-uniform-plain-or-wg64-npi16',
    'k1-uniform-plain-or-wg256-npi1',
    'k4-uniform-plain-or-wg64-npi1',
    'k2-const-plain-xor-wg256-npi1',
    'k1-const-plain-xor-wg64-npi16',
  ],
  apple: [
    'k2-const-plain-xor-wg256-npi1',
    'k1-const-plain-xor-wg256-npi16',
    'k2-const-plain-or-wg64-npi16',
    'k1-const-plain-or-wg128-npi1',
    'k4-const-plain-xor-wg256-npi1',
    'k1-const-plain-xor-wg64-npi1',
  ],
  intel: [
    'k2-uniform-plain-or-wg128-npi1',
    'k1-uniform-plain-or-wg64-npi16',
    'k2-uniform-plain-xor-wg64-npi1',
    'k1-const-plain-xor-wg64-npi4',
    'k2-const-plain-xor-wg128-npi1',
    'k4-uniform-plain-or-wg64-npi1',
  ],
  software: [
    'k1-const-plain-xor-wg64-npi1',
    'k1-const-plain-xor-wg256-npi64',
    'k2-const-plain-xor-wg64-npi16',
    'k4-const-plain-xor-wg64-npi16',
  ],
  other: [
    'k1-const-plain-xor-wg256-npi16',
    'k2-const-plain-xor-wg128-npi1',
    'k1-uniform-plain-or-wg64-npi1',
    'k2-uniform-plain-or-wg64-npi16',
    'k2-const-mad-xor-wg256-npi16',
    'k4-const-plain-xor-wg64-npi1',
  ],
};

/** The variants worth measuring on a family of devices, the likely best first; {@link SAFE_VARIANT} is measured everywhere. */
export function candidateVariants(family: DeviceFamily): readonly Variant[] {
  return CANDIDATES[family].map((name) => parseVariant(name)!);
}

/**
 * A set in which every value of every property meets every value of the next one, and every candidate is: what tests run. All 432 variants would say no
 * more, since the properties meet only in the WGSL of a prelude.
 */
export function testedVariants(): readonly Variant[] {
  const forms = ([1, 2, 4] as const).flatMap((midstates) =>
    (['const', 'uniform'] as const).flatMap((rotate) =>
      (['plain', 'mad'] as const).flatMap((add) =>
        (['xor', 'or'] as const).map((ch) => ({ midstates, rotate, add, ch })),
      ),
    ),
  );
  const sizes = [64, 128, 256] as const;
  const counts = [1, 4, 16, 64] as const;
  const crossed = forms.map(
    (form, i): Variant => ({
      ...form,
      workgroupSize: sizes[i % 3]!,
      noncesPerInvocation: counts[(i + (i >> 2)) % 4]!,
    }),
  );
  const candidates = Object.values(CANDIDATES).flat();
  const names = new Set([...crossed.map(variantName), ...candidates]);
  return [...names].map((name) => parseVariant(name)!);
}
