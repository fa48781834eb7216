/** The judgement of a certificate: whether it may be believed, and in which words it may not. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { type ErrorCode, HashgapError } from '../../../errors.ts';
import { plainText } from '../../../stratum/text.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { matchesPin, parsePin } from './pin.ts';
import type { TlsDescription, TlsOptions } from './transport.ts';

/** What is needed to judge, read before the connection is made. */
export interface Trust {
  /** Every authority in PEM; undefined for Node's own. */
  readonly authorities: readonly string[] | undefined;
  readonly pin: string | undefined;
  readonly insecure: boolean;
}

/**
 * Reads what the options name.
 *
 * @throws {HashgapError} `TLS_CA_UNUSABLE`, `TLS_PIN_INVALID`
 */
export async function loadTrust({ caFile, pin, insecure = false }: TlsOptions): Promise<Trust> {
  return {
    authorities:
      caFile === undefined ? undefined : [...nodeAuthorities(), ...(await readAuthorities(caFile))],
    pin: pin === undefined ? undefined : parsePin(pin),
    insecure,
  };
}

/** Node's own, with those of the system and NODE_EXTRA_CA_CERTS where this Node can tell them (22.15 on). */
function nodeAuthorities(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

async function readAuthorities(path: string): Promise<readonly string[]> {
  const unusable = (received: string, cause?: unknown) =>
    new HashgapError(
      'TLS_CA_UNUSABLE',
      `Expected certificates in PEM in ${path}, received ${received}. Pass the file of the authority that signed the pool's certificate.`,
      { details: { path }, cause },
    );
  const text = await readFile(path, 'latin1').catch((cause: NodeJS.ErrnoException) => {
    throw unusable(cause.code === 'ENOENT' ? 'no file there' : cause.message, cause);
  });
  const blocks =
    text.match(/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw unusable('a file without one');
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw unusable(`one that cannot be read as number ${index + 1}`, cause);
    }
  }
  return blocks;
}

/** What a handshake brought to light. */
export interface Evidence {
  /** The server's certificate; undefined when it showed none. */
  readonly certificate: X509Certificate | undefined;
  /** Node's code for what is wrong with it by authority, dates and name; undefined when nothing is. */
  readonly problem: string | undefined;
}

/**
 * Why the certificate is believed.
 *
 * @throws {HashgapError} `TLS_PIN_MISMATCH`, `TLS_EXPIRED`, `TLS_WRONG_HOST`, `TLS_SELF_SIGNED`, `TLS_UNKNOWN_CA`, `TLS_FAILED`
 */
export function judge(
  endpoint: PoolEndpoint,
  { certificate, problem }: Evidence,
  { pin, insecure }: Trust,
): TlsDescription['trust'] {
  if (pin !== undefined) {
    if (certificate !== undefined && matchesPin(pin, certificate)) return 'pinned';
    throw mistrust(endpoint, certificate, 'TLS_PIN_MISMATCH', 'the pinned certificate', 'another one', {
      nextStep:
        'If the operator says that it was renewed, pass the new pin; if not, somebody stands between.',
      problem,
    });
  }
  if (insecure) return 'insecure';
  if (problem === undefined && certificate !== undefined) return 'verified';
  const { code, expected, received, nextStep } = verdict(endpoint, certificate, problem ?? 'no certificate');
  throw mistrust(endpoint, certificate, code, expected, received, { nextStep, problem });
}

interface Verdict {
  readonly code: ErrorCode;
  readonly expected: string;
  readonly received: string;
  readonly nextStep: string;
}

function verdict({ host }: PoolEndpoint, certificate: X509Certificate | undefined, problem: string): Verdict {
  const pinIt = pinAdvice(certificate);
  switch (problem) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'TLS_EXPIRED',
        expected: 'a certificate that is valid today',
        received: `one for ${certificate?.validFrom} to ${certificate?.validTo}`,
        nextStep: `Check the clock of this computer, and tell the operator. ${pinIt}`,
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        code: 'TLS_WRONG_HOST',
        expected: `a certificate for ${host}`,
        received: `one for ${plainText(certificate?.subjectAltName ?? certificate?.subject ?? 'nobody')}`,
        nextStep: `Use the name that the operator gives. ${pinIt}`,
      };
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return {
        code: 'TLS_SELF_SIGNED',
        expected: 'a certificate that a known authority signed',
        received: 'one that is signed by itself',
        nextStep: pinIt,
      };
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return {
        code: 'TLS_UNKNOWN_CA',
        expected: 'a certificate that a known authority signed',
        received: `one signed by ${plainText(certificate?.issuer.replaceAll('\n', ', ') ?? 'nobody')}`,
        nextStep: `Pass the certificate of that authority with --tls-ca FILE. ${pinIt}`,
      };
    default:
      return { code: 'TLS_FAILED', expected: 'a good certificate', received: problem, nextStep: pinIt };
  }
}

const pinAdvice = (certificate: X509Certificate | undefined) =>
  certificate === undefined
    ? 'Ask the operator.'
    : `If this is the one the operator names, pass --tls-pin ${certificate.fingerprint256}.`;

function mistrust(
  { url }: PoolEndpoint,
  certificate: X509Certificate | undefined,
  code: ErrorCode,
  expected: string,
  received: string,
  { nextStep, problem }: { nextStep: string; problem: string | undefined },
): HashgapError {
  return new HashgapError(code, `Expected ${expected} from ${url}, received ${received}. ${nextStep}`, {
    details: { url, problem, fingerprint: certificate?.fingerprint256 },
  });
}
