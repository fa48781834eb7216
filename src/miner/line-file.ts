/** A file of lines that is only ever appended to and flushed: a write that fails leaves no half line behind it. */
import type { FileHandle } from 'node:fs/promises';

/** Appends; the caller sees to it that one append ends before the next begins. */
export interface LineFile {
  /** Writes text that ends in a newline and flushes it. @throws the file system's error; the lines before stay as they were. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** What a line file needs of a handle. */
export type WritableHandle = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>;

/**
 * Lines in a new, empty file.
 *
 * A disk that is full takes half a line. Left there, the next line would be glued to it and neither could be read: so every write names its
 * position, and what was half written is cut off. A line that was written but not flushed stays: better there than lost.
 */
export function createLineFile(file: WritableHandle): LineFile {
  let length = 0;
  return {
    async append(text) {
      const bytes = Buffer.from(text);
      try {
        await writeAll(file, bytes, length);
      } catch (error) {
        await file.truncate(length).catch(() => {}); // failing that, the next line is written over it
        throw error;
      }
      length += bytes.length;
      await file.datasync();
    },
    close: () => file.close(),
  };
}

async function writeAll(file: WritableHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
