/** What a pool answers: subscriptions, grants, and why a share was refused. */
import { describe, expect, it } from 'vitest';
import {
  decodeConfigured,
  decodeSubscribed,
  decodeYesOrNo,
  hasError,
  rejectClass,
} from '../../src/stratum/answers.ts';

const said = (result: unknown, error?: unknown, rejectReason?: unknown) =>
  decodeYesOrNo({ result, error, rejectReason });

describe('C1 subscribe result', () => {
  it.each([
    ['pairs', [['mining.notify', 's']], 's'],
    [
      'pairs after another',
      [
        ['mining.set_difficulty', 'd'],
        ['mining.notify', 's'],
      ],
      's',
    ],
    ['one level', ['mining.notify', 's'], 's'],
    ['null', null, undefined],
    ['nothing', [], undefined],
    ['a string', 's', undefined],
    ['pairs of null', [null, [null, null], 7], undefined],
    ['an id that is no string', [['mining.notify', 7]], undefined],
  ])('reads subscriptions that are %s', (_, subscriptions, sessionId) => {
    expect(decodeSubscribed([subscriptions, '08000002', 4])).toEqual({
      ok: true,
      value: { extranonce1: Uint8Array.of(8, 0, 0, 2), extranonce2Bytes: 4, sessionId },
      warnings: [],
    });
  });

  it.each([0, 1, 2, 8, 16, 17, 32])('takes %d bytes of extranonce2', (size) => {
    expect(decodeSubscribed([[], '', size])).toMatchObject({ ok: true, value: { extranonce2Bytes: size } });
  });

  it('takes a size as a string, with a warning', () => {
    expect(decodeSubscribed([[], '08', '4'])).toMatchObject({
      ok: true,
      value: { extranonce2Bytes: 4 },
      warnings: [expect.stringContaining('string')],
    });
  });

  it.each([
    [null],
    [true],
    [[]],
    [{}],
    [[[], '08']],
    [[[], '080', 4]],
    [[[], 8, 4]],
    [[[], 'zz', 4]],
    [[[], '08', -1]],
    [[[], '08', 1e9]],
    [[[], '08', null]],
  ])('refuses %j', (result) => {
    expect(decodeSubscribed(result).ok).toBe(false);
  });
});

describe('the result of configure', () => {
  it.each([
    [{ 'version-rolling': true, 'version-rolling.mask': '1FFFE000' }, 0x1fffe000],
    [{ 'version-rolling': true, 'version-rolling.mask': 'e000' }, 0xe000],
    [{ 'version-rolling': true }, 0],
    [{ 'version-rolling': true, 'version-rolling.mask': 5 }, 0],
    [{ 'version-rolling': false }, undefined],
    [{ 'version-rolling': 'no' }, undefined],
    [{}, undefined],
    [[], undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
  ])('%j grants the mask %j', (result, mask) => {
    expect(decodeConfigured(result).versionMask).toBe(mask);
  });
});

describe('C26 an answer without result and error', () => {
  it.each([
    [null, null],
    [undefined, undefined],
    ['true', null],
    [1, null],
    [{ status: 'OK' }, null],
  ])('%j with error %j is no yes', (result, error) => {
    expect(said(result, error)).toEqual({ answer: 'neither' });
  });

  it('only true is a yes, and an error is a no all the same', () => {
    for (const error of [null, undefined, false, '', 0, []])
      expect(said(true, error)).toEqual({ answer: 'yes' });
    expect(said(true, [20, 'x', null])).toMatchObject({ answer: 'no', reason: 'x' });
    expect(said(true, null, 'Stale')).toMatchObject({ answer: 'no', class: 'stale' });
    expect(said(false)).toEqual({ answer: 'no', reason: 'no reason given', class: 'other' });
  });
});

describe('an error', () => {
  const NONE = [undefined, null, false, '', 0, [], ' \u0007'];
  const SOME = [{}, true, 'x', 22, [22], [null], [20, 'x', null], { code: 20 }, { message: 'x' }];

  it.each<[unknown, boolean]>([
    ...NONE.map((error): [unknown, boolean] => [error, false]),
    ...SOME.map((error): [unknown, boolean] => [error, true]),
  ])('%j: %j, for an answer and for a verdict alike', (error, expected) => {
    expect(hasError({ result: true, error, rejectReason: undefined })).toBe(expected);
    expect(said(true, error).answer).toBe(expected ? 'no' : 'yes');
  });
});

describe('C27 reasons to reject', () => {
  it.each([
    ['array', said(null, [21, 'Job not found', null])],
    ['array with a traceback', said(null, [21, 'Job not found', 'at x'])],
    ['array without a code', said(null, ['Job not found'])],
    ['string', said(null, 'Job not found')],
    ['object', said(null, { code: 21, message: 'Job not found', data: null })],
    ['object without a code', said(false, { message: 'Job not found' })],
    ['reject-reason', said(false, null, 'Job not found')],
  ])('%s', (_, answer) => {
    expect(answer).toEqual({ answer: 'no', reason: 'Job not found', class: 'stale' });
  });

  it.each([
    ['a code alone', said(null, 22), { reason: 'error 22', class: 'duplicate' }],
    ['a code in an array alone', said(null, [22]), { reason: 'error 22', class: 'duplicate' }],
    ['an array of nothing', said(false, [null, null]), { reason: 'no reason given', class: 'other' }],
    ['true', said(null, true), { reason: 'no reason given', class: 'other' }],
    ['an empty object', said(null, {}), { reason: 'no reason given', class: 'other' }],
    ['control characters', said(null, [20, 'a\u001b[31mb\n']), { reason: 'ab', class: 'other' }],
  ])('%s', (_, answer, expected) => {
    expect(answer).toEqual({ answer: 'no', ...expected });
  });

  it.each([
    // ckpool
    ['stale', undefined, 'Stale'],
    ['stale', undefined, 'Invalid JobID'],
    ['duplicate', undefined, 'Duplicate'],
    ['low-difficulty', undefined, 'Above target'],
    ['other', undefined, 'Ntime out of range'],
    ['other', undefined, 'Invalid version mask'],
    ['unauthorized', undefined, 'Worker mismatch'],
    // DATUM
    ['stale', 20, 'unknown-work'],
    ['stale', 21, 'stale-work'],
    ['other', 21, 'time-too-old'],
    ['other', 21, 'time-too-new'],
    ['duplicate', 22, 'duplicate'],
    ['low-difficulty', 23, 'high-hash'],
    ['low-difficulty', 23, 'H-not-zero'],
    ['other', 23, 'bad-version'],
    // public-pool and others
    ['stale', 21, 'Job not found'],
    ['low-difficulty', 23, 'Difficulty too low'],
    ['low-difficulty', 23, 'low difficulty share of 0.5'],
    ['duplicate', 22, 'Duplicate share'],
    ['unauthorized', 24, 'Unauthorized worker'],
    ['unauthorized', 25, 'Not subscribed'],
    ['stale', undefined, 'job-not-found'],
    ['stale', undefined, 'invalid-job-id'],
    ['stale', undefined, 'stale-share'],
    ['duplicate', undefined, 'duplicate-share'],
    ['low-difficulty', undefined, 'difficulty-too-low'],
    // codes with words that say nothing
    ['stale', 21, 'rejected'],
    ['duplicate', 22, ''],
    ['low-difficulty', 23, ''],
    ['unauthorized', 24, ''],
    ['other', 20, 'Other/Unknown'],
    ['other', 999, ''],
    ['other', undefined, ''],
  ])('%s: %s %s', (rejected, code, text) => {
    expect(rejectClass(code, text)).toBe(rejected);
  });
});
