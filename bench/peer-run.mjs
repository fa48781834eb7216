/** One run of a miner in a fresh process on a given CPU: its output, when it came, and the processor time it took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseTimes } from './peer-output.mjs';

/** Runs the program under a shell that afterwards tells the processor time of its children: Node cannot. */
const SCRIPT = '"$@" 3>&-; code=$?; times >&3; exit $code';

const MOST_OUTPUT = 2 ** 20;

/**
 * @param command - program and arguments.
 * @param pinnedCpu - a CPU for `taskset`; undefined to let it run anywhere.
 * @param deadlineSeconds - after which it is killed.
 * @returns `{ output, code, stopped, cpu: { user, system }, lastTotalSeconds }`, the last being when the last total arrived.
 */
export async function runPinned(command, { pinnedCpu, deadlineSeconds }) {
  const pinned = pinnedCpu === undefined ? command : ['taskset', '-c', String(pinnedCpu), ...command];
  const startedMs = performance.now();
  const child = spawn('sh', ['-c', SCRIPT, 'sh', ...pinned], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true, // a process group of its own, so that the deadline reaches the miner behind the shell
  });
  let stopped = false;
  const stop = () => {
    if (!stopped) process.kill(-child.pid, 'SIGKILL');
    stopped = true;
  };
  const deadline = setTimeout(stop, deadlineSeconds * 1000);
  const run = { output: '', times: '', lastTotalSeconds: undefined };
  child.stdout.on('data', (chunk) => {
    run.output += chunk;
    if (run.output.length > MOST_OUTPUT) stop(); // a program that prints without end is no benchmark
    if (/\bTotal:/.test(chunk)) run.lastTotalSeconds = (performance.now() - startedMs) / 1000;
  });
  child.stderr.on('data', (chunk) => {
    run.output += chunk;
  });
  child.stdio[3].on('data', (chunk) => {
    run.times += chunk;
  });
  const [code] = await once(child, 'close');
  clearTimeout(deadline);
  const { output, lastTotalSeconds } = run;
  return { output, code, stopped, cpu: parseTimes(run.times), lastTotalSeconds };
}
