/** A file of lines that is only ever appended to and flushed: a write that fails leaves no half line behind it. */
import type { FileHandle } from 'node:fs/promises';

/** Appends lines, in the order of the calls. */
export interface LineFile {
  /**
   * Writes text that ends in a newline, and resolves when it is flushed. It need not be waited for before the next one: what waits for a slow disk is
   * flushed together, and written before that, where the death of the process alone cannot lose it.
   *
   * @throws the file system's error; the lines before stay as they were.
   */
  append(text: string): Promise<void>;
  /** Waits for every append. */
  close(): Promise<void>;
}

/** What a line file needs of a handle. */
export type WritableHandle = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>;

/**
 * Lines in a new, empty file.
 *
 * A disk that is full takes half a line. Left there, the next line would be glued to it and neither could be read: so every write names its
 * position, and what was half written is cut off. A line that was written but not flushed stays: better there than lost.
 *
 * @param check - asked after each flush; rejects where the lines are lost all the same. Nothing more is written until it resolves again. @default never
 */
export function createLineFile(file: WritableHandle, check: () => Promise<void> = async () => {}): LineFile {
  let length = 0;
  let isSuspect = false;
  const recheck = async () => {
    await check().catch((error: unknown) => {
      isSuspect = true;
      throw error;
    });
    isSuspect = false;
  };
  const write = async (bytes: Buffer) => {
    if (isSuspect) await recheck();
    try {
      await writeAll(file, bytes, length);
    } catch (error) {
      await file.truncate(length).catch(() => {}); // failing that, the next line is written over it
      throw error;
    }
    length += bytes.length;
  };
  const enqueue = createBatches(write);
  const flush = createFlush(() => file.datasync().then(recheck));
  const open = new Set<Promise<void>>();
  return {
    append(text) {
      const done = enqueue(Buffer.from(text))
        .then(flush)
        .finally(() => open.delete(done));
      open.add(done);
      return done;
    },
    async close() {
      await Promise.allSettled(open);
      await file.close();
    },
  };
}

/** A line that waits for its turn. */
interface Waiting {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One write at a time keeps the lines whole; what came during one is the next one, so that no line waits for more than two. */
function createBatches(write: (bytes: Buffer) => Promise<void>): (bytes: Buffer) => Promise<void> {
  let waiting: Waiting[] = [];
  let isWriting = false;
  const writeOne = ({ bytes, resolve, reject }: Waiting) => write(bytes).then(resolve, reject);
  const drain = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(Buffer.concat(batch.map(({ bytes }) => bytes)));
        for (const { resolve } of batch) resolve();
      } catch {
        for (const line of batch) await writeOne(line); // those that still fit are kept
      }
    }
    isWriting = false;
  };
  return (bytes) =>
    new Promise((resolve, reject) => {
      waiting.push({ bytes, resolve, reject });
      if (!isWriting) void drain();
    });
}

/** One flush at a time; who asks during one waits for the next, which all of them share: what they wrote may be too late for the one under way. */
function createFlush(flush: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = flush();
        return running;
      });
    return next;
  };
}

async function writeAll(file: WritableHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
