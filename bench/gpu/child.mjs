/** Runs a part of the bench in a process of its own, so that a driver that crashes or hangs costs that part and no more. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * Starts `file` beside this one with a plan on its stdin; each line of JSON it prints goes to `onMessage`.
 *
 * @returns how it ended: undefined when it was done, else a sentence.
 */
export function runChild(file, plan, { env = {}, limitMs, onMessage }) {
  return new Promise((resolve) => {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = spawn(process.execPath, [path], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let late = false;
    let said = '';
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-2000);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) onMessage(JSON.parse(line)); // drivers may print lines of their own
    });
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(plan));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const complaint =
        said
          .trim()
          .split('\n')
          .find((line) => /error/i.test(line)) ?? said.trim().split('\n').at(-1);
      if (late) resolve(`${file} was stopped after ${Math.round(limitMs / 1000)} s`);
      else if (code !== 0) resolve(`${file} ended with ${signal ?? `exit code ${code}`}: ${complaint}`);
      else resolve(undefined);
    });
  });
}

/** In the child: the plan. Without one the process ends here: so pack.mjs finds out that all modules of a child can be loaded. */
export async function readPlan() {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  if (text === '') process.exit(0);
  return JSON.parse(text);
}

/** In the child: tells the parent something. */
export function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
