/** Types of pipes-source.mjs. */
export interface Pipe {
  readonly name: string;
  readonly parts: Readonly<Record<string, number>>;
  readonly predicted: number | undefined;
}
export const PIPES: readonly Pipe[];
export function functionOf(pipe: Pipe): string;
export function sequenceOf(pipe: Pipe): string[];
export function expectedKinds(pipe: Pipe): Record<string, number>;
export function workOf(pipe: Pipe): number;
export function pipesSource(pipes?: readonly Pipe[]): string;
