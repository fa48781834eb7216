/** `hashgap config`: what is in force for `hashgap mine`, where each value came from, and what is wrong with it. */
import type { Command } from 'commander';
import { NETWORK_NAMES } from '../../bitcoin/network.ts';
import { EXIT, type ExitCode, isHashgapError } from '../../errors.ts';
import { REPORTER_KINDS } from '../../report/choose.ts';
import { jsonLine } from '../../report/json.ts';
import { tableLines } from '../../report/table.ts';
import {
  configSchema,
  type InForce,
  type OptionInForce,
  optionsInForce,
  type ValueSource,
} from '../config.ts';
import type { Context } from '../context.ts';
import { POOL_SECRETS } from '../pool-flags.ts';
import { addMineOptions, type MineFlags, wayOf } from './mine.ts';

const EXAMPLES = `
Examples:
  $ hashgap config check
  $ HASHGAP_USER=bc1q....rig2 hashgap config check --pool stratum+tcp://pool.example:3333
  $ hashgap config check --config /etc/hashgap.json --json

Nothing is connected to, and nothing is mined. Exits 2 when something is wrong, and says what hashgap mine would say.`;

const SOURCES: Readonly<Record<ValueSource, string>> = {
  default: 'default',
  config: 'config file',
  env: 'environment',
  cli: 'command line',
};

/** Adds the command to the program. */
export function addConfig(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const config = program
    .command('config')
    .summary('explain what is in force for mine, and where it came from')
    .description('Explain config file, environment and command line of hashgap mine.');
  const check = addMineOptions(config, context.env)
    .name('check')
    .summary('show every value in force, and what is wrong')
    .description(
      'Show what hashgap mine would do with these options, this environment and this config file: every value, where it came from, and what is wrong.',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (flags: MineFlags) => done(await checkCommand(flags, check, context)));
  const json = check.options.find(({ long }) => long === '--json');
  if (json !== undefined) json.description = 'one JSON object, schema hashgap.config/1';
}

/** The JSON schema of the config file; docs/config.schema.json is this. */
export function mineConfigSchema(mine: Command): object {
  return configSchema(mine, POOL_SECRETS, { network: NETWORK_NAMES, reporter: REPORTER_KINDS });
}

async function checkCommand(flags: MineFlags, command: Command, context: Context): Promise<ExitCode> {
  const { output, env } = context;
  const inForce = optionsInForce(command, { env, secrets: POOL_SECRETS });
  const problem = await problemOf(flags, context);
  if (flags.json) output.out(jsonLine(inForceObject(inForce, problem === undefined)));
  else for (const line of inForceLines(inForce)) output.out(line);
  if (problem !== undefined) throw problem;
  if (!flags.json) output.err('Nothing is wrong with these options.');
  return EXIT.ok;
}

async function problemOf(flags: MineFlags, context: Context): Promise<unknown> {
  try {
    const way = await wayOf(flags, context);
    way.close();
    return undefined;
  } catch (error) {
    if (isHashgapError(error)) return error;
    throw error;
  }
}

function inForceObject({ file, options, strangers }: InForce, ok: boolean): object {
  return {
    schema: 'hashgap.config/1',
    ok,
    file: file ?? null,
    options: options.map(({ key, flag, variable, value, source }) => ({
      name: key,
      flag,
      variable,
      value: plain(value) ?? null,
      source,
    })),
    strangers: strangers.map(({ name }) => name),
  };
}

function inForceLines({ file, options, strangers }: InForce): string[] {
  const isSet = ({ value }: OptionInForce) => value !== undefined;
  const rows = options
    .filter(isSet)
    .map(({ key, value, source, variable }) => [
      key,
      source === 'env' ? `${SOURCES.env}, ${variable}` : SOURCES[source],
      textOf(plain(value)),
    ]);
  const columns = ['option', 'from', 'value'].map((heading) => ({ heading, align: 'left' as const }));
  const unset = options.filter((option) => !isSet(option)).map(({ key }) => key);
  return [
    `config file: ${file ?? 'none'}`,
    // Values may be long, and none may be left out: a narrow terminal wraps them.
    ...tableLines(columns, rows, Number.POSITIVE_INFINITY),
    `not set: ${unset.join(', ')}`,
    ...strangers.map(({ name, hint }) => `not an option: ${name}. ${hint}`.trimEnd()),
  ];
}

/** A value as it would be written in a config file. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof URL) return value.href;
  return typeof value === 'object' && value !== null && 'url' in value ? value.url : value;
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(' ') : String(value));
