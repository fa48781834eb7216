/** The commander program: commands, help, and how errors become exit codes. */
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, HashgapError, isHashgapError } from '../errors.ts';
import { errorLine } from '../report/json.ts';
import { addBench } from './commands/bench.ts';
import { addCompare } from './commands/compare.ts';
import { addConcentration } from './commands/concentration.ts';
import { addConfig } from './commands/config.ts';
import { addCost } from './commands/cost.ts';
import { addDemo } from './commands/demo.ts';
import { addDevices } from './commands/devices.ts';
import { addEdge } from './commands/edge.ts';
import { addLab } from './commands/lab.ts';
import { addMine } from './commands/mine.ts';
import { addNetwork } from './commands/network.ts';
import { addOdds } from './commands/odds.ts';
import { addRegtest } from './commands/regtest.ts';
import { addReport } from './commands/report.ts';
import { addTune } from './commands/tune.ts';
import { addVerify } from './commands/verify.ts';
import type { Context } from './context.ts';
import { packageVersion } from './options.ts';

const FOOTER = `
Exit codes: 0 ok, 1 the run failed, 2 usage, 3 cannot connect, 4 self-test failed, 130 interrupted.
hashgap COMMAND --help shows the options and examples of a command.`;

/**
 * Runs the program with the arguments behind its name.
 *
 * @returns the exit code; every error has been told on stderr, and with `--json` as an object on stdout too.
 */
export async function runProgram(args: readonly string[], context: Context): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, args.includes('--json'), context);
  }
}

function createProgram(context: Context, done: (code: ExitCode) => void): Command {
  const program = new Command('hashgap')
    .description('Mine Bitcoin for real on a PC, and say honestly how far that PC is from an ASIC.')
    .version(packageVersion())
    .addHelpText('after', FOOTER)
    .configureOutput({ writeOut: (text) => context.output.out(text.trimEnd()), writeErr: () => {} })
    .exitOverride();
  for (const add of [
    addDemo,
    addMine,
    addDevices,
    addVerify,
    addTune,
    addBench,
    addCompare,
    addOdds,
    addCost,
    addNetwork,
    addEdge,
    addReport,
    addRegtest,
    addLab,
    addConfig,
    addConcentration,
  ])
    add(program, context, done);
  for (const command of program.commands) command.copyInheritedSettings(program).allowExcessArguments(false);
  return program;
}

function tell(error: unknown, json: boolean, { output }: Context): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok; // --help and --version
  const known = error instanceof CommanderError ? usage(error) : error;
  if (!isHashgapError(known)) throw known;
  if (json) output.out(errorLine(known));
  output.err(output.paint('red', `error: ${known.message}`));
  return known.exitCode;
}

/** Commander's own messages: an unknown option with the nearest known one, a missing argument. */
function usage(error: CommanderError): HashgapError {
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return new HashgapError('USAGE', rephrased(error.code, text) ?? sentence(text), { cause: error });
}

/** In the house's words, where commander's are known: what was expected, what came, the next step. */
function rephrased(code: string, text: string): string | undefined {
  const [, name = ''] = /'([^']*)'/.exec(text) ?? [];
  const [hint = ''] = /\(Did you mean .*\?\)/.exec(text) ?? [];
  const near = hint === '' ? '' : ` ${hint.slice(1, -1)}`;
  switch (code) {
    case 'commander.help':
      return 'Expected a command, received none. --help lists them.';
    case 'commander.unknownCommand':
      return `Expected a command, received "${name}".${near} --help lists them.`;
    case 'commander.unknownOption':
      return `Expected an option of this command, received '${name}'.${near} --help lists them.`;
    case 'commander.optionMissingArgument':
      return `Expected a value behind ${name}, received none. --help has examples.`;
    case 'commander.excessArguments':
      return `Expected options alone behind ${name}, received something else. --help has examples.`;
    default:
      return undefined;
  }
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?)]$/.test(capital) ? `${capital} See --help.` : `${capital}. See --help.`;
}
