/** Text from strangers: what is taken out of it, how wide it is, and where it is cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiText, displayWidth, fitMiddle, fitText, safeText, wrapText } from '../../src/report/text.ts';

describe('safeText', () => {
  it.each([
    ['a cursor that moves', 'rig\u001b[2J\u001b[1;1H1', 'rig[2J[1;1H1'],
    ['C1 controls', 'a\u009b31mb\u0085c', 'a31mbc'],
    ['white space', ' \ta\r\nb\u00a0c\u2028d\u3000', 'a b c d'],
    ['spaces as they are', 'a  b', 'a  b'],
    ['a bidirectional override', 'rig\u202egnp.exe', 'riggnp.exe'],
    ['isolates and marks', '\u2066a\u2069\u200fb', 'ab'],
    ['zero width characters', 'a\u200bb\u200dc\ufeffd', 'abcd'],
    ['a joined emoji, which some terminals show as four', '👨‍👩‍👧‍👦', '👨👩👧👦'],
    ['a skin tone', '👍🏽', '👍'],
    ['a variation selector', '❤\ufe0f', '❤'],
    ['a flag', '🇩🇪', 'DE'],
    ['tags', '🏴\u{e0067}\u{e0062}', '🏴'],
    ['half a surrogate pair', 'a\ud83db', 'a\ufffdb'],
    ['an unassigned character', 'a\u{e0fff}b', 'a\ufffdb'],
    ['a heap of accents', 'Z\u0337\u0322\u031b\u0354\u0344a', 'Z\u0322\u0337a'.normalize('NFC')],
    ['an accent without a letter', '\u0301a', 'a'],
    ['Hangul from parts', '\u1112\u1161\u11ab', '한'],
    ['parts of Hangul without a syllable', 'a\u1161\u1161', 'a\ufffd\ufffd'],
    ['Hangul fillers', 'a\u3164\u115fb', 'ab'],
  ])('%s', (_, text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  it('costs no more for a megabyte than for what is shown', () => {
    expect(safeText('a'.repeat(1_000_000))).toHaveLength(2_000);
  });

  it('has nothing left to do the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const safe = safeText(text);
        expect(safeText(safe)).toBe(safe);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u);
        expect(asciiText(safe)).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Columns as wcwidth of a terminal has them (UAX #11); the characters are samples of each block. */
it.each([
  ['', 0],
  ['rig', 3],
  ['Zoë', 3],
  ['Zoe\u0308', 3],
  ['矿工', 4],
  ['カタカナ', 8],
  ['ｶﾀｶﾅ', 4],
  ['한국', 4],
  ['ＡＢ', 4],
  ['🙂', 2],
  ['⌚⏩⚡✅⭐', 10],
  ['→─│█…·', 6],
  ['עברית', 5],
  ['𝔥𝔞', 2],
  ['𠀀', 2],
  ['〈〉', 4],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

describe('cutting', () => {
  it('never takes half of a wide character, nor an accent from its letter', () => {
    expect(fitText('矿工一号', 5, '…')).toBe('矿工…');
    expect(fitText('矿工一号', 4, '…')).toBe('矿…');
    expect(fitText('ae\u0323\u0302o', 2, '…')).toBe('a…');
    expect(fitText('e\u0323\u0302o', 2, '')).toBe('e\u0323\u0302o');
    expect(fitText('abc', 1, '..')).toBe('a');
    expect(fitText('abc', 0, '…')).toBe('');
  });

  it('in the middle keeps both ends', () => {
    expect(fitMiddle('bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 13, '…')).toBe('bc1qar…wf5mdq');
    expect(fitMiddle('short', 13, '…')).toBe('short');
    expect(fitMiddle('abcdef', 2, '…')).toBe('a…');
  });

  it('between words where it can', () => {
    expect(wrapText('one two three four', 9, 3, '…')).toEqual(['one two', 'three', 'four']);
    expect(wrapText('one two three four', 9, 2, '…')).toEqual(['one two', 'three fo…']);
    expect(wrapText('stratum+tcp://pool', 9, 3, '…')).toEqual(['stratum+t', 'cp://pool']);
    expect(wrapText('', 9, 3, '…')).toEqual([]);
    expect(wrapText('矿工', 1, 3, '…')).toEqual(['…']);
  });

  it('keeps to the width, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }).map(safeText), fc.nat(30), (text, width) => {
        for (const cut of [
          fitText(text, width, '…'),
          fitMiddle(text, width, '…'),
          ...wrapText(text, width, 3, '…'),
        ])
          expect(displayWidth(cut)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 2_000 },
    );
  });
});
