/** The journal as it lies on the disk, read apart from src/miner/journal.ts. */
import { readFile } from 'node:fs/promises';

/** A record of the journal. */
export interface JournalLine {
  readonly record: 'found' | 'settled';
  readonly hash: string;
  readonly outcome?: string;
  /** Hex of a found block. */
  readonly block?: string;
}

/** Every whole record; a last line without its newline is what a kill leaves and says nothing yet. */
export async function readJournal(path: string): Promise<JournalLine[]> {
  const text = await readFile(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalLine);
}

/** The blocks found and not settled. */
export function pendingOf(lines: readonly JournalLine[]): JournalLine[] {
  const settled = new Set(lines.filter(({ record }) => record === 'settled').map(({ hash }) => hash));
  return lines.filter(({ record, hash }) => record === 'found' && !settled.has(hash));
}

/** The hashes settled with `outcome`, in the order of the journal. */
export function settledAs(lines: readonly JournalLine[], outcome: string): string[] {
  return lines.filter((line) => line.outcome === outcome).map(({ hash }) => hash);
}
