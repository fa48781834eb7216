/** The dashboard reporter: owns the terminal from its first frame until the end of the run. */
import type { Reporter } from '../lines.ts';
import { summaryLines } from '../summary-lines.ts';
import { dashboardLines } from './frame.ts';
import { painter } from './line.ts';
import { blockReport } from './news-panels.ts';
import { createPace, type SetTimer } from './pace.ts';
import { createScreen, type Screen } from './screen.ts';
import { type DashboardAbout, type DashboardState, newDashboard, reduceDashboard } from './state.ts';

/** The terminal, as far as a dashboard needs it. Every listener is taken away again by what its `on...` returns. */
export interface DashboardTerminal {
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly onResize: (listener: () => void) => () => void;
  /** `pause` is called when Ctrl-Z is about to stop the process, `resume` when it goes on. */
  readonly onSuspend: (pause: () => void, resume: () => void) => () => void;
  /** The process ends, whatever the reason; the listener must be done when it returns. */
  readonly onExit: (listener: () => void) => () => void;
  /** A job in the background (`bg`, `&`) must not write to the terminal. */
  readonly inForeground: () => boolean;
}

/** What a dashboard is made of. */
export interface DashboardOptions extends DashboardTerminal {
  readonly about: DashboardAbout;
  /** Unix milliseconds, the clock of the events. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly ascii: boolean;
  readonly colours: boolean;
}

/** A reporter that must be closed. */
export interface DashboardReporter extends Reporter {
  close(): void;
}

/** Every so often a frame that differs is written in full: what a user typed, or a library wrote to stderr, does not stay. */
const REPAINT_MS = 5_000;

/**
 * A live dashboard on the alternate screen. It draws from the first event on, at most ten times a second. The end of the run, a failure (`close`) and the end
 * of the process bring back the terminal; then the blocks found and the summary are written where they stay.
 */
export function createDashboardReporter(options: DashboardOptions): DashboardReporter {
  const { about, now, setTimer } = options;
  let state = newDashboard(about, now());
  let closed = false;
  const screen = createScreen(options.write);
  const pace = createPace(
    createDraw(options, screen, () => state),
    now,
    setTimer,
  );
  const refresh = () => {
    screen.forget();
    pace.request();
  };
  const listeners = [
    options.onResize(refresh),
    options.onSuspend(screen.leave, refresh),
    options.onExit(() => close()),
  ];
  const close = () => {
    if (closed) return;
    closed = true;
    pace.stop();
    screen.leave();
    for (const remove of listeners) remove();
  };
  return {
    event(event) {
      state = reduceDashboard(state, event);
      if (!closed && event.type !== 'scan') pace.request(); // scans are many; the tick of a second shows them
    },
    summary(summary) {
      close();
      const paint = painter(options.colours);
      const blocks = blockReport(state, options.columns(), paint);
      for (const line of [...blocks, ...summaryLines(summary, paint)]) options.write(`${line}\n`);
    },
    close,
  };
}

/** Draws the state of the moment, unless the terminal is someone else's. */
function createDraw(options: DashboardOptions, screen: Screen, state: () => DashboardState): () => void {
  const paint = painter(options.colours);
  let wholeAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (!options.inForeground()) return screen.forget();
    const nowMs = options.now();
    const width = options.columns() || 80; // some pseudo-terminals have no size
    const height = options.rows() || 24;
    const lines = dashboardLines(state(), { width, height, ascii: options.ascii, paint, nowMs });
    const whole = Math.abs(nowMs - wholeAtMs) >= REPAINT_MS;
    if (whole) wholeAtMs = nowMs;
    screen.draw(lines, whole ? 'whole' : undefined);
  };
}
