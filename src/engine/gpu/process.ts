/** A child process of the GPU engine: started, spoken to, and its end told once, with what it said last. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type { FromChild, ToChild } from './protocol.ts';

/** The child's compiled file: Node runs JavaScript, also when this file runs as TypeScript under the tests. */
export const CHILD_PATH = createRequire(import.meta.url).resolve('#dist/engine/gpu/child.js');

/** How a child ended. */
export interface ChildEnd {
  /** Such as `it was ended by SIGSEGV`. */
  readonly how: string;
  /** The end of what it wrote to stderr; drivers complain there. */
  readonly said: string;
}

/** What is told of a child. Nothing is told after its end. */
export interface ChildListener {
  onMessage(message: FromChild): void;
  onEnd(end: ChildEnd): void;
}

/** A running child. */
export interface GpuChild {
  readonly pid: number | undefined;
  /** Does nothing once the child has gone: its end is told to the listener. */
  send(message: ToChild): void;
  kill(): void;
  /** Whether this child keeps the program alive. It does so at first. */
  keepAlive(yes: boolean): void;
}

/** As much of stderr as is kept, characters. */
const SAID = 4_096;

/** How long stderr is read on after a process has gone, milliseconds: something it started may hold the other end. */
const LAST_WORDS_MS = 500;

/**
 * Starts a child.
 *
 * @param path - the program, {@link CHILD_PATH} but for tests.
 */
export function startChild(path: string, { onMessage, onEnd }: ChildListener): GpuChild {
  // Typed arrays pass only with 'advanced'. No options of this Node go along: those of a test runner mean nothing there.
  const child = fork(path, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  watchEnd(child, onEnd);
  child.on('message', (message) => onMessage(message as FromChild));
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => {}); // what fails on its way shows in the child's end
    },
    kill: () => void child.kill('SIGKILL'),
    keepAlive(yes) {
      const holders = [child, child.channel, child.stderr instanceof Socket ? child.stderr : undefined];
      for (const holder of holders) yes ? holder?.ref() : holder?.unref();
    },
  };
}

/** Messages and complaints may still be on their way when the process has gone: its end is the end of all three. */
function watchEnd(child: ChildProcess, onEnd: ChildListener['onEnd']): void {
  let said = '';
  let how: string | undefined;
  let silent = false;
  let told = false;
  const end = () => {
    if (told || how === undefined || !silent || child.connected) return;
    told = true;
    onEnd({ how, said: said.trim() });
  };
  const fallSilent = () => {
    silent = true;
    end();
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID);
  });
  child.stderr?.on('close', fallSilent);
  child.on('disconnect', end);
  child.on('exit', (code, signal) => {
    how = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
    const impatient = setTimeout(fallSilent, LAST_WORDS_MS);
    child.stderr?.once('close', () => clearTimeout(impatient));
    end();
  });
  child.on('error', ({ message }) => {
    if (child.pid !== undefined) return; // a message that did not get through: the end is near
    how = `it could not be started (${message})`;
    fallSilent();
  });
}
