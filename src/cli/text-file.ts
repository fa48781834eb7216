/** Text of files as Windows writes them too: Windows PowerShell 5.1's `>` makes UTF-16, its other ways a byte order mark. */
import { TextDecoder } from 'node:util';

/**
 * A decoder for a file that begins with these bytes: UTF-16LE where they are its byte order mark FF FE, else UTF-8. It drops the mark.
 *
 * @param start - the first bytes; one is enough, since no UTF-8 begins with FF.
 * @example
 * ```ts
 * const bytes = Uint8Array.of(0xff, 0xfe, 0x7b, 0);
 * textDecoder(bytes).decode(bytes); // '{'
 * ```
 */
export function textDecoder(start: Uint8Array): TextDecoder {
  return new TextDecoder(start[0] === 0xff ? 'utf-16le' : 'utf-8');
}

/** The lines of a file that comes in parts; an empty file has none. */
export async function* linesIn(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let begun: string[] = []; // of a line whose end has not come yet: joined once, however long it is
  for await (const part of parts) {
    decoder ??= textDecoder(part);
    const [first = '', ...others] = decoder.decode(part, { stream: true }).split('\n');
    begun.push(first);
    const last = others.pop();
    if (last === undefined) continue;
    yield begun.join('');
    yield* others;
    begun = [last];
  }
  begun.push(decoder?.decode() ?? '');
  if (begun.some((text) => text !== '')) yield begun.join('');
}
