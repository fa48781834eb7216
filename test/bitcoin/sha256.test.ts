/** SHA-256 against FIPS 180-4 examples and node:crypto. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { sha256, sha256d } from '../../src/bitcoin/sha256.ts';

const text = (value: string) => new TextEncoder().encode(value);
const reference = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('sha256', () => {
  // NIST, Examples with Intermediate Values for FIPS 180-4, SHA-256.
  it.each([
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])('hashes %j as the standard says', (message, digest) => {
    expect(toHex(sha256(text(message)))).toBe(digest);
  });

  it('agrees with node:crypto at every length across three blocks, at every alignment', () => {
    const buffer = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
    for (let length = 0; length <= 192; length++) {
      const message = buffer.subarray(length % 7, (length % 7) + length);
      expect(toHex(sha256(message))).toBe(reference(message));
    }
  });

  it('agrees with node:crypto on random messages', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        (message) => toHex(sha256(message)) === reference(message),
      ),
    );
  });

  it('doubles', () => {
    expect(toHex(sha256d(text('hello')))).toBe(
      '9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50',
    );
  });
});
