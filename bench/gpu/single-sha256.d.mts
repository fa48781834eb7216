/** Types of single-sha256.mjs. */
import type { MiningGraph } from '../../shaders/sha256d.ts';
export function singleSha256Graph(): MiningGraph;
export function messageOf(word: number): Uint8Array;
export function undoneWord(digest: ArrayLike<number>): number;
