/** A certificate authority for tests, made anew each time: X.509 written in DER, signed by node:crypto, judged by Node's own TLS. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What goes into a certificate. */
export interface CertificateWish {
  /** @default ['localhost'] */
  readonly names?: readonly string[];
  /** IPv4 addresses. @default none */
  readonly addresses?: readonly string[];
  /** @default an hour ago */
  readonly from?: Date;
  /** @default in an hour */
  readonly to?: Date;
}

/** A certificate with its key, as tls.createServer takes them. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the DER, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of the public key (SPKI), base64. */
  readonly keyHash: string;
}

/** An authority. */
export interface TestCa {
  /** Its own certificate, PEM. */
  readonly cert: string;
  issue(wish?: CertificateWish): Identity;
}

const HOUR_MS = 3_600_000;

/** An authority of that name. */
export function createTestCa(name = 'hashgap test CA'): TestCa {
  const keys = newKeys();
  const self = { issuer: name, signer: keys.privateKey, subject: name, keys };
  const cert = encode({ ...self, wish: {}, isAuthority: true });
  return {
    cert: cert.cert,
    issue: (wish = {}) =>
      encode({
        issuer: name,
        signer: keys.privateKey,
        subject: 'leaf',
        keys: newKeys(),
        wish,
        isAuthority: false,
      }),
  };
}

/** A certificate that nobody but itself signed. */
export function selfSigned(wish: CertificateWish = {}): Identity {
  const keys = newKeys();
  return encode({ issuer: 'self', signer: keys.privateKey, subject: 'self', keys, wish, isAuthority: false });
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Draft {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly wish: CertificateWish;
  readonly isAuthority: boolean;
}

/** RFC 5280, section 4.1. */
function encode({ issuer, signer, subject, keys, wish, isAuthority }: Draft): Identity {
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
  const { from = new Date(Date.now() - HOUR_MS), to = new Date(Date.now() + HOUR_MS) } = wish;
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
  serial[0] = (serial[0]! & 0x3f) | 0x40; // positive, and no leading zero
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, serial),
    algorithm,
    commonName(issuer),
    sequence(time(from), time(to)),
    commonName(subject),
    spki,
    der(0xa3, sequence(...extensions(wish, isAuthority))),
  );
  const signature = sign('sha256', body, signer);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: sha256(certificate)
      .toString('hex')
      .toUpperCase()
      .replace(/..(?=.)/g, '$&:'),
    keyHash: sha256(spki).toString('base64'),
  };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

function extensions(
  { names = ['localhost'], addresses = [] }: CertificateWish,
  isAuthority: boolean,
): Buffer[] {
  if (isAuthority) {
    const critical = der(0x01, Buffer.of(0xff));
    return [
      sequence(oid('2.5.29.19'), critical, der(0x04, sequence(der(0x01, Buffer.of(0xff))))), // a CA
      sequence(oid('2.5.29.15'), critical, der(0x04, der(0x03, Buffer.of(2, 0x04)))), // keyCertSign
    ];
  }
  const alternatives = sequence(
    ...names.map((name) => der(0x82, Buffer.from(name, 'ascii'))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  );
  return [sequence(oid('2.5.29.17'), der(0x04, alternatives))];
}

const commonName = (name: string) =>
  sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))));

/** UTCTime, which is for the years before 2050. */
const time = (date: Date) =>
  der(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  );

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);

function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  const bytes = [40 * first + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

/** Tag, length, value (X.690). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >>> 8, length & 0xff), content]);
}
