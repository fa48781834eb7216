/** What a pool says, as lines, for tests: written by hand and not with the code under test. */
import { swapHex } from './vectors.ts';

/** A call of the pool. */
export const call = (method: string, params: unknown, id: unknown = null) =>
  JSON.stringify({ id, method, params });

/** An answer of the pool. */
export const answer = (id: unknown, result: unknown, error: unknown = null) =>
  JSON.stringify({ id, result, error });

/** The coinbase of height 840,000 up to the extranonce, and behind it. */
export const COINBASE1 = `01000000${'01'}${'00'.repeat(32)}ffffffff${'1c'}0340d10c${'2f706f6f6c2f'}`;
export const COINBASE2 = `ffffffff0100f2052a010000001600140102030405060708090a0b0c0d0e0f101112131400000000`;

/** The previous hash of {@link notify}, in the order of a header. */
export const PREV_HASH = `${'0102030405060708'.repeat(3)}0000000000000000`;

/** What a test wants different in a notify. */
export interface NotifyChanges {
  readonly jobId?: unknown;
  readonly prevHash?: string;
  readonly branch?: unknown;
  readonly version?: string;
  readonly nBits?: string;
  readonly nTime?: string;
  readonly clean?: boolean;
  readonly coinbase2?: string;
}

/** The parameters of a valid notify of mainnet difficulty. */
export function notifyParams(changes: NotifyChanges = {}): unknown[] {
  return [
    changes.jobId ?? 'job1',
    swapHex(changes.prevHash ?? PREV_HASH),
    COINBASE1,
    changes.coinbase2 ?? COINBASE2,
    changes.branch ?? ['11'.repeat(32), '22'.repeat(32)],
    changes.version ?? '20000000',
    changes.nBits ?? '1705ae3a',
    changes.nTime ?? '646ff1a9',
    changes.clean ?? false,
  ];
}

/** A valid notify. */
export const notify = (changes?: NotifyChanges) => call('mining.notify', notifyParams(changes));

/** So low that every hash is a share. */
export const EASIEST = call('mining.set_difficulty', [1e-10]);
