/** The dashboard's frames: as they look at 40, 80, 120 and 200 columns, and that no state can break one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MinerEvent, MinerEventBody } from '../../../src/events.ts';
import { dashboardLines } from '../../../src/report/dashboard/frame.ts';
import { painter } from '../../../src/report/dashboard/line.ts';
import { newDashboard, reduceDashboard } from '../../../src/report/dashboard/state.ts';
import { displayWidth } from '../../../src/report/text.ts';
import { REJECT_CLASSES } from '../../../src/work/ports.ts';
import { FIXTURES, START_MS } from './states.ts';

const plain = painter(false);
const SIZES = [
  [40, 24],
  [80, 24],
  [120, 30],
  [200, 40],
] as const;

describe.each(Object.entries(FIXTURES))('%s', (_, fixture) => {
  const { state, nowMs } = fixture();

  it.each(SIZES)('at %i columns by %i rows', (width, height) => {
    const lines = dashboardLines(state, { width, height, ascii: false, paint: plain, nowMs });
    expect(`\n${lines.join('\n')}\n`).toMatchSnapshot();
  });

  it.each(SIZES)('at %i columns by %i rows in ASCII', (width, height) => {
    const lines = dashboardLines(state, { width, height, ascii: true, paint: plain, nowMs });
    expect(lines.join('')).toMatch(/^[ -~]*$/);
    expect(`\n${lines.join('\n')}\n`).toMatchSnapshot();
  });
});

describe('what is left out where there is not room for all', () => {
  const { state, nowMs } = FIXTURES['mining at a pool']!();
  const titles = (height: number) =>
    dashboardLines(state, { width: 80, height, ascii: true, paint: plain, nowMs })
      .slice(1)
      .map((line) => line.slice(0, 10).trim())
      .filter((title) => title !== '');

  it('is the least important first', () => {
    expect(titles(3)).toEqual(['pool', 'hashrate']);
    expect(titles(6)).toEqual(['pool', 'hashrate', 'job', 'shares', 'messages']);
    expect(titles(10)).toEqual([
      'pool',
      'payout',
      'hashrate',
      'engines',
      'job',
      'shares',
      'odds',
      'messages',
    ]);
    expect(titles(24)).toHaveLength(10);
  });

  it('grows with the height, and never shrinks', () => {
    let before = 0;
    for (let height = 0; height < 60; height++) {
      const { length } = dashboardLines(state, { width: 80, height, ascii: true, paint: plain, nowMs });
      expect(length).toBeGreaterThanOrEqual(before);
      before = length;
    }
  });

  it('shows that a message goes on', () => {
    const [last] = dashboardLines(state, { width: 40, height: 10, ascii: false, paint: plain, nowMs }).slice(
      -1,
    );
    expect(last).toBe('messages     0 s  share rejected (low-d…');
  });
});

it('never shows a password that somebody put in an address', () => {
  const source = 'stratum+tcp://ann:secret@pool.example:3333';
  const about = { version: '0.1.0', source };
  const events: MinerEvent[] = [
    { type: 'source-up', source, atMs: START_MS },
    { type: 'source-down', source, reason: `Expected ${source} to speak, received nothing.`, atMs: START_MS },
  ];
  for (const count of [0, 1, 2]) {
    const state = events.slice(0, count).reduce(reduceDashboard, newDashboard(about, START_MS));
    const lines = dashboardLines(state, {
      width: 80,
      height: 24,
      ascii: false,
      paint: plain,
      nowMs: START_MS,
    });
    expect(lines.join('\n')).toContain('stratum+tcp://pool.example:3333');
    expect(lines.join('\n')).not.toContain('secret');
  }
});

it('gives colours one meaning each', () => {
  const { state, nowMs } = FIXTURES['a pool that pays too little, and is gone']!();
  const lines = dashboardLines(state, {
    width: 80,
    height: 24,
    ascii: false,
    paint: (style, text) => `<${style}>${text}</${style}>`,
    nowMs,
  }).join('\n');
  expect(lines).toContain('<red>0%</red> of 3.19203411 BTC is yours');
  expect(lines).toContain('<yellow>● waiting</yellow>');
  expect(lines).toContain('<dim>accepted </dim><green>1</green>');
});

/** Text as a stranger may write it: every kind of character, controls among them, and far too much of it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom(
    '',
    '矿工',
    '\u001b[2J\u001b[31m',
    '\u202egnp.exe',
    'a\u0301\u0302\u0303\u0304',
    '👨‍👩‍👧',
    '\ud800',
    '\r\n\t',
  ),
);
const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(0, 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
  fc.nat(),
);
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const anyHash = fc.constantFrom('00', '01', '02', '\u001b[H');

const anyShareVerdict = fc.oneof(
  fc.record({ outcome: fc.constant('accepted' as const), roundTripMs: anyNumber }),
  fc.record({
    outcome: fc.constant('rejected' as const),
    class: fc.constantFrom(...REJECT_CLASSES),
    reason: anyText,
    roundTripMs: anyNumber,
  }),
  fc.record({ outcome: fc.constantFrom('unknown' as const, 'withheld' as const), reason: anyText }),
);
const anyBlockVerdict = fc.oneof(
  fc.record({ outcome: fc.constant('accepted' as const) }),
  fc.record({
    outcome: fc.constantFrom('stale' as const, 'rejected' as const, 'unknown' as const),
    reason: anyText,
  }),
);
const anyPayout = {
  satoshis: fc.bigInt(),
  outputs: fc.array(fc.record({ to: anyText, satoshis: fc.bigInt(), percent: anyNumber }), { maxLength: 8 }),
};
const anyBody = fc.oneof(
  fc.record({ type: fc.constant('engine' as const), engine: anyText, kernel: anyText, threads: anyNumber }),
  fc.record({
    type: fc.constant('engine' as const),
    engine: anyText,
    device: anyText,
    kernel: anyText,
    threads: anyNumber,
  }),
  fc.record({
    type: fc.constant('engine-lost' as const),
    engine: anyText,
    kernel: anyText,
    message: anyText,
  }),
  fc.record({ type: fc.constant('scan' as const), engine: anyText, hashes: anyNumber, seconds: fc.nat(100) }),
  fc.record({ type: fc.constant('scan' as const), hashes: anyNumber, seconds: fc.nat(100) }),
  fc.record({ type: fc.constant('source-up' as const), source: anyText }),
  fc.record({ type: fc.constant('source-down' as const), source: anyText, reason: anyText }),
  fc.record({
    type: fc.constant('job' as const),
    id: anyText,
    height: optional(anyNumber),
    prevHash: anyText,
    difficulty: anyNumber,
    shareDifficulty: anyNumber,
    transactions: optional(anyNumber),
    coinbaseValue: optional(fc.bigInt()),
    clean: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('hardware-error' as const),
    engine: anyText,
    kernel: anyText,
    hash: anyText,
  }),
  fc.record({
    type: fc.constantFrom('block' as const, 'recovered' as const),
    hash: anyHash,
    height: optional(anyNumber),
  }),
  fc.record({
    type: fc.constant('verdict' as const),
    hash: anyHash,
    height: optional(anyNumber),
    recovered: fc.boolean(),
    verdict: anyBlockVerdict,
  }),
  fc.record({
    type: fc.constant('share' as const),
    hash: anyHash,
    difficulty: anyNumber,
    shareDifficulty: anyNumber,
    block: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('share-verdict' as const),
    hash: anyHash,
    shareDifficulty: anyNumber,
    verdict: anyShareVerdict,
  }),
  fc.record({ type: fc.constant('payout' as const), ...anyPayout }),
  fc.record({ type: fc.constant('payout' as const), ...anyPayout, percent: anyNumber }),
  fc.record({ type: fc.constant('pool-message' as const), text: anyText }),
  fc.record({ type: fc.constant('warning' as const), message: anyText }),
) satisfies fc.Arbitrary<MinerEventBody>;

/** Times that may jump, back too. */
const anyEvent = fc
  .tuple(anyBody, fc.integer({ min: -2_000, max: 2_000_000 }))
  .map(([body, ms]): MinerEvent => ({ ...body, atMs: START_MS + ms }));
const anyAbout = fc.record({
  version: anyText,
  source: anyText,
  bestEver: anyNumber,
  minPayoutPercent: anyNumber,
});

it('keeps every state within its width and height, and lets no control character through but colours', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the painter
  const colours = /\u001b\[(1|2|22|31|32|33|39)m/g;
  fc.assert(
    fc.property(
      anyAbout,
      fc.array(anyEvent, { maxLength: 60, size: 'max' }),
      fc.oneof(fc.integer({ min: 40, max: 200 }), fc.integer({ min: 0, max: 400 })),
      fc.integer({ min: 0, max: 70 }),
      fc.boolean(),
      fc.nat(3_000_000),
      (about, events, width, height, ascii, nowMs) => {
        const state = events.reduce(reduceDashboard, newDashboard(about, START_MS));
        const options = { width, height, ascii, paint: painter(true), nowMs: START_MS + nowMs };
        const lines = dashboardLines(state, options).map((line) => line.replace(colours, ''));
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(displayWidth(line), line).toBeLessThanOrEqual(width);
          if (ascii) expect(line).toMatch(/^[ -~]*$/);
        }
        expect(dashboardLines(state, options).map((line) => line.replace(colours, ''))).toEqual(lines);
      },
    ),
    { numRuns: 400 },
  );
});
