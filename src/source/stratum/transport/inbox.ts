/** A queue between a socket that pushes lines and one reader that asks for them; it stops the socket while too much waits. */

/** The two ends of the queue. */
export interface Inbox {
  /** What the reader iterates over. */
  readonly lines: AsyncIterable<string>;
  push(line: string): void;
  /** Ends the lines: with an error after those that wait, without one at once. Only the first call counts. */
  end(error?: Error): void;
  readonly ended: boolean;
}

/** What the queue does to its socket. */
export interface InboxSource {
  pause(): void;
  resume(): void;
  /** The reader left its loop. */
  abandoned(): void;
}

/** Characters that wait before the socket is stopped; one more chunk of the socket (64 KiB) may come on top. */
const HIGH_WATER = 262_144;
/** What a string costs besides its characters, so that a million empty objects count too. */
const LINE_COST = 64;

/** An empty queue. */
export function createInbox(source: InboxSource): Inbox {
  const backlog = createBacklog(source);
  let outcome: { readonly error: Error | undefined } | undefined;
  const readers: { resolve(result: IteratorResult<string>): void; reject(error: Error): void }[] = [];

  const finish = (): Promise<IteratorResult<string>> => {
    const error = outcome?.error;
    outcome = { error: undefined }; // told once; whoever asks again is told that it is over
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  };
  const iterator: AsyncIterator<string> = {
    next() {
      const line = backlog.take();
      if (line !== undefined) return Promise.resolve({ done: false, value: line });
      if (outcome !== undefined) return finish();
      return new Promise((resolve, reject) => readers.push({ resolve, reject }));
    },
    async return() {
      source.abandoned();
      return { done: true, value: undefined };
    },
  };
  return {
    lines: { [Symbol.asyncIterator]: () => iterator },
    get ended() {
      return outcome !== undefined;
    },
    push(line) {
      if (outcome !== undefined) return;
      const reader = readers.shift();
      if (reader === undefined) backlog.add(line);
      else reader.resolve({ done: false, value: line });
    },
    end(error) {
      if (outcome !== undefined) return;
      outcome = { error };
      if (error === undefined) backlog.clear();
      for (const { resolve, reject } of readers.splice(0)) finish().then(resolve, reject);
    },
  };
}

/** The lines that wait, and the word to the socket when there are too many. */
function createBacklog({ pause, resume }: Pick<InboxSource, 'pause' | 'resume'>) {
  let lines: string[] = [];
  let taken = 0; // how many of `lines` are gone: shift() would move the rest each time
  let cost = 0;
  let paused = false;
  const clear = () => {
    lines = [];
    taken = 0;
  };
  return {
    clear,
    add(line: string) {
      lines.push(line);
      cost += line.length + LINE_COST;
      if (!paused && cost > HIGH_WATER) {
        paused = true;
        pause();
      }
    },
    take(): string | undefined {
      if (taken === lines.length) return undefined;
      const line = lines[taken++]!;
      cost -= line.length + LINE_COST;
      if (taken === lines.length) clear();
      if (paused && cost < HIGH_WATER / 2) {
        paused = false;
        resume();
      }
      return line;
    },
  };
}
