/** Finding programs and running them, for the scripts that provision what the tests need. */
import { execFile } from 'node:child_process';
import { constants, promises as fs } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { promisify } from 'node:util';

const COMMAND_TIMEOUT_MS = 300_000;

export async function isExecutable(path) {
  const found = await fs.stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  return fs.access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export async function firstExecutable(paths) {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}

/** The path of a program as a shell would find it, or undefined. */
export const onPath = (name) =>
  firstExecutable((process.env.PATH ?? '').split(delimiter).map((folder) => resolve(folder || '.', name)));

/** The path of the program that a variable of the environment names; undefined if it is unset or empty. */
export async function fromEnvironment(variable) {
  const named = process.env[variable];
  if (!named) return undefined;
  if (await isExecutable(named)) return resolve(named);
  throw new Error(
    `Expected ${variable} to name an executable file, received "${named}"; correct it or unset it.`,
  );
}

/** Runs a program to its end, with variables beside those of this process if need be; on failure the error's message is the program's own first complaint, in one line. */
export async function run(program, args, env = {}) {
  const options = {
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: 1 << 26,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', ...env },
  };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const lines = String(error.stderr ?? '').split('\n');
    const complaint = lines.find((line) => /^[EW]: /.test(line)) ?? lines.find((line) => line.trim() !== '');
    const detail = (complaint ?? error.message).trim().replace(/[.;\s]+$/, '');
    throw Object.assign(new Error(`${program}: ${detail}`, { cause: error }), { output: lines.join('\n') });
  }
}
