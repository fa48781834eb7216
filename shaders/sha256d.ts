/** The mining graph: double SHA-256 of a header from its midstates to the one word that decides. */
import { SHA256_IV, SHA256_K } from '../src/bitcoin/sha256.ts';
import { createGraph, type Graph, type Node } from './dag.ts';

/** The graph of one kernel. */
export interface MiningGraph {
  /** Versions hashed side by side. */
  readonly midstates: number;
  /** The last word of each block hash: as a number, the most significant 32 bits, bytes in reverse. */
  readonly outputs: readonly Node[];
}

/** Input indices: 8 words of each midstate, then the 3 words of the tail. */
const midstateInput = (lane: number, word: number) => 8 * lane + word;

/** The last round whose result the last word of the hash needs: it is `e` after round 60, shifted down three times. */
const LAST_ROUND = 60;

/**
 * Builds the graph for `midstates` versions of one header. What mining saves falls out of folding: everything before the nonce (word 3 of the
 * header's second block) is a job word, padding is constant, and of the second hash only what the last word needs is reached from the outputs.
 *
 * @example
 * ```ts
 * miningGraph(2).outputs.length; // 2
 * ```
 */
export function miningGraph(midstates: number): MiningGraph {
  const graph = createGraph();
  const tail = [0, 1, 2].map((word) => graph.input(8 * midstates + word));
  const schedule = expand(graph, [...tail, graph.nonce, ...padding(graph, 12, 640)]);
  const states = Array.from({ length: midstates }, (_, lane) =>
    Array.from({ length: 8 }, (_, word) => graph.input(midstateInput(lane, word))),
  );
  const digests = firstHashes(graph, states, schedule);
  return { midstates, outputs: digests.map((digest) => lastWord(graph, digest)) };
}

/** The padding of FIPS 180-4 section 5.1.1: a one bit, zeros, and the length in bits. */
function padding(graph: Graph, words: number, bits: number): Node[] {
  return Array.from({ length: words }, (_, i) =>
    graph.constant(i === 0 ? 0x80000000 : i === words - 1 ? bits : 0),
  );
}

/** W[0..63], FIPS 180-4 section 6.2.2 step 1; what nothing needs is never emitted. */
function expand(graph: Graph, block: readonly Node[]): Node[] {
  const w = [...block];
  for (let t = 16; t < 64; t++) {
    w.push(
      graph.sum(w[t - 16]!, graph.rotation('s0', w[t - 15]!), w[t - 7]!, graph.rotation('s1', w[t - 2]!)),
    );
  }
  return w;
}

/** One round, FIPS 180-4 section 6.2.2 step 3. */
function round(graph: Graph, state: readonly Node[], w: Node, t: number): Node[] {
  const [a, b, c, d, e, f, g, h] = state as [Node, Node, Node, Node, Node, Node, Node, Node];
  const t1 = graph.sum(graph.constant(SHA256_K[t]!), w, h, graph.rotation('S1', e), graph.ch(e, f, g));
  const next = graph.sum(t1, graph.rotation('S0', a), graph.maj(a, b, c));
  return [next, a, b, c, graph.sum(d, t1), e, f, g];
}

/** Round by round, all versions side by side: each schedule word is needed by all of them at once, and then no more. */
function firstHashes(graph: Graph, midstates: readonly Node[][], schedule: readonly Node[]): Node[][] {
  let states = midstates.map((state) => [...state]);
  for (let t = 0; t < 64; t++) states = states.map((state) => round(graph, state, schedule[t]!, t));
  return states.map((state, lane) => state.map((word, i) => graph.sum(midstates[lane]![i]!, word)));
}

/** The last word of the hash of a 32-byte digest: H7 = IV[7] + `e` after round 60. */
function lastWord(graph: Graph, digest: readonly Node[]): Node {
  const schedule = expand(graph, [...digest, ...padding(graph, 8, 256)]);
  let state = Array.from(SHA256_IV, (word) => graph.constant(word));
  for (let t = 0; t < LAST_ROUND; t++) state = round(graph, state, schedule[t]!, t);
  const [, , , d, e, f, g, h] = state as [Node, Node, Node, Node, Node, Node, Node, Node];
  return graph.sum(
    graph.constant(SHA256_K[LAST_ROUND]! + SHA256_IV[7]!),
    schedule[LAST_ROUND]!,
    h,
    graph.rotation('S1', e),
    graph.ch(e, f, g),
    d,
  );
}
