/** Options from elsewhere than the command line: a config file in JSON, and stronger than it the environment. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { didYouMean, HashgapError } from '../errors.ts';
import { packageVersion } from './options.ts';

/** The file that is read where --config names none. */
export const CONFIG_FILE = 'hashgap.config.json';

/** Where an option's value came from, the weakest first. */
export type ValueSource = 'default' | 'config' | 'env' | 'cli';

/** One option as `config check` explains it. */
export interface OptionInForce {
  /** Its name in the config file. */
  readonly key: string;
  readonly flag: string;
  readonly variable: string;
  /** Undefined where the option is not set at all. */
  readonly value: unknown;
  readonly source: ValueSource;
}

/** What is in force for one call. */
export interface InForce {
  /** The config file; undefined where none was read. */
  readonly file: string | undefined;
  /** In the order help lists them. */
  readonly options: readonly OptionInForce[];
  /** Variables that look like ours and are not; `hint` is a sentence with the nearest known name, or empty. */
  readonly strangers: readonly { readonly name: string; readonly hint: string }[];
}

/** Which environment, and what must not be told. */
export interface ConfigRules {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of options that a config file must not hold, and that are never shown. */
  readonly secrets: readonly string[];
}

/** Variables that other parts of the package read. */
const OTHER_VARIABLES = ['HASHGAP_NATIVE', 'HASHGAP_SKIP_NATIVE'];

const HELP = `
Every option also comes from the environment, --connect-timeout as HASHGAP_CONNECT_TIMEOUT, and from ${CONFIG_FILE}, as
connectTimeout; --json is "reporter": "json" there. The command line is stronger than the environment, and that than the file. hashgap config check shows what is in force.`;

/**
 * Lets every option of a command also come from the environment and from a config file. Call it after the last option. Commander's own reading of the
 * environment is not used: to it `HASHGAP_INSECURE=false` is a yes.
 *
 * @throws {HashgapError} when the command runs: `CONFIG_INVALID` for a file that cannot be read or says something the command does not know; for a
 * wrong value what the option itself throws, with the place it came from.
 */
export function readsConfig(command: Command, rules: ConfigRules): void {
  command
    .option('--config <file>', `options as JSON (default: ${CONFIG_FILE}, where there is one)`)
    .addHelpText('after', HELP)
    .hook('preAction', () => applyConfig(command, rules));
}

/** What is in force for a command after it was parsed, and where each value came from; secrets are masked. */
export function optionsInForce(command: Command, { env, secrets }: ConfigRules): InForce {
  const options = configurable(command).map((option): OptionInForce => {
    const key = option.attributeName();
    const value: unknown = command.getOptionValue(key);
    return {
      key,
      flag: option.long ?? option.flags,
      variable: variableOf(option),
      value: value !== undefined && secrets.includes(key) ? '(set, not shown)' : value,
      source: (command.getOptionValueSource(key) as ValueSource | undefined) ?? 'default',
    };
  });
  const variables = [...options.map(({ variable }) => variable), 'HASHGAP_CONFIG'];
  const strangers = Object.keys(env)
    .filter((name) => name.startsWith('HASHGAP_') && ![...variables, ...OTHER_VARIABLES].includes(name))
    .map((name) => ({
      name,
      hint: name === 'HASHGAP_JSON' ? 'Set HASHGAP_REPORTER=json.' : nearest(name, variables).trim(),
    }));
  const file = configPath(command);
  return { file: file && resolve(file), options, strangers };
}

/**
 * A JSON schema (draft 2020-12) of the config file of a command.
 *
 * @param choices - the values that options with a fixed set of them take.
 */
export function configSchema(
  command: Command,
  secrets: readonly string[],
  choices: Readonly<Record<string, readonly string[]>> = {},
): object {
  const properties = configurable(command)
    .map((option) => ({ option, key: option.attributeName() }))
    .filter(({ key }) => !secrets.includes(key))
    .map(({ option, key }) => {
      const choice = choices[key];
      const type = choice === undefined ? SCHEMA_TYPES[kindOf(option)] : { enum: choice };
      return [key, { description: option.description, ...type }];
    });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `The config file of hashgap ${packageVersion()}: options of hashgap ${command.name()}`,
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(properties) },
  };
}

/** What a config file may hold for an option. */
type Kind = 'yes or no' | 'number' | 'text' | 'text or number' | 'texts';

const SCHEMA_TYPES: Readonly<Record<Kind, object>> = {
  'yes or no': { type: 'boolean' },
  number: { type: 'number' },
  text: { type: 'string' },
  'text or number': { type: ['string', 'integer'] },
  texts: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
};

const EXPECTED: Readonly<Record<Kind, string>> = {
  'yes or no': 'true or false',
  number: 'a number',
  text: 'a string',
  'text or number': 'a string or a whole number',
  texts: 'a string or a list of strings',
};

/** The name in the angle brackets says what an option takes, to people and here. */
function kindOf(option: Option): Kind {
  if (option.isBoolean()) return 'yes or no';
  if (option.variadic) return 'texts';
  if (/<(count|seconds|percent|difficulty)>/.test(option.flags)) return 'number';
  return option.flags.includes('<gpu>') ? 'text or number' : 'text';
}

function isOfKind(kind: Kind, value: unknown): boolean {
  if (kind === 'yes or no') return typeof value === 'boolean';
  if (kind === 'number') return typeof value === 'number';
  if (kind === 'text or number') return typeof value === 'string' || Number.isSafeInteger(value);
  if (kind === 'texts' && Array.isArray(value))
    return value.length > 0 && value.every((item) => typeof item === 'string');
  return typeof value === 'string';
}

/** Everything but --config itself and --json, which belongs to one call, not to a machine. */
const configurable = (command: Command) =>
  command.options.filter((option) => !['config', 'json', 'help'].includes(option.attributeName()));

const variableOf = (option: Option) =>
  `HASHGAP_${option
    .attributeName()
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;

/** The file that --config or the environment names, else the one in the working directory, else none. */
function configPath(command: Command): string | undefined {
  const named = command.getOptionValue('config') as string | undefined;
  if (named !== undefined) return named;
  return existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined;
}

function applyConfig(command: Command, { env, secrets }: ConfigRules): void {
  if (env.HASHGAP_CONFIG && command.getOptionValue('config') === undefined)
    command.setOptionValueWithSource('config', env.HASHGAP_CONFIG, 'env');
  const options = configurable(command);
  const file = configPath(command);
  const entries = file === undefined ? {} : readConfig(file);
  if (file !== undefined) checkKeys(file, entries, options, secrets);
  for (const option of options) {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === 'cli') {
      if (option.hidden) throw onlyEnvironment(option);
      continue;
    }
    const text = env[variableOf(option)];
    const twin = options.find((each) => each.attributeName() === twinOf(key, secrets));
    if (twin !== undefined && command.getOptionValueSource(twin.attributeName()) === 'cli') continue;
    if (text) command.setOptionValueWithSource(key, fromEnvironment(option, text, secrets), 'env');
    else if (file !== undefined && Object.hasOwn(entries, key) && !(twin && env[variableOf(twin)]))
      command.setOptionValueWithSource(key, fromFile(file, option, entries[key]), 'config');
  }
}

/** A secret and the file it may come from instead are one thing: the stronger place has it. */
function twinOf(key: string, secrets: readonly string[]): string | undefined {
  return secrets.includes(key) ? `${key}File` : secrets.find((secret) => key === `${secret}File`);
}

/** Options that help does not list are there for the environment alone. */
function onlyEnvironment(option: Option): HashgapError {
  return new HashgapError(
    'USAGE',
    `Expected ${option.long}-file or the variable ${variableOf(option)}, received ${option.long}. Every user of this machine can read a command line.`,
  );
}

/** An empty variable is one that is not set. A list is parted by spaces or commas, but not a secret, which may hold them. */
function fromEnvironment(option: Option, text: string, secrets: readonly string[]): unknown {
  const variable = variableOf(option);
  if (option.isBoolean()) return yesOrNo(variable, text);
  const isList = option.variadic && !secrets.includes(option.attributeName());
  const texts = isList ? text.split(/[\s,]+/).filter((part) => part !== '') : [text];
  return parsed(option, texts, `the variable ${variable}`);
}

function yesOrNo(variable: string, text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)$/i.test(text)) return false;
  throw new HashgapError(
    'USAGE',
    `Expected true or false in ${variable}, received "${text}". Correct the variable, or unset it.`,
    {
      details: { variable, received: text },
    },
  );
}

function fromFile(file: string, option: Option, value: unknown): unknown {
  const key = option.attributeName();
  const kind = kindOf(option);
  if (!isOfKind(kind, value)) throw wrongType(file, key, EXPECTED[kind], value);
  if (kind === 'yes or no') return value;
  const texts = Array.isArray(value) ? (value as string[]) : [String(value)];
  const paths = option.flags.includes('<file>') ? texts.map((path) => fileBeside(file, path)) : texts;
  return parsed(option, paths, `"${key}" in ${resolve(file)}`);
}

/** No shell reads a config file, so `~` is read here; what is relative is so to the config file, wherever the program is started. */
function fileBeside(file: string, path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(dirname(file), path);
}

/** A value goes through the same reader as the text on a command line; its errors say besides where it came from. */
function parsed(option: Option, texts: readonly string[], place: string): unknown {
  const { parseArg } = option;
  if (parseArg === undefined) return option.variadic ? texts : texts[0];
  try {
    return texts.reduce<unknown>((before, text) => parseArg(text, before as never), undefined);
  } catch (error) {
    if (!(error instanceof HashgapError)) throw error;
    const { code, message, details } = error;
    throw new HashgapError(code, `${message} The value is that of ${place}.`, {
      details: { ...details, place },
      cause: error,
    });
  }
}

function readConfig(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    const next = 'Correct it, or name another file with --config or HASHGAP_CONFIG.';
    throw invalid(file, 'an object of options', unreadable(cause as Error), next, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  const received = Array.isArray(value) ? 'a list' : JSON.stringify(value);
  throw invalid(file, 'an object of options', received, 'Write {"user": "..."}, for example.');
}

/** What is wrong with a file. Newer engines quote it; the quotation could hold a secret, and goes. */
function unreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no file there';
  if (code !== undefined) return `a file that cannot be read (${code})`;
  return `text that is not JSON (${message.replace(/, .*(?= is not valid JSON)/s, '')})`;
}

function checkKeys(
  file: string,
  entries: object,
  options: readonly Option[],
  secrets: readonly string[],
): void {
  const known = options.map((option) => option.attributeName()).filter((key) => !secrets.includes(key));
  for (const key of Object.keys(entries)) {
    if (secrets.includes(key)) throw secretKey(file, key);
    if (key !== '$schema' && !known.includes(key)) throw unknownKey(file, key, known);
  }
}

function unknownKey(file: string, key: string, known: readonly string[]): HashgapError {
  const isFlag = known.find((name) => name.toLowerCase() === key.replace(/[-_]/g, '').toLowerCase());
  const hint = isFlag === undefined ? nearest(key, known) : ` Did you mean "${isFlag}"?`;
  const next = 'Names are those of the options, such as connectTimeout for --connect-timeout.';
  return invalid(file, 'the name of an option', `"${key}"`, `${next}${hint}`);
}

/** didYouMean compares with names in small letters. */
function nearest(name: string, known: readonly string[]): string {
  const small = new Map(known.map((each) => [each.toLowerCase(), each]));
  return didYouMean(name, [...small.keys()]).replace(/"(.*)"/, (_, found: string) => `"${small.get(found)}"`);
}

function secretKey(file: string, key: string): HashgapError {
  return invalid(
    file,
    `no ${key}, since such files are copied and shared,`,
    'one',
    `Put it into a file of its own and name that with ${key}File, or set it in the environment.`,
  );
}

function wrongType(file: string, key: string, expected: string, value: unknown): HashgapError {
  return invalid(file, `${expected} for "${key}"`, JSON.stringify(value), 'docs/config.md shows an example.');
}

function invalid(
  file: string,
  expected: string,
  received: string,
  next: string,
  cause?: unknown,
): HashgapError {
  const path = resolve(file);
  return new HashgapError(
    'CONFIG_INVALID',
    `Expected ${expected} in ${path}, received ${received}. ${next}`,
    {
      details: { file: path, expected, received },
      cause,
    },
  );
}
