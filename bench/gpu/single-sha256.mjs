/** hashcat's inner loop for plain SHA-256 (-m 1400): 57 rounds of one block whose first word varies. Its published rates calibrate the model. */
import { createGraph, evaluate } from '../../dist/shaders/dag.js';
import { emitStatements, jobNodes } from '../../dist/shaders/emit.js';
import { SHA256_IV, SHA256_K } from '../../dist/src/bitcoin/sha256.js';

/**
 * Of a digest to be found, the last seven rounds can be undone as far as `a` is concerned, without knowing the message: hashcat
 * compares that word after 57 rounds.
 */
const ROUNDS = 57;
const REMAINING = 64 - ROUNDS;

/** Words 1 to 15 of the message: "hash", "gap", the padding of FIPS 180-4 section 5.1.1, and the length of 88 bits. */
const TAIL = Uint32Array.of(0x68617368, 0x67617080, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 88);

/** The graph: `word` is the message's first word, the output is `a` after 57 rounds. */
export function singleSha256Graph() {
  const graph = createGraph();
  const w = [graph.nonce, ...Array.from(TAIL, (_, i) => graph.input(i))];
  for (let t = 16; t < ROUNDS; t++) {
    w.push(graph.sum(w[t - 16], graph.rotation('s0', w[t - 15]), w[t - 7], graph.rotation('s1', w[t - 2])));
  }
  let [a, b, c, d, e, f, g, h] = Array.from(SHA256_IV, (word) => graph.constant(word));
  for (let t = 0; t < ROUNDS; t++) {
    const t1 = graph.sum(graph.constant(SHA256_K[t]), w[t], h, graph.rotation('S1', e), graph.ch(e, f, g));
    const next = graph.sum(t1, graph.rotation('S0', a), graph.maj(a, b, c));
    [a, b, c, d, e, f, g, h] = [next, a, b, c, graph.sum(d, t1), e, f, g];
  }
  return { midstates: 1, outputs: [a] };
}

/** The CUDA, in place of the hash of a kernel from emit-cuda.ts, whose shell and functions it keeps. */
export function singleSha256Cuda(shellOf) {
  const graph = singleSha256Graph();
  const { lines, outputs } = emitStatements(graph, {
    define: (name) => `const u32 ${name} =`,
    constant: (value) => `0x${value.toString(16)}u`,
    jobWord: (index) => `job.words[${index}]`,
  });
  const body = [...lines, `out[0] = ${outputs[0]};`].map((line) => `  ${line}`).join('\n');
  return shellOf
    .replace(/struct Job \{.*\};/, `struct Job { u32 words[${jobNodes(graph).length}]; };`)
    .replace(/(last_words\(const Job &job[^{]*\{\n)[\s\S]*?(\n\}\n#ifdef __CUDACC__)/, `$1${body}$2`);
}

/** The kernel's job words: those of a fixed message but for its first word. */
export function singleSha256Job() {
  return evaluate(jobNodes(singleSha256Graph()), TAIL);
}

/** The message whose first word is this: 11 bytes. */
export function messageOf(word) {
  const bytes = new DataView(new ArrayBuffer(12));
  [word, TAIL[0], TAIL[1]].forEach((each, i) => {
    bytes.setUint32(4 * i, each);
  });
  return new Uint8Array(bytes.buffer, 0, 11);
}

const rotr = (x, n) => (x >>> n) | (x << (32 - n));
const sigma0 = (x) => rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
const majority = (x, y, z) => (x & y) ^ (x & z) ^ (y & z);

/**
 * `a` after 57 rounds, from a digest alone: undoing a round turns b..d into a..c, and d needs the sum that made `a` and `e`.
 *
 * @param digest - 8 big-endian words.
 */
export function undoneWord(digest) {
  let state = Array.from(digest, (word, i) => (word - SHA256_IV[i]) | 0);
  for (let i = 0; i < REMAINING; i++) {
    const [a, b, c, d, e, f, g, h] = state;
    const t1 = (a - sigma0(b) - majority(b, c, d)) | 0;
    state = [b, c, d, (e - t1) | 0, f, g, h, 0];
  }
  return state[0] >>> 0;
}
