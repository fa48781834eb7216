/** Reading the file of an earlier benchmark. */
import { readFileSync } from 'node:fs';
import { type Baseline, invalid, parseBaseline } from '../report/bench-document.ts';
import { textDecoder } from './text-file.ts';

/**
 * Reads what `hashgap bench --json` printed.
 *
 * @throws {HashgapError} `BASELINE_INVALID` for a file that is not there, cannot be read, or is no benchmark.
 */
export function readBaselineFile(file: string): Baseline {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw invalid(file, code === 'ENOENT' ? 'no such file' : `a file that cannot be read (${code})`, cause);
  }
  return parseBaseline(textDecoder(bytes).decode(bytes), file);
}
