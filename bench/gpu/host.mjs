/** Speaks with the host program (host.cc), which runs cubins: one command a line there, one line of JSON back. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts the program. Commands are sent one at a time. */
export function startHost(program) {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on('error', () => {}); // a program that has gone says so by its missing answer

  /** Sends a command and waits for its answer; the program is killed when that takes too long. */
  const ask = async (command, timeoutMs = 60_000) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    try {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      const [name] = command.split(' ');
      if (done) throw new Error(`Expected an answer to ${name}, but the CUDA host program ended.`);
      const answer = JSON.parse(value);
      if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    info: () => ask('info'),
    load: (cubin) => ask(`load ${cubin}`),
    /** Registers, spilled bytes and resident blocks, as the driver sees them. */
    about: (name, block) => ask(`about ${name} ${block}`),
    /** Searches nonces once: `{ count, hits: [[nonce, version]] }`. */
    scan: (kernel, { first, count, mask }) => ask(`scan ${first} ${count} ${mask} ${wordsOf(kernel)}`),
    /** Searches nonces for a time, several times: `{ nonces, runs: [{ hashes, ms }] }`. */
    time: (kernel, { warmUpMs, runMs, runs }) =>
      ask(`time ${warmUpMs} ${runMs} ${runs} ${wordsOf(kernel)}`, 60_000 + 3 * (warmUpMs + runMs * runs)),
    /** Runs a pipe kernel: `{ blocksPerMultiprocessor, runs: [{ ms, cycles, mostCycles }] }`. */
    pipe: (name, { block, loops, runs }) => ask(`pipe ${name} ${block} ${loops} ${runs}`),
    /** Ends the program. */
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A kernel as the host program reads it. */
function wordsOf({ name = 'scan', block, noncesPerThread, midstates, job }) {
  return [name, block, noncesPerThread, midstates, job.length, ...job].join(' ');
}
