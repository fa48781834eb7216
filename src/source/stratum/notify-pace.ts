/** The pace of a pool's notifies: of many that follow each other closely only the last is decoded and worked on. */

/** Lines on their way to the session. */
export interface NotifyPace {
  /** Passes a line on, or holds it for a moment because it may be superseded. The order of lines stays. */
  push(line: string): void;
  /** Forgets what is held. */
  close(): void;
}

/**
 * New transactions are no hurry: a notify for the same tip that does not make earlier jobs stale waits until the one before is this old, milliseconds. Engines lose
 * more by changing jobs all the time than they gain by newer ones.
 */
export const PACE_MS = 250;

/**
 * A pace for one connection.
 *
 * @param act - takes each line that is not superseded.
 */
export function createNotifyPace(act: (line: string) => void): NotifyPace {
  let held: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tip: string | undefined;
  let actedMs = Number.NEGATIVE_INFINITY;
  const release = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held === undefined) return;
    const line = held;
    held = undefined;
    actedMs = performance.now();
    act(line);
  };
  return {
    push(line) {
      const notify = line.includes('"mining.notify"') ? line : undefined;
      const nowMs = notify === undefined ? 0 : performance.now();
      if (notify !== undefined && nowMs < actedMs + PACE_MS && !isClean(notify) && tipOf(notify) === tip) {
        held = notify;
        timer ??= setTimeout(release, actedMs + PACE_MS - nowMs);
        return;
      }
      if (notify === undefined || tipOf(notify) !== tip) release();
      else held = undefined; // superseded: this one makes the same jobs stale, and more
      if (notify !== undefined) {
        tip = tipOf(notify);
        actedMs = nowMs;
      }
      act(line);
    },
    close() {
      clearTimeout(timer);
      held = undefined;
    },
  };
}

/** Whether a notify makes earlier jobs stale, read from its end without decoding it; what cannot be told counts as yes. */
function isClean(line: string): boolean {
  return !line.slice(0, line.lastIndexOf(']')).trimEnd().endsWith('false');
}

/** The previous hash, the second parameter; undefined when it is not where it should be. */
function tipOf(line: string): string | undefined {
  const start = line.indexOf('"params"');
  return /^"params"\s*:\s*\[\s*"[^"\\]*"\s*,\s*"([0-9a-fA-F]{64})"/.exec(line.slice(start, start + 512))?.[1];
}
