/** Which reporter a run gets, and which characters its terminal can show. */

/** The reporters, as `--reporter` names them. */
export type ReporterKind = 'dashboard' | 'lines' | 'json';

/** Their names, the default of a terminal first. */
export const REPORTER_KINDS: readonly ReporterKind[] = ['dashboard', 'lines', 'json'];

type Environment = Readonly<Record<string, string | undefined>>;

/** What the choice depends on. */
export interface ReporterChoice {
  /** Of the standard output. */
  readonly isTTY: boolean;
  readonly env: Environment;
  /** `--json`; stronger than everything else. */
  readonly json?: boolean | undefined;
  /** `--reporter`. */
  readonly flag?: ReporterKind | undefined;
}

/**
 * The reporter of a run. `--json` is for programs and always wins; then what was asked for. Unasked, a terminal gets the dashboard, but in CI lines; so does
 * everything that is no terminal or cannot move its cursor (`TERM=dumb`), even where a dashboard was asked for: a configuration file that is used in a
 * terminal and by a service must not keep the service from mining.
 *
 * @example
 * ```ts
 * chooseReporterKind({ isTTY: true, env: { TERM: 'xterm-256color' } }); // 'dashboard'
 * chooseReporterKind({ isTTY: false, env: {}, flag: 'dashboard' }); // 'lines'
 * chooseReporterKind({ isTTY: true, env: { CI: 'true' } }); // 'lines'
 * chooseReporterKind({ isTTY: true, env: {}, json: true, flag: 'lines' }); // 'json'
 * ```
 */
export function chooseReporterKind({ isTTY, env, json, flag }: ReporterChoice): ReporterKind {
  if (json || flag === 'json') return 'json';
  if (!isTTY || env.TERM === 'dumb' || flag === 'lines') return 'lines';
  return flag === 'dashboard' || !inCi(env) ? 'dashboard' : 'lines';
}

/** Nearly every CI service sets `CI`; some people set it to what means no. */
const inCi = ({ CI = '' }: Environment) => !['', '0', 'false'].includes(CI.toLowerCase());

/** Windows terminals that show more than the old console; each sets a variable of its own. */
const WINDOWS_TERMINALS = ['WT_SESSION', 'TERM_PROGRAM', 'ConEmuTask', 'TERMINUS_SUBLIME'];

/**
 * Whether a terminal can be trusted with ASCII only: the locale is not UTF-8, or its font has no more (the Linux console, the old one of Windows).
 *
 * @example
 * ```ts
 * needsAscii({ TERM: 'xterm', LANG: 'de_DE.UTF-8' }, 'linux'); // false
 * needsAscii({ TERM: 'linux', LANG: 'de_DE.UTF-8' }, 'linux'); // true
 * needsAscii({ TERM: 'xterm', LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, 'linux'); // true
 * ```
 */
export function needsAscii(env: Environment, platform: string): boolean {
  if (env.TERM === 'dumb' || env.TERM === 'linux') return true;
  if (platform === 'win32') return !WINDOWS_TERMINALS.some((name) => env[name] !== undefined);
  // The order of setlocale(3): the first that is set and not empty.
  return !/utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
