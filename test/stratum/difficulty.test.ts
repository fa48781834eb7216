/** C8 and C10: share difficulty to target, exactly, and what is no difficulty. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIFFICULTY_1_TARGET, targetToHex } from '../../src/bitcoin/target.ts';
import { decodeDifficulty, targetFromDifficulty } from '../../src/stratum/difficulty.ts';
import { decodePoolCall } from '../../src/stratum/pool-calls.ts';

/** Values of facts 2.8: the first digits of the target, the rest is zero. */
const TABLE = [
  [1, '00000000ffff'],
  [0.5, '00000001fffe'],
  [0.1, '00000009fff6'],
  [0.001, '000003e7fc18'],
  [1e-8, '05f5db0a1f00'],
  [16384, '000000000003fffc'],
  [4294967296, '0000000000000000ffff'],
] as const;

describe('C8 targets of fractional difficulty', () => {
  it.each(TABLE)('difficulty %d is %s and zeros', (difficulty, digits) => {
    expect(targetToHex(targetFromDifficulty(difficulty))).toBe(digits.padEnd(64, '0'));
  });

  it.each([
    [1.5, '00000000aaaa'],
    [3, '000000005555'],
  ])('difficulty %d is %s, exact to the last digit', (difficulty, digits) => {
    const target = targetFromDifficulty(difficulty);
    expect(targetToHex(target).slice(0, 12)).toBe(digits);
    expect(target).toBe((2n * DIFFICULTY_1_TARGET) / BigInt(2 * difficulty));
  });

  it('clamps at 2^256 - 1 from about 2.3283e-10 down', () => {
    expect(targetToHex(targetFromDifficulty(2.328306437e-10)).slice(0, 8)).toBe('fffeffff');
    for (const difficulty of [2.3e-10, 1e-20, 5e-324])
      expect(targetFromDifficulty(difficulty)).toBe(2n ** 256n - 1n);
  });

  it('counts the decimal number that the pool wrote', () => {
    // 0.1 is a little more than a tenth as a double.
    expect(targetFromDifficulty(0.1)).toBe(DIFFICULTY_1_TARGET * 10n);
    expect(targetFromDifficulty(123456.789)).toBe((DIFFICULTY_1_TARGET * 1000n) / 123456789n);
    expect(targetFromDifficulty(1e21)).toBe(DIFFICULTY_1_TARGET / 10n ** 21n);
  });

  it('is monotonic, positive and within 256 bits for every difficulty', () => {
    const difficulty = fc.double({ min: 5e-324, max: 1e60, noNaN: true });
    fc.assert(
      fc.property(difficulty, difficulty, (a, b) => {
        const [ta, tb] = [targetFromDifficulty(a), targetFromDifficulty(b)];
        if (a < b) expect(ta >= tb).toBe(true);
        expect(ta >= 0n && ta < 1n << 256n).toBe(true);
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('throws for %d', (difficulty) => {
    expect(() => targetFromDifficulty(difficulty)).toThrow(/Expected a difficulty above 0/);
  });
});

describe('C10 what is no difficulty', () => {
  it.each([
    ...[
      '0',
      '-1',
      '-0',
      'null',
      '1e400',
      '-1e400',
      '"x"',
      '""',
      '"0"',
      '"-1"',
      '"NaN"',
      '"Infinity"',
      '"0x10"',
    ],
    ...['[]', '[1]', '{}', 'true', 'false', '"1e400"', '" 1"', '1e300'],
  ])('%s is refused', (json) => {
    const decoded = decodeDifficulty(JSON.parse(json));
    expect(decoded.ok).toBe(false);
    if (!decoded.ok) expect(decoded.reason).toMatch(/^Expected a difficulty .*, received .*\.$/);
  });

  it('nothing and NaN are refused', () => {
    expect(decodeDifficulty(undefined).ok).toBe(false);
    expect(decodeDifficulty(Number.NaN).ok).toBe(false);
  });

  it.each(['12', '0.001', '1e-3', '1E3'])('"%s" as a string is taken, with a warning', (text) => {
    const decoded = decodeDifficulty(text);
    expect(decoded).toMatchObject({ ok: true, value: { difficulty: Number(text) } });
    expect(decoded.ok && decoded.warnings).toHaveLength(1);
  });
});

describe('mining.set_target', () => {
  it('is a target, most significant digit first', () => {
    const digits = '00000000ffff'.padEnd(64, '0');
    const decoded = decodePoolCall('mining.set_target', [digits]);
    expect(decoded).toMatchObject({ value: { share: { target: DIFFICULTY_1_TARGET, difficulty: 1 } } });
  });

  it.each([['0'.repeat(64)], [''], ['1'.repeat(65)], ['x'], [1], [null], [undefined]])(
    'refuses %j',
    (value) => {
      expect(decodePoolCall('mining.set_target', [value]).ok).toBe(false);
    },
  );
});
