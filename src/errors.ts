/** The error base class and the list of every error code hashgap can raise; docs/errors.md explains each one. */

/** Exit codes of the program: what a shell or a CI job branches on. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, selfTest: 4, interrupted: 130 } as const;

/** One of the program's exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every error code with the exit code the program ends with when that error reaches the top. */
export const ERROR_EXITS = {
  ADDRESS_INVALID: EXIT.usage,
  ADDRESS_WRONG_NETWORK: EXIT.usage,
  BASELINE_INVALID: EXIT.usage,
  BLOCKS_INVALID: EXIT.usage,
  BLOCKS_NONE: EXIT.failed,
  BLOCK_MALFORMED: EXIT.failed,
  COINBASE_TOO_LONG: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  COOKIE_UNREADABLE: EXIT.unreachable,
  DATADIR_UNUSABLE: EXIT.failed,
  ENGINE_FAILED: EXIT.failed,
  ENGINE_UNAVAILABLE: EXIT.failed,
  GPU_KERNEL_REFUSED: EXIT.failed,
  GPU_LOST: EXIT.failed,
  GPU_UNAVAILABLE: EXIT.failed,
  GPU_UNKNOWN: EXIT.usage,
  JOURNAL_IN_USE: EXIT.failed,
  JOURNAL_UNUSABLE: EXIT.failed,
  KERNEL_UNKNOWN: EXIT.usage,
  KERNEL_UNSUPPORTED: EXIT.failed,
  NETWORK_MISMATCH: EXIT.usage,
  NODE_AUTH: EXIT.unreachable,
  NODE_NOT_JSON: EXIT.unreachable,
  NODE_RPC: EXIT.failed,
  NODE_UNREACHABLE: EXIT.unreachable,
  POOL_CLOSED: EXIT.unreachable,
  POOL_FLOOD: EXIT.unreachable,
  POOL_HOST_UNKNOWN: EXIT.unreachable,
  POOL_LINE_TOO_LONG: EXIT.unreachable,
  POOL_NEEDS_TLS: EXIT.unreachable,
  POOL_NO_WORK: EXIT.unreachable,
  POOL_NOT_READING: EXIT.unreachable,
  POOL_NOT_TLS: EXIT.unreachable,
  POOL_NOT_WEBSOCKET: EXIT.unreachable,
  POOL_REFUSED: EXIT.unreachable,
  POOL_TIMEOUT: EXIT.unreachable,
  POOL_UNREACHABLE: EXIT.unreachable,
  POOL_URL_INVALID: EXIT.usage,
  PORT_UNAVAILABLE: EXIT.failed,
  PROXY_AUTH: EXIT.unreachable,
  PROXY_FAILED: EXIT.unreachable,
  PROXY_REFUSED: EXIT.unreachable,
  PROXY_UNREACHABLE: EXIT.unreachable,
  PROXY_URL_INVALID: EXIT.usage,
  SECRET_UNREADABLE: EXIT.usage,
  SELF_TEST_FAILED: EXIT.selfTest,
  SIGNET_CHALLENGE: EXIT.failed,
  TARGET_INVALID: EXIT.failed,
  TEMPLATE_INVALID: EXIT.failed,
  TEMPLATE_RULE_UNKNOWN: EXIT.failed,
  TLS_CA_UNUSABLE: EXIT.usage,
  TLS_EXPIRED: EXIT.unreachable,
  TLS_FAILED: EXIT.unreachable,
  TLS_PIN_INVALID: EXIT.usage,
  TLS_PIN_MISMATCH: EXIT.unreachable,
  TLS_SELF_SIGNED: EXIT.unreachable,
  TLS_UNKNOWN_CA: EXIT.unreachable,
  TLS_WRONG_HOST: EXIT.unreachable,
  USAGE: EXIT.usage,
} as const satisfies Record<string, ExitCode>;

/** A stable, documented error code: match on this, never on the message. */
export type ErrorCode = keyof typeof ERROR_EXITS;

/**
 * Every error hashgap raises on purpose. The message is one sentence with what was expected and what was received,
 * then the next step; `details` holds the same values, typed by their names.
 *
 * @example
 * ```ts
 * const error = new HashgapError('USAGE', 'Expected a number of blocks, received "many". Pass --blocks 20.');
 * error.exitCode; // 2
 * ```
 */
export class HashgapError extends Error {
  override readonly name = 'HashgapError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The exit code of a program that ends because of this error. */
  get exitCode(): ExitCode {
    return ERROR_EXITS[this.code];
  }
}

/** True when `error` is a {@link HashgapError}, with the given code if one is named. */
export function isHashgapError(error: unknown, code?: ErrorCode): error is HashgapError {
  return error instanceof HashgapError && (code === undefined || error.code === code);
}

/**
 * A hint at the known name nearest to a misspelt one, ready to be appended to a sentence; empty when none is near.
 *
 * @example
 * ```ts
 * didYouMean('shani', ['scalar', 'sha-ni']); // ' Did you mean "sha-ni"?'
 * ```
 */
export function didYouMean(received: string, known: readonly string[]): string {
  const ranked = known.map((name) => ({ name, distance: editDistance(received.toLowerCase(), name) }));
  ranked.sort((a, b) => a.distance - b.distance);
  const nearest = ranked[0];
  const near = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(nearest.name.length / 3));
  return near ? ` Did you mean "${nearest.name}"?` : '';
}

/** Levenshtein distance: insertions, deletions and substitutions from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
