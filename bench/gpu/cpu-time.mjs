/** Processor time of a process: of its main thread and of all its threads, as Linux counts it. */
import { readFileSync } from 'node:fs';

/** Clock ticks of /proc are 10 ms on every Linux there is (USER_HZ). */
const TICK_MS = 10;

/** User and system time in a stat file of /proc: fields 14 and 15, the second of which may hold spaces and brackets. */
export function ticksOf(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** `{ mainMs, allMs }`; undefined where there is no /proc. */
export function cpuMsOf(pid) {
  try {
    const read = (path) => TICK_MS * ticksOf(readFileSync(path, 'utf8'));
    return { mainMs: read(`/proc/${pid}/task/${pid}/stat`), allMs: read(`/proc/${pid}/stat`) };
  } catch {
    return undefined;
  }
}
