/** The terminal of a real process for the dashboard: its size, Ctrl-Z, its end, and whose turn it is. */
import { readFileSync } from 'node:fs';
import { eventTimeMs } from '../../events.ts';
import { needsAscii } from '../choose.ts';
import type { SetTimer } from './pace.ts';
import { createDashboardReporter, type DashboardReporter, type DashboardTerminal } from './reporter.ts';
import type { DashboardAbout } from './state.ts';

/** How a dashboard looks. */
export interface DashboardLook {
  readonly colours: boolean;
  /** @default what the environment says */
  readonly ascii?: boolean;
}

/** A dashboard on the standard output of a process. */
export function openDashboard(
  proc: NodeJS.Process,
  about: DashboardAbout,
  { colours, ascii = needsAscii(proc.env, proc.platform) }: DashboardLook,
): DashboardReporter {
  return createDashboardReporter({
    ...processTerminal(proc),
    about,
    now: eventTimeMs, // ages are those of events
    setTimer,
    ascii,
    colours,
  });
}

const setTimer: SetTimer = (callback, ms) => {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
};

/** The terminal behind the standard output of a process. */
export function processTerminal(proc: NodeJS.Process): DashboardTerminal {
  const { stdout } = proc;
  return {
    write: (text) => stdout.write(text),
    columns: () => stdout.columns,
    rows: () => stdout.rows,
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
    onExit: (listener) => {
      proc.on('exit', listener);
      return () => proc.off('exit', listener);
    },
    onSuspend: proc.platform === 'win32' ? () => () => {} : onSuspend(proc),
    inForeground: proc.platform === 'linux' ? inForeground(proc) : () => true,
  };
}

/**
 * Only the job in the foreground is told when the terminal is resized. Whoever comes back there sends the signal to itself: Node reads the size anew, and
 * tells of it if it is another.
 */
const readSize = (proc: NodeJS.Process) => proc.kill(proc.pid, 'SIGWINCH');

function inForeground(proc: NodeJS.Process): () => boolean {
  let before = true;
  return () => {
    const now = isForeground(statOf('/proc/self/stat'));
    if (now && !before) readSize(proc);
    before = now;
    return now;
  };
}

/**
 * A listener for SIGTSTP takes the place of stopping. So it is taken away, and the signal sent once more: the shell sees a job that was stopped in the usual
 * way, where SIGSTOP would also stop a process that no shell can continue. It is back with SIGCONT, and not earlier: the signal may still be on its way.
 */
function onSuspend(proc: NodeJS.Process): DashboardTerminal['onSuspend'] {
  return (pause, resume) => {
    const stop = () => {
      pause();
      proc.off('SIGTSTP', stop);
      proc.kill(proc.pid, 'SIGTSTP');
    };
    const goOn = () => {
      proc.off('SIGTSTP', stop);
      proc.on('SIGTSTP', stop);
      readSize(proc);
      resume();
    };
    proc.on('SIGTSTP', stop);
    proc.on('SIGCONT', goOn);
    return () => {
      proc.off('SIGTSTP', stop);
      proc.off('SIGCONT', goOn);
    };
  };
}

/**
 * Whether a process is of the group that owns its terminal, from its line in /proc (proc_pid_stat(5)); true for one without a terminal of its own.
 *
 * @example
 * ```ts
 * isForeground('7 (node) S 1 7 7 34816 7 0'); // true
 * isForeground('7 (a b) S 1 7 7 34816 9 0'); // false
 * isForeground('7 (node) S 1 7 7 0 -1 0'); // true
 * ```
 */
export function isForeground(stat: string): boolean {
  const [, , group, , terminal, owner] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return terminal === undefined || terminal === '0' || owner === '-1' || group === owner;
}

function statOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // a system without /proc
  }
}
