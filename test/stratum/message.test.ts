/** One line as a message: calls, answers, garbage, and the ids of all of them. */
import { describe, expect, it } from 'vitest';
import { answerableId, decodeMessage, requestNumber } from '../../src/stratum/message.ts';
import { plainText } from '../../src/stratum/text.ts';

describe('decodeMessage', () => {
  it.each([
    [
      'a notification',
      '{"id":null,"method":"m","params":[1]}',
      { kind: 'call', id: null, method: 'm', params: [1] },
    ],
    ['a missing id', '{"method":"m","params":[1]}', { kind: 'call', id: null, method: 'm', params: [1] }],
    [
      'params that are an object',
      '{"id":1,"method":"m","params":{}}',
      { kind: 'call', id: 1, method: 'm', params: [] },
    ],
    ['no params', '{"id":1,"method":"m"}', { kind: 'call', id: 1, method: 'm', params: [] }],
    [
      'method and result',
      '{"id":1,"method":"m","result":null}',
      { kind: 'call', id: 1, method: 'm', params: [] },
    ],
    ['keys twice', '{"id":1,"id":2,"method":"m"}', { kind: 'call', id: 2, method: 'm', params: [] }],
  ])('reads %s as a call', (_, line, message) => {
    expect(decodeMessage(line)).toEqual(message);
  });

  it.each([
    ['{"id":1,"result":true}', { id: 1, result: true }],
    ['{"id":"1","result":null,"error":[20,"x",null]}', { id: '1', result: null, error: [20, 'x', null] }],
    ['{"id":1,"result":true,"method":""}', { id: 1, result: true }],
    ['{"id":1,"result":true,"method":7}', { id: 1, result: true }],
    ['{"result":true}', { id: null, result: true }],
    ['{"id":3}', { id: 3 }],
    ['{"id":3,"result":false,"reject-reason":"Stale"}', { id: 3, result: false, rejectReason: 'Stale' }],
  ])('reads %s as an answer', (line, message) => {
    expect(decodeMessage(line)).toEqual({
      kind: 'answer',
      ...{ result: undefined, error: undefined, rejectReason: undefined },
      ...message,
    });
  });

  it.each([
    ['Invalid JSON, disconnecting'],
    ['HTTP/1.1 400 Bad Request'],
    ['{"id":1,"result":true'],
    ['[{"id":1,"result":true}]'],
    ['null'],
    ['7'],
    ['"mining.notify"'],
    ['{}'],
    ['{"params":[]}'],
    ['{"method":"m"\0}'],
    ['['.repeat(100_000)],
    ['{"a":'.repeat(100_000)],
  ])('reads %.40s as garbage', (line) => {
    expect(decodeMessage(line).kind).toBe('garbage');
  });

  it('does not mistake what JSON hides for members', () => {
    expect(decodeMessage('{"__proto__":{"method":"mining.ping","id":1}}').kind).toBe('garbage');
  });
});

describe('C25 ids', () => {
  it.each([
    [1, 1],
    ['1', 1],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [0, undefined],
    ['0', undefined],
    ['01', undefined],
    [' 1', undefined],
    ['1e0', undefined],
    [-1, undefined],
    [1.5, undefined],
    [2 ** 53, undefined],
    [1e308, undefined],
    ['9999999999999999', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [[1], undefined],
    [{}, undefined],
  ])('%j is the request %j', (id, number) => {
    expect(requestNumber(id)).toBe(number);
  });

  it('answers ids that are strings or numbers', () => {
    expect([7, 0, 1.5, 'x', '', null, undefined, [], {}, true, 'x'.repeat(129)].map(answerableId)).toEqual([
      ...[7, 0, 1.5, 'x', ''],
      ...[undefined, undefined, undefined, undefined, undefined, undefined],
    ]);
  });
});

describe('plainText', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['a window title', '\u001b]0;owned\u0007hello', 'hello'],
    ['C1 controls', '\u009b31mhello', '31mhello'],
    ['an escape at the end', 'hello\u001b', 'hello'],
    ['line breaks', 'a\r\n\n\tb\u2028c\u0085d', 'a b c d'],
    ['bidirectional overrides', 'a\u202eb', 'a b'],
    ['half of a surrogate pair', 'a\ud800b', 'a b'],
    ['text in brackets', '[info] ok', '[info] ok'],
    ['other scripts', 'блок ₿ 🎉', 'блок ₿ 🎉'],
  ])('removes %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('caps the length, and cuts no character in two', () => {
    expect(plainText('x'.repeat(2_000_000), 10)).toBe('xxxxxxx...');
    expect(plainText(`${'x'.repeat(6)}🎉${'y'.repeat(10)}`, 10)).toBe('xxxxxx...');
  });
});
