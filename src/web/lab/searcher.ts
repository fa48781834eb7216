/** What searches nonces in the page's worker, and how a search is cut into pieces that report and stop in time. */
import type { ScanRequest, ScanResult } from '../../work/ports.ts';
import { restOf } from '../../work/scan.ts';

/** The part of a GPU that the page needs; plain JavaScript has it too. */
export interface Searcher {
  /** How many scans to keep in flight. */
  readonly parallelism: number;
  /** How many versions of a header it hashes best at a time. */
  readonly midstates: number;
  /** Searches until its first hits, the end of the range, or the abort. */
  scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult>;
}

/** A clock in milliseconds, such as `performance.now`. */
export type Clock = () => number;

/** A piece should take this long: the page shows progress between pieces. */
const PIECE_MS = 120;
const FIRST_PIECE = 2 ** 14;

/**
 * Searches pieces, as many at a time as the searcher likes, until there are none left or `signal` aborts.
 *
 * @param next - the next piece of at most `size` nonces; undefined when all are given out.
 * @param done - what became of a piece; a piece that stopped at a hit is continued, and comes again.
 */
export async function searchPieces(
  searcher: Searcher,
  next: (size: number) => ScanRequest | undefined,
  done: (piece: ScanRequest, result: ScanResult) => void,
  { now, signal }: { readonly now: Clock; readonly signal: AbortSignal },
): Promise<void> {
  let size = FIRST_PIECE;
  const lane = async () => {
    let piece = next(size);
    while (piece !== undefined && !signal.aborted) {
      const startedAt = now();
      const result = await searcher.scan(piece, signal);
      done(piece, result);
      if (result.noncesScanned === 0 && !signal.aborted) throw new Error('The search stands still.');
      if (result.hits.length === 0) size = nextSize(size, result.noncesScanned, now() - startedAt);
      piece = restOf(piece, result.noncesScanned) ?? next(size);
    }
  };
  await Promise.all(Array.from({ length: searcher.parallelism }, lane));
}

/** Towards `PIECE_MS`, at most four times as large and at least half as large as the last one. */
function nextSize(size: number, scanned: number, milliseconds: number): number {
  const wanted = (scanned / Math.max(milliseconds, 0.1)) * PIECE_MS;
  return Math.round(Math.min(Math.max(wanted, size / 2, 1024), size * 4, 2 ** 31));
}
