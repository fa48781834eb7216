/** Benchmarks and lists of blocks as Windows PowerShell writes them: UTF-16, a byte order mark, both kinds of line ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBaselineFile } from '../../src/cli/baseline.ts';
import { fileBlocks } from '../../src/cli/commands/concentration-file.ts';
import { linesIn } from '../../src/cli/text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(bytes: Uint8Array): string {
  const file = join(folder, 'file');
  writeFileSync(file, bytes);
  return file;
}

const ENCODINGS: readonly [string, (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a byte order mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16LE', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
];

async function* inParts(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(ENCODINGS)('a file in %s', (_, encode) => {
  it('is a baseline', () => {
    const text = '{"schema":"hashgap.bench/1","host":{"cpu":"Zoë\'s"},"results":[]}\r\n';
    expect(readBaselineFile(fileOf(encode(text)))).toEqual({ host: { cpu: "Zoë's" }, results: [] });
  });

  it('is a list of blocks', async () => {
    const text = '{"pool":"矿工联盟","height":1}\r\n\r\n{"pool":"AntPool","blocks":5}\r\n';
    const blocks = await listOf(fileBlocks(fileOf(encode(text))));
    expect(blocks.map(({ pool, blocks }) => [pool?.name, blocks])).toEqual([
      ['矿工联盟', 1],
      ['AntPool', 5],
    ]);
  });

  it.each([1, 2, 3, 7, 1000])('has the same lines in parts of %i bytes', async (length) => {
    const lines = ['矿工 🙂', '', 'one\u2028line', 'last'];
    expect(await listOf(linesIn(inParts(encode(lines.join('\n')), length)))).toEqual(lines);
    expect(await listOf(linesIn(inParts(encode(`${lines.join('\n')}\n`), length)))).toEqual(lines);
    expect(await listOf(linesIn(inParts(encode(''), length)))).toEqual([]);
  });
});

it('names the line that is wrong in UTF-16 too', async () => {
  const file = fileOf(Buffer.from('\ufeff{"pool":null}\r\nheight 5\r\n', 'utf16le'));
  await expect(listOf(fileBlocks(file))).rejects.toThrow(
    /JSON object in line 2 of .*, received "height 5"\./,
  );
});
