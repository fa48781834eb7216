/** What a command gets from the process it runs in: streams, environment, the interrupt. */
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { EXIT } from '../errors.ts';
import { chooseReporterKind, type ReporterKind } from '../report/choose.ts';
import type { DashboardReporter } from '../report/dashboard/reporter.ts';
import type { DashboardAbout } from '../report/dashboard/state.ts';
import { openDashboard } from '../report/dashboard/terminal.ts';
import { createJsonReporter } from '../report/json.ts';
import { createLinesReporter, type Output, type Reporter } from '../report/lines.ts';
import { packageVersion } from './options.ts';

/** The outside of a command; tests hand in their own. */
export interface Context {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts at Ctrl-C or a polite kill. */
  readonly interrupted: AbortSignal;
  /** Opens a dashboard on the terminal; undefined where there is none. */
  readonly openDashboard?: (about: DashboardAbout) => DashboardReporter;
}

/** The reporter a user asked for. */
export function reporterFor(context: Context, json: boolean | undefined): Reporter {
  return json ? createJsonReporter(context.output) : createLinesReporter(context.output);
}

/** The reporter of a miner that runs for long: a dashboard where there is a terminal for it. */
export function minerReporter(
  context: Context,
  { json, reporter: flag }: { readonly json?: boolean; readonly reporter?: ReporterKind },
  about: Omit<DashboardAbout, 'version'>,
): DashboardReporter {
  const { env, openDashboard } = context;
  const kind = chooseReporterKind({ isTTY: openDashboard !== undefined, env, json, flag });
  if (kind === 'dashboard' && openDashboard !== undefined)
    return openDashboard({ version: packageVersion(), ...about });
  return { ...reporterFor(context, kind === 'json'), close() {} };
}

/** What could not be written is a run that failed, whatever else it did. */
function failOutput(proc: NodeJS.Process, { code, message }: NodeJS.ErrnoException): void {
  const why = code === 'ENOSPC' ? 'no space is left there' : message;
  proc.stderr.write(`error: Expected to write to stdout, but ${why}. Make room, or send it elsewhere.\n`);
  proc.on('exit', () => {
    proc.exitCode = EXIT.failed;
  });
}

/** The context of a real process. A reader that closes our stdout early (`| head`) ends the run like Ctrl-C. */
export function processContext(proc: NodeJS.Process): Context {
  const interrupt = new AbortController();
  const onSignal = () => {
    if (interrupt.signal.aborted) proc.exit(130); // the second Ctrl-C does not wait; the journal has every block
    interrupt.abort();
  };
  proc.on('SIGINT', onSignal);
  proc.on('SIGTERM', onSignal);
  if (isatty(0)) proc.on('SIGHUP', onSignal); // the terminal was closed; nohup, which means to outlive that, takes it from stdin
  proc.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && !interrupt.signal.aborted) failOutput(proc, error);
    interrupt.abort();
  });
  const colours = proc.stdout.isTTY === true && proc.stdout.hasColors() && !proc.env.NO_COLOR;
  return {
    output: {
      width: proc.stdout.columns ?? (Number(proc.env.COLUMNS) || Number.POSITIVE_INFINITY),
      out: (line) => proc.stdout.write(`${line}\n`),
      err: (line) => proc.stderr.write(`${line}\n`),
      paint: (colour, text) => (colours ? styleText(colour, text) : text),
    },
    env: proc.env,
    interrupted: interrupt.signal,
    ...(proc.stdout.isTTY ? { openDashboard: (about) => openDashboard(proc, about, { colours }) } : {}),
  };
}
