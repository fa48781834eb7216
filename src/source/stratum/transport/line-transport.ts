/** What every transport shares: lines under limits, one end with one reason, and a close that says goodbye. */
import { HashgapError } from '../../../errors.ts';
import { createLineReader } from '../../../stratum/lines.ts';
import { isRequest } from '../../../stratum/requests.ts';
import type { PoolEndpoint } from '../endpoint.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createRateLimit, type RateLimit } from './rate.ts';
import type { RemoteDescription, Transport, TransportLimits } from './transport.ts';

/** What carries the lines: a socket or a WebSocket. */
export interface Link {
  /** Sends one line, given without its line end. */
  write(line: string): void;
  /** Bytes that wait for the pool to read. */
  unsentBytes(): number;
  pause(): void;
  resume(): void;
  /** Says goodbye after what was written. */
  end(): void;
  /** Closes now, whatever is under way. */
  destroy(): void;
}

/** What a link tells. */
export interface Feed {
  /** Bytes of the pool. */
  bytes(chunk: Uint8Array): void;
  /** A message ends here, with or without a line end. */
  messageEnd(): void;
  /** Something came that carries no line but costs work, such as a ping. */
  control(): void;
  /** The connection is over, and why: the reader is told. The first reason counts. */
  lost(reason: HashgapError): void;
  /** The socket is gone. */
  gone(): void;
}

/** What a transport is made from. */
export interface LineTransportOptions {
  readonly endpoint: PoolEndpoint;
  readonly remote: RemoteDescription;
  readonly limits: TransportLimits;
  readonly now: () => number;
  /** Closes the transport. */
  readonly signal: AbortSignal;
  readonly link: (feed: Feed) => Link;
}

/** How long a pool may take to say goodbye as well, milliseconds; then the socket is closed all the same. */
const CLOSE_GRACE_MS = 500;

/** Puts the lines on top of a link. */
export function createLineTransport(options: LineTransportOptions): Transport {
  const { endpoint, remote, limits, signal } = options;
  const { promise: closed, resolve: setClosed } = deferred();
  let graceTimer: NodeJS.Timeout | undefined;
  const lost = (reason: HashgapError) => {
    if (inbox.ended) return;
    inbox.end(reason);
    link.destroy();
  };
  const close = () => {
    if (!inbox.ended) {
      inbox.end();
      link.resume(); // what still comes is read and dropped, or the pool's goodbye would never be seen
      link.end();
      graceTimer = setTimeout(() => link.destroy(), CLOSE_GRACE_MS);
    }
    return closed;
  };
  const gone = () => {
    clearTimeout(graceTimer);
    signal.removeEventListener('abort', close);
    setClosed();
  };
  const inbox = createInbox({
    pause: () => link.pause(),
    resume: () => link.resume(),
    abandoned: () => void close(),
  });
  const rate = createRateLimit(
    { perSecond: limits.messagesPerSecond, burst: limits.messageBurst },
    options.now,
  );
  const link = options.link({ ...createIntake(options, rate, inbox, lost), lost, gone });
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
  const send = (line: string) => {
    if (inbox.ended) return false;
    link.write(line);
    // However many shares are found, their answers are no flood; an answer to a ping of the pool's earns it nothing.
    if (isRequest(line)) rate.owe();
    if (link.unsentBytes() <= limits.maxUnsentBytes) return true;
    lost(notReading(endpoint, link.unsentBytes(), limits));
    return false;
  };
  return { remote, lines: inbox.lines, close, send };
}

/** From bytes to lines, under the limits on their length and their number. */
function createIntake(
  { endpoint, limits }: LineTransportOptions,
  rate: RateLimit,
  inbox: Inbox,
  lost: (reason: HashgapError) => void,
): Pick<Feed, 'bytes' | 'messageEnd' | 'control'> {
  const reader = createLineReader(limits.maxLineBytes);
  const spend = (messages: number) => {
    if (!inbox.ended && !rate.take(messages)) lost(flooded(endpoint, limits));
  };
  const deliver = (lines: readonly string[]) => {
    for (const line of lines) inbox.push(line);
    if (reader.overflowed) lost(tooLong(endpoint, limits));
  };
  return {
    bytes(chunk) {
      spend(countLines(chunk)); // before they are decoded: a chunk of nothing but line ends costs most of all
      if (!inbox.ended) deliver(reader.push(chunk));
    },
    messageEnd() {
      if (!inbox.ended) deliver(reader.end());
    },
    control: () => spend(1),
  };
}

/** Line feeds, blank lines among them. */
function countLines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) count++;
  return count;
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function tooLong({ url }: PoolEndpoint, { maxLineBytes }: TransportLimits): HashgapError {
  return new HashgapError(
    'POOL_LINE_TOO_LONG',
    `Expected lines of at most ${maxLineBytes} bytes from ${url}, received a longer one. Check that a Stratum pool listens there.`,
    { details: { url, maxLineBytes } },
  );
}

function flooded({ url }: PoolEndpoint, { messagesPerSecond, messageBurst }: TransportLimits): HashgapError {
  return new HashgapError(
    'POOL_FLOOD',
    `Expected at most ${messagesPerSecond} messages each second from ${url} (${messageBurst} at once), received more. ` +
      'Tell the operator, or use another pool.',
    { details: { url, messagesPerSecond, messageBurst } },
  );
}

function notReading({ url }: PoolEndpoint, bytes: number, { maxUnsentBytes }: TransportLimits): HashgapError {
  return new HashgapError(
    'POOL_NOT_READING',
    `Expected ${url} to read what it is sent, but ${bytes} bytes wait (limit ${maxUnsentBytes}). Use another pool if that goes on.`,
    { details: { url, bytes, maxUnsentBytes } },
  );
}
