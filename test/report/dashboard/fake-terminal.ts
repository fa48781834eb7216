/** A terminal for tests: it understands the control sequences a dashboard may use, refuses all others, and has a clock that stands still. */
import type { DashboardOptions } from '../../../src/report/dashboard/reporter.ts';
import { START_MS } from './states.ts';

/** One sequence of the few that are allowed, a newline, or text without controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this looks for
const TOKEN = /\x1b\[(\??)([0-9;]*)([A-Za-z])|\n|[^\x00-\x1f\x7f-\x9f]+/gy;

/** What is on a terminal: the two screens, and the modes that must be given back. */
export function createVt() {
  let main: string[] = [''];
  let alternate: string[] = [];
  let row = 0;
  const modes = new Set<string>();
  const screen = () => (modes.has('1049') ? alternate : main);
  const sequence = (isPrivate: boolean, argument: string, final: string) => {
    const known = `${isPrivate ? '?' : ''}${final}`;
    if (known === '?h' || known === '?l') setMode(argument, final === 'h');
    else if (known === 'H') row = (Number(argument.split(';')[0]) || 1) - 1;
    else if (known === 'J' && argument === '2') screen().length = 0;
    else if (known === 'J') screen().length = Math.min(screen().length, row);
    else if (known === 'K' && argument === '2') screen()[row] = '';
    else if (known !== 'm') throw new Error(`Expected a known sequence, received ${known} ${argument}.`);
  };
  /** 25 and 7 are on in a terminal that nothing has touched, so being switched off is what is kept. */
  const setMode = (mode: string, on: boolean) => {
    if (mode === '1049' && on) alternate = [];
    if ((mode === '25' || mode === '7') !== on) modes.add(mode);
    else modes.delete(mode);
  };
  return {
    write(text: string) {
      TOKEN.lastIndex = 0;
      for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
        const match = TOKEN.exec(text);
        if (match === null)
          throw new Error(`Expected a known sequence, received ${JSON.stringify(text.slice(at, at + 9))}.`);
        const [token, isPrivate, argument, final] = match;
        if (final !== undefined) sequence(isPrivate === '?', argument!, final);
        else if (token === '\n') main = [...main, ''];
        else if (modes.has('1049')) alternate[row] = (alternate[row] ?? '') + token;
        else main[main.length - 1] += token;
      }
    },
    /** Lines of the alternate screen, or undefined where the main one is shown. */
    frame: () => (modes.has('1049') ? [...alternate] : undefined),
    main: () => main.join('\n'),
    /** What is not as it was in the beginning. */
    touched: () => [...modes],
  };
}

/** A clock and its timers; nothing happens but in `advance`. */
export function createFakeClock() {
  let nowMs = START_MS;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  return {
    now: () => nowMs,
    setTimer(callback: () => void, ms: number) {
      const timer = { atMs: nowMs + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    pending: () => timers.length,
    advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers = timers.filter((each) => each !== due);
        nowMs = Math.max(nowMs, due.atMs);
        due.callback();
      }
      nowMs = untilMs;
    },
    /** Somebody sets the clock; timers run on. */
    set(ms: number) {
      timers = timers.map((timer) => ({ ...timer, atMs: timer.atMs + ms - nowMs }));
      nowMs = ms;
    },
  };
}

/** Everything a dashboard needs, and what a test looks at. */
export function fakeOptions(over: Partial<DashboardOptions> = {}) {
  const vt = createVt();
  const clock = createFakeClock();
  const writes: { readonly atMs: number; readonly text: string }[] = [];
  const listeners = new Map<string, () => void>();
  const listen = (name: string, listener: () => void) => {
    listeners.set(name, listener);
    return () => listeners.delete(name);
  };
  const size = { columns: 80, rows: 24 };
  const ground = { fore: true };
  const options: DashboardOptions = {
    about: { version: '0.1.0', source: 'http://127.0.0.1:8332/' },
    write(text) {
      writes.push({ atMs: clock.now(), text });
      vt.write(text);
    },
    columns: () => size.columns,
    rows: () => size.rows,
    onResize: (listener) => listen('resize', listener),
    onSuspend: (pause, resume) => {
      const removePause = listen('pause', pause);
      const removeResume = listen('resume', resume);
      return () => {
        removePause();
        removeResume();
      };
    },
    onExit: (listener) => listen('exit', listener),
    inForeground: () => ground.fore,
    now: clock.now,
    setTimer: clock.setTimer,
    ascii: false,
    colours: false,
    ...over,
  };
  return { options, vt, clock, writes, listeners, size, ground };
}
