/** Questions to a child process that answers and ends: what a driver does to it costs the answer, and not the program. */
import { CHILD_PATH, type ChildEnd, startChild } from './process.ts';
import type { FromChild, ToChild } from './protocol.ts';

/** How a child is asked. */
export interface AskOptions {
  /** How long a child may take to say its next thing, milliseconds. @default 20_000 */
  readonly patienceMs?: number;
  /** Ends the question with what is known by then. @default never */
  readonly signal?: AbortSignal;
  /** The program of the child. @default the real one */
  readonly childPath?: string;
}

/** Starts a child with one question, and hands on what it says until it ends. */
export function ask(
  question: ToChild,
  { patienceMs = 20_000, signal, childPath = CHILD_PATH }: AskOptions,
  onMessage: (message: FromChild) => void,
): Promise<ChildEnd> {
  if (signal?.aborted) return Promise.resolve({ how: 'it was interrupted', said: '' });
  return new Promise((resolve) => {
    let hung = false;
    const stop = () => child.kill();
    const hang = () => {
      hung = true;
      child.kill();
    };
    let patience = setTimeout(hang, patienceMs);
    const child = startChild(childPath, {
      onMessage(message) {
        clearTimeout(patience);
        patience = setTimeout(hang, patienceMs);
        onMessage(message);
      },
      onEnd(end) {
        clearTimeout(patience);
        signal?.removeEventListener('abort', stop);
        resolve(hung ? { ...end, how: `it said nothing for ${patienceMs / 1000} s` } : end);
      },
    });
    signal?.addEventListener('abort', stop, { once: true });
    child.send(question);
  });
}
