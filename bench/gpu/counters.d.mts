/** Types of counters.mjs. */
export function readCounters(output: string): {
  readonly counters?: Readonly<Record<string, number>>;
  readonly failure?: string;
};
