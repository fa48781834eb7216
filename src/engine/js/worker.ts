/** A worker thread of the JavaScript engine: scans in short pieces, looking at the cancel flag between them. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ScanRequest } from '../../work/ports.ts';
import { scanJs } from './kernel.ts';

/** A scan on its way to a worker. */
export interface ScanMessage {
  readonly id: number;
  readonly request: ScanRequest;
}

/** The answer to a scan. */
export interface ScanAnswer {
  readonly id: number;
  readonly noncesScanned: number;
  readonly hits: readonly { readonly nonce: number; readonly versionIndex: number }[];
}

/** Hashes between two looks at the cancel flag: about a millisecond. */
const PIECE_HASHES = 1024;

const port = parentPort;
const cancelled = workerData as Int32Array; // [0] is the id of the last cancelled scan

port?.on('message', ({ id, request }: ScanMessage) => {
  const pieceNonces = Math.max(1, Math.floor((PIECE_HASHES * 8) / request.midstates.length));
  let noncesScanned = 0;
  let hits: ScanAnswer['hits'] = [];
  while (noncesScanned < request.nonceCount && hits.length === 0 && Atomics.load(cancelled, 0) < id) {
    const nonceCount = Math.min(pieceNonces, request.nonceCount - noncesScanned);
    const piece = scanJs({ ...request, nonceStart: request.nonceStart + noncesScanned, nonceCount });
    noncesScanned += piece.noncesScanned;
    hits = piece.hits;
  }
  port.postMessage({ id, noncesScanned, hits } satisfies ScanAnswer);
});
