/** The WGSL itself: hand-written and generated kernels keep the interface of shaders/kernel.ts, and Dawn takes every one. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateKernel } from '../../shaders/generate.ts';
import {
  byteSwap,
  DISPATCH_WORDS,
  dispatchWords,
  HIT_CAPACITY,
  HIT_WORDS,
  hitMask,
  ROTATES,
} from '../../shaders/kernel.ts';
import { readableKernel } from '../../shaders/readable.ts';
import {
  candidateVariants,
  parseVariant,
  SAFE_VARIANT,
  testedVariants,
  variantName,
} from '../../shaders/variants.ts';
import { SHA256_IV, SHA256_K } from '../../src/bitcoin/sha256.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, 'shaders', name), 'utf8');
const readable = readableKernel({ sha256: read('sha256.wgsl'), scan: read('scan.wgsl') });

/** The words of an array literal. */
function literal(text: string, name: string): number[] {
  const body = new RegExp(`const ${name} = array<u32, \\d+>\\(([^)]*)\\)`).exec(text)![1]!;
  return [...body.matchAll(/0x([0-9a-f]{8})u/g)].map(([, hex]) => Number.parseInt(hex!, 16));
}

describe('the hand-written kernel', () => {
  it("has the oracle's constants", () => {
    expect(literal(read('sha256.wgsl'), 'K')).toEqual([...SHA256_K]);
    expect(literal(read('sha256.wgsl'), 'INITIAL')).toEqual([...SHA256_IV]);
  });

  it('has the interface that its TypeScript mirror describes', () => {
    const scan = read('scan.wgsl');
    expect(HIT_WORDS).toBe(2 + 2 * HIT_CAPACITY);
    expect(scan).toContain(`items: array<vec2<u32>, ${HIT_CAPACITY}>`);
    expect(scan).toContain(`if (at < ${HIT_CAPACITY}u)`);
    expect(scan).toContain(`rotates: array<vec4<u32>, ${DISPATCH_WORDS / 4 - 1}>`);
    expect(scan).toContain(`@workgroup_size(${readable.workgroupSize})`);
    expect(scan).toContain(`groups.x * ${readable.workgroupSize}u`);
    expect(readable.wordsOfJob(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint32Array.of(9, 10, 11))).toEqual(
      Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0),
    );
  });
});

describe('generated kernels', () => {
  it('are straight-line code: no array is indexed at run time, nothing loops but over nonces', () => {
    for (const variant of testedVariants()) {
      const { wgsl } = generateKernel(variant);
      const indices = [...wgsl.matchAll(/\[([^\]]*)\]/g)].map(([, index]) => index!);
      expect(indices.filter((index) => !/^\d+$/.test(index))).toEqual(['at']); // the hit, once in 2^32 hashes
      expect(wgsl.split('for (').length - 1).toBe(variant.noncesPerInvocation === 1 ? 0 : 1);
    }
  });

  it('differ from one name to the next', () => {
    const texts = testedVariants().map((variant) =>
      generateKernel(variant).wgsl.replace(/^.*\n/, '').replaceAll(variantName(variant), ''),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('are named so that a name gives the variant back, and nothing else does', () => {
    for (const variant of testedVariants()) expect(parseVariant(variantName(variant))).toEqual(variant);
    for (const name of ['', 'k3-const-plain-xor-wg64-npi1', 'K1-const-plain-xor-wg64-npi1', 'readable'])
      expect(parseVariant(name)).toBeUndefined();
  });

  it('has candidates for every family, each among the tested ones', () => {
    const tested = testedVariants().map(variantName);
    for (const family of ['nvidia', 'amd', 'apple', 'intel', 'software', 'other'] as const) {
      const names = candidateVariants(family).map(variantName);
      expect(names.length).toBeGreaterThanOrEqual(4);
      for (const name of names) expect(tested).toContain(name);
    }
    expect(tested).toContain(variantName(SAFE_VARIANT));
  });
});

describe('the words of a dispatch', () => {
  it('are the range, the mask, one, and the amounts of every rotation', () => {
    expect([...dispatchWords(0xffffffff, 1, 0x80)]).toEqual([0xffffffff, 1, 0x80, 1, ...ROTATES, 0, 0]);
  });

  it('pass every hash at or below a target, and none with a longer top word', () => {
    for (const topWord of [0, 1, 2, 0x7f, 0x80, 0xffff, 0x00ffffff, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const mask = hitMask(topWord);
      const passes = (top: number) => (byteSwap(top) & mask) === 0;
      expect(passes(topWord)).toBe(true);
      expect(passes(0)).toBe(true);
      const longer = 2 ** (32 - Math.clz32(topWord));
      if (longer < 2 ** 32) expect(passes(longer)).toBe(false);
    }
  });
});

describe("Dawn's compiler, with no driver at all", () => {
  it('takes the hand-written kernel and every generated one, and refuses a wrong one', () => {
    const kernels = [readable, ...testedVariants().map(generateKernel)].map(({ name, wgsl }) => ({
      name,
      wgsl,
    }));
    const broken = { name: 'broken', wgsl: readable.wgsl.replace('return second[7]', 'return second[8]') };
    const script = join(ROOT, 'test/support/validate-wgsl.mjs');
    const input = JSON.stringify([...kernels, broken]);
    const answers = JSON.parse(
      execFileSync(process.execPath, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 26 }),
    ) as { name: string; errors: string[] }[];
    expect(answers.slice(0, -1).filter(({ errors }) => errors.length > 0)).toEqual([]);
    expect(answers).toHaveLength(kernels.length + 1);
    expect(answers.at(-1)!.errors.join()).toContain('index');
  });
});
