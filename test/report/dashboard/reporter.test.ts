/** The dashboard reporter on a terminal of its own with a clock that stands still: pace, resizing, Ctrl-Z, and that everything is given back. */
import { describe, expect, it } from 'vitest';
import type { MinerEvent, MinerEventBody } from '../../../src/events.ts';
import { dashboardLines } from '../../../src/report/dashboard/frame.ts';
import { painter } from '../../../src/report/dashboard/line.ts';
import { createDashboardReporter, type DashboardOptions } from '../../../src/report/dashboard/reporter.ts';
import { newDashboard, reduceDashboard } from '../../../src/report/dashboard/state.ts';
import { createLinesReporter } from '../../../src/report/lines.ts';
import { NO_STATS, reduceStats, summarize } from '../../../src/stats.ts';
import { fakeOptions } from './fake-terminal.ts';

const WARNING = (number: number): MinerEventBody => ({ type: 'warning', message: `warning ${number}` });

function started(over: Partial<DashboardOptions> = {}) {
  const fake = fakeOptions(over);
  const reporter = createDashboardReporter(fake.options);
  const events: MinerEvent[] = [];
  const emit = (body: MinerEventBody) => {
    const event: MinerEvent = { ...body, atMs: fake.clock.now() };
    events.push(event);
    reporter.event(event);
  };
  const expected = () =>
    dashboardLines(events.reduce(reduceDashboard, newDashboard(fake.options.about, events[0]!.atMs)), {
      width: fake.size.columns,
      height: fake.size.rows,
      ascii: false,
      paint: painter(false),
      nowMs: fake.clock.now(),
    });
  return { ...fake, reporter, emit, events, expected };
}

describe('the pace', () => {
  it('writes nothing before the first event', () => {
    const { writes, clock } = started();
    clock.advance(5_000);
    expect(writes).toEqual([]);
  });

  it('draws at most ten times a second however many events come, and the last state in the end', () => {
    const { emit, clock, writes, vt, expected } = started();
    for (let i = 0; i < 3_000; i++) {
      emit(WARNING(i));
      clock.advance(1);
    }
    const second = (from: number) => writes.filter(({ atMs }) => atMs >= from && atMs < from + 1_000).length;
    for (const { atMs } of writes) expect(second(atMs)).toBeLessThanOrEqual(10);
    expect(writes.length).toBeGreaterThan(25);
    clock.advance(100);
    expect(vt.frame()).toEqual(expected());
    expect(vt.frame()!.at(-1)).toContain('warning 2999');
  });

  it('draws the first event at once', () => {
    const { emit, clock, vt } = started();
    emit(WARNING(1));
    clock.advance(0);
    expect(vt.frame()!.join('\n')).toContain('warning 1');
  });

  it('draws a second later without any event, and writes nothing where nothing has changed', () => {
    const { emit, clock, writes, vt, expected } = started();
    emit({ type: 'engine', engine: 'native', kernel: 'sha-ni', threads: 2 });
    clock.advance(3_600_000); // from here on the time shown changes once a minute
    const before = writes.length;
    clock.advance(58_000);
    expect(writes.length - before).toBeLessThanOrEqual(2);
    expect(vt.frame()).toEqual(expected());
  });

  it('does not draw for scans alone', () => {
    const { emit, clock, writes } = started();
    emit(WARNING(1));
    clock.advance(1);
    const before = writes.length;
    for (let i = 0; i < 900; i++) {
      emit({ type: 'scan', hashes: 1_000, seconds: 0.2 });
      clock.advance(1);
    }
    expect(writes.length).toBe(before);
    clock.advance(100);
    expect(writes.length).toBe(before + 1);
  });

  it('goes on when the clock is set back', () => {
    const { emit, clock, vt } = started();
    emit(WARNING(1));
    clock.advance(10);
    clock.set(clock.now() - 3_600_000);
    emit(WARNING(2));
    clock.advance(100);
    expect(vt.frame()!.join('\n')).toContain('warning 2');
  });
});

describe('the screen', () => {
  it('writes only the lines that changed, and all of them every five seconds', () => {
    const { emit, clock, writes, vt } = started();
    const written = () => writes.map(({ text }) => text.split('\u001b[2K').length - 1);
    emit({ type: 'engine', engine: 'native', kernel: 'sha-ni', threads: 2 });
    clock.advance(0);
    const all = vt.frame()!.length;
    expect(written()).toEqual([all]);
    clock.advance(6_000); // the time of the run and that of connecting change every second
    expect(written()).toEqual([all, 2, 2, 2, 2, all, 2]);
  });

  it('follows the size of the terminal', () => {
    const { emit, clock, vt, size, listeners, expected } = started();
    emit(WARNING(1));
    clock.advance(100);
    for (const [columns, rows] of [
      [40, 10],
      [200, 50],
      [120, 12],
    ] as const) {
      Object.assign(size, { columns, rows });
      listeners.get('resize')!();
      clock.advance(100);
      expect(vt.frame()).toEqual(expected());
    }
  });

  it('takes a terminal without a size for one of 80 by 24', () => {
    const { emit, clock, vt, size } = started();
    Object.assign(size, { columns: 0, rows: 0 });
    emit(WARNING(1));
    clock.advance(0);
    expect(vt.frame()![0]).toHaveLength(80);
  });

  it('leaves for Ctrl-Z, and is whole again afterwards', () => {
    const { emit, clock, vt, listeners, expected } = started();
    emit(WARNING(1));
    clock.advance(100);
    listeners.get('pause')!();
    expect(vt.frame()).toBeUndefined();
    expect(vt.touched()).toEqual([]);
    vt.write('$ echo in the shell\n');
    listeners.get('resume')!();
    clock.advance(100);
    expect(vt.frame()).toEqual(expected());
    expect(vt.main()).toBe('$ echo in the shell\n');
  });

  it('draws nothing in the background, and all of it soon after coming back', () => {
    const { emit, clock, vt, writes, ground, listeners, expected } = started();
    emit(WARNING(1));
    clock.advance(100);
    listeners.get('pause')!();
    ground.fore = false;
    listeners.get('resume')!();
    const before = writes.length;
    emit(WARNING(2));
    clock.advance(10_000);
    expect(writes.length).toBe(before);
    ground.fore = true;
    clock.advance(1_000);
    expect(vt.frame()).toEqual(expected());
  });
});

describe('the end', () => {
  const hash = `${'0'.repeat(19)}2a7c4${'1'.repeat(40)}`;
  const BODIES: MinerEventBody[] = [
    { type: 'engine', engine: 'native', kernel: 'sha-ni', threads: 2 },
    { type: 'scan', hashes: 5_000_000, seconds: 1 },
    { type: 'block', hash, height: 850_124 },
    { type: 'verdict', hash, height: 850_124, recovered: false, verdict: { outcome: 'accepted' } },
    { type: 'share', hash: '01', difficulty: 9, shareDifficulty: 2, block: false },
    {
      type: 'share-verdict',
      hash: '01',
      shareDifficulty: 2,
      verdict: { outcome: 'accepted', roundTripMs: 42 },
    },
  ];

  it('gives the terminal back, and leaves the blocks and the summary of the lines reporter behind', () => {
    const { emit, events, clock, vt, reporter, listeners } = started();
    vt.write('$ hashgap mine\n');
    for (const body of BODIES) emit(body);
    clock.advance(100);
    expect(vt.frame()).toBeDefined();
    const summary = summarize(events.reduce(reduceStats, NO_STATS), 10);
    reporter.summary(summary);
    expect(vt.frame()).toBeUndefined();
    expect(vt.touched()).toEqual([]);
    expect(listeners.size).toBe(0);
    expect(clock.pending()).toBe(0);

    const plain: string[] = [];
    createLinesReporter({
      out: (line) => plain.push(line),
      err() {},
      width: 80,
      paint: (_, text) => text,
    }).summary(summary);
    expect(vt.main()).toBe(
      `$ hashgap mine\nblock 850124 accepted  ${hash.slice(0, 20)}...\n${plain.join('\n')}\n`,
    );
  });

  it.each(['close', 'exit'] as const)('gives the terminal back without a summary: %s', (how) => {
    const { emit, clock, vt, reporter, listeners, writes } = started();
    emit(WARNING(1));
    clock.advance(100);
    expect(vt.touched().sort()).toEqual(['1049', '25', '7']);
    if (how === 'close') reporter.close();
    else listeners.get('exit')!();
    expect(vt.touched()).toEqual([]);
    const before = writes.length;
    emit(WARNING(2));
    reporter.close();
    clock.advance(10_000);
    expect(writes.length).toBe(before);
  });

  it('has nothing to give back when nothing was drawn', () => {
    const { reporter, writes } = started();
    reporter.close();
    expect(writes).toEqual([]);
  });

  it('still has a summary after a close', () => {
    const { reporter, vt } = started();
    reporter.close();
    reporter.summary(summarize(NO_STATS, 1));
    expect(vt.main()).toContain('0 blocks in 1 s');
  });

  it('counts the blocks that are not listed', () => {
    const { emit, reporter, vt } = started();
    for (let i = 0; i < 25; i++) emit({ type: 'block', hash: String(i).padStart(64, '0'), height: i });
    reporter.summary(summarize(NO_STATS, 1));
    expect(vt.main()).toMatch(/^5 earlier blocks\nblock 5 {6}no answer yet/);
  });
});
