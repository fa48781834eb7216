/** Types of cuda-variants.mjs. */
export const FINALS: readonly string[];
export const SHAPES: readonly string[];
export function cudaNameOf(name: string): string | undefined;
export function partialMad(source: string, share: number): string;
export function shiftsByProduct(source: string): string;
