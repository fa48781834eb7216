/** Line framing: bytes in, whole lines out, with a limit on the length of a line. */

/** The longest line a client reads, bytes: a notify with a large coinbase and 14 branch hashes can pass 16 KiB. */
export const CLIENT_MAX_LINE_BYTES = 1_048_576;

/** Puts lines together from chunks that are cut anywhere. */
export interface LineReader {
  /** The lines that `chunk` completes, in order, without their ends; blank ones are left out. */
  push(chunk: Uint8Array): string[];
  /** What came after the last line end, at the end of the stream; nothing when that is blank. */
  end(): string[];
  /** True once a line was longer than the limit: nothing more is read or kept, and the connection should be closed. */
  readonly overflowed: boolean;
}

const LINE_FEED = 0x0a;
const SMALL_BUFFER = 4096;

/**
 * A reader of lines that end in LF or CRLF. Bytes are put together before they are decoded, so a UTF-8 character may be cut too; invalid ones
 * become U+FFFD. Spaces and NUL bytes around a line are dropped, as some servers send the terminator of a C string. Every byte is looked at
 * once and copied a bounded number of times, however small the chunks are.
 *
 * @param maxBytes - longest line, bytes before the line feed.
 * @example
 * ```ts
 * const reader = createLineReader(100);
 * reader.push(new TextEncoder().encode('{"id":1}\r\n\n{"id"')); // ['{"id":1}']
 * reader.push(new TextEncoder().encode(':2}\n')); // ['{"id":2}']
 * ```
 */
export function createLineReader(maxBytes: number): LineReader {
  const decoder = new TextDecoder();
  const kept = createBuffer(maxBytes);
  let overflowed = false;

  const decode = (bytes: Uint8Array) => trimLine(decoder.decode(bytes));
  const overflow = () => {
    overflowed = true;
    kept.clear();
  };
  return {
    get overflowed() {
      return overflowed;
    },
    push(chunk) {
      const lines: string[] = [];
      for (let start = 0; start < chunk.length && !overflowed; ) {
        const at = chunk.indexOf(LINE_FEED, start);
        const end = at === -1 ? chunk.length : at;
        const part = chunk.subarray(start, end);
        if (kept.length + part.length > maxBytes) overflow();
        else if (at === -1) kept.append(part);
        else {
          const line = decode(kept.length === 0 ? part : kept.append(part));
          kept.clear();
          if (line !== '') lines.push(line);
        }
        start = end + 1;
      }
      return lines;
    },
    end() {
      const line = decode(kept.append(new Uint8Array(0)));
      kept.clear();
      return line === '' ? [] : [line];
    },
  };
}

/** Bytes of a line that is not complete yet: a buffer that doubles, so that appending n bytes costs O(n) altogether. */
function createBuffer(maxBytes: number) {
  let bytes = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    /** Adds `part` and gives everything kept, valid until the next call. */
    append(part: Uint8Array): Uint8Array {
      const needed = length + part.length;
      if (needed > bytes.length) {
        const larger = new Uint8Array(
          Math.min(Math.max(2 * bytes.length, needed, SMALL_BUFFER), Math.max(maxBytes, needed)),
        );
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(part, length);
      length = needed;
      return bytes.subarray(0, length);
    },
    /** Forgets the bytes, and the memory of an unusually long line. */
    clear() {
      length = 0;
      if (bytes.length > 16 * SMALL_BUFFER) bytes = new Uint8Array(0);
    },
  };
}

const isBlank = (code: number) => code === 0 || code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Cuts white space and NULs off both ends; a loop, because a regular expression for the end is quadratic on long runs of blanks. */
function trimLine(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}
