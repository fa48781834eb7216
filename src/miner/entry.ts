/** A block's entry in the journal: tried again where the disk refuses it, and settled once. */
import { isHashgapError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { FoundBlock } from '../work/verify.ts';
import type { FinalVerdict, Journal } from './journal.ts';

/** What the journal knows of one block. It never keeps the block from a node: what a disk refuses becomes a warning, each new one told once. */
export interface Entry {
  /** Tries to write the block, unless it is there or settled; to be called again as long as the block has no verdict. */
  write(): Promise<void>;
  /** Writes the verdict. */
  settle(verdict: FinalVerdict): Promise<void>;
}

/** Where entries go. */
export interface EntryOptions {
  readonly journal: Pick<Journal, 'add' | 'settle'>;
  readonly emit: Emit;
}

/**
 * The entry of a block that was found.
 *
 * @param isThere - whether the journal has it already, from an earlier run.
 */
export function createEntry(block: FoundBlock, { journal, emit }: EntryOptions, isThere: boolean): Entry {
  let isOver = isThere;
  let told = '';
  const tell = (error: unknown) => {
    if (!isHashgapError(error)) throw error;
    if (error.message !== told) emit({ type: 'warning', message: error.message });
    told = error.message;
  };
  return {
    async write() {
      if (isOver) return;
      await journal.add(block).then(() => {
        isOver = true;
      }, tell);
    },
    async settle(verdict) {
      isOver = true;
      await journal.settle(block, verdict).catch(tell);
    },
  };
}
