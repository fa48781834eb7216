/** The program as a child: `node dist/src/cli/main.js ...` run to its end, or started and read line by line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFeed } from './feed.ts';

/** The compiled program; `npm test` builds it first. */
export const CLI_PATH = join(import.meta.dirname, '../../dist/src/cli/main.js');

/** A line of `--json`. */
export interface JsonLine {
  readonly type?: string;
  readonly [name: string]: unknown;
}

/** How to start the program. */
export interface CliOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default this process's */
  readonly cwd?: string;
  /** Milliseconds after which the child is killed, so that a test that hangs leaves nothing behind. @default 60_000 */
  readonly deadlineMs?: number;
}

/** What a run that is over left. */
export interface CliResult {
  /** Undefined after a signal. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, each an object when the run had `--json`; empty otherwise. */
  readonly lines: readonly JsonLine[];
}

/** A program under way. */
export interface RunningCli {
  readonly pid: number | undefined;
  /** The JSON lines so far. */
  readonly lines: readonly JsonLine[];
  /** The first line that matches behind the one the previous call returned; fails when the program ends without one. */
  nextLine(matches: (line: JsonLine) => boolean): Promise<JsonLine>;
  /** Resolves when what it writes to stderr from now on matches, or when it has ended. */
  said(pattern: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the program has ended, however it did. */
  readonly ended: Promise<CliResult>;
}

/**
 * Starts the program; with `--json` its lines can be awaited.
 *
 * @example
 * ```ts
 * const cli = startCli(['regtest', '--json']);
 * await cli.nextLine(({ type }) => type === 'regtest');
 * cli.kill('SIGINT');
 * (await cli.ended).exitCode; // 130
 * ```
 */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawn(process.execPath, [CLI_PATH, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: options.deadlineMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const feed = createFeed<JsonLine>();
  const ended = collect(child, args.includes('--json') ? feed.push : () => {});
  ended
    .then((result) => feed.end(() => new Error(`The program ended: ${describe(args, result)}`)))
    .catch(() => {});
  return {
    pid: child.pid,
    lines: feed.items,
    nextLine: feed.next,
    said: (pattern) => untilSaid(child, pattern),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

/** Runs the program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

function untilSaid(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    child.on('close', () => resolve());
  });
}

async function collect(child: ChildProcess, onLine: (line: JsonLine) => void): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  const lines: JsonLine[] = [];
  child.stderr?.on('data', (chunk: Buffer) => {
    texts.stderr += chunk;
  });
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  reader.on('line', (text) => {
    texts.stdout += `${text}\n`;
    const line = parse(text); // a program that was killed can leave half a line
    if (line !== undefined) {
      lines.push(line);
      onLine(line);
    }
  });
  const [exitCode, signal] = await once(child, 'close');
  return { exitCode: exitCode ?? undefined, signal: signal ?? undefined, ...texts, lines };
}

function parse(text: string): JsonLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as JsonLine) : undefined;
  } catch {
    return undefined;
  }
}

function describe(args: readonly string[], { exitCode, signal, stdout, stderr }: CliResult): string {
  return `hashgap ${args.join(' ')}: ${signal ?? `exit code ${exitCode}`}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`;
}
