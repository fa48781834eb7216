/** Pins: the SHA-256 by which a user names the one certificate, or the one public key, that is right. */
import { createHash, type X509Certificate } from 'node:crypto';
import { HashgapError } from '../../../errors.ts';
import { plainText } from '../../../stratum/text.ts';

/**
 * Reads a pin: 32 bytes in hex, with or without colons, or in base64; `sha256:`, `sha256/`, `sha256//` (curl) and
 * `sha256 Fingerprint=` (openssl) may stand in front.
 *
 * @returns 64 lower-case hex digits.
 * @throws {HashgapError} `TLS_PIN_INVALID`
 *
 * @example
 * ```ts
 * parsePin(`AB${':AB'.repeat(31)}`) === parsePin(`sha256//${'q6ur'.repeat(10)}q6s=`); // true
 * ```
 */
export function parsePin(text: string): string {
  const bare = text.trim().replace(/^sha256(?: fingerprint=|:|\/\/?)/i, '');
  const hex = bare.replaceAll(':', '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return hex.toLowerCase();
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(bare)) return Buffer.from(bare, 'base64').toString('hex'); // takes base64url too
  throw new HashgapError(
    'TLS_PIN_INVALID',
    `Expected a SHA-256 in hex or base64 for --tls-pin, received "${plainText(text)}". ` +
      'Ask the operator for it, or compare with: openssl s_client -connect HOST:PORT | openssl x509 -noout -fingerprint -sha256.',
  );
}

/** True when `pin`, as {@link parsePin} gives it, is the certificate's or its public key's. */
export function matchesPin(pin: string, certificate: X509Certificate): boolean {
  return sha256(certificate.raw) === pin || sha256(publicKeyOf(certificate)) === pin;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function publicKeyOf(certificate: X509Certificate): Uint8Array {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' });
  } catch {
    return new Uint8Array(0); // a kind of key that OpenSSL does not know matches nothing
  }
}
