/** Types of options.mjs. */
export class UsageError extends Error {}
export interface Options {
  readonly minutes: number;
  readonly only: readonly string[];
  readonly runMs: number;
  readonly runs: number;
  readonly warmUpMs: number;
  readonly engineMs: number;
  readonly variants: readonly string[] | undefined;
}
export function readOptions(args: readonly string[]): Options;
