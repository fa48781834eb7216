/** The program in a real pseudo-terminal, which script(1) of util-linux makes: every Debian has it, and nothing need be compiled. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createVt } from '../report/dashboard/fake-terminal.ts';
import { CLI_PATH } from './cli.ts';

/** Why there is no pseudo-terminal here; undefined where there is one. */
export const noPty: string | undefined =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? undefined
    : 'script(1) of util-linux is not here';

/** The terminal to start in. */
export interface PtyOptions {
  readonly columns: number;
  readonly rows: number;
  /** Added to this process's environment, but for `CI`, which would ask for lines. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in a terminal. */
export interface PtyProgram {
  /** The frame on the alternate screen as soon as it satisfies; fails when the program ends without one. */
  frame(satisfies: (text: string) => boolean): Promise<readonly string[]>;
  /** What a user types; `\x03` is Ctrl-C. */
  type(text: string): void;
  /** Everything after the end. */
  readonly ended: Promise<PtyEnd>;
}

/** What a terminal is like when the program has ended. */
export interface PtyEnd {
  readonly exitCode: number;
  /** The main screen. */
  readonly main: string;
  /** Modes that are not as they were. */
  readonly touched: readonly string[];
  /** `stty -g` before and after. */
  readonly settings: readonly [string, string];
}

const MARK = '~~~';
const FRAME_END = '\u001b[?2026l';

/** Starts the program in a terminal of its own; its settings are printed around it. */
export function startInPty(args: readonly string[], { columns, rows, env }: PtyOptions): PtyProgram {
  const words = [process.execPath, CLI_PATH, ...args].map((word) => `'${word}'`).join(' ');
  const mark = `echo "${MARK}$(stty -g)${MARK}"`;
  // The shell outlives Ctrl-C, which the terminal sends to it as well.
  const command = `stty cols ${columns} rows ${rows}; trap : INT; ${mark}; ${words}; code=$?; ${mark}; exit $code`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CI: '', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let changed = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    changed();
  });
  let isOver = false;
  const ended = once(child, 'close').then(([code]): PtyEnd => {
    isOver = true;
    changed();
    const [, before = '', , after = ''] = output.split(MARK);
    const vt = replay(output);
    return { exitCode: Number(code), main: vt.main(), touched: vt.touched(), settings: [before, after] };
  });
  return {
    async frame(satisfies) {
      for (;;) {
        // Up to the end of a frame: behind it there may be half of one.
        const lines = replay(output.slice(0, output.lastIndexOf(FRAME_END) + FRAME_END.length)).frame();
        if (lines !== undefined && satisfies(lines.join('\n'))) return lines;
        if (isOver) throw new Error(`The program ended without that frame:\n${output.slice(-3000)}`);
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
    type: (text) => void child.stdin.write(text),
    ended,
  };
}

function replay(output: string) {
  const vt = createVt();
  vt.write(output.replaceAll('\r', ''));
  return vt;
}
