/** Types of cpu-time.mjs. */
export function ticksOf(stat: string): number;
export function cpuMsOf(pid: number): { readonly mainMs: number; readonly allMs: number } | undefined;
