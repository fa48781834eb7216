/** A measurement of a searcher's hashrate: headers nobody has, a target nothing meets, and a clock. */
import type { ScanRequest } from '../../work/ports.ts';
import { scanRequest } from '../../work/scan.ts';
import { genesisHeader } from './genesis.ts';
import { type Clock, type Searcher, searchPieces } from './searcher.ts';

/** Hashes and the time they took. */
export interface Measured {
  readonly hashes: number;
  readonly seconds: number;
}

/** How to measure. */
export interface MeasureOptions {
  readonly seconds: number;
  /** Seconds that do not count: the first dispatches are small, and clocks rise under load. */
  readonly warmUpSeconds: number;
  /** How many versions of a header to hash at a time: 1 measures what a search of one header gets. @default those the searcher hashes best */
  readonly versions?: number | undefined;
  readonly now: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((measured: Measured) => void) | undefined;
}

/**
 * Hashes as fast as the searcher can for about `seconds`, from the end of one piece to the end of another. Pieces of other lanes that are
 * under way at the start count in full and those under way at the end not at all, which evens out.
 */
export async function measure(
  searcher: Searcher,
  { seconds, warmUpSeconds, versions = searcher.midstates, now, signal, onProgress }: MeasureOptions,
): Promise<Measured> {
  const work = endlessWork(versions);
  const over = new AbortController();
  const openedAt = now();
  let startedAt: number | undefined;
  let measured: Measured = { hashes: 0, seconds: 0 };
  const count = (piece: ScanRequest, noncesScanned: number) => {
    const at = now();
    if (startedAt === undefined) {
      if (at - openedAt >= warmUpSeconds * 1000) startedAt = at;
      return;
    }
    const hashes = measured.hashes + (noncesScanned * piece.midstates.length) / 8;
    measured = { hashes, seconds: (at - startedAt) / 1000 };
    onProgress?.(measured);
    if (measured.seconds >= seconds) over.abort();
  };
  await searchPieces(
    searcher,
    work,
    (piece, { noncesScanned }) => {
      if (!over.signal.aborted) count(piece, noncesScanned);
    },
    { now, signal: AbortSignal.any([signal, over.signal]) },
  );
  return measured;
}

/** Ranges of nonces without end: when the nonces of a header are used up, its time moves on by a second. */
function endlessWork(versions: number): (size: number) => ScanRequest {
  let request = requestAt(versions, 0);
  let used = 0;
  let second = 0;
  return (size) => {
    if (used === 2 ** 32) {
      request = requestAt(versions, ++second);
      used = 0;
    }
    const nonceStart = used;
    const nonceCount = Math.min(size, 2 ** 32 - used);
    used += nonceCount;
    return { ...request, nonceStart, nonceCount };
  };
}

/** The genesis header with rolled versions (BIP 320 bits) and a later time; no hash is at or below a target of 0. */
function requestAt(versions: number, second: number): ScanRequest {
  const headers = Array.from({ length: versions }, (_, version) => {
    const header = genesisHeader(0);
    const view = new DataView(header.buffer);
    view.setUint32(0, 0x20000000 + version * 0x2000, true);
    view.setUint32(68, view.getUint32(68, true) + 1 + second, true);
    return header;
  });
  return scanRequest(headers, 0n, { nonceStart: 0, nonceCount: 1 });
}
