/** When to draw: soon after something happened, never more than ten times a second, and once a second for the ages and rates. */

/** The least time between two frames, milliseconds. */
const FRAME_MS = 100;

/** The time after which a frame is out of date by itself, milliseconds. */
const TICK_MS = 1_000;

/** Calls back once after `ms`, and returns what calls it off; must not keep the process alive. */
export type SetTimer = (callback: () => void, ms: number) => () => void;

/** Draws at its own pace. */
export interface Pace {
  /** Something changed: a frame follows within a tenth of a second. */
  request(): void;
  stop(): void;
}

/** A pace for `draw`; whatever is requested while a frame is due is in that frame. */
export function createPace(draw: () => void, now: () => number, setTimer: SetTimer): Pace {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let soon = false;
  let callOff = () => {};
  const fire = () => {
    soon = false;
    drawnAtMs = now();
    callOff = setTimer(fire, TICK_MS);
    draw();
  };
  return {
    request() {
      if (soon) return;
      soon = true;
      callOff();
      // The clock may have been set back since.
      callOff = setTimer(fire, Math.min(FRAME_MS, Math.max(0, drawnAtMs + FRAME_MS - now())));
    },
    stop: () => callOff(),
  };
}
