/** The recorder of a run: events in the order of time, whatever is done to the clock. */
import { afterEach, expect, it, vi } from 'vitest';
import { createRecorder } from '../../src/cli/recorder.ts';
import type { MinerEvent } from '../../src/events.ts';

afterEach(() => void vi.restoreAllMocks());

it('stamps events with a time that no clock sets back, and that a sleep moves ahead', () => {
  const events: MinerEvent[] = [];
  const recorder = createRecorder({ event: (event) => events.push(event), summary() {}, close() {} });
  const scan = () => recorder.emit({ type: 'scan', hashes: 1000, seconds: 1 });
  const now = Date.now();
  scan();
  vi.spyOn(Date, 'now').mockReturnValue(now - 90_000);
  scan();
  vi.spyOn(Date, 'now').mockReturnValue(now + 9_000_000);
  scan();
  const [first = 0, second = 0, third = 0] = events.map(({ atMs }) => atMs);
  expect(Math.abs(first - now)).toBeLessThan(60_000); // Unix time
  expect(Number.isInteger(first)).toBe(true);
  expect(second).toBeGreaterThanOrEqual(first);
  expect(third).toBeGreaterThanOrEqual(now + 9_000_000);
  expect(recorder.stats().lastAtMs).toBe(third);
});
