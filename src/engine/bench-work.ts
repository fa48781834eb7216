/** Work for measurements: headers as a miner meets them, none of them twice, and a target that no hash meets. */
import { encodeHeader } from '../bitcoin/header.ts';
import { hashFromDisplay } from '../bitcoin/hex.ts';
import type { ScanRequest } from '../work/ports.ts';
import { scanRequest } from '../work/scan.ts';

/** Requests without end. */
export interface BenchWork {
  /** All nonces of headers that no earlier request had. */
  next(): ScanRequest;
}

/** The most versions that one request may carry. */
export const MOST_MIDSTATES = 64;

/** The header of mainnet block 700,000 with the bits that BIP 320 lets miners roll all zero. */
const HEADER = {
  version: 0x20000004,
  prevHash: hashFromDisplay('0000000000000000000aa3ce000eb559f4143be419108134e0ce71042fc636eb'),
  merkleRoot: hashFromDisplay('1f8d213c864bfe9fb0098cecc3165cce407de88413741b0300d56ea0f4ec9c65'),
  nTime: 1631333672,
  nBits: 0x170f48e4,
  nonce: 0,
};
const FIRST_ROLLED_BIT = 13;

/**
 * Work with `midstates` distinct versions. A request is 2^32 nonces, and the time rises by a second from one to the next.
 *
 * @example
 * ```ts
 * createBenchWork(4).next().midstates.length; // 32
 * ```
 */
export function createBenchWork(midstates: number): BenchWork {
  let nTime = HEADER.nTime;
  return {
    next() {
      const headers = Array.from({ length: midstates }, (_, i) =>
        encodeHeader({ ...HEADER, version: HEADER.version + i * 2 ** FIRST_ROLLED_BIT, nTime }),
      );
      nTime++;
      return scanRequest(headers, 0n, { nonceStart: 0, nonceCount: 2 ** 32 });
    },
  };
}
