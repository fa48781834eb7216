/** Line framing: bytes cut anywhere, line ends of any kind, and a limit that holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_MAX_LINE_BYTES, createLineReader } from '../../src/stratum/lines.ts';
import { COINBASE2, notify } from './pool-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (...chunks: (string | Uint8Array)[]) => {
  const reader = createLineReader(1000);
  return chunks.flatMap((chunk) => reader.push(typeof chunk === 'string' ? bytes(chunk) : chunk));
};

describe('line framing', () => {
  it.each([
    ['LF', ['a\nb\n'], ['a', 'b']],
    ['CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['CR and LF in different packets', ['a\r', '\nb\r\n'], ['a', 'b']],
    ['blank lines', ['\n\r\n  \na\n\n'], ['a']],
    ['a line over many packets', ['a', 'b', '', 'c\n'], ['abc']],
    ['several lines and a part', ['a\nb\nc'], ['a', 'b']],
    ['NUL around a line, as the end of a C string', ['a\n\0b\0\n'], ['a', 'b']],
    ['NUL inside a line is kept: it makes garbage, not another message', ['a\0b\n'], ['a\0b']],
    ['invalid UTF-8 becomes U+FFFD', [Uint8Array.of(0x61, 0xff, 0x0a)], ['a\ufffd']],
  ])('%s', (_, chunks, lines) => {
    expect(read(...chunks)).toEqual(lines);
  });

  it('puts a UTF-8 character together that was cut', () => {
    const whole = bytes('"₿𝟚"\n');
    for (let cut = 0; cut <= whole.length; cut++)
      expect(read(whole.subarray(0, cut), whole.subarray(cut))).toEqual(['"₿𝟚"']);
  });

  it('gives what follows the last line end at the end', () => {
    const reader = createLineReader(100);
    reader.push(bytes('a\nb'));
    expect(reader.end()).toEqual(['b']);
    expect(reader.end()).toEqual([]);
  });

  it('takes a line of the limit and no longer one, wherever the packets are cut', () => {
    for (const size of [1, 7, 1000, 5000]) {
      const exact = createLineReader(1000);
      const long = createLineReader(1000);
      const lines = [exact, long].map((reader, i) => {
        const all = bytes(`${'x'.repeat(1000 + i)}\ny\n`);
        const got: string[] = [];
        for (let at = 0; at < all.length; at += size) got.push(...reader.push(all.subarray(at, at + size)));
        return got;
      });
      expect(lines).toEqual([['x'.repeat(1000), 'y'], []]);
      expect([exact.overflowed, long.overflowed]).toEqual([false, true]);
    }
  });

  it('gives the lines before the one that is too long', () => {
    const reader = createLineReader(3);
    expect(reader.push(bytes('a\nbcdef\ng\n'))).toEqual(['a']);
    expect(reader.push(bytes('h\n'))).toEqual([]);
  });

  it('is the same however the bytes are cut', () => {
    const line = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, cuts) => {
          const all = bytes(lines.map((text) => `${text}\n`).join(''));
          const whole = createLineReader(10_000).push(all);
          const reader = createLineReader(10_000);
          const parts: string[] = [];
          for (let at = 0, i = 0; at < all.length; i++) {
            const size = cuts[i % cuts.length]!;
            parts.push(...reader.push(all.subarray(at, at + size)));
            at += size;
          }
          expect(parts).toEqual(whole);
        },
      ),
    );
  });
});

describe('C30 size of a line', () => {
  it('keeps no more than the limit of 2 MB without a line end, and stops', () => {
    const reader = createLineReader(CLIENT_MAX_LINE_BYTES);
    const chunk = new Uint8Array(64 * 1024).fill(0x78);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 32; i++) expect(reader.push(chunk)).toEqual([]);
    expect(reader.overflowed).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5 * CLIENT_MAX_LINE_BYTES);
  });

  it('takes a megabyte byte by byte in linear time', () => {
    const reader = createLineReader(CLIENT_MAX_LINE_BYTES);
    const byte = Uint8Array.of(0x78);
    const startedMs = performance.now();
    for (let i = 0; i < 1_000_000; i++) reader.push(byte);
    expect(reader.push(Uint8Array.of(0x0a))[0]?.length).toBe(1_000_000);
    expect(performance.now() - startedMs).toBeLessThan(5_000); // quadratic copying would take minutes
  });

  it('accepts a valid notify of 40 KB', () => {
    const line = notify({ coinbase2: COINBASE2.padEnd(40_000, '0') });
    expect(createLineReader(CLIENT_MAX_LINE_BYTES).push(bytes(`${line}\n`))).toEqual([line]);
  });
});
