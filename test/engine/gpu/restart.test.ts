/** The restart policy: at once, then with patience, and not for ever. */
import { describe, expect, it } from 'vitest';
import { type Failure, nextStep, RESTART_POLICY } from '../../../src/engine/gpu/restart.ts';

const MINUTE = 60_000;
const lost = (atMs: number): Failure => ({ atMs, kind: 'lost' });
const notStarted = (atMs: number): Failure => ({ atMs, kind: 'not started' });
const step = (...failures: Failure[]) => nextStep(RESTART_POLICY, failures);

describe('the restart policy', () => {
  it('starts at once after a loss, and waits longer and longer where that fails', () => {
    expect(step(lost(0))).toEqual({ step: 'start', delayMs: 0 });
    expect(step(lost(0), notStarted(1))).toEqual({ step: 'start', delayMs: 1_000 });
    expect(step(lost(0), notStarted(1), notStarted(2))).toEqual({ step: 'start', delayMs: 5_000 });
    expect(step(lost(0), notStarted(1), notStarted(2), notStarted(3))).toEqual({
      step: 'start',
      delayMs: 30_000,
    });
    const all = [lost(0), notStarted(1), notStarted(2), notStarted(3), notStarted(4)];
    expect(step(...all)).toEqual({ step: 'give up', failures: 5 });
  });

  it('gives up at the third loss within ten minutes', () => {
    expect(step(lost(0), lost(MINUTE))).toEqual({ step: 'start', delayMs: 1_000 });
    expect(step(lost(0), lost(MINUTE), lost(9.9 * MINUTE))).toEqual({ step: 'give up', failures: 3 });
  });

  it('forgets what is longer ago', () => {
    expect(step(lost(0), lost(MINUTE), lost(10 * MINUTE))).toEqual({ step: 'start', delayMs: 1_000 });
    expect(step(lost(0), lost(MINUTE), lost(20 * MINUTE))).toEqual({ step: 'start', delayMs: 0 });
  });
});
