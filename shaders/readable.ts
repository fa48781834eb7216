/** The hand-written kernel: shaders/sha256.wgsl with shaders/scan.wgsl, for people to read and for drivers that refuse the generated ones. */
import type { ShaderKernel } from './kernel.ts';

/** The text of the two files; how it is read differs between Node and a page. */
export interface ReadableSource {
  readonly sha256: string;
  readonly scan: string;
}

/** The kernel that the two files make together: one version, one nonce for each invocation. */
export function readableKernel({ sha256, scan }: ReadableSource): ShaderKernel {
  return {
    name: 'readable',
    midstates: 1,
    workgroupSize: 64,
    noncesPerInvocation: 1,
    wgsl: `${sha256}\n${scan}`,
    jobWords: 12,
    wordsOfJob(midstates, tail) {
      const words = new Uint32Array(12);
      words.set(midstates.subarray(0, 8));
      words.set(tail, 8);
      return words;
    },
  };
}
