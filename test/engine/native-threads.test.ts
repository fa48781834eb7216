/** Where the native threads run and how urgently, as the kernel of Linux tells it: child processes, some with fewer CPUs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addonFiles, loadNativeBinding } from '../../src/engine/native/binding.ts';

const [addon] = addonFiles();
const linux = process.platform === 'linux';
const title = linux ? 'native threads' : `native threads (skipped: ${process.platform} does not show them)`;

/** The nice value of native/placement.cc, unless this very process has a higher one. */
const LOW = Math.max(10, getPriority());

/** One thread: the CPUs it may run on and its nice value. */
type Placement = readonly [cpus: string, nice: number];

/** What becomes of `threads` threads of a pool with these options, started by `launcher`, such as taskset. */
function placements(threads: number, options: string, launcher: readonly string[] = []): Placement[] {
  const script = `
    const { readdirSync, readFileSync } = require('fs');
    const { Pool } = require(process.argv[1]);
    const pool = new Pool('scalar', ${threads}, ${options});
    for (let i = 0; i < ${threads}; i++)
      pool.scan(new Uint32Array(8), new Uint32Array(3), new Uint32Array(8), 0, 2 ** 32, () => {});
    const read = (id, name) => readFileSync('/proc/self/task/' + id + '/' + name, 'utf8');
    const mine = () => readdirSync('/proc/self/task').filter((id) => read(id, 'comm').startsWith('hashgap/'));
    // The fields behind the name, which is in brackets: 12 is the time it ran, 17 its nice value.
    const stat = (id) => read(id, 'stat').split(') ')[1].split(' ').map(Number);
    const look = () => {
      const threads = mine();
      // One that has hashed for a while has settled before that.
      if (threads.length < ${threads} || threads.some((id) => stat(id)[11] === 0)) return setImmediate(look);
      const cpus = (id) => /Cpus_allowed_list:\\s*(\\S+)/.exec(read(id, 'status'))[1];
      console.log(JSON.stringify(threads.map((id) => [cpus(id), stat(id)[16]])));
      pool.close();
    };
    look();`;
  const [program, ...args] = [...launcher, process.execPath, '-e', script, addon!];
  return JSON.parse(execFileSync(program!, args, { encoding: 'utf8', timeout: 50_000 })) as Placement[];
}

/** `0-2,5` as numbers. */
const cpuList = (text: string) =>
  text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
const allowed = linux
  ? cpuList(/Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]!)
  : [];

describe.skipIf(!linux)(title, () => {
  it('get a CPU each when there are as many, and are nice', () => {
    const threads = placements(availableParallelism(), '{}');
    if (availableParallelism() === allowed.length) {
      expect(threads.map(([cpus]) => Number(cpus)).sort((a, b) => a - b)).toEqual(allowed);
    }
    for (const [, nice] of threads) expect(nice).toBe(LOW);
  });

  it('share all CPUs without overlap when there are fewer', () => {
    const [[cpus] = ['']] = placements(1, 'undefined');
    expect(cpuList(cpus)).toEqual(allowed);
    if (allowed.length < 4) return; // two halves of two CPUs were the case before
    const halves = placements(2, '{}').map(([list]) => cpuList(list));
    expect(halves.flat().sort((a, b) => a - b)).toEqual(allowed);
    expect(halves[0]!.length).toBeGreaterThan(1);
  });

  it('go where the system puts them when there are more than CPUs', () => {
    for (const [cpus] of placements(allowed.length + 1, '{}')) expect(cpuList(cpus)).toEqual(allowed);
  });

  it('stay within the CPUs the process was given', () => {
    const last = allowed.at(-1)!;
    const taskset = ['taskset', '-c', String(last)];
    expect(placements(1, '{}', taskset)).toEqual([[String(last), LOW]]);
    for (const [cpus] of placements(2, '{}', taskset)) expect(cpus).toBe(String(last));
  });

  it('stay as they are when told so, and never become more urgent', () => {
    for (const [cpus, nice] of placements(allowed.length, '{ pin: false, lowPriority: false }')) {
      expect(cpuList(cpus)).toEqual(allowed);
      expect(nice).toBe(getPriority());
    }
    expect(placements(1, '{}', ['nice', '-n', '19']).map(([, nice]) => nice)).toEqual([19]);
  });
});

it('takes options that are true or false, and says so', () => {
  const native = loadNativeBinding();
  if (!('binding' in native)) throw new Error(native.unavailable);
  const { Pool } = native.binding;
  expect(() => new Pool('scalar', 1, { pin: 1 as unknown as boolean })).toThrow(
    new TypeError('Expected pin to be true or false, received 1.'),
  );
  expect(() => new Pool('scalar', 1, { lowPriority: 'no' as unknown as boolean })).toThrow(
    new TypeError('Expected lowPriority to be true or false, received "no".'),
  );
  expect(() => new Pool('scalar', 1, 7 as unknown as object)).toThrow(
    new TypeError('Expected options to be an object, received 7.'),
  );
});
