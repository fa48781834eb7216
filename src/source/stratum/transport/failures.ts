/** What went wrong with a socket, in the words of this program: each cause that a user can tell apart is an error of its own. */
import { type ErrorCode, HashgapError } from '../../../errors.ts';

/** What an error of Node's net, tls or dns modules may carry. */
interface SystemError extends Error {
  readonly code?: string;
  readonly errors?: readonly SystemError[];
}

/** The causes of a connection that did not come about. */
export type DialProblem = 'refused' | 'host-unknown' | 'timed-out' | 'unreachable';

const PROBLEMS: Readonly<Record<string, DialProblem>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'host-unknown',
  EAI_AGAIN: 'host-unknown',
  EAI_NONAME: 'host-unknown',
  EAI_NODATA: 'host-unknown',
  ETIMEDOUT: 'timed-out',
};

/**
 * Why a connection did not come about. A host with several addresses fails with one error for each: the one that says most counts, because
 * a missing IPv6 route is no news where IPv4 was refused.
 */
export function dialProblem(cause: unknown): DialProblem {
  const { code, errors = [] } = cause as SystemError;
  const found = [code, ...errors.map((each) => each.code)].map((each) => PROBLEMS[each ?? '']);
  return (
    (['refused', 'timed-out', 'host-unknown'] as const).find((each) => found.includes(each)) ?? 'unreachable'
  );
}

/** What a problem is called in a sentence. */
export const DIAL_REASONS: Readonly<Record<DialProblem, string>> = {
  refused: 'the connection was refused',
  'host-unknown': 'its name is not known',
  'timed-out': 'nothing answered in time',
  unreachable: 'no way leads there',
};

const DIAL_ERRORS: Readonly<Record<DialProblem, readonly [ErrorCode, nextStep: string]>> = {
  refused: ['POOL_REFUSED', 'Check the port, and whether the pool is up.'],
  'host-unknown': [
    'POOL_HOST_UNKNOWN',
    'Check the spelling of the host, and the name server of this network.',
  ],
  'timed-out': ['POOL_TIMEOUT', 'Check host and port; a firewall may swallow the packets.'],
  unreachable: ['POOL_UNREACHABLE', 'Check the network of this computer, and the address.'],
};

/** The error for a pool that could not be connected to. */
export function dialFailure(url: string, cause: unknown): HashgapError {
  const problem = dialProblem(cause);
  const [code, nextStep] = DIAL_ERRORS[problem];
  return new HashgapError(code, `Expected a pool at ${url}, but ${DIAL_REASONS[problem]}. ${nextStep}`, {
    details: { url },
    cause,
  });
}

/** How far a connection attempt has come. */
export type ConnectStage =
  | 'connecting'
  | 'asking the proxy'
  | 'the TLS handshake'
  | 'the WebSocket handshake';

/** The error for an attempt that took too long. */
export function connectTimeout(url: string, stage: ConnectStage, timeoutMs: number): HashgapError {
  const hints: Record<ConnectStage, string> = {
    connecting: DIAL_ERRORS['timed-out'][1],
    'asking the proxy': 'The proxy may be cut off from the network, or the pool be silent.',
    'the TLS handshake': 'The port may speak plain Stratum: then the URL starts with stratum+tcp://.',
    'the WebSocket handshake':
      'The port may speak Stratum without a WebSocket: then the URL starts with stratum+tcp:// or stratum+ssl://.',
  };
  return new HashgapError(
    'POOL_TIMEOUT',
    `Expected ${url} to be ready within ${timeoutMs / 1000} s, but ${stage} took longer. ${hints[stage]}`,
    { details: { url, stage, timeoutMs } },
  );
}

/** The error for a connection that was open and ended. @param reason - such as `the pool closed the connection`. */
export function connectionClosed(
  url: string,
  reason: string,
  details: Record<string, unknown> = {},
): HashgapError {
  return new HashgapError(
    'POOL_CLOSED',
    `Expected ${url} to stay connected, but ${reason}. If that goes on, ask the operator, or pass another --pool as well.`,
    { details: { url, reason, ...details } },
  );
}

/** Why an open socket broke, as a clause. */
export function brokenSocket(cause: unknown): string {
  const { code, message } = cause as SystemError;
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'the connection was reset';
  if (code === 'ETIMEDOUT') return 'the pool no longer answers (keep-alive)';
  return `the connection broke (${code ?? message})`;
}
