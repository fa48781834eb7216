/** A search of one window of nonces, with its hits and its progress. */
import type { ScanRequest } from '../../work/ports.ts';
import { type Clock, type Searcher, searchPieces } from './searcher.ts';

/** How far a search is. */
export interface SearchProgress {
  readonly noncesScanned: number;
  /** The last nonce of the piece that was searched last. */
  readonly nonce: number;
  readonly seconds: number;
}

/** What a search found. */
export interface SearchResult {
  /** Nonces of the hits, in ascending order. */
  readonly nonces: readonly number[];
  readonly noncesScanned: number;
  readonly seconds: number;
}

/** How to search. */
export interface SearchOptions {
  /** Ends at the first hit instead of at the end of the window. */
  readonly stopAtFirst: boolean;
  readonly now: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
}

/** Searches the range of `request`, one header, in pieces. */
export async function searchWindow(
  searcher: Searcher,
  request: ScanRequest,
  { stopAtFirst, now, signal, onProgress }: SearchOptions,
): Promise<SearchResult> {
  const found = new AbortController();
  const nonces: number[] = [];
  const startedAt = now();
  const seconds = () => (now() - startedAt) / 1000;
  let given = 0;
  let noncesScanned = 0;
  await searchPieces(
    searcher,
    (size) => {
      const nonceCount = Math.min(size, request.nonceCount - given);
      if (nonceCount === 0) return undefined;
      const nonceStart = request.nonceStart + given;
      given += nonceCount;
      return { ...request, nonceStart, nonceCount };
    },
    (piece, result) => {
      noncesScanned += result.noncesScanned;
      nonces.push(...result.hits.map(({ nonce }) => nonce));
      if (stopAtFirst && nonces.length > 0) found.abort();
      const last = Math.max(piece.nonceStart, piece.nonceStart + result.noncesScanned - 1);
      onProgress?.({ noncesScanned, nonce: last, seconds: seconds() });
    },
    { now, signal: AbortSignal.any([signal, found.signal]) },
  );
  nonces.sort((a, b) => a - b);
  return { nonces, noncesScanned, seconds: seconds() };
}
