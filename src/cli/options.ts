/** Values of command line options: each is checked as it is read, and a wrong one is one clear sentence. */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NETWORK_NAMES, type NetworkName } from '../bitcoin/network.ts';
import { targetFromBits } from '../bitcoin/target.ts';
import { ENGINE_NAMES, type EngineName, type EngineSelection } from '../engine/plan.ts';
import type { TuningPlace } from '../engine/start.ts';
import { didYouMean, HashgapError, isHashgapError } from '../errors.ts';
import { POW_LIMIT } from '../regtest/params.ts';

/** The error of an option with a wrong value. */
export function usageError(option: string, expected: string, received: string, next: string): HashgapError {
  return new HashgapError('USAGE', `Expected ${expected} for ${option}, received "${received}". ${next}`, {
    details: { option, expected, received },
  });
}

/**
 * A reader of whole numbers from `least` to `most`.
 *
 * @example
 * ```ts
 * wholeNumber('--blocks', 1)('20'); // 20
 * ```
 */
export function wholeNumber(
  option: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw usageError(option, `a whole number ${range}`, text, `Pass ${option} ${least}, for example.`);
  };
}

/** A reader of positive numbers of seconds, fractions allowed. */
export function seconds(option: string, least = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= 2_000_000) return value;
    const from = least > 0 ? `from ${least} ` : '';
    throw usageError(
      option,
      `a number of seconds ${from}up to 2000000`,
      text,
      `Pass ${option} 60, for example.`,
    );
  };
}

/** A reader of one name among several. */
export function oneOf<T extends string>(option: string, names: readonly T[]): (text: string) => T {
  return (text) => {
    const name = names.find((known) => known === text);
    if (name !== undefined) return name;
    throw new HashgapError(
      'USAGE',
      `Expected one of ${names.join(', ')} for ${option}, received "${text}".${didYouMean(text, names)}`,
      {
        details: { option, expected: names, received: text },
      },
    );
  };
}

/** Reads `--network`. */
export const networkName: (text: string) => NetworkName = oneOf('--network', NETWORK_NAMES);

/** What help says of `--engine`. */
export const ENGINE_HELP = `auto, or one or several of ${ENGINE_NAMES.join(', ')}, such as native,gpu`;

/** What help says of `--gpu`. */
export const GPU_HELP =
  'a GPU by number or part of its name, see hashgap devices; software: the first software one';

/**
 * Reads `--engine`: `auto`, or a list of engines.
 *
 * @example
 * ```ts
 * engineSelection('native,gpu'); // ['native', 'gpu']
 * ```
 */
export function engineSelection(text: string): EngineSelection {
  if (text === 'auto') return text;
  const names = text.split(',').map((part) => part.trim());
  const read = oneOf('--engine', names.length === 1 ? ['auto' as const, ...ENGINE_NAMES] : ENGINE_NAMES);
  const engines = names.map((name) => read(name) as EngineName);
  if (new Set(engines).size === engines.length) return engines;
  throw usageError(
    '--engine',
    'every engine once',
    text,
    `Pass --engine ${[...new Set(engines)].join(',')}.`,
  );
}

/** Reads `--node`: http or https, and no password in it, since command lines are visible to every user of a machine. */
export function nodeUrl(text: string): URL {
  const next = 'Pass the RPC address of bitcoind, such as --node http://127.0.0.1:18443.';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageError('--node', 'an http:// or https:// address', text, next);
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError(
      '--node',
      'an address without user and password',
      `${url.protocol}//...@${url.host}`,
      'Use --rpc-user and --rpc-password-file.',
    );
  }
  return url;
}

/** Reads `--bits`: a compact target that regtest allows, as 8 hex digits. */
export function compactBits(text: string): number {
  const next = 'Pass --bits 207fffff for the easiest target.';
  if (!/^[0-9a-fA-F]{8}$/.test(text))
    throw usageError('--bits', 'a compact target of 8 hex digits', text, next);
  const bits = Number.parseInt(text, 16);
  if (!isRegtestTarget(bits))
    throw usageError('--bits', 'a compact target from 1 to that of 207fffff', text, next);
  return bits;
}

function isRegtestTarget(bits: number): boolean {
  try {
    return targetFromBits(bits) <= POW_LIMIT;
  } catch (error) {
    if (isHashgapError(error, 'TARGET_INVALID')) return false;
    throw error;
  }
}

/** Where tunings of GPUs are kept, the XDG cache folder, and for which version of this program they hold. */
export function tuningPlace(env: Readonly<Record<string, string | undefined>>): TuningPlace {
  const cache =
    process.platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache');
  return { path: join(cache, 'hashgap', 'gpu-tuning.json'), version: packageVersion() };
}

/** Where what outlives a run is kept: the XDG state folder. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const state =
    process.platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : env.XDG_STATE_HOME || join(env.HOME ?? homedir(), '.local', 'state');
  return join(state, 'hashgap');
}

/** Where the journal of a network lies unless `--journal` says otherwise: the XDG state folder. */
export function defaultJournalPath(
  network: NetworkName,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return join(stateFolder(env), `blocks-${network}.jsonl`);
}

/** The version in package.json. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('#root/package.json') as { version: string }).version;
}
