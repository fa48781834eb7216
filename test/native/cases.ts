/** What every kernel is asked through test/native/driver.cc: the self-test's cases, and windows checked by `node:crypto`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ScanRequest } from '../../src/work/ports.ts';
import { type SelfTestCase, selfTestCases } from '../../src/work/self-test.ts';
import { expectedHits, headersOf, requestFor } from '../engine/headers.ts';

/** A program and its first arguments, such as an emulator and what it runs. */
export type Command = readonly [string, ...string[]];

/** One row of `driver kernels`. */
export interface DriverKernel {
  readonly name: string;
  readonly lanes: number;
  readonly supported: boolean;
}

/** Runs the driver to its end. @throws Error with what it wrote to stderr, where sanitizers report. */
export async function runDriver(command: Command, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command[0], [...command.slice(1), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // a program that ends early has not read it all
  child.stdin.end(input);
  const [output, errors, [status, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (status !== 0 || errors !== '') {
    throw new Error(`driver ${args.join(' ')} ended with ${signal ?? status}: ${errors.slice(0, 4000)}`);
  }
  return output;
}

/** The kernels the driver was built with. */
export async function driverKernels(command: Command): Promise<DriverKernel[]> {
  const lines = (await runDriver(command, ['kernels'])).trim().split('\n');
  return lines.map((line) => {
    const [name = '', lanes, supported] = line.split(' ');
    return { name, lanes: Number(lanes), supported: supported === '1' };
  });
}

/** A generator that always gives the same words: a failure can be repeated (Numerical Recipes' constants). */
function words(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/** Windows anywhere in the nonce space, with every number of versions up to 5 and two large ones. */
function windows(): SelfTestCase[] {
  const next = words(20090103);
  return [1, 2, 3, 4, 5, 16, 64].flatMap((versions) =>
    [1n, 3n, 256n].map((rarity) => {
      const headers = headersOf(versions, next() >>> 24);
      const count = Math.ceil(150 / versions) + (next() >>> 29);
      const start = Math.min(next(), 2 ** 32 - count);
      const target = (1n << 256n) / rarity - 1n;
      return {
        name: `window of ${count} from ${start}, ${versions} versions, one hash in ${rarity}`,
        request: requestFor(headers, target, start, count),
        hits: expectedHits(headers, target, start, count),
      };
    }),
  );
}

/** Windows that end with the last nonce, in every length up to more than the lanes of the widest kernel. */
function lastNonces(): SelfTestCase[] {
  const headers = headersOf(2);
  const target = 1n << 255n;
  return Array.from({ length: 66 }, (_, i) => ({
    name: `the last ${i + 1} nonces`,
    request: requestFor(headers, target, 2 ** 32 - 1 - i, i + 1),
    hits: expectedHits(headers, target, 2 ** 32 - 1 - i, i + 1),
  }));
}

/** Every case, with exactly what it must find. */
export function driverCases(): SelfTestCase[] {
  return [...selfTestCases(), ...windows(), ...lastNonces()];
}

/** A buffer so small that a scan has to stop and go on. */
const SPARE_HITS = 5;

const inputLine = ({ midstates, tail, target, nonceStart, nonceCount }: ScanRequest) =>
  [nonceStart, nonceCount, SPARE_HITS, midstates.length / 8, ...tail, ...target, ...midstates].join(' ');

/** Where two answers part: everything is too much to read. */
function difference(expected: readonly (string | number)[], received: readonly string[]): string | undefined {
  const length = Math.max(expected.length, received.length);
  const at = Array.from({ length }, (_, i) => i).find((i) => String(expected[i]) !== received[i]);
  return at === undefined ? undefined : `word ${at}: expected ${expected[at]}, received ${received[at]}`;
}

/** Asks a kernel all cases at once; returns the first difference of each that it got wrong. */
export async function wrongCases(
  command: Command,
  kernel: string,
  cases: readonly SelfTestCase[],
): Promise<string[]> {
  const input = cases.map(({ request }) => `${inputLine(request)}\n`).join('');
  const received = (await runDriver(command, ['scan', kernel], input)).trimEnd().split('\n');
  return cases.flatMap(({ name, request, hits }, i) => {
    const expected = [request.nonceCount, ...hits.map((hit) => `${hit.nonce}/${hit.versionIndex}`)];
    const wrong = difference(expected, received[i]?.split(' ') ?? []);
    return wrong === undefined ? [] : [`${name}: ${wrong}`];
  });
}
