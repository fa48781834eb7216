/** Arguments of RPC methods: positions, names and types, refused with the words of bitcoind's `RPCHelpMan`. */
import { RPC, RpcError } from './rpc-error.ts';

/** The types a JSON value can have, by bitcoind's names (`uvTypeName`). */
export type JsonType = 'null' | 'bool' | 'object' | 'array' | 'string' | 'number';

/** One argument of a method. */
export interface ArgumentSpec {
  readonly name: string;
  /** `any` leaves the check to the method. */
  readonly type: JsonType | 'any';
  readonly optional?: boolean;
}

/** What a method takes, and what it is for. */
export interface MethodSpec {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
}

/** The JSON type of a parsed value. */
export function jsonType(value: unknown): JsonType {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : (typeof value as 'object' | 'string' | 'number');
}

/**
 * The arguments by position, checked (`RPCHelpMan::HandleRequest`).
 *
 * @throws {RpcError} -1 with the usage for a wrong number, -3 for wrong types, -8 for unknown names.
 */
export function readArguments(spec: MethodSpec, params: unknown): unknown[] {
  const given = Array.isArray(params) ? params : positional(spec, (params ?? {}) as Record<string, unknown>);
  const required = spec.arguments.findLastIndex(({ optional }) => optional !== true) + 1;
  if (given.length < required || given.length > spec.arguments.length)
    throw new RpcError(RPC.miscError, usage(spec));
  const mismatches = spec.arguments.flatMap((argument, i) => {
    const mismatch = typeMismatch(argument, given[i]);
    return mismatch === undefined ? [] : [[`Position ${i + 1} (${argument.name})`, mismatch] as const];
  });
  if (mismatches.length === 0) return given;
  throw new RpcError(
    RPC.typeError,
    `Wrong type passed:\n${JSON.stringify(Object.fromEntries(mismatches), undefined, 4)}`,
  );
}

/** Named arguments in positions (`transformNamedArguments`); `args` may hold the first ones by position. */
function positional(spec: MethodSpec, named: Record<string, unknown>): unknown[] {
  const { args, ...byName } = named;
  const first = Array.isArray(args) ? args : [];
  const values: unknown[] = [...first];
  const names = spec.arguments.map(({ name }) => name);
  for (const [name, value] of Object.entries(byName)) {
    const position = names.indexOf(name);
    if (position < 0) throw new RpcError(RPC.invalidParameter, `Unknown named parameter ${name}`);
    if (position < first.length) {
      throw new RpcError(
        RPC.invalidParameter,
        `Parameter ${name} specified twice both as positional and named argument`,
      );
    }
    values[position] = value;
  }
  return Array.from(values, (value) => value ?? null);
}

function typeMismatch({ type, optional }: ArgumentSpec, value: unknown): string | undefined {
  const received = jsonType(value);
  if (type === 'any' || received === type || (optional === true && received === 'null')) return undefined;
  return `JSON value of type ${received} is not of expected type ${type}`;
}

/** How to call a method: its synopsis and what it does. */
export function usage(spec: MethodSpec): string {
  const word = ({ name, type }: ArgumentSpec) => (type === 'string' ? `"${name}"` : name);
  const required = spec.arguments.filter(({ optional }) => optional !== true).map(word);
  const optional = spec.arguments.filter(({ optional }) => optional === true).map(word);
  const synopsis = [spec.name, ...required, ...(optional.length > 0 ? ['(', ...optional, ')'] : [])].join(
    ' ',
  );
  return `${synopsis}\n\n${spec.description}\n`;
}

/**
 * A block hash (`ParseHashV`).
 *
 * @throws {RpcError} -8 when it is not 64 hex digits.
 */
export function readHash(value: unknown, name: string): string {
  const text = readString(value);
  if (text.length !== 64) {
    throw new RpcError(
      RPC.invalidParameter,
      `${name} must be of length 64 (not ${text.length}, for '${text}')`,
    );
  }
  if (!/^[0-9a-fA-F]*$/.test(text)) {
    throw new RpcError(RPC.invalidParameter, `${name} must be hexadecimal string (not '${text}')`);
  }
  return text.toLowerCase();
}

/**
 * A string (`UniValue::get_str`).
 *
 * @throws {RpcError} -3 when it is something else.
 */
export function readString(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new RpcError(RPC.typeError, `JSON value of type ${jsonType(value)} is not of expected type string`);
}

/**
 * A 32-bit integer (`UniValue::getInt<int>`).
 *
 * @throws {RpcError} -3 when it is no number, -1 when it is no integer or does not fit.
 */
export function readInteger(value: unknown, fallback?: number): number {
  if (fallback !== undefined && jsonType(value) === 'null') return fallback;
  if (typeof value !== 'number') {
    throw new RpcError(RPC.typeError, `JSON value of type ${jsonType(value)} is not of expected type number`);
  }
  if ((value | 0) !== value) throw new RpcError(RPC.miscError, 'JSON integer out of range');
  return value;
}
