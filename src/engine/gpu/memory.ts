/** The memory of tuning: a file that keeps, for each adapter with its driver, the best kernel and those that were wrong. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../folder.ts';
import type { AdapterName } from './protocol.ts';

/** What is known of one adapter. */
export interface KnownTuning {
  /** The fastest kernel that was right; undefined before a tuning has ended. */
  readonly best: string | undefined;
  /** Hashes per second of that kernel. */
  readonly hashesPerSecond: number | undefined;
  /** Kernels that were wrong once: they are never used again there. */
  readonly wrong: readonly string[];
}

/** What decides whether a tuning still holds. */
export interface TuningKey extends AdapterName {
  /** The driver's name with its version. */
  readonly description: string;
  /** Versions of the packages: hashgap's kernels and Dawn's compiler change with them. */
  readonly hashgap: string;
  readonly webgpu: string;
}

/** The memory of one adapter. */
export interface TuningMemory {
  recall(): KnownTuning;
  /** Keeps the best of a tuning. */
  rememberBest(best: string, hashesPerSecond: number): void;
  rememberWrong(kernels: readonly string[]): void;
}

const SCHEMA = 'hashgap.gpu-tuning/1';
const NOTHING_KNOWN: KnownTuning = { best: undefined, hashesPerSecond: undefined, wrong: [] };

type Entries = Readonly<Record<string, KnownTuning>>;

/**
 * Opens the memory of one adapter. A file that is torn, of another form, or cannot be written costs a warning, and a tuning at the next start.
 *
 * @param path - its folder is made when something is remembered.
 * @param onWarning - told a sentence, each kind once.
 */
export function openTuningMemory(
  path: string,
  key: TuningKey,
  onWarning: (sentence: string) => void,
): TuningMemory {
  const name = [
    key.backend,
    key.name,
    key.description,
    `hashgap ${key.hashgap}`,
    `webgpu ${key.webgpu}`,
  ].join(' | ');
  const told = new Set<string>();
  const warn = (sentence: string) => {
    if (!told.has(sentence)) onWarning(sentence);
    told.add(sentence);
  };
  const entries = () => readEntries(path, warn);
  const recall = () => entries()[name] ?? NOTHING_KNOWN;
  // Everything between reading and writing happens in one turn: only another process could come between, and would lose no more than a tuning.
  const remember = (known: KnownTuning) => {
    try {
      writeWhole(
        path,
        `${JSON.stringify({ schema: SCHEMA, entries: { ...entries(), [name]: known } }, null, 2)}\n`,
      );
    } catch (error) {
      warn(
        `Expected to keep the tuning of the GPU in ${path}, but ${(error as Error).message}. It is tuned again next time.`,
      );
    }
  };
  return {
    recall,
    rememberBest: (best, hashesPerSecond) => remember({ ...recall(), best, hashesPerSecond }),
    rememberWrong(kernels) {
      const known = recall();
      const wrong = [...new Set([...known.wrong, ...kernels])];
      if (wrong.length === known.wrong.length) return;
      remember({ ...(wrong.includes(known.best ?? '') ? NOTHING_KNOWN : known), wrong });
    },
  };
}

/** A reader finds the old file or the new one, never a part of it. */
function writeWhole(path: string, text: string): void {
  makeFolder(dirname(path));
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function readEntries(path: string, warn: (sentence: string) => void): Entries {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT')
      warn(`Expected to read the tuning of GPUs in ${path}, but ${message}. The GPU is tuned again.`);
    return {};
  }
  const entries = parseEntries(text);
  if (entries === undefined)
    warn(
      `Expected a tuning of GPUs in ${path}, received something else. It is ignored, and replaced when the GPU is tuned.`,
    );
  return entries ?? {};
}

function parseEntries(text: string): Entries | undefined {
  try {
    const document: unknown = JSON.parse(text);
    if (!isObject(document) || document.schema !== SCHEMA || !isObject(document.entries)) return undefined;
    const entries = Object.entries(document.entries).flatMap(([name, entry]) =>
      isKnownTuning(entry) ? [[name, entry] as const] : [],
    );
    return Object.fromEntries(entries);
  } catch {
    return undefined;
  }
}

/** JSON leaves out what is undefined. */
function isKnownTuning(entry: unknown): entry is KnownTuning {
  if (!isObject(entry)) return false;
  const { best, hashesPerSecond, wrong } = entry;
  return (
    (best === undefined || typeof best === 'string') &&
    (hashesPerSecond === undefined || typeof hashesPerSecond === 'number') &&
    Array.isArray(wrong) &&
    wrong.every((name) => typeof name === 'string')
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
