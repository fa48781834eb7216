/** How many operations a mining graph takes on hardware with three-input logic and additions, as GPUs have it. */
import { sliceOf } from './dag.ts';
import type { MiningGraph } from './sha256d.ts';

/** Operations of one nonce, all versions together. The names are NVIDIA's; AMD has the same three. */
export interface OperationCounts {
  /** Rotations and shifts: three in each sigma. */
  readonly shf: number;
  /** Three-input logic: one in each sigma, Ch and Maj, and the test of each hash against the mask. */
  readonly lop3: number;
  /** Three-input additions. */
  readonly iadd3: number;
  /** All of them. */
  readonly total: number;
  /** Two-input additions, where three-input ones do not exist or multiply-add replaces them. */
  readonly additions: number;
  /** Words that the host computes for each job. */
  readonly jobWords: number;
}

/**
 * Counts what the nonce-level part of a graph takes.
 *
 * @example
 * ```ts
 * operationCounts(miningGraph(1)).total; // 2446
 * ```
 */
export function operationCounts({ outputs, midstates }: MiningGraph): OperationCounts {
  const { nodes, inputs } = sliceOf(outputs, 2);
  const sums = nodes.filter(({ op }) => op === 'sum').map(({ args }) => args.length - 1);
  const choices = nodes.filter(({ op }) => op === 'ch' || op === 'maj').length;
  const sigmas = nodes.length - sums.length - choices;
  const shf = 3 * sigmas;
  const lop3 = sigmas + choices + midstates;
  const iadd3 = sums.reduce((sum, binary) => sum + Math.ceil(binary / 2), 0);
  return {
    shf,
    lop3,
    iadd3,
    total: shf + lop3 + iadd3,
    additions: sums.reduce((sum, binary) => sum + binary, 0),
    jobWords: inputs.length,
  };
}
