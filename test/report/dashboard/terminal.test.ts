/** The terminal of a process: Ctrl-Z in the order that shells need, and who may draw. */
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { isForeground, openDashboard, processTerminal } from '../../../src/report/dashboard/terminal.ts';

/** Only what is used of a process; `told` is what it did, in order. */
function fakeProcess(platform: NodeJS.Platform, env: Record<string, string> = { LANG: 'C.UTF-8' }) {
  const told: string[] = [];
  const stdout = Object.assign(new EventEmitter(), {
    columns: 100,
    rows: 30,
    write: (text: string) => told.push(`write ${text.length > 40 ? 'a frame' : JSON.stringify(text)}`),
  });
  const proc = Object.assign(new EventEmitter(), {
    platform,
    env,
    pid: 7,
    stdout,
    kill: (pid: number, signal: string) => told.push(`kill ${pid} ${signal}`),
  });
  return { proc, told, process: proc as unknown as NodeJS.Process };
}

it('stops in the usual way for Ctrl-Z, and is ready for the next one', () => {
  const { proc, told, process } = fakeProcess('darwin');
  const remove = processTerminal(process).onSuspend(
    () => told.push('pause'),
    () => told.push('resume'),
  );
  for (let round = 0; round < 2; round++) {
    proc.emit('SIGTSTP');
    expect(told.splice(0)).toEqual(['pause', 'kill 7 SIGTSTP']);
    // Without a listener the signal that was sent stops the process, as it would any other.
    expect(proc.listenerCount('SIGTSTP')).toBe(0);
    proc.emit('SIGCONT');
    expect(told.splice(0)).toEqual(['kill 7 SIGWINCH', 'resume']);
    expect(proc.listenerCount('SIGTSTP')).toBe(1);
  }
  remove();
  expect(proc.eventNames()).toEqual([]);
});

it('has no Ctrl-Z on Windows', () => {
  const { proc, process } = fakeProcess('win32');
  processTerminal(process).onSuspend(
    () => {},
    () => {},
  )();
  expect(proc.eventNames()).toEqual([]);
});

it('knows its size, its changes and the end of the process, and lets go of them', () => {
  const { proc, process } = fakeProcess('darwin');
  const terminal = processTerminal(process);
  expect([terminal.columns(), terminal.rows(), terminal.inForeground()]).toEqual([100, 30, true]);
  let calls = 0;
  const removes = [terminal.onResize(() => calls++), terminal.onExit(() => calls++)];
  proc.stdout.emit('resize');
  proc.emit('exit');
  expect(calls).toBe(2);
  for (const remove of removes) remove();
  expect([proc.eventNames(), proc.stdout.eventNames()]).toEqual([[], []]);
});

it.each([
  ['in front', '7 (node) S 1 7 7 34816 7 4194560', true],
  ['behind another job', '7 (node) S 1 7 7 34816 9 4194560', false],
  ['with a name that looks like more', '7 (a) S 1 2 (b) S 1 7 7 34816 9 0', false],
  ['without a terminal', '7 (node) S 1 7 7 0 -1 4194560', true],
  ['where there is no /proc', '', true],
])('a process %s', (_, stat, expected) => {
  expect(isForeground(stat)).toBe(expected);
});

it('lets go of the process when it is closed', () => {
  const { proc, told, process } = fakeProcess('darwin');
  const reporter = openDashboard(process, { version: '0.1.0' }, { colours: false });
  expect(proc.eventNames().sort()).toEqual(['SIGCONT', 'SIGTSTP', 'exit']);
  reporter.close();
  expect([proc.eventNames(), proc.stdout.eventNames(), told]).toEqual([[], [], []]);
});
