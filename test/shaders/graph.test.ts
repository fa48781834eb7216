/** The mining graph: its operation counts, and its words against node:crypto, evaluated as a graph and compiled from its CUDA. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph, evaluate, sliceOf } from '../../shaders/dag.ts';
import { emitCuda } from '../../shaders/emit-cuda.ts';
import { generateKernel } from '../../shaders/generate.ts';
import { byteSwap } from '../../shaders/kernel.ts';
import { operationCounts } from '../../shaders/operations.ts';
import { miningGraph } from '../../shaders/sha256d.ts';
import { parseVariant } from '../../shaders/variants.ts';
import { SHA256_IV, sha256Compress } from '../../src/bitcoin/sha256.ts';

const KS = [1, 2, 4] as const;

/** The last word of the double hash, as SHA-256 makes it. */
function lastWord(header: Uint8Array): number {
  const once = createHash('sha256').update(header).digest();
  return createHash('sha256').update(once).digest().readUInt32BE(28);
}

/** Headers that differ in their version, and what a kernel is given of them. */
function headersFrom(seed: Uint8Array, midstates: number) {
  const headers = Array.from({ length: midstates }, (_, version) => {
    const header = Uint8Array.from({ length: 80 }, (_, i) => seed[i % seed.length]! ^ ((i * 37) & 0xff));
    new DataView(header.buffer).setUint32(0, 0x20000000 + version * 0x2000, true);
    return header;
  });
  const states = headers.flatMap((header) => {
    const state = SHA256_IV.slice();
    sha256Compress(state, header);
    return [...state];
  });
  const tail = new DataView(headers[0]!.buffer, 64);
  return { headers, inputs: [...states, tail.getUint32(0), tail.getUint32(4), tail.getUint32(8)] };
}

const withNonce = (header: Uint8Array, nonce: number) => {
  const copy = header.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return copy;
};

describe('operation counts', () => {
  it('are 2446, 4512 and 8644 for 1, 2 and 4 versions, with 47, 81 and 149 words from the host', () => {
    const counts = KS.map((k) => operationCounts(miningGraph(k)));
    expect(counts.map(({ total }) => total)).toEqual([2446, 4512, 8644]);
    expect(counts.map(({ jobWords }) => jobWords)).toEqual([47, 81, 149]);
    expect(counts.map(({ shf }) => shf)).toEqual([1176, 2124, 4020]);
    expect(counts.map(({ lop3 }) => lop3)).toEqual([629, 1182, 2288]);
    expect(counts.map(({ iadd3 }) => iadd3)).toEqual([641, 1206, 2336]);
  });

  it('are those of the statements that are emitted', () => {
    for (const k of KS) {
      const { wgsl } = generateKernel(parseVariant(`k${k}-const-plain-xor-wg64-npi1`)!);
      const body = wgsl.slice(wgsl.indexOf('fn test('));
      const calls = (name: string) => body.split(`${name}(`).length - 1;
      const { shf, lop3, iadd3, additions } = operationCounts(miningGraph(k));
      const sigmas = ['S0', 'S1', 's0', 's1'].reduce((sum, name) => sum + calls(` ${name}`), 0);
      expect(3 * sigmas).toBe(shf);
      expect(sigmas + calls(' ch') + calls(' maj') + k).toBe(lop3);
      expect(calls('add2') + calls('add3')).toBe(iadd3);
      expect(calls('add2') + 2 * calls('add3')).toBe(additions);
    }
  });
});

describe('the graph', () => {
  it.each(KS)('computes the last word of %i hashes, as node:crypto does', (k) => {
    const { outputs } = miningGraph(k);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 80 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (seed, nonce) => {
          const { headers, inputs } = headersFrom(seed, k);
          const words = evaluate(outputs, inputs, byteSwap(nonce));
          expect([...words]).toEqual(headers.map((header) => lastWord(withNonce(header, nonce))));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives kernels the job words that its late nodes take, and nothing else', () => {
    const { inputs } = headersFrom(Uint8Array.of(1, 2, 3), 2);
    const kernel = generateKernel(parseVariant('k2-const-plain-xor-wg64-npi1')!);
    const words = kernel.wordsOfJob(
      Uint32Array.from(inputs.slice(0, 16)),
      Uint32Array.from(inputs.slice(16)),
    );
    const { inputs: nodes } = sliceOf(miningGraph(2).outputs, 2);
    expect([...words]).toEqual([...evaluate(nodes, inputs), 0, 0, 0]);
  });

  it('folds constants, finds equal parts, and adds up what the host can add', () => {
    const graph = createGraph();
    const [a, b] = [graph.input(0), graph.input(1)];
    expect(graph.sum(graph.constant(0xffffffff), graph.constant(2))).toBe(graph.constant(1));
    expect(graph.sum(b, a)).toBe(graph.sum(a, b));
    expect(graph.sum(a, graph.constant(0))).toBe(a);
    const late = graph.sum(a, graph.nonce);
    expect(graph.sum(late, b)).toBe(graph.sum(graph.nonce, graph.sum(a, b)));
    expect(graph.sum(late, graph.rotation('s0', graph.nonce)).args).toContain(late);
    expect(graph.ch(graph.constant(0xf0), graph.constant(0xff), graph.constant(0x0f))).toBe(
      graph.constant(0xff),
    );
  });
});

describe('the CUDA of a graph', () => {
  it.each(['k1-const-plain-xor-wg64-npi1', 'k2-const-mad-or-wg256-npi16'])(
    'computes the same words when compiled as C++: %s',
    (name) => {
      const variant = parseVariant(name)!;
      const { headers, inputs } = headersFrom(Uint8Array.of(9, 8, 7, 6), variant.midstates);
      const kernel = generateKernel(variant);
      const job = kernel.wordsOfJob(
        Uint32Array.from(inputs.slice(0, -3)),
        Uint32Array.from(inputs.slice(-3)),
      );
      const nonces = [0, 1, 0x12345678, 0xffffffff];
      const expected = nonces.flatMap((nonce) =>
        headers.map((header) => String(lastWord(withNonce(header, nonce)))),
      );
      const printed = runAsCpp(emitCuda(variant), [...job], nonces.map(byteSwap), variant.midstates);
      expect(printed).toEqual(expected);
    },
  );
});

/** Compiles the device function for the host, calls it for each nonce word, and returns what it prints. */
function runAsCpp(cuda: string, job: number[], words: number[], midstates: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-cuda-'));
  const main = `#include <cstdio>
#include <initializer_list>
#define __device__
#define __forceinline__ inline
${cuda}
int main() {
  const u32 words[] = {${job.map((word) => `${word}u`).join(', ')}};
  Job job;
  for (u32 i = 0; i < sizeof job / 4; i++) job.words[i] = words[i];
  for (u32 word : {${words.map((word) => `${word}u`).join(', ')}}) {
    u32 out[${midstates}];
    last_words(job, 1, word, out);
    for (u32 hash : out) std::printf("%u\\n", hash);
  }
}
`;
  try {
    writeFileSync(join(folder, 'main.cc'), main);
    execFileSync('g++', ['-O0', '-o', join(folder, 'main'), join(folder, 'main.cc')]);
    return execFileSync(join(folder, 'main'), { encoding: 'utf8' }).trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
